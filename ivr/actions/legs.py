"""What becomes of an attempt to call: each function is given a locked dial, in a transaction, and moves it on once.

Nothing here asks or tells the telephone company. Webhooks and look-ups report; what they report may come twice, late
and in any order. The caller's number is named by `accept` only.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from ivr.actions import callbacks, dial_jobs
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.machine import Event
from ivr.actions.refusals import Refused
from ivr.store import desk, dials
from ivr.store.database import Transaction
from ivr.store.dials import BEFORE_ACCEPTED, OPEN, OWN, Dial, How, Kind, State
from ivr.store.requests import Status

log = logging.getLogger("ivr.dialling")

GOING = frozenset({"queued", "initiated", "ringing", "in-progress", "answered"})
"""What the telephone company calls a leg that is not over."""
AIDANT_GONE: Mapping[str, How] = {"busy": How.BUSY, "no-answer": How.NO_ANSWER, "failed": How.FAILED}
CALLER_GONE: Mapping[str, How] = {
    "busy": How.CALLER_BUSY,
    "no-answer": How.CALLER_NO_ANSWER,
    "failed": How.CALLER_FAILED,
}
LOOK_SECONDS = 30
NAMED = (State.ACCEPTED, State.CALLING, State.BRIDGED, State.UNKNOWN)
"""The caller's number may have been dialled."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the company says of the caller's leg; `bridged` None where it does not say."""

    status: str
    leg_ref: str | None = None
    bridged: bool | None = None


def knows(tx: Transaction, dial: Dial, ref: str) -> bool:
    """Whether this is the call of this attempt; the first one that is heard of is. Two calls are never one attempt."""
    if dial.call_ref is None and ref:
        dials.learn(tx, dial, call_ref=ref)
    elif dial.call_ref != ref:
        log.error("a second call for one attempt", extra={"dial": dial.id})
        return False
    return True


def rings(tx: Transaction, dial: Dial, now: float) -> None:
    """The aidant's phone is being rung."""
    dials.move(tx, dial, (State.NEW, State.PLACING), State.RINGING, now)


def picked_up(tx: Transaction, dial: Dial, now: float) -> bool:
    """The aidant's phone was answered; False when nobody waits for that any more."""
    if not wanted(tx, dial):
        return False
    dials.move(tx, dial, (State.NEW, State.PLACING, State.RINGING), State.ANSWERED, now)
    return dial.state in BEFORE_ACCEPTED


def accept(tx: Transaction, dial: Dial, now: float) -> bool:
    """The aidant pressed 1: whether the caller is to be called.

    True again for a delivery that is repeated before anything was heard of the caller's leg: whoever repeats it did
    not get the first answer. Once the leg was heard of, that answer arrived, and the number is named no more.
    """
    if not wanted(tx, dial) or dial.state not in (*BEFORE_ACCEPTED, State.ACCEPTED):
        return False
    dials.move(tx, dial, BEFORE_ACCEPTED, State.ACCEPTED, now, accepted_at=now)
    return True


def decline(tx: Transaction, dial: Dial, how: How, now: float) -> None:
    """Nobody's phone but the aidant's can have rung: the request is in their hands again."""
    if dial.accepted_at is not None:
        return
    if dials.move(tx, dial, (*BEFORE_ACCEPTED, State.UNKNOWN), State.OVER, now, how=how.value, ended_at=now):
        tell(tx, dial, Event.NOT_TAKEN if dial.kind is Kind.DIRECT else Event.NOT_REACHED_AIDANT, now)


def tested(tx: Transaction, dial: Dial, now: float) -> None:
    """The test of somebody's own phone went well."""
    dials.move(tx, dial, BEFORE_ACCEPTED, State.OVER, now, how=How.TESTED.value, accepted_at=now, ended_at=now)


def recording(tx: Transaction, dial: Dial, now: float) -> None:
    """Whoever answered keyed their PIN, and records until they hang up."""
    known = {"how": How.RECORDED.value, "accepted_at": now, "answered_at": now}
    dials.move(tx, dial, BEFORE_ACCEPTED, State.BRIDGED, now, **known)


