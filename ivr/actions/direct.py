"""Putting a caller through who is on the line: their `<Dial>` rings an aidant, whose key 1 connects the two.

As in legs.py each step is given a locked attempt, and comes twice, late and in any order. The aidant's own leg is told
of as in every call that we ask for; this is what differs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.actions import legs
from ivr.actions.legs import Report
from ivr.actions.machine import Event
from ivr.store import dials, staff
from ivr.store.database import Database, Transaction
from ivr.store.dials import BEFORE_ACCEPTED, Dial, How, Kind, State


@dataclass(frozen=True, slots=True)
class Bridge:
    """Rings an aidant for a caller who is on the line; the aidant's own document asks for the key."""

    dial_id: int
    phone: str = field(repr=False)
    caller_id: str = field(repr=False)
    talk_seconds: int


@dataclass(frozen=True, slots=True)
class Switch:
    """Where callers are put through; `number` (E.164) is what aidants see."""

    database: Database
    number: str = field(repr=False)
    call_seconds: int
    clock: Callable[[], float]

    def bridge(self, dial_id: int) -> Bridge | None:
        """How this caller is put through; None once anything was heard of it, or when it is not to be."""
        with self.database.reading() as tx:
            dial = dials.find(tx, dial_id)
            member = None if dial is None else staff.find(tx, dial.staff_id)
        if dial is None or dial.state is not State.NEW or member is None or member.phone is None:
            return None
        return Bridge(dial_id, member.phone, self.number, self.call_seconds)

    def ended(self, dial_id: int, report: Report) -> bool:
        """The caller comes back: whether they talked, by our own record."""
        with self.database.transaction() as tx:
            dial = dials.lock(tx, dial_id)
            if dial is None or dial.kind is not Kind.DIRECT:
                return False
            end(tx, dial, report, self.clock())
            now = dials.find(tx, dial_id)
        return now is not None and now.spoken


def join(tx: Transaction, dial: Dial, now: float) -> bool:
    """The aidant pressed 1: whether the two are to be connected. True again for a delivery that is repeated."""
    if not legs.wanted(tx, dial) or dial.state not in (*BEFORE_ACCEPTED, State.BRIDGED):
        return False
    if dials.move(tx, dial, BEFORE_ACCEPTED, State.BRIDGED, now, accepted_at=now, answered_at=now):
        legs.tell(tx, dial, Event.BRIDGED, now)
    return True


def end(tx: Transaction, dial: Dial, report: Report, now: float) -> None:
    """The company is done with the aidant's leg, the caller's goes on. Without the key 1 nobody talked."""
    if dial.call_ref is None and report.leg_ref:
        dials.learn(tx, dial, call_ref=report.leg_ref)
    if dial.accepted_at is None:
        legs.decline(tx, dial, legs.gone(dial, report.status), now)
    elif report.bridged is not False:
        legs.end(tx, dial, How.TALKED, now)
    elif dials.move(tx, dial, (State.BRIDGED,), State.OVER, now, how=How.NOT_CONNECTED.value, ended_at=now):
        legs.tell(tx, dial, Event.NOT_TAKEN, now)


def forgotten(tx: Transaction, dial: Dial, now: float) -> None:
    """Nothing more was heard of it: nobody stays held for ever."""
    if dial.accepted_at is None:
        legs.decline(tx, dial, How.LOST, now)
    else:
        legs.end(tx, dial, How.TALKED, now)
