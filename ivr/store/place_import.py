"""A set of places as it stands, and the one short transaction that brings it to what its source says now.

What is compared is read before, without a lock; `hold` then locks the set and says whether that still is so. What
people corrected is read under the lock: it stands over what the source says.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, update

from ivr.store import imports
from ivr.store.database import Transaction
from ivr.store.directory_tables import commune_points, place_areas, places
from ivr.store.places import columns

FIELDS = (
    "kind",
    "name",
    "street",
    "extra",
    "postal_code",
    "city",
    "insee",
    "departement",
    "visit",
    "lat",
    "lon",
    "phone",
    "email",
    "website",
    "hours",
    "hours_note",
    "tags",
    "note",
    "record_updated",
    "licence",
)
"""The columns of which a source says something."""
GONE = "gone_at"
"""Beside fields, `corrected` may say that a person removed a place or brought it back: imports leave that alone."""
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Known:
    """A place of the set: `imported` is the text of the column, `by_hand` that a person decided whether it is gone."""

    id: int
    imported: str
    gone: bool
    by_hand: bool


AreaKey = tuple[str, str, str]
"""Area, kind and the place's id in its source."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A set before an import; `last` is the id of the last import that was done."""

    last: int | None
    places: Mapping[str, Known]
    areas: frozenset[AreaKey]
    points: Mapping[str, tuple[float, float]]
    others_points: frozenset[str]  # communes that another set tells of


@dataclass(slots=True)
class Batch:
    """What is to be written; rows of places by their id in the source, as `imported` has them."""

    source: str
    places_of: str
    source_date: str
    licence: str
    added: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    changed: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    vanished: list[str] = field(default_factory=list)
    new_areas: list[AreaKey] = field(default_factory=list)
    old_areas: list[AreaKey] = field(default_factory=list)
    new_points: dict[str, tuple[float, float]] = field(default_factory=dict)
    old_points: list[str] = field(default_factory=list)


ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:source, 8))")
PLACES = select(places.c.id, places.c.source_id, places.c.imported, places.c.gone_at, places.c.corrected).where(
    places.c.source == bindparam("source")
)
HELD = (
    select(places.c.id, places.c.source_id, places.c.corrected)
    .where(places.c.source == bindparam("source"))
    .order_by(places.c.id)
    .with_for_update(key_share=True)  # who gives a place to a caller meanwhile does not wait
)
IDS = select(places.c.source_id, places.c.id).where(places.c.source == bindparam("source"))
AREAS = (
    select(place_areas.c.area, place_areas.c.kind, places.c.source_id)
    .join(places, places.c.id == place_areas.c.place_id)
    .where(place_areas.c.source == bindparam("source"))
)
POINTS = select(commune_points).where(commune_points.c.source == bindparam("source"))
OTHERS = select(commune_points.c.insee).where(commune_points.c.source != bindparam("source"))
ADD = insert(places)
CHANGE = update(places).where(places.c.id == bindparam("place"))
LEAVE = (
    update(places)
    .where(places.c.id == bindparam("place"))
    .values(gone_at=bindparam("now"), changed_at=bindparam("now"))
)
STAMP = (
    update(places)
    .where(places.c.source == bindparam("of"), places.c.gone_at.is_(None))
    .values(source_date=bindparam("date"), import_id=bindparam("import"))
)
NO_AREA = delete(place_areas).where(
    place_areas.c.area == bindparam("of_area"),
    place_areas.c.kind == bindparam("of_kind"),
    place_areas.c.place_id == bindparam("of_place"),
    place_areas.c.source == bindparam("of_source"),
)
NO_POINT = delete(commune_points).where(
    commune_points.c.insee == bindparam("of_insee"), commune_points.c.source == bindparam("of_source")
)


def standing(tx: Transaction, source: str, places_of: str, others: bool = True) -> Standing:
    """The set as it is; its areas may be about the places of another one (`places_of`).

    Where communes lie is asked of all sets (`others`) only if this one brings any.
    """
    last = imports.last_done(tx, source)
    found = {
        row.source_id: Known(row.id, row.imported or "", row.gone_at is not None, GONE in _loaded(row.corrected))
        for row in tx.execute(PLACES, {"source": places_of})
    }
    areas = frozenset((row.area, row.kind, row.source_id) for row in tx.execute(AREAS, {"source": source}))
    points = {row.insee: (row.lat, row.lon) for row in tx.execute(POINTS, {"source": source})}
    return Standing(
        last=None if last is None else last.id,
        places=found,
        areas=areas,
        points=points,
        others_points=frozenset(tx.execute(OTHERS, {"source": source}).scalars()) if others else frozenset(),
    )