def leg(tx: Transaction, dial: Dial, report: Report, now: float) -> None:
    """News of the caller's leg. That there is any means that their phone was dialled."""
    if dial.accepted_at is None:
        log.error("a caller's leg that nobody accepted", extra={"dial": dial.id})
        return
    if dial.leg_ref is None and report.leg_ref:
        dials.learn(tx, dial, leg_ref=report.leg_ref)
    if dial.state is State.UNKNOWN:
        end(tx, dial, CALLER_GONE.get(report.status, How.NOT_CONNECTED), now)
    elif report.status in ("in-progress", "answered"):
        caller_answered(tx, dial, now)
    else:
        dials.move(tx, dial, (State.ACCEPTED,), State.CALLING, now)


def caller_answered(tx: Transaction, dial: Dial, now: float) -> bool:
    """The caller's phone was picked up; False when they are not to be spoken with any more."""
    if not wanted(tx, dial) or dial.accepted_at is None:
        return False
    if dials.move(tx, dial, (State.ACCEPTED, State.CALLING), State.BRIDGED, now, answered_at=now):
        tell(tx, dial, Event.BRIDGED, now)
    return True


def dialled(tx: Transaction, dial: Dial, report: Report, now: float) -> None:
    """The company is done with the caller's leg, while the aidant's goes on."""
    if dial.accepted_at is None:
        return
    if dial.leg_ref is None and report.leg_ref:
        dials.learn(tx, dial, leg_ref=report.leg_ref)
    talked = dial.answered_at is not None and report.bridged is not False
    end(tx, dial, How.TALKED if talked else CALLER_GONE.get(report.status, How.NOT_CONNECTED), now)


def aidant_gone(tx: Transaction, dial: Dial, status: str, now: float) -> None:
    """The aidant's leg is over. Where the number was named and no leg of it was heard of, nobody knows."""
    match dial.state:
        case State.BRIDGED if dial.kind is Kind.DIRECT:
            dials.learn(tx, dial, ended_at=now)  # whether they were connected is told by the end of `<Dial>`
        case State.BRIDGED:
            end(tx, dial, How.TALKED, now)
        case State.CALLING:
            end(tx, dial, How.NOT_CONNECTED, now)
        case State.ACCEPTED:
            nobody_knows(tx, dial, now)
        case State.UNKNOWN if dial.accepted_at is not None:
            return
        case _:
            decline(tx, dial, gone(dial, status), now)


def nobody_knows(tx: Transaction, dial: Dial, now: float) -> None:
    """A person must look; nothing is dialled again by itself."""
    if dials.move(tx, dial, OPEN, State.UNKNOWN, now):
        tell(tx, dial, Event.LOST, now)
        dial_jobs.look_up(tx, dial.id, now, LOOK_SECONDS)


def wanted(tx: Transaction, dial: Dial) -> bool:
    """Whether this attempt is still what its request, which is now locked, waits for."""
    if dial.kind in OWN:
        return dial.state is not State.OVER
    request = None if dial.request_id is None else desk.lock(tx, dial.request_id)
    if request is None or request.dial_id != dial.id:
        return False
    named = (Status.DIALLING, Status.CHECK, Status.TALKING)
    return request.status in (named if dial.accepted_at is not None else (Status.DIALLING,))


def gone(dial: Dial, status: str) -> How:
    """Who waits on the line and hangs up cancels the ringing."""
    left = dial.kind is Kind.DIRECT and status == "canceled"
    return How.CALLER_LEFT if left else AIDANT_GONE.get(status, How.DECLINED)


def end(tx: Transaction, dial: Dial, how: How, now: float) -> None:
    """What an aidant said of it (a machine answered) counts more than what the company says."""
    said = dial.how or how
    if dials.move(tx, dial, NAMED, State.OVER, now, how=said.value, ended_at=now):
        tell(tx, dial, Event.OVER, now)


def tell(tx: Transaction, dial: Dial, event: Event, now: float) -> None:
    """The request moves on where it still belongs to this attempt; else there is nothing to move."""
    if dial.request_id is None:
        return
    deed = Deed(HELPLINE, now)
    try:
        if event is Event.NOT_TAKEN:
            callbacks.not_taken(tx, dial.request_id, deed, dial.id)
        else:
            callbacks.happened(tx, dial.request_id, event, deed, dial.id)
    except Refused:
        log.warning("a request did not move", extra={"dial": dial.id, "event": event.value})
