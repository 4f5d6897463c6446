"""What callers did next, case by case; and that keeping a window never stands in anybody's way."""

import logging

import pytest

from ivr.actions import listening
from ivr.actions.listening import Next, Window, next_of
from ivr.engine.turn import Result
from ivr.store import calls, listened
from ivr.store.database import Database
from ivr.store.listened import Course, Span
from tests.databases import opened
from tests.store.people import NOW, new_call, new_turn

WINDOW = Window("call-1", 0, "welcome", None, 5, "voice", "a card", 0.9, "chose", 0.8, 0.5, NOW)


def course(outcome: str, where: str, then: str | None = None, **more: object) -> Course:
    """A window at A with this outcome; `where` the call went ("AB": to B and there), then `then` ("chose A")."""
    after, _, place = (then or "").partition(" ")
    found = {
        "answered": True,
        "moved": where != "A",
        "after": after or None,
        "stayed": place == where,
        "returned": place == "A",
        "by": "voice" if then else None,
        "soon": True,
        "ended": None,
        "denies": False,
        "denied": False,
        **more,
    }
    return Course("A", "aa", "voice", outcome, **found)  # type: ignore[arg-type]


CASES = {
    "went on": (course("chose", "B", "chose C"), Next.ACCEPTED),
    "went on a page": (course("chose", "A", "chose A"), Next.ACCEPTED),
    "went to a person": (course("chose", "B", "chose person"), Next.ACCEPTED),
    "came back at once": (course("chose", "B", "chose A"), Next.CORRECTED),
    "came back by key": (course("chose", "B", "chose A", by="key"), Next.CORRECTED),
    "came back after listening": (course("chose", "B", "chose A", soon=False), Next.ACCEPTED),
    "was silent, which led back": (course("chose", "B", "chose A", by="none"), Next.ACCEPTED),
    "wanted to hear it again": (course("chose", "B", "again B"), Next.REPEATED),
    "was not understood there": (course("chose", "B", "no_match B"), Next.REPEATED),
    "was silent there": (course("chose", "B", "no_input B"), Next.ACCEPTED),
    "was led on from there": (course("chose", "B", "no_match person"), Next.GAVE_UP),
    "hung up at once": (course("chose", "B", ended="hung_up"), Next.GAVE_UP),
    "hung up after listening": (course("chose", "B", ended="hung_up", soon=False), Next.ACCEPTED),
    "heard goodbye": (course("chose", "B", ended="finished"), Next.ACCEPTED),
    "was put through": (course("chose", "B", ended="passed_on"), Next.ACCEPTED),
    "ran out of tries there": (course("chose", "B", "ended goodbye", ended="silent"), Next.GAVE_UP),
    "said goodbye": (course("chose", "B", "ended goodbye", ended="finished"), Next.ACCEPTED),
    "said goodbye at once": (course("ended", "B", ended="finished"), Next.ACCEPTED),
    "was past every limit": (course("ended", "B", ended="limit"), Next.GAVE_UP),
    "went where the outside is asked": (course("reached", "B", "chose C"), Next.ACCEPTED),
    "is still there": (course("chose", "B"), None),
    "said yes": (course("confirm", "A", "chose B"), Next.ACCEPTED),
    "said no": (course("confirm", "A", "chose A"), Next.CORRECTED),
    "said no to the engine": (course("confirm", "A", "no_match A", denied=True), Next.CORRECTED),
    "said no too often": (course("confirm", "A", "no_match person", denied=True), Next.GAVE_UP),
    "denied it and tried again": (course("no_match", "A", "chose B", denies=True), Next.ACCEPTED),
    "denied it once too often": (course("no_match", "person", "chose C", denies=True), Next.GAVE_UP),
    "said something else": (course("confirm", "A", "confirm A"), Next.CORRECTED),
    "did not say": (course("confirm", "A", "no_input A"), Next.REPEATED),
    "wanted to be asked again": (course("confirm", "A", "again A"), Next.REPEATED),
    "said neither yes nor no": (course("confirm", "A", "no_match A"), Next.REPEATED),
    "never said yes": (course("confirm", "A", "no_input person"), Next.GAVE_UP),
    "hung up when asked": (course("confirm", "A", ended="hung_up", soon=False), Next.GAVE_UP),
    "tried again": (course("no_match", "A", "chose B"), Next.REPEATED),
    "tried again in vain": (course("no_match", "A", "no_match A"), Next.REPEATED),
    "was led to a person": (course("no_match", "person", "chose C"), Next.GAVE_UP),
    "was led to a person who is there": (course("no_match", "A", "reached person"), Next.GAVE_UP),
    "ran out of tries": (course("no_match", "A", "ended goodbye", ended="silent"), Next.GAVE_UP),
    "ran out of tries with a request": (course("no_match", "A", "ended goodbye", ended="passed_on"), Next.GAVE_UP),
    "said nothing and hung up": (course("no_input", "A", ended="hung_up", soon=False), Next.GAVE_UP),
    "was bidden goodbye": (course("no_input", "goodbye", ended="silent"), Next.GAVE_UP),
    "was not understood and is still there": (course("no_match", "A"), None),
    "heard it again and went on": (course("again", "A", "chose B"), Next.ACCEPTED),
    "said a digit and another": (course("partial", "A", "partial A"), Next.ACCEPTED),
    "hung up instead": (course("ended", "A", answered=False, ended="hung_up"), None),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_caller_did_next_tells_whether_they_were_understood(case: str) -> None:
    asked, expected = CASES[case]
    assert next_of(asked) is expected


def test_digits_that_are_read_out_are_taken_back_where_they_are_asked_for_again() -> None:
    heard_out, wrong = course("chose", "A", "chose B"), course("chose", "A", "chose A")
    assert (next_of(heard_out, {"A"}), next_of(wrong, {"A"})) == (Next.ACCEPTED, Next.CORRECTED)
    assert next_of(wrong, {"B"}) is Next.ACCEPTED  # two pages of an explanation


@pytest.mark.parametrize("result", sorted(Result))
def test_every_result_of_a_turn_is_judged(result: str) -> None:
    assert next_of(course(result, "A", "chose B")) in Next
    assert next_of(course("chose", "B", f"{result} B")) in Next


def test_a_window_is_kept_with_its_call(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())
        calls.add_turn(tx, new_turn())
    listening.store(database, WINDOW)
    listening.store(database, WINDOW)
    with database.reading() as tx:
        assert [heard.words for heard in listened.words(tx, Span(NOW, listening.SOON))] == ["a card"]


def test_where_the_database_is_away_the_call_goes_on_and_the_log_names_no_words(
    tmp_path: object, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(f"postgresql://nobody@/none?host={tmp_path}") as away, caplog.at_level(logging.WARNING):
        listening.store(away, WINDOW)
    (record,) = caplog.records
    assert (record.call, record.turn) == ("call-1", 0)  # type: ignore[attr-defined]
    assert "a card" not in str(record.__dict__)
