"""The helpline's own housework, as handlers of jobs."""

from collections.abc import Callable

from ivr.actions.jobs import Handler, Job, Written
from ivr.release.shelf import Shelf
from ivr.store import calls, jobs
from ivr.store.database import Database

FORGOTTEN_SECONDS = 2 * 3600
"""A call without a turn for this long is over, whatever the line failed to say."""
DONE_SECONDS = 30 * 86_400
"""How long it can be seen that a job was done; its key keeps it from being done again."""
RELEASES_KEPT = 5
"""Also for calls that go on while the database is away: nobody knows which release they began with."""


def close_forgotten_calls(clock: Callable[[], float]) -> Handler:
    """Calls whose end was never told are ended."""

    def handle(_: Job) -> Written:
        return lambda tx: calls.close_forgotten(tx, clock() - FORGOTTEN_SECONDS)

    return handle


def forget_done_jobs(clock: Callable[[], float]) -> Handler:
    """The table stays small."""

    def handle(_: Job) -> Written:
        return lambda tx: jobs.forget_done(tx, clock() - DONE_SECONDS)

    return handle


def forget_releases(database: Database, shelf: Shelf) -> Handler:
    """Drops releases that no call in progress began with, but the current one and the last few."""

    def handle(_: Job) -> None:
        with database.reading() as tx:
            in_use = calls.releases_in_use(tx)
        kept = sorted(shelf.folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        shelf.forget({path.stem for path in kept[RELEASES_KEPT:]} - in_use)

    return handle
