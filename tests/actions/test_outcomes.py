"""menus/outcomes.yaml: every mistake in it is named, and a release says what follows a call."""

from typing import Any

import pytest

from ivr.actions import outcomes
from ivr.actions.outcomes import OUTCOMES, Rule, Then, check, rules
from ivr.engine.reading import Mistake
from ivr.errors import BadContent
from tests.actions.folders import OUTCOMES as GOOD
from tests.helpline import PARIS, prepared

HOURS: dict[str, Any] = {"week": {}}


def with_rule(name: str, rule: Any) -> dict[str, Any]:
    return {**GOOD, name: rule}


def test_a_good_file_has_no_mistake() -> None:
    assert list(check(GOOD)) == []
    assert set(GOOD) == set(OUTCOMES)


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (None, "the outcome is missing"),
        ("done", "must say `then`: one of done, close, retry, window, language"),
        ({"then": "again"}, "must say `then`: one of done, close, retry, window, language"),
        ({"then": ["done"]}, "must say `then`: one of done, close, retry, window, language"),
        ({}, "must say `then`: one of done, close, retry, window, language"),
        ({"then": "done", "after": 5}, "`done` takes nothing beside `then`"),
        ({"then": "retry", "after": 5}, "`retry` takes after and times beside `then`"),
        ({"then": "retry", "after": 5, "times": 2, "more": 1}, "`retry` takes after and times beside `then`"),
        ({"then": "retry", "after": 0, "times": 2}, "must be a whole number from 1 on"),
        ({"then": "retry", "after": 5, "times": "2"}, "must be a whole number from 1 on"),
        ({"then": "retry", "after": 5, "times": True}, "must be a whole number from 1 on"),
        ({"then": "retry", "after": 5.5, "times": 1}, "must be a whole number from 1 on"),
    ],
)
def test_every_mistake_is_named(rule: Any, what: str) -> None:
    assert list(check(with_rule("busy", rule))) == [Mistake(outcomes.FILE, 1, "busy", what)]


def test_an_outcome_that_the_pages_do_not_know_is_a_mistake() -> None:
    (mistake,) = check(with_rule("vanished", {"then": "done"}))
    assert (mistake.where, mistake.what.startswith("no such outcome: one of helped, ")) == ("vanished", True)


def test_an_empty_file_lacks_every_outcome() -> None:
    assert [mistake.where for mistake in check({})] == list(OUTCOMES)


def test_a_release_gives_its_rules() -> None:
    found = rules({"outcomes": GOOD, "hours": HOURS, "languages": {"aa": {}}}, PARIS)
    assert found.outcomes["busy"] == Rule(Then.RETRY, after=10, times=3)
    assert found.outcomes["helped"] == Rule(Then.DONE)
    assert (found.hours, found.languages, found.zone) == (HOURS, {"aa"}, PARIS)


@pytest.mark.parametrize("raw", [{}, {"outcomes": {}}, {"outcomes": with_rule("busy", None)}])
def test_a_release_that_was_made_before_there_were_rules_says_what_to_do(raw: dict[str, Any]) -> None:
    with pytest.raises(BadContent, match="ivr prepare"):
        rules({"hours": HOURS, "languages": {}, **raw}, PARIS)


def test_the_helpline_s_own_file_is_good() -> None:
    assert rules(prepared().release.raw, PARIS).outcomes["appointment"].then is Then.WINDOW
