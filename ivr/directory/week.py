"""A week of opening hours: JSON of the column `places.hours`, ISO weekday -> spans: `{"1": [["09:00", "12:00"]]}`.

A day that is not there is closed. None in place of a week: nobody knows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise

import holidays

Span = tuple[str, str]
Hours = Mapping[str, Sequence[Sequence[str]]]
"""ISO weekday ("1" is Monday) -> (from, to), sorted and apart; "24:00" ends a day."""

DAYS = "1234567"
AHEAD = 8
"""Days in which the next opening is looked for, today among them."""

REGIONS: Mapping[str, str] = {
    **dict.fromkeys(("67", "68"), "6AE"),
    **{code: code for code in ("57", "971", "972", "973", "974", "976")},
    **{"975": "PM", "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC"},
}
"""Départements with public holidays of their own, as the library calls them."""


def written(hours: Hours | None) -> str | None:
    """As the column holds it."""
    return None if hours is None else json.dumps({day: hours[day] for day in DAYS if day in hours})


def read(text: str | None) -> Hours | None:
    """What the column holds; a text that is none of ours is unknown, not an error in the middle of a call."""
    if text is None:
        return None
    try:
        days = json.loads(text)
        return tidy({str(day): [(str(start), str(end)) for start, end in spans] for day, spans in days.items()})
    except (ValueError, TypeError, AttributeError):
        return None


def tidy(days: Mapping[str, Iterable[Span]]) -> Hours | None:
    """Sorted, without repeats, what touches made one; None where any of it cannot be."""
    hours: dict[str, tuple[Span, ...]] = {}
    for day in sorted(days):
        spans = joined(days[day])
        if day not in DAYS or len(day) != 1 or spans is None:
            return None
        if spans:
            hours[day] = spans
    return hours


def joined(spans: Iterable[Span]) -> tuple[Span, ...] | None:
    """One day's spans in order; None where two of them contradict each other or one is impossible."""
    found = sorted(set(spans))
    if any(not _possible(start, end) for start, end in found):
        return None
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
        return None
    apart: list[Span] = []
    for start, end in found:
        touching = bool(apart) and apart[-1][1] == start
        apart.append((apart.pop()[0] if touching else start, end))
    return tuple(apart)


def _possible(start: str, end: str) -> bool:
    return all(len(one) == 5 and one[2] == ":" for one in (start, end)) and _clock(start) < _clock(end) <= 24 * 60


def _clock(text: str) -> int:
    hour, minute = int(text[:2]), int(text[3:])
    return hour * 60 + minute if 0 <= minute < 60 and hour >= 0 else 24 * 60 + 1


def spans_on(hours: Hours, day: date) -> tuple[Span, ...]:
    """When it is open on that day; empty when it is closed. Public holidays are the caller's to ask about."""
    return tuple((span[0], span[1]) for span in hours.get(str(day.isoweekday()), ()))


def opens(hours: Hours, moment: datetime, departement: str | None = None) -> datetime | None:
    """The moment itself if it is open then, else the next opening; None within eight days. On holidays nobody knows."""
    today = moment.date()
    for day in (today + timedelta(days=ahead) for ahead in range(AHEAD)):
        if is_holiday(day, departement):
            continue
        for start, end in spans_on(hours, day):
            if day > today or _minute(moment) < _clock(start):
                return datetime.combine(day, time.fromisoformat(start), moment.tzinfo)
            if _minute(moment) < _clock(end):
                return moment
    return None


def _minute(moment: datetime) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60


def is_holiday(day: date, departement: str | None = None) -> bool:
    """A public holiday there: what the source says of that weekday is then no answer."""
    return day in _holidays(day.year, REGIONS.get(departement or ""))


@cache
def _holidays(year: int, region: str | None) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=region, years=year))


def grouped(hours: Hours) -> tuple[tuple[str, tuple[Span, ...]], ...]:
    """The week as one says it: days in a row with the same spans, "1-5", "67" or "3"; closed days are left out."""
    runs: list[tuple[str, tuple[Span, ...]]] = []
    for day in DAYS:
        spans = tuple((span[0], span[1]) for span in hours.get(day, ()))
        before = runs.pop()[0] if runs and runs[-1][1] == spans else ""
        runs.append((before + day, spans))
    return tuple((_range(days), spans) for days, spans in runs if spans)


def _range(days: str) -> str:
    return days if len(days) < 3 else f"{days[0]}-{days[-1]}"
