"""A call over signed webhooks and a real socket: a stream until it ends or breaks, then it goes on by keys."""

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ivr.actions import moving, streaming
from ivr.app import Parts, application
from ivr.channels.live import switchboard
from ivr.channels.media_streams import socket as sockets
from ivr.channels.media_streams.wire import MOST_WAITING, SocketWire
from ivr.channels.twilio.parse import call_id
from tests import livehouse
from tests.actions.tiny import ACCOUNT, NUMBER, PUBLIC, TOKEN, Clock, heard
from tests.doubles.phone import Phone
from tests.doubles.serving import serve
from tests.doubles.signer import signature
from tests.doubles.stream import Stream, opened
from tests.livehouse import MOTHER
from tests.speech import korean


@dataclass
class Served:
    """A helpline whose callers may speak, on a real server."""

    parts: Parts
    base: str
    http: httpx.Client

    def phone(self) -> Phone:
        return Phone(self.http, PUBLIC, TOKEN, ACCOUNT, NUMBER, strict=True)

    @contextmanager
    def streamed(self, phone: Phone, **more: Any) -> Iterator[Stream]:
        """The stream that the call's document asks for, begun."""
        url, parameters = phone.stream
        with opened(self.base, url, TOKEN, phone.call.sid) as stream:
            stream.start(parameters, **more)
            yield stream

    def nodes(self, phone: Phone) -> list[str]:
        """Where the call was, turn by turn."""
        statement = "SELECT node FROM turns WHERE call_id = ? ORDER BY n"
        with self.parts.database.reading() as tx:
            rows = tx.connection.exec_driver_sql(statement, (call_id(phone.call.sid),)).scalars()
            return [tx.keyring.open_word(node) for node in rows]


@contextmanager
def serving(folder: Path, database: Path, **more: str) -> Iterator[Served]:
    """The server is up, and the model is loaded."""
    shutil.copy(database, folder / "hamrah.db")
    parts = livehouse.house(folder, f"sqlite:///{folder}/hamrah.db", Clock(), **more)
    with serve(application(parts), ws="auto", lifespan="on") as base, httpx.Client(base_url=base) as http:
        yield Served(parts, base, http)
    parts.database.dispose()


def is_listened_to(served: Served) -> bool:
    """Whether a new call would be."""
    phone = served.phone()
    phone.ring("anonymous")
    streams = phone.waiting == "stream"
    phone.hang_up()
    return streams


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("streams")
    with pytest.MonkeyPatch.context() as patch, serving(folder, migrated_file, IVR_SPEECH="on") as served:
        # What a machine that is busy with other tests may do to the loop is told by test_live_switchboard.py.
        patch.setattr(switchboard, "LATE", 60.0)
        while not is_listened_to(served):
            time.sleep(0.05)
        yield served


@pytest.fixture
def number(request: pytest.FixtureRequest) -> str:
    """Of somebody who never rang before."""
    return f"+3363998{crc32(request.node.name.encode()) % 10_000:04}"


def test_a_menu_is_walked_by_voice_and_by_key_and_goes_on_by_keypad_when_the_stream_is_cut(
    served: Served, number: str
) -> None:
    phone = served.phone()
    phone.ring(number)
    with served.streamed(phone) as stream:
        stream.until(lambda: stream.played > 800)
        stream.presses("1")  # interrupts
        stream.until(lambda: len(served.nodes(phone)) == 2)
        assert any(message["event"] == "clear" for message in stream.messages)
        stream.until(lambda: stream.played > 30_000)
        stream.says(korean.spoken(MOTHER))  # over the menu
        stream.until(lambda: len(served.nodes(phone)) == 3)
        stream.until(lambda: stream.played > 34_000)
    phone.stream_closes()
    assert heard(phone) == ["ko/family", "ko/family.story"]
    phone.press("1")
    assert heard(phone) == ["ko/tale.1"]
    assert served.nodes(phone) == ["start", "main", "family", "tale"]


def test_the_first_sound_is_the_turn_as_it_was_given(served: Served, number: str) -> None:
    phone = served.phone()
    phone.ring(number)
    with served.streamed(phone) as stream:
        stream.until(lambda: stream.played > 800)
        kinds = [message["event"] for message in stream.messages]
        assert kinds[:2] == ["media", "mark"]
    assert served.nodes(phone) == ["start"]


def test_a_call_that_is_over_on_the_line_ends_by_its_redirect(served: Served, number: str) -> None:
    phone = served.phone()
    phone.ring(number)
    with served.streamed(phone) as stream:
        stream.presses("16")
        stream.until(lambda: stream.closed)
    phone.stream_closes()
    assert phone.ended == "hangup"


@pytest.mark.parametrize("signed", ["", "nonsense", "http"])
def test_who_does_not_sign_for_the_socket_is_not_let_in(served: Served, number: str, signed: str) -> None:
    phone = served.phone()
    phone.ring(number)
    url, _ = phone.stream
    made = signature(TOKEN, url.replace("wss", "https", 1)) if signed == "http" else signed
    with pytest.raises(InvalidStatus) as refused, opened(served.base, url, TOKEN, phone.call.sid, made):
        pass
    assert refused.value.response.status_code == 403


def ends(stream: Stream) -> bool:
    """Whether our end closes, after what was said."""
    try:
        while True:
            stream.socket.recv(timeout=20)
    except ConnectionClosed:
        return True


