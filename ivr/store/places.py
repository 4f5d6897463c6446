"""The directory of places, read: one, many, and for whom they are competent."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from ivr.store.database import Stored, Transaction
from ivr.store.directory_tables import place_areas, places

Hours = Mapping[str, list[list[str]]]
"""ISO weekday -> spans; a day that is missing is closed."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place as callers are told of it; see the table for what each field means when it is empty."""

    id: int
    source: str
    source_id: str
    kind: str
    name: str
    street: str
    extra: str
    postal_code: str
    city: str
    insee: str | None
    departement: str | None
    visit: bool | None
    lat: float | None
    lon: float | None
    phone: str
    email: str
    website: str
    hours: Hours | None
    hours_note: str
    tags: tuple[str, ...]
    note: str
    source_date: str
    record_updated: str | None
    licence: str
    verified_at: float | None
    verified_by: int | None
    imported: Mapping[str, Any] | None
    corrected: Mapping[str, Any]
    import_id: int | None
    gone_at: float | None
    created_at: float
    changed_at: float


@dataclass(frozen=True, slots=True)
class Area:
    """For whom a place is competent: c:INSEE or d:departement."""

    area: str
    kind: str
    place_id: int
    source: str


IDS: BindParameter[Any] = bindparam("ids", expanding=True)
OF_IDS = select(places).where(places.c.id.in_(IDS))
AREAS = (
    select(place_areas.c.area, place_areas.c.kind, place_areas.c.place_id, place_areas.c.source)
    .where(place_areas.c.place_id == bindparam("place"))
    .order_by(place_areas.c.area, place_areas.c.kind)
)


def get(tx: Transaction, id: int) -> Place | None:
    """The place of this id, gone or not."""
    return of_ids(tx, (id,)).get(id)


def of_ids(tx: Transaction, ids: Iterable[int]) -> dict[int, Place]:
    """The places of these ids, gone or not."""
    return {row.id: _place(row) for row in tx.execute(OF_IDS, {"ids": list(ids)})}


def areas_of(tx: Transaction, place_id: int) -> list[Area]:
    """For whom this place is competent."""
    return [Area(*row) for row in tx.execute(AREAS, {"place": place_id})]


def columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a place as the table has them: what is JSON there is written in one way."""
    return {name: _written(name, value) for name, value in fields.items()}


def _written(name: str, value: Any) -> Any:
    if value is None or name not in ("hours", "tags", "imported", "corrected"):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _place(row: Stored) -> Place:
    fields = dict(row._mapping)
    for name in ("hours", "imported"):
        fields[name] = None if fields[name] is None else json.loads(fields[name])
    fields["tags"] = tuple(json.loads(row.tags))
    fields["corrected"] = json.loads(row.corrected or "{}")
    return Place(**fields)
