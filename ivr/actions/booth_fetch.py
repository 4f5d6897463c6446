"""What was spoken into a telephone is fetched by a job and becomes a take; then the company's copy is deleted."""

import logging

from ivr.actions import copies, taking
from ivr.actions.audit import Actor, Deed
from ivr.actions.jobs import Backoff, Handler, Hopeless, Job, Kind
from ivr.actions.messages import fetched
from ivr.actions.studio import Studio
from ivr.carrier.protocol import Carrier, RecordingRef
from ivr.errors import BadInput, CarrierRefused
from ivr.store import booth, dials, jobs, news
from ivr.store.booth import Spoken, State
from ivr.store.database import Transaction
from ivr.store.jobs import NewJob
from ivr.store.takes import Source

log = logging.getLogger("ivr.studio")

FETCH = "fetch-spoken"
FETCH_AFTER = 1.0
"""Seconds: just after somebody spoke there is an id and no sound yet."""


def fetch(tx: Transaction, spoken_id: int, now: float) -> None:
    """It will be fetched."""
    jobs.enqueue(tx, NewJob(FETCH, f"{FETCH}/{spoken_id}", {"spoken": spoken_id}, now + FETCH_AFTER, now))


def fetch_kind(studio: Studio, carrier: Carrier) -> Kind:
    """Fetches it; done twice it is the same take once. Somebody waits at the telephone, so it is tried again soon."""
    return Kind(_fetch(studio, carrier), repeats=True, attempts=16, backoff=Backoff(2, 3600), lease=300)


def _fetch(studio: Studio, carrier: Carrier) -> Handler:
    def handle(job: Job) -> None:
        id = int(job.args["spoken"])
        with studio.database.reading() as tx:
            there = booth.recording(tx, id)
        if there is None or there.state is not State.EXPECTED:
            return
        try:
            data = fetched(carrier, studio.vault, f"spoken-{id}", RecordingRef(there.ref))
            kept = taking.keep(studio, data)
            with studio.database.transaction() as tx:
                _take(tx, studio, id, kept)
        except CarrierRefused as refused:
            if refused.status != 404:
                raise
            _lose(studio, there)
        except BadInput as error:  # no wav, too much of it, or its text is gone: a person may look there
            _lose(studio, there)
            raise Hopeless("what the company keeps cannot be a take") from error
        studio.hurry()

    return handle


def _take(tx: Transaction, studio: Studio, id: int, kept: "taking.Kept") -> None:
    """Row and order to delete the company's copy in one; whoever was quicker (a key, another worker) is right."""
    there = booth.lock_recording(tx, id)
    sitting, dial = (None, None) if there is None else (booth.find(tx, there.dial_id), dials.find(tx, there.dial_id))
    if there is None or sitting is None or dial is None or there.state is not State.EXPECTED:
        return
    deed = Deed(Actor(dial.staff_id), studio.clock())
    take_id = taking.add(
        tx, studio, (sitting.language, there.name), kept, taking.Origin(Source.TELEPHONE, deed, there.text)
    )
    booth.take(tx, id, take_id)
    copies.delete_copies(tx, RecordingRef(there.ref), deed.now)
    news.tell(tx, dials.topic(dial.staff_id))


def _lose(studio: Studio, there: Spoken) -> None:
    log.error("a recording is lost", extra={"spoken": there.id})
    with studio.database.transaction() as tx:
        booth.lose(tx, there.id)
        dial = dials.find(tx, there.dial_id)
        if dial is not None:
            news.tell(tx, dials.topic(dial.staff_id))
