"""Messages, transfers and questions that only the outside can answer, over signed webhooks."""

import json
from pathlib import Path

import pytest

from ivr.engine.inputs import Known, Unavailable
from tests.actions.tiny import Tiny, heard, line, running
from tests.channels.webhooks import SID


def test_a_message_is_recorded_where_that_is_possible(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url, recording=lambda _: Known("ready")) as tiny:
        phone = tiny.phone(strict=True)
        phone.ring(call_sid=SID)
        phone.press("1")
        phone.press("3")
        assert (heard(phone), phone.waiting) == (["aa/message"], "record")
        phone.finish_recording(0)  # B3: "verbs after Record unreachable" once something was recorded; else they follow
        assert (heard(phone)[:2], phone.waiting) == (["aa/system.silence", "aa/main"], "gather")
        phone.press("3")
        phone.finish_recording(7, key="#")
        assert heard(phone)[0] == "aa/main"
        told = [json.loads(turn.payload)["i"] for turn in tiny.turns(SID)]
        assert told[-3:-1] == ["silent", "pressed 3"]
        assert told[-1].startswith("recorded RE")
        assert messages(tiny) == [("expected", None)]
        assert phone.errors == []


def test_where_messages_are_not_possible_the_way_out_is_taken(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url, recording=lambda _: Unavailable()) as tiny:
        phone = tiny.phone(strict=True)
        phone.ring(from_="anonymous")
        phone.press("1")
        for key in ("3", "4"):  # nothing answers `line`
            phone.press(key)
            assert (heard(phone)[0], phone.waiting) == ("aa/main", "gather")
        assert phone.errors == []


@pytest.mark.parametrize("late", [False, True], ids=["action-first", "status-first"])
def test_a_message_is_kept_when_the_caller_hangs_up_after_it(late: bool, tmp_path: Path, sqlite_url: str) -> None:
    # Record: "Digits (key or `hangup`)" is posted to the action when the caller hangs up, in any order with the status.
    with running(tmp_path, sqlite_url) as tiny:
        phone = tiny.phone(strict=True)
        phone.ring(call_sid=SID)
        phone.press("1")
        phone.press("0")
        phone.press("1")
        phone.press("3")
        assert phone.waiting == "record"
        if late:
            tiny.calls.ended(line(sid=SID))
        phone.hang_up(recorded=7)
        (request,) = tiny.requests(SID)
        assert messages(tiny) == [("expected", request.id)]
        call = tiny.call(SID)
        assert call is not None
        assert (call.ended_how, call.ended_node) == ("passed_on", "message" if late else "main")


def messages(tiny: Tiny) -> list[tuple[str, int | None]]:
    with tiny.parts.database.reading() as tx:
        return [tuple(row) for row in tx.connection.exec_driver_sql("SELECT state, request_id FROM messages")]


def test_a_question_of_another_kind_is_answered_by_whoever_joined_an_answerer(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url) as tiny:
        phone = tiny.phone(strict=True)
        phone.ring()
        phone.press("1")
        phone.press("5")
        assert heard(phone) == ["aa/tale.1"]
