"""The jobs that ask the telephone company what became of an attempt, where nothing or nobody told us."""

import logging
from datetime import UTC, datetime

from ivr.actions import dial_jobs, direct, legs, placing
from ivr.actions.jobs import Backoff, Handler, Job, Kind, NothingHappened, Written
from ivr.actions.legs import GOING, Report
from ivr.actions.placing import Trunk, then
from ivr.carrier.protocol import FoundCall
from ivr.errors import CarrierFailed
from ivr.store import dials, jobs, requests, staff
from ivr.store.database import Transaction
from ivr.store.dials import Dial, How, State
from ivr.store.dials import Kind as Purpose

log = logging.getLogger("ivr.dialling")

ATTEMPTS = 5
QUIET_SECONDS = 150
"""So long without news the company is asked."""
HOPELESS_SECONDS = 3600
"""So long after the longest call there can be nothing more to hear."""
SKEW_SECONDS = 60
"""By how much the company's clock may be behind ours."""
FROM_US, BY_DIAL = "outbound-api", "outbound-dial"
"""How the company tells a call that we asked for from one that a document connected."""


def look_up_kind(trunk: Trunk) -> Kind:
    """Looks for a call whose id was never learned, some times."""
    return Kind(_look_up(trunk), repeats=True, attempts=ATTEMPTS, backoff=Backoff(5, 60))


def watch_kind(trunk: Trunk) -> Kind:
    """Looks after every attempt of which nothing was heard for too long, so that none hangs for ever."""
    return Kind(_watch(trunk), repeats=True)


def _look_up(trunk: Trunk) -> Handler:
    def handle(job: Job) -> Written | None:
        with trunk.database.reading() as tx:
            dial = dials.find(tx, int(job.args["dial"]))
        if dial is None or not (_unplaced(dial) or _unheard(dial)):
            return None
        calls, cause = _looked(trunk, dial)
        if not calls and job.attempt < ATTEMPTS:
            raise NothingHappened("not found yet") from cause
        return then(trunk, dial.id, lambda tx, dial, now: _judge(tx, dial, calls, now))

    return handle


def _looked(trunk: Trunk, dial: Dial) -> tuple[list[FoundCall], CarrierFailed | None]:
    try:
        return (_to_aidant(trunk, dial) if _unplaced(dial) else _to_caller(trunk, dial)), None
    except CarrierFailed as error:
        return [], error


def _unplaced(dial: Dial) -> bool:
    """Asked for, and no answer was kept."""
    return dial.state is State.PLACING and dial.call_ref is None


def _unheard(dial: Dial) -> bool:
    """The caller's number was named, and nothing was heard of it."""
    return dial.state is State.UNKNOWN and dial.accepted_at is not None and dial.leg_ref is None


def _judge(tx: Transaction, dial: Dial, calls: list[FoundCall], now: float) -> None:
    """Exactly one that is no other attempt's is ours; of several or none nobody can know."""
    if _unplaced(dial):
        if len(calls) == 1:
            _heard(tx, dial, calls[0], now)
        else:
            legs.nobody_knows(tx, dial, now)
    elif _unheard(dial) and calls:
        legs.leg(tx, dial, Report(calls[0].status, calls[0].ref.id), now)


def _heard(tx: Transaction, dial: Dial, call: FoundCall, now: float) -> None:
    placing.found(tx, dial, call.ref.id, now)
    current = dials.lock(tx, dial.id)
    if current is not None and call.status not in GOING:
        legs.aidant_gone(tx, current, call.status, now)


def _to_aidant(trunk: Trunk, dial: Dial) -> list[FoundCall]:
    """The company's calls to the aidant since this attempt that are no other attempt's."""
    with trunk.database.reading() as tx:
        member, known = staff.find(tx, dial.staff_id), dials.refs(tx, dial.staff_id)
    if member is None or member.phone is None:
        return []
    since = datetime.fromtimestamp(dial.created_at - SKEW_SECONDS, UTC)
    calls = trunk.carrier.find_calls(member.phone, trunk.number, since)
    others = known - {dial.call_ref}
    return [call for call in calls if call.direction != BY_DIAL and call.ref.id not in others]


