"""How much is asked for, dialled and sent in a day, and to whom: looked at and counted in the deed's own transaction.

Explanations are never limited: only what costs money or somebody's time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from ivr.actions.refusals import Reason, Refused
from ivr.numbers import Reach, may_dial, understand
from ivr.store import blocklist, tallies
from ivr.store.database import Transaction

Spent = Literal["request", "call", "text"]


@dataclass(frozen=True, slots=True)
class Cap:
    """How often a day: for one number, and for everybody together where that is limited."""

    number: int
    total: int | None = None


def cap(text: str) -> Cap:
    """As settings write it: `6` or `6/500`."""
    return Cap(*map(int, text.split("/")))


@dataclass(frozen=True, slots=True)
class Limits:
    """The day is the helpline's own; `watch(kind, reason)` hears whenever somebody is told no."""

    zone: ZoneInfo
    production: bool
    reach: Reach
    caps: Mapping[Spent, Cap]
    watch: Callable[[str, str], None] = lambda _kind, _reason: None


class OverLimit(Refused):
    """Enough for today, for this number (`NUMBER_LIMIT`) or for everybody (`TOTAL_LIMIT`); nothing was counted."""


OVER = frozenset({Reason.NUMBER_LIMIT, Reason.TOTAL_LIMIT})


def spend(tx: Transaction, kind: Spent, number: str, limits: Limits, now: float) -> None:
    """Counts one more for this number (E.164). OverLimit, or Refused when it is blocked or may not be dialled."""
    reason = forbidden(tx, number, limits) or _count(tx, kind, number, limits, now)
    if reason is not None:
        limits.watch(kind, reason.value)
        raise OverLimit(reason) if reason in OVER else Refused(reason)


def obstacle(tx: Transaction, kind: Spent, number: str, limits: Limits, now: float) -> Reason | None:
    """Why `spend` would refuse now; None when it would not. Looking counts nothing and tells `watch` nothing."""
    reason = forbidden(tx, number, limits)
    if reason is not None:
        return reason
    cap, day = limits.caps[kind], _day(limits, now)
    if tallies.used(tx, kind, number, day) >= cap.number:
        return Reason.NUMBER_LIMIT
    if cap.total is not None and tallies.used_by_all(tx, kind, day) >= cap.total:
        return Reason.TOTAL_LIMIT
    return None


def forbidden(tx: Transaction, number: str, limits: Limits) -> Reason | None:
    """Why this number is never dialled nor noted, whatever the day: also asked right before a call is placed."""
    if not may_dial(understand(number, limits.production), limits.reach):
        return Reason.NOT_DIALLED
    return Reason.BLOCKED if blocklist.has(tx, number) else None


def reached(tx: Transaction, limits: Limits, now: float) -> tuple[Spent, ...]:
    """What is not done any more today, for anybody."""
    day = _day(limits, now)
    totals = {kind: cap.total for kind, cap in limits.caps.items() if cap.total is not None}
    return tuple(kind for kind, total in totals.items() if tallies.used_by_all(tx, kind, day) >= total)


def _count(tx: Transaction, kind: Spent, number: str, limits: Limits, now: float) -> Reason | None:
    cap, day = limits.caps[kind], _day(limits, now)
    if not tallies.count(tx, kind, number, day, cap.number):
        return Reason.NUMBER_LIMIT
    if cap.total is not None and not tallies.count_all(tx, kind, day, cap.total):
        tallies.take_back(tx, kind, number, day)  # whoever catches this may still commit
        return Reason.TOTAL_LIMIT
    return None


def _day(limits: Limits, now: float) -> str:
    return datetime.fromtimestamp(now, limits.zone).date().isoformat()
