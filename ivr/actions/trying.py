"""Where it is switched on, who wants a person now is first put through to one who is free.

Their request waits in the queue already. Trying somebody is a claim and an attempt of the one machine, so that nobody
else takes it meanwhile; whatever becomes of the attempt (see legs.py), nobody loses their place.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.actions import asking, callbacks, limits, shifts, windows
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.knowledge import ATTEMPT, Answerer, Asked, callback_number
from ivr.actions.limits import Limits
from ivr.actions.windows import Calendar
from ivr.actions.wishes import is_unfinished
from ivr.engine.inputs import Known, Unavailable
from ivr.store import desk, free
from ivr.store import shifts as closed_days
from ivr.store.database import Transaction
from ivr.store.requests import Request, Status

PEACE_SECONDS = 600
"""Who was rung in vain is not rung by callers again for so long."""


@dataclass(frozen=True, slots=True)
class Trying:
    """On which channels a caller can be put through: none where it is switched off."""

    limits: Limits
    channels: frozenset[str] = frozenset()


def answerers(trying: Trying) -> dict[str, Answerer]:
    """One answerer a kind."""
    return {"line": lambda asked: Unavailable() if asked.tx is None else line(trying, asked, asked.tx)}


def line(trying: Trying, asked: Asked, tx: Transaction) -> Known:
    """free, with the value attempt: somebody's phone may be rung, and nobody else's call will; none."""
    state, home = asked.state, trying.limits.zone
    if asked.line.channel not in trying.channels or state.ahead or ATTEMPT in state.values:
        return Known("none")
    number = callback_number(asked.line, state, trying.limits)
    request = None if number is None else asking.request_of(tx, number, state, asked.line.call_id)
    if request is None or not _waits(tx, request, asked.now) or not _open(tx, asked, home):
        return Known("none")
    member_id = _somebody(tx, request, trying, asked.now)
    if member_id is None:
        return Known("none")
    return Known("free", {ATTEMPT: callbacks.start_direct(tx, request.id, member_id, Deed(HELPLINE, asked.now))})


def _waits(tx: Transaction, request: Request, now: float) -> bool:
    """Whether anybody at all may take it now. Who prefers a woman is called back by one: we do not know who is."""
    row = desk.lock(tx, request.id)
    if row is None or row.status is not Status.WAITING or is_unfinished(request):
        return False
    return row.language is not None and not row.woman and row.due_at <= now


def _open(tx: Transaction, asked: Asked, home: ZoneInfo) -> bool:
    """By our own hours only: it is the caller who rings."""
    today = datetime.fromtimestamp(asked.now, home).date().isoformat()
    calendar = Calendar(asked.release.raw["hours"], home, closed_days.closed(tx, today))
    return windows.there(calendar, asked.now)


def _somebody(tx: Transaction, request: Request, trying: Trying, now: float) -> int | None:
    """Who speaks the language, is on shift, has a phone that we may ring, and is free."""
    here = shifts.on_shift(tx, request.language, datetime.fromtimestamp(now, trying.limits.zone))
    ids = [
        member.id
        for member in here
        if member.phone is not None and limits.forbidden(tx, member.phone, trying.limits) is None
    ]
    return free.take(tx, ids, now - PEACE_SECONDS)
