"""The jobs that send texts, and what becomes of them: told by the company, or asked for where nobody told us.

`sending` is committed before the company is asked, so a text may have gone out from there on: whoever dies then, or
loses the answer, leaves a text of which a person must decide, unless a status comes.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ivr.actions import copies, text_jobs
from ivr.actions import limits as spending
from ivr.actions.jobs import Backoff, Handler, Job, Kind, Written
from ivr.actions.refusals import Reason
from ivr.actions.texting import Texting, due_at, is_shared
from ivr.carrier.protocol import Carrier, NewText, TextRef, TextReport
from ivr.errors import CarrierBusy, CarrierFailed, CarrierRefused, CarrierUnknown
from ivr.store import jobs, text_refusals, texts
from ivr.store.database import Database, Transaction
from ivr.store.text_refusals import How
from ivr.store.texts import Cause, State, Text

log = logging.getLogger("ivr.texting")

ATTEMPTS = 12
LATE_SECONDS = 86_400
"""Who asked longer ago does not wait for it any more."""
LOST_SECONDS = 300
"""So long after the company was asked there will be no answer."""
QUIET_SECONDS = 86_400
"""So long without a status the company is asked once; then it is over."""
STUCK_SECONDS = LATE_SECONDS + 3600
"""A text that still waits so late has lost its job, or came out of a backup: it may have been sent."""
OPTED_OUT = 21610
"""The company's number for: this person answered STOP."""
UNHEARD = (State.NEW, State.SENDING, State.CANCELLED)
OPEN = (*UNHEARD, State.SENT, State.HANDED, State.UNKNOWN, State.LEFT)
STATES = {
    "accepted": State.SENT,
    "scheduled": State.SENT,
    "queued": State.SENT,
    "sending": State.SENT,
    "sent": State.SENT,
    "partially_delivered": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
"""What the company calls how far a text is."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """How texts leave; `status_url` is where the company tells about one."""

    database: Database
    carrier: Carrier
    texting: Texting
    status_url: Callable[[int], str]
    clock: Callable[[], float]


def send_kind(outbox: Outbox) -> Kind:
    """Sends one; what must not happen twice."""
    return Kind(_send(outbox), repeats=False, attempts=ATTEMPTS, backoff=Backoff(30, 3600), lease=90)


def watch_kind(outbox: Outbox) -> Kind:
    """Looks after every text of which nothing was heard for too long, so that none is forgotten."""
    return Kind(_watch(outbox), repeats=True)


def _send(outbox: Outbox) -> Handler:
    def handle(job: Job) -> Written | None:
        id = int(job.args["text"])
        new = _begin(outbox, id)
        if new is None:
            return None
        try:
            ref = outbox.carrier.text(new)
        except CarrierBusy:
            if _not_now(outbox, id, last=job.attempt >= ATTEMPTS):
                raise
            return None
        except CarrierRefused as refused:
            code = refused.code or refused.status
            log.error("a text was refused", extra={"text": id, "code": refused.code, "status": refused.status})
            return _then(outbox, id, lambda tx, text, now: fail(tx, text, code, now))
        except CarrierUnknown:
            return _then(outbox, id, nobody_knows)
        return _sent(outbox, id, ref)

    return handle


def _begin(outbox: Outbox, id: int) -> NewText | None:
    """The text to ask for, `sending` committed; None when there is none to send now."""
    now = outbox.clock()
    with outbox.database.transaction() as tx:
        text = texts.lock(tx, id)
        if text is None or text.state is not State.NEW or not text.number:
            return None
        shared = text.shared or is_shared(tx, text.number)
        sender = outbox.texting.shared if shared else outbox.texting.sender
        cause = Cause.NO_SENDER if not sender else _obstacle(tx, outbox, text, now)
        if cause is not None:
            texts.move(tx, text, (State.NEW,), State.CANCELLED, now, error=cause.value)
            return None
        morning = due_at(outbox.texting, text.number, now)
        if morning > now:  # a job that waited for the company meanwhile met the night
            text_jobs.send(tx, id, now, morning)
            return None
        texts.move(tx, text, (State.NEW,), State.SENDING, now, shared=shared)
        return NewText(text.number, sender, text.body, outbox.status_url(id))


def _obstacle(tx: Transaction, outbox: Outbox, text: Text, now: float) -> Cause | None:
    """What was said or done since it was asked for."""
    if text_refusals.has(tx, text.number):
        return Cause.REFUSED
    if spending.forbidden(tx, text.number, outbox.texting.limits) is Reason.BLOCKED:
        return Cause.BLOCKED
    return Cause.TOO_LATE if now - text.due_at > LATE_SECONDS else None


def _not_now(outbox: Outbox, id: int, last: bool) -> bool:
    """Nothing was sent: whether it is tried again, else it is over."""
    now = outbox.clock()
    with outbox.database.transaction() as tx:
        text = texts.lock(tx, id)
        if text is None or text.carrier_ref is not None:
            return False
        if last:
            texts.move(tx, text, (State.SENDING,), State.CANCELLED, now, error=Cause.BUSY.value)
            return False
        return texts.move(tx, text, (State.SENDING,), State.NEW, now)


def _sent(outbox: Outbox, id: int, ref: TextRef) -> Written:
    """Of a text that was erased while it was sent nothing stays at the company either."""

    def write(tx: Transaction) -> None:
        text = texts.lock(tx, id)
        if text is None:
            copies.delete_copies(tx, ref, outbox.clock())
        else:
            reported(tx, text, TextReport(ref, "queued"), outbox.clock())

    return write


def _then(outbox: Outbox, id: int, act: Callable[[Transaction, Text, float], object]) -> Written:
    def write(tx: Transaction) -> None:
        text = texts.lock(tx, id)
        if text is not None:
            act(tx, text, outbox.clock())

    return write


def reported(tx: Transaction, text: Text, report: TextReport, now: float) -> None:
    """News of a text, which is locked. Two of the company's texts are never one of ours."""
    if text.carrier_ref is None:
        texts.learn(tx, text, carrier_ref=report.ref.id)
    elif text.carrier_ref != report.ref.id:
        log.error("a second text for one", extra={"text": text.id})
        return
    match STATES.get(report.status):
        case State.FAILED:
            fail(tx, text, report.error, now)
        case State.DELIVERED:
            texts.move(tx, text, OPEN, State.DELIVERED, now, error=None)
        case State.SENT:
            lost = (State.UNKNOWN,) if text.carrier_ref is None else ()
            texts.move(tx, text, (*UNHEARD, *lost), State.SENT, now, error=None)
        case _:
            log.warning("a text's status is unknown", extra={"text": text.id})


def fail(tx: Transaction, text: Text, code: int, now: float) -> None:
    """It did not arrive, and is not sent again; who answered STOP is sent nothing any more."""
    moved = texts.move(tx, text, OPEN, State.FAILED, now, error=str(code) if code else None)
    if moved and code == OPTED_OUT and text.number:
        # Those that wait are held by nobody here, who holds this one: an erasure takes them in another order.
        text_refusals.add(tx, text.number, How.CARRIER, now)


def nobody_knows(tx: Transaction, text: Text, now: float) -> None:
    """Whether the company took it: a person must look, unless a status named it meanwhile."""
    texts.move(tx, text, (State.SENDING,), State.UNKNOWN if text.carrier_ref is None else State.SENT, now)


def status(database: Database, id: int, report: TextReport, now: float) -> None:
    """What the company tells of a text; of one that was erased nothing is kept, here or there."""
    with database.transaction() as tx:
        text = texts.lock(tx, id)
        if text is not None:
            reported(tx, text, report, now)


def _watch(outbox: Outbox) -> Handler:
    def handle(_: Job) -> Written:
        now = outbox.clock()
        with outbox.database.reading() as tx:
            lost = texts.still(tx, State.SENDING, now - LOST_SECONDS)
            quiet = texts.still(tx, State.SENT, now - QUIET_SECONDS)
            stuck = texts.overdue(tx, now - STUCK_SECONDS)
        for id in quiet:
            _ask(outbox, id, now)

        def write(tx: Transaction) -> None:
            for id in lost:
                text = texts.lock(tx, id)
                if text is not None and text.changed_at < now - LOST_SECONDS:
                    nobody_knows(tx, text, now)
            for id in stuck:
                text = texts.lock(tx, id)
                if text is not None and text.due_at < now - STUCK_SECONDS:
                    texts.move(tx, text, (State.NEW,), State.UNKNOWN, now)
            _settle(tx, now)

        return write

    return handle


def _ask(outbox: Outbox, id: int, now: float) -> None:
    """Asks the company about one text; when it has nothing new, nothing more will be known."""
    with outbox.database.reading() as tx:
        text = texts.find(tx, id)
    if text is None:
        return
    report = None
    if text.carrier_ref is not None:
        try:
            report = outbox.carrier.look_at_text(TextRef(text.carrier_ref))
        except CarrierFailed as error:
            log.warning("a text cannot be looked up", extra={"text": id, "why": type(error).__name__})
    with outbox.database.transaction() as tx:
        current = texts.lock(tx, id)
        if current is None or current.state is not State.SENT or current.changed_at != text.changed_at:
            return
        if report is not None and STATES.get(report.status) is not State.SENT:
            reported(tx, current, report, now)
        after = texts.lock(tx, id)
        if after is not None:
            texts.move(tx, after, (State.SENT,), State.HANDED, now)


def _settle(tx: Transaction, now: float) -> None:
    """A job that "may have happened" needs no person of its own: the page of texts shows what is to do."""
    for job in jobs.dead(tx):
        if job.kind != text_jobs.SEND:
            continue
        text = texts.lock(tx, int(job.key.split("/")[1]))
        if text is not None:
            texts.move(tx, text, (State.NEW,), State.UNKNOWN, now)
        if text is None or text.state is not State.SENDING:
            jobs.settle(tx, job.id)