def _to_caller(trunk: Trunk, dial: Dial) -> list[FoundCall]:
    """The company's calls to the caller since the aidant accepted, while this is the latest attempt."""
    with trunk.database.reading() as tx:
        request = None if dial.request_id is None else requests.find(tx, dial.request_id)
    if request is None or not request.number or request.dial_id != dial.id:
        return []
    since = datetime.fromtimestamp((dial.accepted_at or dial.created_at) - SKEW_SECONDS, UTC)
    calls = trunk.carrier.find_calls(request.number, trunk.number, since)
    return [call for call in calls if call.direction != FROM_US]


def _watch(trunk: Trunk) -> Handler:
    def handle(_: Job) -> Written:
        now = trunk.clock()
        with trunk.database.reading() as tx:
            quiet = dials.still(tx, now - QUIET_SECONDS, now - trunk.call_seconds - QUIET_SECONDS)
        answers = True
        for id in quiet:
            answers = _ask(trunk, id, now, answers)
        return _settle

    return handle


def _ask(trunk: Trunk, id: int, now: float, answers: bool) -> bool:
    """Asks the company about one attempt; what it does not answer for too long is over, or for a person.

    Whether the company answers: while it does not, it is not asked about the next one.
    """
    with trunk.database.reading() as tx:
        dial = dials.find(tx, id)
    if dial is None:
        return answers
    if dial.kind is Purpose.DIRECT:  # its caller waited on the line, which is longer over than a phone rings
        _forget(trunk, dial, now)
        return answers
    calls = _known(trunk, dial) if answers else None
    call = calls[0] if calls is not None and len(calls) == 1 else None
    may_go_on = dial.state is not State.NEW and (calls is None or (call is not None and call.status in GOING))
    if may_go_on and now - dial.changed_at < trunk.call_seconds + HOPELESS_SECONDS:
        return calls is not None
    with trunk.database.transaction() as tx:
        current = dials.lock(tx, id)
        if current == dial:  # else there was news meanwhile
            _conclude(tx, dial, call, now)
    return calls is not None


def _forget(trunk: Trunk, dial: Dial, now: float) -> None:
    with trunk.database.transaction() as tx:
        current = dials.lock(tx, dial.id)
        if current == dial:
            direct.forgotten(tx, dial, now)


def _known(trunk: Trunk, dial: Dial) -> list[FoundCall] | None:
    """What the company knows of an attempt; None when it does not answer."""
    if dial.state is State.NEW:
        return []
    try:
        return [call for call in _to_aidant(trunk, dial) if dial.call_ref in (None, call.ref.id)]
    except CarrierFailed as error:
        log.warning("an attempt cannot be looked up", extra={"dial": dial.id, "why": type(error).__name__})
        return None


def _conclude(tx: Transaction, dial: Dial, call: FoundCall | None, now: float) -> None:
    if dial.state is State.NEW:
        legs.decline(tx, dial, How.TOO_LATE, now)
    elif call is not None and call.status not in GOING:
        _heard(tx, dial, call, now)
    elif dial.call_ref is None:
        legs.nobody_knows(tx, dial, now)
    else:
        legs.aidant_gone(tx, dial, "", now)


def _settle(tx: Transaction) -> None:
    """A job that "may have happened" needs no person where its attempt tells more: the desk shows what is to do."""
    for job in jobs.dead(tx):
        id = job.key.removeprefix(f"{dial_jobs.DIAL}/")
        dial = dials.find(tx, int(id)) if job.kind == dial_jobs.DIAL and id.isdecimal() else None
        if dial is not None and dial.state not in (State.NEW, State.PLACING):
            jobs.settle(tx, job.id)
