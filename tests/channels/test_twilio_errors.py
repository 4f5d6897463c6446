"""Errors inside a call are spoken and offer a person; a promise is stored before it is told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.actions import calls as door
from ivr.actions.knowledge import Asked
from ivr.channels.twilio import render
from ivr.engine.inputs import Known
from ivr.errors import StorageAway
from ivr.observing import JsonLines
from ivr.store.database import Transaction
from tests.actions.tiny import Tiny, heard, running
from tests.channels.webhooks import SID, stored
from tests.doubles.phone import Phone


class Broken(Exception):
    """Something nobody thought of."""


def out_of_order(asked: Asked) -> Known:
    raise Broken(f"keyed {asked.state.secrets} by {asked.line.number}")


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    with running(tmp_path, sqlite_url, weather=out_of_order) as started:
        yield started


@pytest.fixture
def phone(tiny: Tiny) -> Phone:
    """A call at the main menu, in the second language."""
    ringing = tiny.phone(strict=True)
    ringing.ring(call_sid=SID)
    ringing.press("2")
    return ringing


def commits_fail(monkeypatch: pytest.MonkeyPatch, tiny: Tiny) -> None:
    """From now on every transaction breaks when it is to be kept."""
    whole = tiny.parts.database.transaction

    class Failing:
        def __enter__(self) -> Transaction:
            self._open = whole()
            return self._open.__enter__()

        def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
            lost = error or StorageAway("the disk is full")
            self._open.__exit__(type(lost), lost, None)
            raise lost

    monkeypatch.setattr(tiny.parts.database, "transaction", Failing)


def database_away(monkeypatch: pytest.MonkeyPatch, tiny: Tiny) -> None:
    """From now on nobody reaches the database."""

    def unreachable() -> None:
        raise StorageAway("no answer")

    monkeypatch.setattr(tiny.parts.database, "transaction", unreachable)
    monkeypatch.setattr(tiny.parts.database, "reading", unreachable)


def test_an_answerer_that_breaks_is_spoken_of_in_the_caller_s_language_and_the_call_goes_on(
    tiny: Tiny, phone: Phone
) -> None:
    phone.press("5")
    assert heard(phone) == ["bb/trouble", "bb/trouble.restart"]
    phone.press("0")
    assert heard(phone)[0] == "bb/noted"
    assert len(tiny.requests(SID)) == 1
    phone.press("#")
    assert heard(phone)[0] == "bb/main"
    assert phone.errors == []


def test_an_error_is_stored_with_its_node_and_counted(tiny: Tiny, phone: Phone) -> None:
    phone.press("5")
    assert [(turn.node, turn.result) for turn in tiny.turns(SID)][1:] == [("main", "chose"), ("trouble", "error")]
    figures = tiny.client.get("/metrics").text
    assert 'ivr_turns_total{node="trouble",result="error"} 1.0' in figures


def test_an_error_is_logged_with_call_and_node_but_without_number_or_keys(
    tiny: Tiny, caplog: pytest.LogCaptureFixture
) -> None:
    phone = tiny.phone()
    phone.ring("+33639981234", call_sid=SID)
    for keys in ("1", "2", "98765#", "1", "5"):
        phone.press(keys)
    assert heard(phone)[0] == "aa/trouble"
    [record] = [record for record in caplog.records if record.message == "a call broke"]
    line = JsonLines().format(record)
    said = json.loads(line)
    assert (said["turn"], said["node"], said["error"], said["level"]) == (5, "main", "Broken", "error")
    assert said["call"] == tiny.turns(SID)[0].call_id
    assert any("test_twilio_errors.py" in place for place in said["at"])
    assert not any(personal in line for personal in ("639981234", "98765", "keyed"))


def test_an_engine_that_breaks_is_spoken_of_too(tiny: Tiny, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(door.engine, "advance", lambda *_: 1 / 0)
        phone.press("1")
    assert heard(phone)[0] == "bb/trouble"
    phone.press("1")
    assert heard(phone)[0] == "bb/main"
    assert phone.errors == []


def test_a_call_that_breaks_as_it_comes_in_is_spoken_of_in_every_language(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = tiny.phone()
    with monkeypatch.context() as broken:
        broken.setattr(door.engine, "begin", lambda *_: 1 / 0)
        phone.ring(call_sid=SID)
    assert heard(phone)[::2] == ["aa/trouble", "bb/trouble"]
    assert [(turn.n, turn.node, turn.result) for turn in tiny.turns(SID)] == [(1, "trouble", "error")]
    phone.press("#")
    assert heard(phone)[0] == "aa/start"
    phone.press("2")
    assert (heard(phone)[0], phone.errors) == ("bb/main", [])


def test_a_repeated_delivery_of_what_broke_gets_the_same_apology(tiny: Tiny, phone: Phone) -> None:
    phone.deliver_concurrently = True
    phone.press("5")
    assert heard(phone)[0] == "bb/trouble"
    assert len(tiny.turns(SID)) == 3


def test_what_breaks_while_the_database_is_away_is_spoken_of_too(
    tiny: Tiny, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_away(monkeypatch, tiny)
    phone.press("5")
    assert (heard(phone)[0], phone.errors) == ("bb/trouble", [])
    phone.press("1")
    assert heard(phone)[0] == "bb/main"


def test_keyed_numbers_survive_an_error(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url, weather=out_of_order) as tiny:
        phone = tiny.phone()
        phone.ring("anonymous", call_sid=SID)
        for keys in ("1", "0", "0639980003", "1"):
            phone.press(keys)
        assert heard(phone)[0] == "aa/noted"
        phone.press("1")
        phone.press("5")
        assert heard(phone)[0] == "aa/trouble"
        phone.press("1")
        phone.press("1")
        phone.press("0")
        assert [(request.number, request.topic) for request in tiny.requests(SID)] == [("+33639980003", "tale")]


def test_a_promise_that_cannot_be_kept_is_not_made(tiny: Tiny, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    # "No caller hears "we will call you back" unless the row is committed."
    with monkeypatch.context() as failing:
        commits_fail(failing, tiny)
        phone.press("0")
        assert heard(phone) == ["bb/sorry", "bb/sorry.hear-on"]
        assert stored(tiny, "requests") == 0
    phone.press("0")
    assert heard(phone)[0] == "bb/noted"
    assert [request.topic for request in tiny.requests(SID)] == ["general"]


def test_the_request_is_in_the_database_before_the_document_is_made(
    tiny: Tiny, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[int] = []
    whole = render.render

    def spying(*args: object) -> str:
        there.append(stored(tiny, "requests"))
        return whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "render", spying)
    phone.press("0")
    assert there == [1]
