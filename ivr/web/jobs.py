"""Jobs that wait for a person, for admins: what each was to do, why it died, and what can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from ivr.actions import dead_jobs
from ivr.actions.jobs import MAY_HAVE_HAPPENED, WORKER_LOST
from ivr.store import jobs, news
from ivr.store.database import Transaction
from ivr.store.jobs import DeadJob
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.sentences import _

NAMES: Mapping[str, str] = {
    "close-forgotten-calls": _("Close calls that nobody ended"),
    "dial": _("Call somebody back"),
    "end-call": _("End a call"),
    "fetch-message": _("Fetch a voice message"),
    "fetch-spoken": _("Fetch what was recorded by telephone"),
    "treat-take": _("Clean and check a recording"),
    "publish": _("Publish recordings and texts"),
    "sweep-takes": _("Look after recordings"),
    "upload-file": _("Make a recording of a file that was sent"),
    "look-up-dial": _("Ask the telephone company what became of a call"),
    "return-stale-claims": _("Give requests back that nobody works on"),
    "sweep-messages": _("Look after voice messages"),
    "watch-dials": _("Look after calls under way"),
    "move-call": _("Lead a call on whose sound broke off"),
    "sweep-strips": _("Look after messages that were spoken in a call that broke off"),
    "send-text": _("Send a text message"),
    "watch-texts": _("Look after text messages under way"),
    "forget-refusals": _("Forget who wanted no text messages, when their time is over"),
    "forget-texts": _("Forget text messages whose time is over"),
    "forget-takes": _("Forget recordings that nobody needs"),
    "forget-done-jobs": _("Forget old jobs"),
    "forget-releases": _("Forget old releases"),
    "forget-messages": _("Forget voice messages whose time is over"),
    "forget-numbers": _("Forget numbers of requests whose time is over"),
    "forget-callers": _("Forget callers whose time is over"),
    "forget-turns": _("Forget what was done in calls whose time is over"),
    "forget-notes": _("Forget notes whose time is over"),
    "forget-copies": _("Have old calls deleted at the telephone company"),
    "forget-tallies": _("Forget daily counts whose time is over"),
    "forget-blocked": _("Unblock numbers whose time is over"),
    "forget-audit": _("Forget the audit whose time is over"),
    "refresh-directory": _("Fetch the official lists of places anew"),
    "delete-copies": _("Delete a call, a recording or a text at the telephone company"),
}
"""What each kind of job does; one that is not here goes by its own name."""

REASONS: Mapping[str, str] = {
    MAY_HAVE_HAPPENED: _("Its worker was lost in the middle of it."),
    WORKER_LOST: _("Its worker was lost each time."),
    "CarrierBusy": _("The telephone company did not answer, or had too much to do, each time."),
    "CarrierRefused": _("The telephone company refused it."),
    "CarrierUnknown": _("The telephone company's answer was lost."),
    "Hopeless": _("It can never be done like this."),
    "NothingHappened": _("It could not be done, each time; nothing happened."),
    "Forged": _("What it is about cannot be read: the key that sealed it is gone."),
    "FetchBusy": _("The list could not be fetched, each time: the other server did not answer."),
    "FetchRefused": _("The list could not be fetched: it is not where it was."),
    "SourceRefused": _("The list was fetched and not taken: the page of the directory says why."),
    "StorageAway": _("The database did not answer."),
}
"""Kinds of errors, for people."""
OTHERWISE = _("Something in the program failed; the log says where.")
MOST = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A dead job in words (keys of the catalogues); of an `uncertain` one nobody knows whether it happened."""

    job: DeadJob
    name: str
    reason: str
    uncertain: bool


def show(ask: Ask) -> Response:
    """How many jobs there are, and the dead one by one."""
    with ask.reading() as tx:
        found = job_values(ask, tx)
    done = ask.query.one("done")
    return ask.page("jobs.html", **found, done=done if done in ("retried", "settled") else "")


def retry(ask: Ask) -> Response:
    """Does it again."""
    with ask.writing() as tx:
        _must(dead_jobs.retry(tx, _id(ask), ask.deed, looked=ask.form.has("looked")))
    return ask.go("/jobs?done=retried")


def settle(ask: Ask) -> Response:
    """Takes it off the list."""
    with ask.writing() as tx:
        _must(dead_jobs.settle(tx, _id(ask), ask.deed))
    return ask.go("/jobs?done=settled")


def job_values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What the list shows; its version also changes when a number in it does, of which nobody is told."""
    counts, told = jobs.counts(tx, ask.now), news.versions(tx, (news.JOBS,))[news.JOBS]
    version = f"{told}.{counts.waiting}.{counts.running}.{counts.dead}"
    return {"counts": counts, "dead": [_shown(job) for job in jobs.dead(tx, MOST)], "version": version}


def _shown(job: DeadJob) -> Shown:
    error = job.last_error.removeprefix(f"{MAY_HAVE_HAPPENED}: ")
    name = NAMES.get(job.kind, job.kind)
    return Shown(job, name, REASONS.get(error, OTHERWISE), dead_jobs.uncertain(job.last_error))


def _id(ask: Ask) -> int:
    return access.number(ask.request.path_params["id"])


def _must(found: bool) -> None:
    if not found:
        raise access.NotThere


PAGES = (
    Page("/jobs", access.ADMINS, show),
    Page("/jobs/{id}/retry", access.ADMINS, None, retry),
    Page("/jobs/{id}/settle", access.ADMINS, None, settle),
)
