"""Messages, transfers and questions that only the outside can answer, over signed webhooks."""

import json
from pathlib import Path

from ivr.engine.inputs import Known, Unavailable
from tests.actions.tiny import heard, running
from tests.channels.webhooks import SID


def test_a_message_is_recorded_where_that_is_possible(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url, recording=lambda _: Known("ready")) as tiny:
        phone = tiny.phone(strict=True)
        phone.ring(call_sid=SID)
        phone.press("1")
        phone.press("3")
        assert (heard(phone), phone.waiting) == (["aa/message"], "record")
        phone.finish_recording(0)  # B3: "verbs after Record unreachable" once something was recorded; else they follow
        assert (heard(phone)[:2], phone.waiting) == (["aa/system.silence", "aa/message"], "record")
        phone.finish_recording(7, key="#")
        assert heard(phone)[0] == "aa/main"
        told = [json.loads(turn.payload)["i"] for turn in tiny.turns(SID)]
        assert told[-2:] == ["silent", told[-1]]
        assert told[-1].startswith("recorded RE")
        assert phone.errors == []


def test_where_messages_are_not_possible_the_way_out_is_taken(tmp_path: Path, sqlite_url: str) -> None:
    for answerers in ({}, {"recording": lambda _: Unavailable(), "line": lambda _: Unavailable()}):
        with running(tmp_path, sqlite_url, **answerers) as tiny:
            phone = tiny.phone(strict=True)
            phone.ring(call_sid=f"CA-{len(answerers)}", from_="anonymous")
            phone.press("1")
            for key in ("3", "4"):
                phone.press(key)
                assert (heard(phone)[0], phone.waiting) == ("aa/main", "gather")
            assert phone.errors == []


def test_a_question_of_another_kind_is_answered_by_whoever_joined_an_answerer(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url) as tiny:
        phone = tiny.phone(strict=True)
        phone.ring()
        phone.press("1")
        phone.press("5")
        assert heard(phone) == ["aa/tale.1"]
