"""What the telephone company keeps of calls, recordings and texts is deleted there, by jobs that know its ids only."""

from collections.abc import Mapping

from ivr.actions.jobs import Backoff, Handler, Hopeless, Job, Kind
from ivr.carrier.protocol import CallRef, Carrier, RecordingRef, TextRef
from ivr.store import erasure, jobs
from ivr.store.database import Transaction
from ivr.store.jobs import NewJob

KIND = "delete-copies"
Ref = CallRef | RecordingRef | TextRef
WHATS: Mapping[str, type[Ref]] = {"call": CallRef, "recording": RecordingRef, "text": TextRef}
NAMES: Mapping[type[Ref], str] = {kind: name for name, kind in WHATS.items()}
ATTEMPTS = 36
BACKOFF = Backoff(60, 12 * 3600)
"""Two weeks in all: as long as the company may take until a call that is over can be deleted."""


def delete_copies(tx: Transaction, ref: Ref, now: float, after: float = 0, group: str = "") -> bool:
    """Asks for the deletion, in the caller's transaction, `after` so many seconds; False when it was asked before.

    A `group` is asked for on its own, whatever was asked before, and can be counted.
    """
    what = NAMES[type(ref)]
    key = f"{_of(group) if group else KIND}/{what}/{ref.id}"
    return jobs.enqueue(tx, NewJob(KIND, key, {"what": what, "ref": ref.id}, now + after, now))


def states(tx: Transaction, group: str) -> Mapping[str, int]:
    """How many jobs of a group are in which state; what was done long ago is not counted any more."""
    return erasure.states(tx, _of(group) + "/")


def kind(carrier: Carrier) -> Kind:
    """How it is done: what is gone already is well, what is refused waits for a person."""
    return Kind(deleting(carrier), repeats=True, attempts=ATTEMPTS, backoff=BACKOFF)


def deleting(carrier: Carrier) -> Handler:
    """Deletes what the arguments name at the telephone company."""

    def handle(job: Job) -> None:
        of = WHATS.get(str(job.args.get("what")))
        if of is None or not job.args.get("ref"):
            raise Hopeless("the job names nothing that can be deleted")
        carrier.delete_copies(of(str(job.args["ref"])))

    return handle


def _of(group: str) -> str:
    return f"{KIND}/group-{group}"
