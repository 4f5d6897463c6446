"""A call whose stream broke is moved to where it goes on by keys, if it did not go there by itself.

The company's pages say that the verb behind a stream follows when it ends; whether that holds for one that broke, they
do not. Asked a little later for a call that has gone on, or is over, nothing is done.
"""

from collections.abc import Callable

from ivr.actions.jobs import Backoff, Handler, Job, Kind
from ivr.carrier.protocol import CallRef, Carrier
from ivr.store import calls, jobs
from ivr.store.database import Database, Transaction
from ivr.store.jobs import NewJob

MOVE = "move-call"
AFTER = 3.0
"""Seconds in which a call goes on by itself."""


def ask(tx: Transaction, call_id: str, now: float) -> None:
    """The stream of this call broke; telling it again is nothing."""
    latest = calls.latest(tx, call_id)
    if latest is not None:
        args = {"call": call_id, "turn": latest.n}
        jobs.enqueue(tx, NewJob(MOVE, f"{MOVE}/{call_id}", args, now + AFTER, now))


def move_kind(database: Database, carrier: Carrier, address: Callable[[str, int], str]) -> Kind:
    """Moves a call to the `address` of its turn; moved twice it says the turn again."""
    return Kind(_move(database, carrier, address), repeats=True, attempts=4, backoff=Backoff(1, 4))


def _move(database: Database, carrier: Carrier, address: Callable[[str, int], str]) -> Handler:
    def handle(job: Job) -> None:
        id, turn = str(job.args["call"]), int(job.args["turn"])
        with database.reading() as tx:
            call, latest = calls.find(tx, id), calls.latest(tx, id)
        if call is None or call.ended_at is not None or latest is None or latest.n != turn:
            return
        carrier.move(CallRef(call.external_id), address(id, turn))

    return handle
