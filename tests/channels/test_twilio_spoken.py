"""A name, a street and hours told in a call: what stands in the addresses, what is heard, and what instead."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette

from ivr.actions.knowledge import Line
from ivr.actions.sounds import NOTHING
from ivr.app import telephone
from ivr.channels.twilio.routes import Webhooks
from ivr.engine.inputs import Known
from ivr.engine.turn import Opening, Result
from ivr.errors import StorageAway
from ivr.voice.engines import ENGINES
from ivr.web import audio
from tests.actions.tiny import ACCOUNT, NUMBER, PUBLIC, TOKEN, Tiny, content, heard, release, running
from tests.actions.tiny import NODES as NODES_OF_TINY
from tests.channels.webhooks import SID
from tests.doubles.phone import Phone
from tests.doubles.serving import in_process
from tests.engine.books import menu

STREET = "12 rue des Lilas, 75011 Paris"
FOUND = Known("fine", {"today": Opening("3", (("09:00", "12:30"),))}, {"street": STREET})
NODES = {"told": menu("main", say=["here", {"speech": "street"}, {"hours": "today"}])}
WEATHER = {"kind": "ask", "ask": "weather", "cases": {"fine": "told"}, "unavailable": "main"}


def spoken(tiny: Tiny, **more: object) -> None:
    """From now on the small helpline tells where something is, in a language that has a voice."""
    data = content(nodes={**NODES, "weather": WEATHER}, roles={"places": "bb"}, **more)
    data["languages"]["bb"]["language"]["voices"] = [{"engine": "pico", "voice": "fr-FR"}]
    tiny.parts.shelf.put(release(data))


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    with running(tmp_path, sqlite_url, weather=lambda _: FOUND) as started:
        spoken(started)
        yield started
        for thread in threading.enumerate():
            if thread.name == "free speech":
                thread.join(30)


def told(tiny: Tiny) -> Phone:
    """A caller of the first language who hears where it is."""
    phone = tiny.phone(strict=True)
    phone.ring(call_sid=SID)
    phone.press("1")
    phone.press("5")
    return phone


def test_it_is_spoken_among_what_is_said_in_the_caller_s_language(tiny: Tiny) -> None:
    phone = told(tiny)
    assert heard(phone) == [
        *("aa/here", "aa/speech", "aa/weekday.3"),
        *("aa/hours.from", "aa/number.9", "aa/clock.hour"),
        *("aa/hours.till", "aa/number.12", "aa/clock.hour-and", "aa/number.30"),
        "aa/told.a",
    ]
    assert phone.errors == []  # every sound was fetched, and could be played
    assert not any("Lilas" in address or "75011" in address for address in phone.heard_all)


def test_its_sound_is_that_of_the_text(tiny: Tiny) -> None:
    address = told(tiny).heard[1].removeprefix(PUBLIC)
    answer = tiny.client.get(address)
    assert answer.content != tiny.client.get(told(tiny).heard[0].removeprefix(PUBLIC)).content
    assert "immutable" in answer.headers["cache-control"]
    assert told(tiny).heard[1].removeprefix(PUBLIC) == address


def test_a_repeated_turn_has_the_same_address(tiny: Tiny) -> None:
    phone = told(tiny)
    before = phone.heard
    phone.press("9")
    assert phone.heard == before


def test_where_no_voice_speaks_it_the_call_goes_on(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ENGINES, "pico")
    phone = told(tiny)
    assert phone.heard[1] == f"{PUBLIC}/audio/aa/speech/{NOTHING.hash}.wav"
    assert phone.errors == []
    instead = tiny.client.get(phone.heard[1].removeprefix(PUBLIC))
    assert instead.headers["cache-control"] == "no-store"
    phone.press("1")
    assert heard(phone)[0] == "aa/main"


def test_what_was_chosen_counts_though_the_outside_was_asked_on_the_way(tiny: Tiny) -> None:
    told(tiny)
    with tiny.parts.database.reading() as tx:
        results = tx.connection.exec_driver_sql("SELECT result FROM turns ORDER BY n").scalars().all()
    assert results == [Result.REACHED, Result.CHOSE, Result.CHOSE]


@contextmanager
def sending(tiny: Tiny, can: Callable[[Line], bool]) -> Iterator[Phone]:
    """A caller of the first language, of whom the house says whether a text can be sent."""
    main = {**NODES_OF_TINY["main"], "text": "docs"}
    tiny.parts.shelf.put(release(content(nodes={"main": main}, roles={"text": "tale"})))
    webhooks = Webhooks(replace(telephone(tiny.parts), texting=can))
    with in_process(Starlette(routes=[*webhooks.routes(), audio.route(tiny.parts.sounds.path)])) as client:
        phone = Phone(client, PUBLIC, TOKEN, ACCOUNT, NUMBER, strict=True)
        phone.ring(call_sid=SID)
        phone.press("1")
        yield phone


@pytest.mark.parametrize(("can", "said"), [(True, ["aa/text.hint"]), (False, [])])
def test_key_7_is_offered_to_those_to_whom_a_text_can_be_sent(tiny: Tiny, can: bool, said: list[str]) -> None:
    asked: list[Line] = []

    def sends(line: Line) -> bool:
        asked.append(line)
        return can

    with sending(tiny, sends) as phone:
        assert heard(phone)[7:] == said
        phone.press("7")
        assert heard(phone)[0] == ("aa/tale.1" if can else "aa/system.wrong-key")
    assert [line.external_id for line in asked] == [SID]


def test_where_it_cannot_be_known_whether_a_text_can_be_sent_none_is_offered(tiny: Tiny) -> None:
    def away(_: Line) -> bool:
        raise StorageAway("gone")

    with sending(tiny, away) as phone:
        assert heard(phone)[7:] == []