@pytest.mark.parametrize(
    "first",
    [
        "no JSON",
        "[]",
        json.dumps({"event": "media", "media": {"payload": "AAAA"}}),
        json.dumps({"event": "start"}),
        json.dumps({"event": "start", "start": {"callSid": "CA1", "streamSid": "MZ1", "customParameters": {}}}),
        json.dumps(
            {"event": "start", "start": {"callSid": "C", "streamSid": "M", "customParameters": {"token": "forged"}}}
        ),
        "x" * 70_000,
    ],
    ids=["no JSON", "no object", "no start", "an empty start", "no token", "a forged token", "too long"],
)
def test_what_does_not_begin_as_it_should_is_closed_and_the_call_goes_on(
    served: Served, number: str, first: str
) -> None:
    phone = served.phone()
    phone.ring(number)
    url, _ = phone.stream
    with opened(served.base, url, TOKEN, phone.call.sid) as stream:
        stream.tell(first)
        assert ends(stream)
    phone.stream_closes()
    assert phone.waiting == "gather"


@pytest.mark.parametrize(
    "wrong",
    ["no JSON", json.dumps({"event": "media", "media": {"payload": "=%="}}), json.dumps({"event": "dtmf"})],
    ids=["no JSON", "no base64", "no key"],
)
def test_what_breaks_one_call_touches_no_other(served: Served, number: str, wrong: str) -> None:
    phone, other = served.phone(), served.phone()
    phone.ring(number)
    other.ring("anonymous")
    with served.streamed(phone) as stream, served.streamed(other) as whole:
        whole.until(lambda: whole.played > 800)
        stream.tell(wrong)
        assert ends(stream)
        whole.presses("1")
        whole.until(lambda: whole.messages[-1]["event"] != "clear" and whole.played > 8000)
        assert not whole.closed
    phone.stream_closes()
    assert phone.waiting == "gather"


def test_a_token_opens_one_stream_and_that_of_its_call_only(served: Served, number: str) -> None:
    phone, other = served.phone(), served.phone()
    phone.ring(number)
    other.ring("anonymous")
    url, parameters = phone.stream
    with opened(served.base, url, TOKEN, other.call.sid) as wrong:
        wrong.start(parameters)
        assert ends(wrong)
    phone = served.phone()
    phone.ring(number)
    url, parameters = phone.stream
    with served.streamed(phone) as stream:
        stream.until(lambda: stream.played > 800)
        with opened(served.base, url, TOKEN, phone.call.sid) as again:
            again.start(parameters)
            assert ends(again)
        stream.until(lambda: stream.played > 4000)


def test_a_stalled_socket_is_left(served: Served, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SILENT_SECONDS", 0.3)
    phone = served.phone()
    phone.ring(number)
    with served.streamed(phone) as stream:
        assert ends(stream)


class Deaf:
    """A socket whose other end reads nothing."""

    async def send_text(self, _: str) -> None:
        await asyncio.get_running_loop().create_future()


def test_an_end_that_reads_nothing_is_left() -> None:
    async def full() -> bool:
        wire = SocketWire(Deaf(), "MZ1", shows=False)  # type: ignore[arg-type]
        writer = asyncio.create_task(wire.write())
        await asyncio.sleep(0)
        for _ in range(MOST_WAITING + 2):
            wire.sound(b"x")
        await asyncio.wait({writer}, timeout=60)
        return writer.done()

    assert asyncio.run(full())


def test_parameters_beside_the_start_are_read_too(served: Served, number: str) -> None:
    """Somleng: `customParameters` stand at the top level, not inside `start`."""
    phone = served.phone()
    phone.ring(number)
    url, parameters = phone.stream
    with opened(served.base, url, TOKEN, phone.call.sid) as stream:
        start = {"streamSid": "MZ9", "callSid": phone.call.sid}
        stream.tell({"event": "start", "start": start, "customParameters": parameters})
        stream.until(lambda: stream.played > 800)


def test_past_what_it_can_carry_new_calls_begin_by_keys_and_those_that_run_go_on(
    tmp_path: Path, migrated_file: Path, number: str
) -> None:
    with serving(tmp_path, migrated_file, IVR_SPEECH="on", IVR_LIVE_CALLS="1") as served:
        while not is_listened_to(served):
            time.sleep(0.05)
        first, second = served.phone(), served.phone()
        first.ring(number)
        with served.streamed(first) as one:
            one.until(lambda: one.played > 800)
            second.ring("anonymous")
            assert second.waiting == "gather"
            one.until(lambda: one.played > 4000)


@pytest.mark.parametrize(("event", "jobs"), [("stream-error", 1), ("stream-stopped", 0), ("", 0)])
def test_a_stream_that_broke_is_told_by_the_company(served: Served, number: str, event: str, jobs: int) -> None:
    phone = served.phone()
    phone.ring(number)
    url, fields = f"{PUBLIC}/twilio/streamed", (("CallSid", phone.call.sid), ("StreamEvent", event))
    headers = {"x-twilio-signature": signature(TOKEN, url, fields)}
    assert served.http.post("/twilio/streamed", data=dict(fields), headers=headers).status_code == 204
    with served.parts.database.reading() as tx:
        key = f"{moving.MOVE}/{call_id(phone.call.sid)}"
        found = tx.connection.exec_driver_sql("SELECT count(*) FROM jobs WHERE key = ?", (key,)).scalar()
    assert found == jobs


def test_no_number_can_be_read_in_a_token(served: Served, number: str) -> None:
    phone = served.phone()
    phone.ring(number)
    _, parameters = phone.stream
    assert number[3:] not in parameters["token"]
    coming = streaming.opened(served.parts.database, parameters["token"], "", 0.0)
    assert streaming.line(coming, production=False).number.e164 == number


def test_callers_who_may_not_speak_begin_by_keys(tmp_path: Path, migrated_file: Path, number: str) -> None:
    with serving(tmp_path, migrated_file) as served:
        phone = served.phone()
        phone.ring(number)
        assert phone.waiting == "gather"
        with pytest.raises(InvalidStatus), opened(served.base, f"{PUBLIC}/twilio/stream", TOKEN, "CA1"):
            pass
