"""When somebody may be called: parts of days, opening hours, closed days, shifts, and 8 to 20 h where the caller lives.

Pure arithmetic. A window is a date and a part of it where the caller lives; what is due is said in UTC seconds.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.actions import hours as opening
from ivr.actions.hours import Hours
from ivr.engine.turn import When
from ivr.store.shifts import Shift

PARTS = {"morning": (time(8), time(12)), "afternoon": (time(12), time(18)), "evening": (time(18), time(20))}
DAY = (time(8), time(20))
"""Nobody is called earlier or later, by their own clock. Every part is within it."""
LEAST_SECONDS = 30 * 60
"""A part of a day of which less is left is not offered."""
LOOK_AHEAD = 60
"""Days."""

ZONES = {
    "+33": "Europe/Paris",
    "+262": "Indian/Reunion",
    "+262269": "Indian/Mayotte",
    "+262639": "Indian/Mayotte",
    "+508": "America/Miquelon",
    "+590": "America/Guadeloupe",
    "+594": "America/Cayenne",
    "+596": "America/Martinique",
    "+681": "Pacific/Wallis",
    "+687": "Pacific/Noumea",
    "+689": "Pacific/Tahiti",
}
"""Where people with such a number live; the longest beginning counts."""

Span = tuple[float, float]
"""From, and until but not including, in UTC seconds."""

Window = tuple[str, str]
"""A date (ISO) and a part of that day, by the caller's clock."""


@dataclass(frozen=True, slots=True)
class Due:
    """From when until when (None: without end) somebody may be called, and the window that says so."""

    at: float
    until: float | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people are there: hours of the release, closed days (ISO), shifts (None: there are none at all)."""

    hours: Hours
    zone: ZoneInfo
    closures: Collection[str] = ()
    shifts: Sequence[Shift] | None = None


def zone_of(number: str) -> str | None:
    """The time zone of a number (E.164), as far as it tells; None for one that is not French."""
    fitting = [beginning for beginning in ZONES if number.startswith(beginning)]
    return ZONES[max(fitting, key=len)] if fitting else None


def offered(calendar: Calendar, now: float, theirs: ZoneInfo | None = None, count: int = 4) -> list[When]:
    """The next parts of the caller's days in which somebody is there."""
    found: list[When] = []
    clock = theirs or calendar.zone
    for day in _days(_local(now, clock).date()):
        for part, ends in PARTS.items():
            pieces = _open_during(calendar, _span(day, ends, clock))
            left = sum(end - max(start, now) for start, end in pieces if end > now)
            if left >= LEAST_SECONDS:
                found.append(When(day.isoformat(), part))
            if len(found) == count:
                return found
    return found


def there(calendar: Calendar, now: float, theirs: ZoneInfo | None = None) -> bool:
    """Whether somebody is there now and it is day where the caller lives."""
    today = _open(calendar, _local(now, calendar.zone).date())
    return any(start <= now < end for start, end in _in_their_day(today, theirs or calendar.zone))


def due(window: Window, clock: ZoneInfo) -> Due:
    """From when until when a window lasts; `clock` is the caller's. ValueError or KeyError for one that is none."""
    return Due(*_span(date.fromisoformat(window[0]), PARTS[window[1]], clock), window)


def soonest(now: float, theirs: ZoneInfo) -> float:
    """Now, or when the next day begins where the caller lives."""
    days = (_span(day, DAY, theirs) for day in _days(_local(now, theirs).date()))
    return next(max(start, now) for start, end in days if end > now)


def asleep(now: float, home: ZoneInfo | None = None) -> frozenset[str]:
    """The zones of callers in which nobody is called now; "" is where the helpline lives (None: nobody knows)."""
    zones = {zone: ZoneInfo(zone) for zone in ZONES.values()} | ({} if home is None else {"": home})
    return frozenset(name for name, zone in zones.items() if soonest(now, zone) > now)


def outside(agreed: Due, now: float, theirs: ZoneInfo | None) -> bool:
    """Whether a call now would come at another time than was agreed, or at night where the caller lives."""
    early, late = now < agreed.at, agreed.until is not None and now >= agreed.until
    return early or late or (theirs is not None and soonest(now, theirs) > now)


def retry_at(calendar: Calendar, now: float, minutes: int, window: Window | None, theirs: ZoneInfo | None) -> Due:
    """When to try again: after so many minutes, when people are there, and in the agreed part of a day if any."""
    earliest = now + minutes * 60
    kept = None if window is None else _same_part(calendar, earliest, window, theirs)
    return kept or next(_free(calendar, earliest, theirs), Due(earliest))


def _free(calendar: Calendar, earliest: float, theirs: ZoneInfo | None) -> Iterator[Due]:
    for day in _days(_local(earliest, calendar.zone).date()):
        for start, end in _in_their_day(_open(calendar, day), theirs or calendar.zone):
            if end > earliest:
                yield Due(max(start, earliest))


def _same_part(calendar: Calendar, earliest: float, window: Window, theirs: ZoneInfo | None) -> Due | None:
    """The agreed part of the agreed day or of a later one, when it is open; of any day when it never is."""
    clock = theirs or calendar.zone
    first = max(_local(earliest, clock).date(), date.fromisoformat(window[0]))
    closed: Due | None = None
    for day in _days(first):
        begins, ends = _span(day, PARTS[window[1]], clock)
        if ends <= earliest:
            continue
        left = max(begins, earliest), ends
        found = Due(*left, (day.isoformat(), window[1]))
        if _open_during(calendar, left):
            return found
        closed = closed or found
    return closed


def _open(calendar: Calendar, day: date) -> list[Span]:
    """When people are there on this day."""
    if day.isoformat() in calendar.closures:
        return []
    spans = [_span(day, ends, calendar.zone) for ends in opening.spans(calendar.hours, day)]
    if calendar.shifts is None:
        return spans
    of_day = (shift for shift in calendar.shifts if shift.weekday == day.weekday())
    ends = ((time.fromisoformat(shift.starts), time.fromisoformat(shift.ends)) for shift in of_day)
    return _common(spans, _joined(_span(day, shift, calendar.zone) for shift in ends))


def _open_during(calendar: Calendar, wanted: Span) -> list[Span]:
    """When people are there within it; a part of a day there may touch two dates here."""
    dates = sorted({_local(at, calendar.zone).date() for at in wanted})
    return _common([span for day in dates for span in _open(calendar, day)], [wanted])


def _in_their_day(spans: Sequence[Span], theirs: ZoneInfo) -> list[Span]:
    """What is left between 8 and 20 h there; opening hours here may touch two dates there."""
    dates = {_local(at, theirs).date() for ends in spans for at in ends}
    return _common(spans, [_span(day, DAY, theirs) for day in dates])


def _common(some: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    others = list(others)
    both = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return sorted((start, end) for start, end in both if start < end)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same without overlaps."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _span(day: date, ends: tuple[time, time], zone: ZoneInfo) -> Span:
    return datetime.combine(day, ends[0], zone).timestamp(), datetime.combine(day, ends[1], zone).timestamp()


def _local(at: float, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, zone)


def _days(first: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range(LOOK_AHEAD))
