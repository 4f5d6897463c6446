"""A call over signed webhooks and a real socket: a stream until it ends or breaks, then it goes on by keys."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ivr.actions import streaming
from ivr.app import Parts, application
from ivr.channels.media_streams import socket as sockets
from tests import livehouse
from tests.actions.tiny import ACCOUNT, NUMBER, PUBLIC, TOKEN, Clock, heard
from tests.doubles.phone import Phone
from tests.doubles.serving import serve
from tests.doubles.signer import signature
from tests.doubles.stream import Stream, opened
from tests.livehouse import MOTHER
from tests.speech import korean

FICTION = "+33639981234"


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
        with self.parts.database.reading() as tx:
            rows = tx.connection.exec_driver_sql("SELECT node FROM turns ORDER BY n").scalars()
            return [tx.keyring.open_word(node) for node in rows]


@pytest.fixture
def served(tmp_path: Path, sqlite_url: str) -> Iterator[Served]:
    parts = livehouse.house(tmp_path, sqlite_url, Clock(), IVR_SPEECH="on", IVR_LIVE_CALLS="2")
    with serve(application(parts), ws="auto", lifespan="on") as base, httpx.Client(base_url=base) as http:
        served = Served(parts, base, http)
        while (phone := served.phone()).ring(FICTION) or phone.waiting != "stream":  # the model is being loaded
            phone.hang_up()
        phone.hang_up()
        with parts.database.transaction() as tx:
            for table in ("turns", "listenings", "calls", "callers"):
                tx.connection.exec_driver_sql(f"DELETE FROM {table}")
        yield served
    parts.database.dispose()


def test_a_menu_is_walked_by_voice_and_by_key_and_goes_on_by_keypad_when_the_stream_is_cut(served: Served) -> None:
    phone = served.phone()
    phone.ring(FICTION)
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


def test_the_first_sound_is_the_turn_as_it_was_given(served: Served) -> None:
    phone = served.phone()
    phone.ring(FICTION)
    with served.streamed(phone) as stream:
        stream.until(lambda: stream.played > 800)
        kinds = [message["event"] for message in stream.messages]
        assert kinds[:2] == ["media", "mark"]
    assert served.nodes(phone) == ["start"]


def test_a_call_that_is_over_on_the_line_ends_by_its_redirect(served: Served) -> None:
    phone = served.phone()
    phone.ring(FICTION)
    with served.streamed(phone) as stream:
        stream.presses("16")
        stream.until(lambda: stream.closed)
    phone.stream_closes()
    assert phone.ended == "hangup"


@pytest.mark.parametrize("signed", ["", "nonsense", "http"])
def test_who_does_not_sign_for_the_socket_is_not_let_in(served: Served, signed: str) -> None:
    phone = served.phone()
    phone.ring(FICTION)
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
def test_what_does_not_begin_as_it_should_is_closed_and_the_call_goes_on(served: Served, first: str) -> None:
    phone = served.phone()
    phone.ring(FICTION)
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
def test_what_breaks_one_call_touches_no_other(served: Served, wrong: str) -> None:
    phone, other = served.phone(), served.phone()
    phone.ring(FICTION)
    other.ring("+33639980002")
    with served.streamed(phone) as stream, served.streamed(other) as whole:
        whole.until(lambda: whole.played > 800)
        stream.tell(wrong)
        assert ends(stream)
        whole.presses("1")
        whole.until(lambda: whole.messages[-1]["event"] != "clear" and whole.played > 8000)
        assert not whole.closed
    phone.stream_closes()
    assert phone.waiting == "gather"


def test_a_token_opens_one_stream_and_that_of_its_call_only(served: Served) -> None:
    phone, other = served.phone(), served.phone()
    phone.ring(FICTION)
    other.ring("+33639980002")
    url, parameters = phone.stream
    with opened(served.base, url, TOKEN, other.call.sid) as wrong:
        wrong.start(parameters)
        assert ends(wrong)
    phone = served.phone()
    phone.ring("+33639980003")
    url, parameters = phone.stream
    with served.streamed(phone) as stream:
        stream.until(lambda: stream.played > 800)
        with opened(served.base, url, TOKEN, phone.call.sid) as again:
            again.start(parameters)
            assert ends(again)
        stream.until(lambda: stream.played > 4000)


def test_a_stalled_socket_is_left(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SILENT_SECONDS", 0.3)
    phone = served.phone()
    phone.ring(FICTION)
    with served.streamed(phone) as stream:
        assert ends(stream)


def test_parameters_beside_the_start_are_read_too(served: Served) -> None:
    """Somleng: `customParameters` stand at the top level, not inside `start`."""
    phone = served.phone()
    phone.ring(FICTION)
    url, parameters = phone.stream
    with opened(served.base, url, TOKEN, phone.call.sid) as stream:
        start = {"streamSid": "MZ9", "callSid": phone.call.sid}
        stream.tell({"event": "start", "start": start, "customParameters": parameters})
        stream.until(lambda: stream.played > 800)


def test_past_what_it_can_carry_new_calls_begin_by_keys_and_those_that_run_go_on(served: Served) -> None:
    phones = [served.phone() for _ in range(3)]
    for n, phone in enumerate(phones[:2]):
        phone.ring(f"+3363998000{n}")
    with served.streamed(phones[0]) as one, served.streamed(phones[1]) as two:
        two.until(lambda: two.played > 800)
        phones[2].ring("+33639980009")
        assert phones[2].waiting == "gather"
        one.until(lambda: one.played > 4000)
    later = served.phone()
    later.ring(FICTION)
    assert later.waiting == "stream"


def test_no_number_can_be_read_in_a_token(served: Served) -> None:
    phone = served.phone()
    phone.ring(FICTION)
    _, parameters = phone.stream
    assert FICTION[3:] not in parameters["token"]
    coming = streaming.opened(served.parts.database, parameters["token"], "", 0.0)
    assert streaming.line(coming, production=False).number.e164 == FICTION


def test_callers_who_may_not_speak_begin_by_keys(tmp_path: Path, sqlite_url: str) -> None:
    parts = livehouse.house(tmp_path, sqlite_url, Clock())
    with serve(application(parts), ws="auto", lifespan="on") as base, httpx.Client(base_url=base) as http:
        phone = Served(parts, base, http).phone()
        phone.ring(FICTION)
        assert phone.waiting == "gather"
        with pytest.raises(InvalidStatus), opened(base, f"{PUBLIC}/twilio/stream", TOKEN, "CA1"):
            pass
    parts.database.dispose()
