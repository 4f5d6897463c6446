"""When a place is open, as it can be said: today, the next time, and the whole week."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ivr.directory.hours import Hours, grouped, hold, is_holiday, spans_on
from ivr.engine.turn import Opening, Value
from ivr.store.places import Place

KNOWN, TODAY, CLOSED_TODAY, NEXT = "hours_known", "hours_today", "hours_closed_today", "hours_next"
TODAY_AND_NEXT = (KNOWN, TODAY, CLOSED_TODAY, NEXT)
WEEK = tuple(f"hours_{n}" for n in range(1, 8))
"""Values of the groups of days."""
AHEAD = 8
"""Days in which the next opening is looked for."""

Spoken = Mapping[str, Value | None]


def certain(place: Place) -> Hours | None:
    """The hours that may be told as a fact; None where nobody knows, or the source's comment takes them back at times.

    Who corrected them has read the comment.
    """
    return place.hours if "hours" in place.corrected or hold(place.note) else None


def now_and_next(hours: Hours | None, now: datetime, departement: str | None) -> Spoken:
    """What is left of today, else the next day. On a holiday nobody knows: then only the next day is said."""
    values: dict[str, Value | None] = dict.fromkeys(TODAY_AND_NEXT)
    if not hours:
        return values
    values[KNOWN] = 1
    if not is_holiday(now.date(), departement):
        spans = spans_on(hours, now.date())
        if any(till > now.strftime("%H:%M") for _, till in spans):
            return {**values, TODAY: Opening("", tuple(spans))}
        values[CLOSED_TODAY] = 1
    return {**values, NEXT: _next(hours, now, departement)}


def week(hours: Hours | None) -> Spoken:
    """The week in groups of days that are alike; None where nobody knows."""
    groups = [Opening(days, spans) for days, spans in grouped(hours)] if hours else []
    return {**dict.fromkeys(WEEK), **dict(zip(WEEK, groups, strict=False))}


def _next(hours: Hours, now: datetime, departement: str | None) -> Opening | None:
    for ahead in range(1, AHEAD):
        day = now.date() + timedelta(days=ahead)
        spans = () if is_holiday(day, departement) else spans_on(hours, day)
        if spans:
            return Opening(str(day.isoweekday()), tuple(spans))
    return None
