"""Bringing a set of places to what its source says now: fetched or brought along, read, judged, then written at once.

Everything is read and compared before the one transaction that writes, so that calls do not wait for it. A process that
dies before its commit has changed nothing. Of two imports of one set at a time the second is refused.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ivr.actions import importing_compare as compare
from ivr.actions import importing_report as report
from ivr.actions.importing_source import Origin, Wish, come
from ivr.directory.importing import known
from ivr.directory.importing.formats import FORMATS, detected
from ivr.directory.record import BadSource, Told
from ivr.errors import FetchFailed, TooLarge
from ivr.fetching.fetch import Patience, Shown
from ivr.fetching.part import alone
from ivr.store import imports, place_import
from ivr.store.database import Database
from ivr.store.imports import Counts, NewImport
from ivr.store.place_import import Batch, Standing

NOTHING_NEW = "nothing new: the file is the one that was imported last"


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: `folder` is where downloads lie, `today` the date, ISO."""

    database: Database
    folder: Path
    today: Callable[[], str]
    clock: Callable[[], float] = time.time
    shown: Shown = lambda *_: None
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended (see ivr/store/imports.py), in lines for people too."""

    source: str
    state: str
    counts: Counts
    report: tuple[str, ...]


def run(importer: Importer, wish: Wish) -> Outcome:
    """Imports one set; FetchFailed or TooLarge where it did not come, FetchBusy where another process imports it.

    What is wrong with a source is no error: the outcome says it, and so does the table of imports.
    """
    begun = importer.clock()
    with alone(importer.folder / wish.source):
        try:
            with come(wish, importer.folder, importer.shown, importer.patience) as origin:
                return _Running(importer, wish, origin, begun).run()
        except (FetchFailed, TooLarge) as error:
            stored = NewImport(
                source=wish.source,
                origin=wish.named,
                state=imports.FAILED,
                started_at=begun,
                finished_at=importer.clock(),
                source_date="",
                sha256=None,
                counts=Counts(),
                report=[f"not fetched: {error}"],
            )
            with importer.database.transaction() as tx:
                imports.add(tx, stored)
            raise


class _Running:
    """One import of a file that is here."""

    def __init__(self, importer: Importer, wish: Wish, origin: Origin, begun: float) -> None:
        self._importer, self._wish, self._origin, self._begun = importer, wish, origin, begun
        self._database = importer.database
        self._told = Told()

    def run(self) -> Outcome:
        wish, places_of = self._wish, known.places_of(self._wish.source)
        with self._database.reading() as tx:
            last = imports.last_done(tx, wish.source)
        if last is not None and last.sha256 == self._origin.sha256 and not wish.force:
            self._told.date = last.source_date
            return self._only_said(imports.SAME, Counts(), [NOTHING_NEW])
        new = compare.Brought(self._told)
        try:
            format = wish.format or detected(self._origin.path)
            new = compare.brought(FORMATS[format](self._origin.path, self._told), self._told, wish.licence)
            with self._database.reading() as tx:
                standing = place_import.standing(tx, wish.source, places_of, others=bool(new.points))
            if not wish.force:
                compare.judge(new, standing, own=places_of == wish.source)
        except BadSource as error:
            return self._refused(new, str(error))
        batch = compare.compared(new, standing, Batch(wish.source, places_of, self._date(), wish.licence))
        return self._written(new, standing, batch)

    def _written(self, new: compare.Brought, old: Standing, batch: Batch) -> Outcome:
        """The one transaction of an import."""
        now = self._importer.clock()
        with self._database.transaction() as tx:
            corrected = place_import.hold(tx, batch.source, old.last)
            if corrected is not None:
                counts = Counts(
                    came=new.came,
                    added=len(batch.added),
                    changed=len(batch.changed),
                    vanished=len(batch.vanished),
                    refused=len(new.refused),
                )
                done = self._ended(imports.DONE, counts, report.lines(new, old, batch, corrected))
                place_import.write(tx, imports.add(tx, done), batch, corrected, now)
                return Outcome(batch.source, imports.DONE, counts, tuple(done.report))
        return self._refused(new, "another import of this set was done meanwhile: try again")

    def _refused(self, new: compare.Brought, why: str) -> Outcome:
        counts = Counts(came=new.came, refused=len(new.refused))
        return self._only_said(imports.REFUSED, counts, report.refused(new, why))

    def _only_said(self, state: str, counts: Counts, lines: list[str]) -> Outcome:
        with self._database.transaction() as tx:
            imports.add(tx, self._ended(state, counts, lines))
        return Outcome(self._wish.source, state, counts, tuple(lines))

    def _ended(self, state: str, counts: Counts, lines: list[str]) -> NewImport:
        return NewImport(
            source=self._wish.source,
            origin=self._wish.named,
            state=state,
            started_at=self._begun,
            finished_at=self._importer.clock(),
            source_date=self._date(),
            sha256=self._origin.sha256,
            counts=counts,
            report=lines,
        )

    def _date(self) -> str:
        """Of the set: as somebody says, as the file says, as its name says; else it is of today."""
        return self._wish.date or self._told.date or self._origin.date or self._importer.today()
