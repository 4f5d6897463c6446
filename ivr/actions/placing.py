"""The jobs that ask the telephone company: for a call to the aidant's phone, and for its end.

`placing` is committed before the company is asked, so a call may have been placed from there on. Whoever dies then, or
loses the answer, leaves a look-up behind, which was stored in that same transaction (see looking.py).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.actions import dial_jobs, legs, limits
from ivr.actions.jobs import Backoff, Handler, Job, Kind, NothingHappened, Written
from ivr.actions.legs import LOOK_SECONDS
from ivr.actions.limits import Limits
from ivr.actions.refusals import Refused
from ivr.carrier.protocol import CallRef, Carrier, NewCall
from ivr.errors import CarrierBusy, CarrierRefused, CarrierUnknown
from ivr.store import dials, requests, staff
from ivr.store.database import Database, Transaction
from ivr.store.dials import OWN, Dial, How, State
from ivr.store.dials import Kind as Purpose

log = logging.getLogger("ivr.dialling")

RING_SECONDS = 30
"""How long a phone rings, an aidant's and a caller's."""
WHISPER_SECONDS = 120
LATE_SECONDS = 120
"""Nobody's phone rings later than that after they asked for it."""
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Trunk:
    """How the helpline calls out; `addresses` gives the two that the company posts to about an attempt."""

    database: Database
    carrier: Carrier
    number: str = field(repr=False)  # E.164, shown to whoever is called
    limits: Limits
    call_seconds: int
    addresses: Callable[[int, Purpose], tuple[str, str]]
    clock: Callable[[], float]


def dial_kind(trunk: Trunk) -> Kind:
    """Rings the aidant's phone; what must not happen twice."""
    return Kind(_place(trunk), repeats=False, attempts=ATTEMPTS, backoff=Backoff(3, 20), lease=90)


def end_kind(trunk: Trunk) -> Kind:
    """Ends a call; ending it twice is ending it."""
    return Kind(_hang_up(trunk), repeats=True, attempts=6, backoff=Backoff(2, 20))


def _place(trunk: Trunk) -> Handler:
    def handle(job: Job) -> Written | None:
        id = int(job.args["dial"])
        new = _begin(trunk, id, job)
        if new is None:
            return None
        try:
            ref = trunk.carrier.call(new)
        except CarrierBusy:
            if _not_now(trunk, id, job):
                raise
            return None
        except CarrierRefused as refused:
            log.error("a call was refused", extra={"dial": id, "code": refused.code, "status": refused.status})
            return then(trunk, id, lambda tx, dial, now: legs.decline(tx, dial, How.REFUSED, now))
        except CarrierUnknown:
            return None  # the look-up waits already
        return then(trunk, id, lambda tx, dial, now: found(tx, dial, ref.id, now))

    return handle


def _begin(trunk: Trunk, id: int, job: Job) -> NewCall | None:
    """The call to ask for, `placing` committed; None when there is to be none, and then the attempt says why."""
    now = trunk.clock()
    with trunk.database.transaction() as tx:
        dial = dials.lock(tx, id)
        if dial is None or dial.state is not State.NEW:
            return None
        member = staff.find(tx, dial.staff_id)
        phone = None if member is None or member.disabled_at is not None else member.phone
        obstacle = How.NO_PHONE if phone is None else _obstacle(tx, trunk, dial, job, now)
        if obstacle is not None or phone is None:
            legs.decline(tx, dial, obstacle or How.NO_PHONE, now)
            return None
        dials.move(tx, dial, (State.NEW,), State.PLACING, now)
        dial_jobs.look_up(tx, id, now, LOOK_SECONDS)
        return _call(trunk, dial, phone)


def _obstacle(tx: Transaction, trunk: Trunk, dial: Dial, job: Job, now: float) -> How | None:
    if now - dial.created_at > LATE_SECONDS:
        return How.TOO_LATE
    if not legs.wanted(tx, dial):
        return How.WITHDRAWN
    if dial.kind in OWN:
        return None
    assert dial.request_id is not None
    request = requests.find(tx, dial.request_id)
    if request is None or not request.number:
        return How.WITHDRAWN
    if job.attempt > 1:  # it was counted
        return How.NOT_ALLOWED if limits.forbidden(tx, request.number, trunk.limits) else None
    try:
        limits.spend(tx, "call", request.number, trunk.limits, now)
    except Refused:
        return How.NOT_ALLOWED
    return None


def _call(trunk: Trunk, dial: Dial, to: str) -> NewCall:
    answer, status = trunk.addresses(dial.id, dial.kind)
    return NewCall(
        to=to,
        from_=trunk.number,
        answer_url=answer,
        status_url=status,
        ring_seconds=RING_SECONDS,
        time_limit=trunk.call_seconds + WHISPER_SECONDS + RING_SECONDS,
    )


def _not_now(trunk: Trunk, id: int, job: Job) -> bool:
    """Nothing was placed: whether it is tried again, else it is over."""
    now = trunk.clock()
    with trunk.database.transaction() as tx:
        dial = dials.lock(tx, id)
        if dial is None or dial.call_ref is not None:
            return False
        dials.move(tx, dial, (State.PLACING,), State.NEW, now)
        if job.attempt < ATTEMPTS:
            return True
        legs.decline(tx, dial, How.REFUSED, now)
        return False


def found(tx: Transaction, dial: Dial, ref: str, now: float) -> None:
    """The company's id of the aidant's leg became known."""
    if legs.knows(tx, dial, ref):
        legs.rings(tx, dial, now)


def _hang_up(trunk: Trunk) -> Handler:
    def handle(job: Job) -> None:
        with trunk.database.reading() as tx:
            dial = dials.find(tx, int(job.args["dial"]))
        if dial is None:
            return
        if dial.call_ref is None and not dial.over:
            raise NothingHappened("nobody knows its id yet")
        for ref in (dial.call_ref, dial.leg_ref):
            if ref is not None:
                trunk.carrier.end_call(CallRef(ref))

    return handle


def then(trunk: Trunk, id: int, act: Callable[[Transaction, Dial, float], object]) -> Written:
    """What is done to the attempt as it is when the job's end is stored."""

    def write(tx: Transaction) -> None:
        dial = dials.lock(tx, id)
        if dial is not None:
            act(tx, dial, trunk.clock())

    return write
