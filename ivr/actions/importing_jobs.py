"""The job that fetches known sets anew. A set that fails does not keep the others away; then the job has failed."""

from collections.abc import Sequence
from dataclasses import replace

from ivr.actions import importing
from ivr.actions.importing import Importer
from ivr.actions.importing_source import of_name
from ivr.actions.jobs import Backoff, Handler, Hopeless, Job, Kind
from ivr.errors import FetchFailed, FetchRefused, HelplineError, TooLarge
from ivr.fetching.fetch import Patience
from ivr.store import imports

REFRESH = "refresh-directory"
DAY, WEEK = 86_400, 7 * 86_400
LEASE = 4 * 3600


class SourceRefused(HelplineError):
    """A set came that was not taken; the page of the directory and `ivr directory list` say why."""


def refresh_kind(importer: Importer, names: Sequence[str], patience: Patience) -> Kind:
    """Repeats: what was fetched in these days already, by whomever, is not fetched again."""
    handler = _refreshing(replace(importer, patience=patience), tuple(names))
    return Kind(handler, repeats=True, attempts=4, backoff=Backoff(600, 4 * 3600), lease=LEASE)


def _refreshing(importer: Importer, names: Sequence[str]) -> Handler:
    def refresh(_job: Job) -> None:
        errors = [error for name in names if (error := _one(importer, name))]
        final = FetchRefused | SourceRefused | TooLarge
        retried = next((error for error in errors if not isinstance(error, final)), None)
        if retried is not None:
            raise retried
        if errors:
            raise Hopeless(str(errors[0])) from errors[0]

    return refresh


def _one(importer: Importer, name: str) -> HelplineError | None:
    """What went wrong."""
    with importer.database.reading() as tx:
        last = imports.last(tx, name)
    fresh = last is not None and last.state in (imports.DONE, imports.SAME)
    if last is not None and fresh and importer.clock() - last.finished_at < WEEK - DAY:
        return None
    try:
        outcome = importing.run(importer, of_name(name))
    except (FetchFailed, TooLarge) as error:
        return error
    return SourceRefused(outcome.report[0]) if outcome.state == imports.REFUSED else None
