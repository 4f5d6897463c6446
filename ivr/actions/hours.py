"""When people are there who can call back: the week, public holidays and closed days of menus/hours.yaml."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import holidays

from ivr.engine.inputs import Known
from ivr.engine.reading import Mistake
from ivr.engine.turn import When

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = 60
"""Days; who is closed longer than this promises no time."""

Hours = Mapping[str, Any]


def known(hours: Hours, now: datetime) -> Known:
    """Open, or closed with the moment `opens` when that is known; `now` is local time."""
    for start, end in spans(hours, now.date()):
        if start <= now.time() < end:
            return Known("open")
    opens = next_opening(hours, now)
    return Known("closed", {} if opens is None else {"opens": opens})


def next_opening(hours: Hours, now: datetime) -> When | None:
    """The next opening after `now`, as a date and a part of day."""
    for ahead in range(LOOK_AHEAD):
        day = now.date() + timedelta(days=ahead)
        for start, _ in spans(hours, day):
            if ahead or start > now.time():
                return When(day.isoformat(), part_of_day(start))
    return None


def spans(hours: Hours, day: date) -> Iterator[tuple[time, time]]:
    """The open spans of a day, none on a holiday or a closed day."""
    if day.isoformat() in {str(closed) for closed in hours.get("closed") or ()} or _is_holiday(hours, day):
        return
    for start, end in (hours.get("week") or {}).get(DAYS[day.weekday()]) or ():
        yield time.fromisoformat(str(start)), time.fromisoformat(str(end))


def part_of_day(at: time) -> str:
    """Morning to noon, afternoon to six, then evening."""
    return "morning" if at.hour < 12 else "afternoon" if at.hour < 18 else "evening"


def check(hours: Hours) -> Iterator[Mistake]:
    """What is wrong in menus/hours.yaml."""
    file = "menus/hours.yaml"
    for name in sorted(set(hours) - {"week", "holidays", "closed"}):
        yield Mistake(file, 1, name, "unknown field")
    week = hours.get("week")
    if not isinstance(week, Mapping):
        yield Mistake(file, 1, "week", "must give the open spans of each day")
        return
    for day in sorted(set(week) - set(DAYS)):
        yield Mistake(file, 1, day, f"no such day: one of {', '.join(DAYS)}")
    for day in DAYS:
        if not _good_spans(week.get(day) or []):
            yield Mistake(file, 1, day, 'must be a list of ["09:00", "12:30"], in order, none overlapping')
    yield from _wrong_closures(hours, file)


def _wrong_closures(hours: Hours, file: str) -> Iterator[Mistake]:
    country = hours.get("holidays")
    if country and str(country) not in holidays.list_supported_countries():
        yield Mistake(file, 1, "holidays", f"no public holidays are known for `{country}`")
    closed = hours.get("closed") or []
    if not isinstance(closed, list):
        yield Mistake(file, 1, "closed", "must be a list of dates")
        return
    for day in [day for day in map(str, closed) if not _is_date(day)]:
        yield Mistake(file, 1, "closed", f"`{day}` is no date such as 2027-01-02")


def _good_spans(spans: Any) -> bool:
    try:
        ends = [time.fromisoformat(str(at)) for start, end in spans for at in (start, end)]
    except (ValueError, TypeError):
        return False
    local = all(at.tzinfo is None for at in ends)
    return local and all(before < after for before, after in pairwise(ends))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_holiday(hours: Hours, day: date) -> bool:
    country = hours.get("holidays")
    return bool(country) and day in _holidays(str(country), day.year)


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))
