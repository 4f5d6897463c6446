"""The kinds of job that dial, and how one is asked for: an attempt's id is all that they are told."""

from ivr.store import jobs
from ivr.store.database import Transaction
from ivr.store.jobs import NewJob

DIAL, LOOK_UP, END, WATCH = "dial", "look-up-dial", "end-call", "watch-dials"


def dial(tx: Transaction, dial_id: int, now: float) -> None:
    """The phone is rung, once."""
    jobs.enqueue(tx, NewJob(DIAL, f"{DIAL}/{dial_id}", {"dial": dial_id}, now, now))


def look_up(tx: Transaction, dial_id: int, now: float, after: float) -> None:
    """The telephone company is asked later what became of it; asked at several times it looks several times."""
    jobs.enqueue(tx, NewJob(LOOK_UP, f"{LOOK_UP}/{dial_id}/{now:.3f}", {"dial": dial_id}, now + after, now))


def end(tx: Transaction, dial_id: int, part: str, now: float) -> None:
    """Both legs are ended, once in each `part` of the call."""
    jobs.enqueue(tx, NewJob(END, f"{END}/{dial_id}/{part}", {"dial": dial_id}, now, now))
