"""The kinds of job that send texts, and how one is asked for: a text's id is all that they are told."""

from ivr.store import jobs
from ivr.store.database import Transaction
from ivr.store.jobs import NewJob

SEND, WATCH = "send-text", "watch-texts"


def send(tx: Transaction, text_id: int, now: float, due_at: float) -> None:
    """It is sent then; asked for at several times it is sent once all the same."""
    jobs.enqueue(tx, NewJob(SEND, f"{SEND}/{text_id}/{due_at:.3f}", {"text": text_id}, due_at, now))
