"""Imports of sets of places: what each brought, and what is there of each set."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select

from ivr.store.database import Stored, Transaction
from ivr.store.directory_tables import commune_points, imports, place_areas, places

DONE, SAME, REFUSED, FAILED = "done", "same", "refused", "failed"
"""It is in; it is what was there; the source was not taken; it could not be fetched."""
HAND = "hand"
"""The source of what people wrote."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many places, areas and points came, and what became of the places."""

    came: int = 0
    added: int = 0
    changed: int = 0
    vanished: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class NewImport:
    """An import that has come to its end; `report` are lines for people."""

    source: str
    origin: str
    state: str
    started_at: float
    finished_at: float
    source_date: str
    sha256: str | None
    counts: Counts
    report: Sequence[str]


@dataclass(frozen=True, slots=True)
class Import(NewImport):
    """The same, stored."""

    id: int


@dataclass(frozen=True, slots=True)
class Set:
    """What is there of a source; `last` is the last import that was taken, `tried` the last of all."""

    source: str
    places: int
    gone: int
    areas: int
    points: int
    date: str
    last: Import | None
    tried: Import | None


TAKEN = imports.c.state.in_((DONE, SAME))
ADD = insert(imports).returning(imports.c.id)
LAST = select(imports).where(imports.c.source == bindparam("source")).order_by(imports.c.id.desc()).limit(1)
LAST_DONE = LAST.where(imports.c.state == DONE)
LAST_TAKEN = LAST.where(TAKEN)
PLACES = select(
    places.c.source,
    func.count().label("all"),
    func.count(places.c.gone_at).label("gone"),
    func.max(places.c.source_date).label("date"),
).group_by(places.c.source)
AREAS = select(place_areas.c.source, func.count()).group_by(place_areas.c.source)
POINTS = select(commune_points.c.source, func.count()).group_by(commune_points.c.source)
SOURCES = select(imports.c.source).distinct()
RECENT = select(imports).order_by(imports.c.id.desc()).limit(bindparam("most"))


def add(tx: Transaction, new: NewImport) -> int:
    """Its id."""
    counts = {name: getattr(new.counts, name) for name in ("came", "added", "changed", "vanished", "refused")}
    row = {
        "source": new.source,
        "origin": new.origin,
        "state": new.state,
        "started_at": new.started_at,
        "finished_at": new.finished_at,
        "source_date": new.source_date or None,
        "sha256": new.sha256,
        "report": json.dumps(list(new.report), ensure_ascii=False),
    }
    return int(tx.execute(ADD, {**row, **counts}).scalar_one())


def last_done(tx: Transaction, source: str) -> Import | None:
    """The last one that changed something, or began the set."""
    row = tx.execute(LAST_DONE, {"source": source}).first()
    return None if row is None else _import(row)


def last(tx: Transaction, source: str) -> Import | None:
    """The last one, whatever became of it."""
    row = tx.execute(LAST, {"source": source}).first()
    return None if row is None else _import(row)


def recent(tx: Transaction, most: int = 20) -> list[Import]:
    """The last ones of all sets, the newest first."""
    return [_import(row) for row in tx.execute(RECENT, {"most": most})]


def sets(tx: Transaction) -> list[Set]:
    """Every set of which anything is there or was tried, by name; what people wrote is one too."""
    rows = {row.source: row for row in tx.execute(PLACES)}
    areas = {source: int(count) for source, count in tx.execute(AREAS)}
    points = {source: int(count) for source, count in tx.execute(POINTS)}
    names = {*rows, *areas, *points, *tx.execute(SOURCES).scalars()}
    return [_set(tx, name, rows.get(name), (areas.get(name, 0), points.get(name, 0))) for name in sorted(names)]


def any_place(tx: Transaction) -> bool:
    """Whether there is any place at all that callers can be sent to."""
    return tx.execute(select(1).where(places.c.gone_at.is_(None)).limit(1)).first() is not None


def _set(tx: Transaction, name: str, row: Stored | None, counted: tuple[int, int]) -> Set:
    taken = tx.execute(LAST_TAKEN, {"source": name}).first()
    last_one = None if taken is None else _import(taken)
    date = (last_one.source_date if last_one else "") or (row.date if row else "")
    there, gone = (int(row.all) - int(row.gone), int(row.gone)) if row else (0, 0)
    return Set(name, there, gone, *counted, date, last_one, last(tx, name))


def _import(row: Stored) -> Import:
    return Import(
        source=row.source,
        origin=row.origin,
        state=row.state,
        started_at=row.started_at,
        finished_at=row.finished_at or row.started_at,
        source_date=row.source_date or "",
        sha256=row.sha256,
        counts=Counts(row.came, row.added, row.changed, row.vanished, row.refused),
        report=tuple(json.loads(row.report)),
        id=row.id,
    )
