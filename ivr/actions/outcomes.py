"""What follows when a call has been wrapped up: menus/outcomes.yaml."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from ivr.actions import windows
from ivr.actions.hours import Hours
from ivr.actions.machine import NotPossible
from ivr.actions.refusals import Reason
from ivr.actions.windows import Calendar, Due, Window
from ivr.engine.reading import Mistake
from ivr.errors import BadContent
from ivr.store.desk import Row

FILE = "menus/outcomes.yaml"
OUTCOMES = (
    "helped",
    "referred",
    "appointment",
    "no_answer",
    "busy",
    "wrong_number",
    "out_of_service",
    "declined",
    "other_language",
)
"""Every outcome; the pages have words for each. An id never changes its meaning."""


class Then(StrEnum):
    """What becomes of the request."""

    DONE = "done"
    CLOSE = "close"  # nobody could be reached, and nobody will try again
    RETRY = "retry"  # after so many minutes, so many times; then it is closed
    WINDOW = "window"  # called again when it was agreed
    LANGUAGE = "language"  # called again by somebody who speaks it


@dataclass(frozen=True, slots=True)
class Rule:
    """The consequence of one outcome; `after` (minutes) and `times` belong to RETRY."""

    then: Then
    after: int = 0
    times: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a release says on outcomes, opening hours and languages, where the helpline lives."""

    outcomes: Mapping[str, Rule]
    hours: Hours
    languages: frozenset[str]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Wrap:
    """How a call went, in the words of who called; an appointment brings a window, another language brings its code."""

    outcome: str
    note: str = ""
    window: Window | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """It waits again; `tries` counts the calls in vain since the caller last said when."""

    due: Due
    language: str | None
    tries: int = 0


def rules(raw: Mapping[str, Any], zone: ZoneInfo) -> Rules:
    """The rules of a release's plain data; BadContent for one that was made before there were any."""
    found = raw.get("outcomes")
    if found is None or any(check(found)):
        raise BadContent(f"this release has no {FILE}: run `ivr prepare`")
    outcomes = {
        name: Rule(Then(rule["then"]), rule.get("after", 0), rule.get("times", 0)) for name, rule in found.items()
    }
    return Rules(outcomes, raw["hours"], frozenset(raw["languages"]), zone)


def follow(wrap: Wrap, row: Row, rules: Rules, closures: Collection[str], now: float) -> Then | Again:
    """What becomes of a request after this call; DONE and CLOSE end it."""
    rule = rules.outcomes.get(wrap.outcome)
    if rule is None:
        raise NotPossible(Reason.BAD_CHOICE, "outcome")
    theirs = None if row.zone is None else ZoneInfo(row.zone)
    match rule.then:
        case Then.WINDOW:
            return Again(_agreed(wrap, theirs, rules.zone, now), row.language)
        case Then.LANGUAGE:
            if wrap.language not in rules.languages or wrap.language == row.language:
                raise NotPossible(Reason.BAD_CHOICE, "language")
            calendar = Calendar(rules.hours, rules.zone, closures)
            return Again(windows.retry_at(calendar, now, 0, None, theirs), wrap.language)
        case Then.RETRY if row.tries < rule.times:
            calendar = Calendar(rules.hours, rules.zone, closures)
            due = windows.retry_at(calendar, now, rule.after, row.window, theirs)
            return Again(due, row.language, row.tries + 1)
        case Then.RETRY:
            return Then.CLOSE
        case Then.DONE | Then.CLOSE:
            return rule.then


def _agreed(wrap: Wrap, theirs: ZoneInfo | None, home: ZoneInfo, now: float) -> Due:
    try:
        due = None if wrap.window is None else windows.due(wrap.window, theirs or home)
    except (ValueError, KeyError):  # no date, no part of a day
        due = None
    if due is None or due.until is None or due.until <= now:
        raise NotPossible(Reason.BAD_WINDOW, "window")
    return due


def check(outcomes: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is wrong in menus/outcomes.yaml."""
    for name in outcomes:
        if name not in OUTCOMES:
            yield Mistake(FILE, 1, name, f"no such outcome: one of {', '.join(OUTCOMES)}")
    for name in OUTCOMES:
        wrong = _wrong(outcomes.get(name))
        if wrong:
            yield Mistake(FILE, 1, name, wrong)


def _wrong(rule: Any) -> str | None:
    if rule is None:
        return "the outcome is missing"
    if not isinstance(rule, Mapping) or rule.get("then") not in list(Then):
        return f"must say `then`: one of {', '.join(Then)}"
    wanted = {"then", "after", "times"} if rule["then"] == Then.RETRY else {"then"}
    if set(rule) != wanted:
        return f"`{rule['then']}` takes {' and '.join(sorted(wanted - {'then'})) or 'nothing'} beside `then`"
    return None if all(_counts(rule[name]) for name in wanted - {"then"}) else "must be a whole number from 1 on"


def _counts(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
