"""Places as people edit them: what somebody corrected, beside what the source says."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, update

from ivr.store import places
from ivr.store.database import Transaction
from ivr.store.directory_tables import places as table
from ivr.store.places import Place

HAND = "hand"
"""The source of places that a person wrote."""
FIELDS = (
    *("kind", "name", "street", "extra", "postal_code", "city", "insee", "departement", "visit", "lat", "lon"),
    *("phone", "email", "website", "hours", "hours_note", "note"),
)
NOTHING = {name: "" for name in FIELDS} | {
    name: None for name in ("insee", "departement", "visit", "lat", "lon", "hours")
}
GONE = "gone_at"
"""In `corrected`: a person removed the place, or brought it back; imports leave it as it is then."""
TICK = 0.001
"""Seconds: two edits of one moment are told apart by at least this."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person wrote in place of what the source said then; when, and whose it was (an id of the staff)."""

    value: Any
    was: Any
    at: float
    by: int | None


@dataclass(frozen=True, slots=True)
class Edit:
    """What a place becomes: the fields that change, every correction that stands then, and whether it is gone."""

    fields: Mapping[str, Any]
    corrected: Mapping[str, Correction]
    gone_at: float | None


THIS = table.c.id == bindparam("place")
VERIFY = update(table).where(THIS).values(verified_at=bindparam("at"), verified_by=bindparam("who"))


def fields(place: Place) -> dict[str, Any]:
    """What callers are told of it, field by field."""
    return {name: getattr(place, name) for name in FIELDS}


def corrections(corrected: Mapping[str, Any]) -> dict[str, Correction]:
    """What people corrected, by field."""
    return {name: Correction(**one) for name, one in corrected.items()}


def moved(imported: Mapping[str, Any] | None, corrected: Mapping[str, Any]) -> frozenset[str]:
    """The corrected fields where the source says something new, and still not what the person wrote."""
    said = imported or {}
    return frozenset(
        name
        for name, one in corrections(corrected).items()
        if name != GONE and name in said and said[name] not in (one.value, one.was)
    )


def add(tx: Transaction, fields: Mapping[str, Any], at: float, day: str) -> int:
    """Stores a place that a person wrote on this day (ISO); its id."""
    made = {"source": HAND, "source_id": secrets.token_hex(12), "tags": (), "licence": "", "source_date": day}
    values = places.columns({**NOTHING, **fields, **made})
    query = insert(table).values(**values, created_at=at, changed_at=at).returning(table.c.id)
    id: int = tx.execute(query).scalar_one()
    return id


def change(tx: Transaction, place: Place, edit: Edit, at: float) -> bool:
    """Keeps an edit; False, and nothing kept, when the place is no more as it was read."""
    written = {
        name: {"value": one.value, "was": one.was, "at": one.at, "by": one.by} for name, one in edit.corrected.items()
    }
    values = places.columns({**edit.fields, "corrected": written or None, GONE: edit.gone_at})
    later = max(at, place.changed_at + TICK)
    same = table.c.changed_at == place.changed_at
    change = update(table).where(table.c.id == place.id, same).values(**values, changed_at=later)
    return tx.execute(change).rowcount == 1


def verify(tx: Transaction, id: int, who: int | None, at: float) -> bool:
    """Somebody made sure that all of it is right; False when there is no such place."""
    return tx.execute(VERIFY, {"place": id, "who": who, "at": at}).rowcount == 1