def hold(tx: Transaction, source: str, last: int | None) -> Mapping[str, Mapping[str, Any]] | None:
    """What people corrected, locked until the commit; None where another import was done since `last`."""
    if tx.connection.dialect.name == "postgresql":
        tx.execute(ALONE, {"source": source})
    done = imports.last_done(tx, source)
    if (None if done is None else done.id) != last:
        return None
    rows = tx.execute(HELD, {"source": source})
    return {row.source_id: _loaded(row.corrected) for row in rows if row.corrected}


def write(
    tx: Transaction, import_id: int, batch: Batch, corrected: Mapping[str, Mapping[str, Any]], now: float
) -> None:
    """All of it; the caller commits."""
    ids = _ids(tx, batch.source)
    _many(tx, ADD, [_new(batch, id, fields, import_id, now) for id, fields in batch.added.items()])
    again = {
        id: {"place": ids[id], **_again(fields, corrected.get(id, {}), now)} for id, fields in batch.changed.items()
    }
    _many(tx, CHANGE, [row for id, row in again.items() if id not in corrected])
    for id in corrected.keys() & again.keys():
        tx.execute(CHANGE, again[id])
    left = [ids[id] for id in batch.vanished if GONE not in corrected.get(id, {})]
    _many(tx, LEAVE, [{"place": id, "now": now} for id in left])
    if batch.places_of == batch.source:
        tx.execute(STAMP, {"of": batch.source, "date": batch.source_date, "import": import_id})
    _areas(tx, batch)
    _points(tx, batch)


def spelled(fields: Mapping[str, Any]) -> str:
    """As the column `imported` has them: the same fields give the same text."""
    return str(columns({"imported": fields})["imported"])


def _areas(tx: Transaction, batch: Batch) -> None:
    ids = _ids(tx, batch.places_of)
    _many(
        tx,
        NO_AREA,
        [
            {"of_area": area, "of_kind": kind, "of_place": ids[id], "of_source": batch.source}
            for area, kind, id in batch.old_areas
        ],
    )
    new = [
        {"area": area, "kind": kind, "place_id": ids[id], "source": batch.source} for area, kind, id in batch.new_areas
    ]
    # there may be 200,000 of them, and writers of calls wait: the driver is given what was spelled out once
    spelled_out = str(insert(place_areas).compile(dialect=tx.connection.dialect))
    for begin in range(0, len(new), BATCH):
        tx.connection.exec_driver_sql(spelled_out, new[begin : begin + BATCH])


def _points(tx: Transaction, batch: Batch) -> None:
    gone = [*batch.old_points, *batch.new_points]
    _many(tx, NO_POINT, [{"of_insee": insee, "of_source": batch.source} for insee in gone])
    _many(
        tx,
        insert(commune_points),
        [
            {"insee": insee, "lat": lat, "lon": lon, "source": batch.source}
            for insee, (lat, lon) in sorted(batch.new_points.items())
        ],
    )


def _many(tx: Transaction, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    for begin in range(0, len(rows), BATCH):
        tx.connection.execute(statement, list(rows[begin : begin + BATCH]))


def _ids(tx: Transaction, source: str) -> dict[str, int]:
    return {row.source_id: row.id for row in tx.execute(IDS, {"source": source})}


def _new(batch: Batch, id: str, fields: Mapping[str, Any], import_id: int, now: float) -> dict[str, Any]:
    return {
        "source": batch.source,
        "source_id": id,
        **columns(fields),
        "source_date": batch.source_date,
        "imported": spelled(fields),
        "import_id": import_id,
        "created_at": now,
        "changed_at": now,
    }


def _again(fields: Mapping[str, Any], corrected: Mapping[str, Any], now: float) -> dict[str, Any]:
    """What the source says, where nobody corrected it; it is back where it was gone."""
    kept = {name: value for name, value in fields.items() if name not in corrected}
    back = {} if GONE in corrected else {GONE: None}
    return {**columns(kept), **back, "imported": spelled(fields), "changed_at": now}


def _loaded(corrected: str | None) -> Mapping[str, Any]:
    return json.loads(corrected) if corrected else {}
