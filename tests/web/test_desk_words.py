"""What the desk's pages say: every state has its words, and times are said as people say them."""

from datetime import date, datetime

import pytest

from ivr.actions import outcomes
from ivr.actions.audit import What
from ivr.actions.outcomes import Rule, Then
from ivr.actions.refusals import Reason
from ivr.store.dials import BEFORE_ACCEPTED, Dial, How, State
from ivr.store.dials import Kind as Purpose
from ivr.store.notes import Kind
from ivr.store.requests import OWN, SHARED, UNKNOWN, Status
from ivr.web import catalogues, desk_words, sentences
from ivr.web.catalogues import APART, TOGETHER
from tests.helpline import PARIS

ENGLISH = catalogues.languages()["en"]
MONDAY = date(2026, 11, 23)


def plain(text: str) -> str:
    return text.replace(APART, "").replace(TOGETHER, "").replace("\u202f", " ")


def at(local: str) -> float:
    return datetime.fromisoformat(local).replace(tzinfo=PARIS).timestamp()


def test_there_are_words_for_everything_that_can_stand_on_a_page() -> None:
    assert set(desk_words.STATUS) == set(Status)
    assert set(desk_words.HOW) == set(How)
    assert set(desk_words.HOW_DIRECT) < set(How)
    assert set(desk_words.NOTES) == set(Kind)
    assert set(desk_words.OUTCOMES) == set(outcomes.OUTCOMES)
    assert set(desk_words.FLAGS) == set(desk_words.CAUTIONS) == {SHARED, UNKNOWN} == {OWN, SHARED, UNKNOWN} - {OWN}
    assert set(sentences.REASONS) >= set(Reason)
    assert set(sentences.DEEDS) >= set(What)


def test_every_state_of_a_running_call_is_one_step() -> None:
    steps = [state for states, _ in desk_words.STEPS for state in states]
    assert sorted(steps) == sorted({*BEFORE_ACCEPTED, State.ACCEPTED, State.CALLING, State.BRIDGED})


def attempt(kind: Purpose, how: How | None = None) -> Dial:
    return Dial(1, kind, 1, 1, State.OVER, 0.0, 0.0, None, None, None, None, None, how)


def test_an_attempt_while_the_caller_is_on_the_line_has_steps_and_words_of_its_own() -> None:
    direct, back = attempt(Purpose.DIRECT, How.NO_ANSWER), attempt(Purpose.CALLBACK, How.NO_ANSWER)
    assert (desk_words.how(direct), desk_words.how(back)) == (
        "They were on the line; the aidant did not pick up.",
        "You did not pick up; their phone did not ring.",
    )
    assert desk_words.how(attempt(Purpose.DIRECT, How.TALKED)) == "You talked."
    assert desk_words.how(attempt(Purpose.DIRECT)) == ""
    assert desk_words.steps(None) == desk_words.steps(back) == desk_words.STEPS
    labels = [label for _, label in desk_words.steps(direct)]
    assert labels == ["Your phone rings", "Press 1 on your phone", "You are talking"]


@pytest.mark.parametrize(
    ("agreed", "said"),
    [
        (("2026-11-23", "morning"), "this morning"),
        (("2026-11-23", "evening"), "this evening"),
        (("2026-11-24", "afternoon"), "tomorrow afternoon"),
        (("2026-11-27", "morning"), "Friday, in the morning"),
        (("2026-11-30", "morning"), "November 30, in the morning"),
        (("2026-11-20", "evening"), "November 20, in the evening"),
    ],
)
def test_a_window_is_said_as_people_say_it(agreed: tuple[str, str], said: str) -> None:
    assert plain(desk_words.window(ENGLISH, agreed, MONDAY)) == said


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("2026-11-23T16:05", "at 4:05 PM"),
        ("2026-11-24T09:00", "tomorrow at 9:00 AM"),
        ("2026-11-25T09:00", "Wednesday at 9:00 AM"),
        ("2026-12-24T09:00", "December 24 at 9:00 AM"),
    ],
)
def test_a_time_is_said_as_people_say_it(then: str, said: str) -> None:
    assert plain(desk_words.time_of(ENGLISH, at(then), at("2026-11-23T10:00"), PARIS)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 min"), (59, "1 min"), (42 * 60, "42 min"), (95 * 60, "95 min"), (3 * 3600, "3 hr"), (72 * 3600, "3 days")],
)
def test_how_long_somebody_waits_is_short(seconds: int, said: str) -> None:
    assert plain(ENGLISH.age(0, seconds)) == said


@pytest.mark.parametrize(
    ("rule", "tries", "said"),
    [
        (Rule(Then.DONE), 0, "done"),
        (Rule(Then.WINDOW), 0, "called again then"),
        (Rule(Then.RETRY, 120, 3), 2, "again in 2 hr"),
        (Rule(Then.RETRY, 120, 3), 3, "closed, it was the last try"),
    ],
)
def test_what_an_outcome_leads_to_is_said_before_it_is_chosen(rule: Rule, tries: int, said: str) -> None:
    assert plain(desk_words.follows(ENGLISH, rule, tries)) == said
