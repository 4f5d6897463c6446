"""The importer of the directory, joined for app.py and the commands: on demand, and each week where that is set."""

from collections.abc import Callable
from datetime import datetime

from ivr.actions import importing_jobs
from ivr.actions.importing import Importer
from ivr.actions.jobs import Kind
from ivr.directory.importing import known
from ivr.fetching.fetch import Patience, Shown
from ivr.settings import Settings
from ivr.store.database import Database

UNATTENDED = Patience(whole=1800)
"""Nobody waits for it, but a worker that is told to stop does."""


def importer(
    settings: Settings, database: Database, clock: Callable[[], float], shown: Shown = lambda *_: None
) -> Importer:
    """Who imports; downloads lie in the data folder while they come."""
    return Importer(
        database=database,
        folder=settings.data_dir / "directory",
        today=lambda: datetime.fromtimestamp(clock(), settings.zone).date().isoformat(),
        clock=clock,
        shown=shown,
    )


def kinds(settings: Settings, database: Database, clock: Callable[[], float]) -> dict[str, Kind]:
    """The job of each week; it fetches nothing where no set is named."""
    names = known.chosen(settings.directory_refresh)
    return {importing_jobs.REFRESH: importing_jobs.refresh_kind(importer(settings, database, clock), names, UNATTENDED)}
