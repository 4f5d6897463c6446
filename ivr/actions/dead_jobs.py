"""What a person decides about a job that died: it is done again, or needs no doing."""

from ivr.actions.audit import Deed, What, note
from ivr.actions.jobs import MAY_HAVE_HAPPENED
from ivr.actions.refusals import Reason, Refused
from ivr.store import jobs
from ivr.store.database import Transaction


def retry(tx: Transaction, id: int, deed: Deed, *, looked: bool) -> bool:
    """Does it again; False when it is not dead. What may have happened is only done again by who `looked` for it."""
    job = jobs.find_dead(tx, id)
    if job is None:
        return False
    if uncertain(job.last_error) and not looked:
        raise Refused(Reason.LOOK_FIRST, "looked")
    jobs.retry(tx, id, deed.now)
    note(tx, deed, What.JOB_RETRIED, f"job/{id}", kind=job.kind)
    return True


def settle(tx: Transaction, id: int, deed: Deed) -> bool:
    """Takes it off the list: it did happen, or is not wanted any more; False when it is not dead."""
    job = jobs.find_dead(tx, id)
    if job is None:
        return False
    jobs.settle(tx, id)
    note(tx, deed, What.JOB_SETTLED, f"job/{id}", kind=job.kind)
    return True


def uncertain(error: str) -> bool:
    """Whether nobody can know if the effect of the job happened."""
    return error.startswith(MAY_HAVE_HAPPENED)
