"""Who saw and changed what. Rows are only added: the database itself refuses to change them, or to lose young ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, insert, select

from ivr.store.database import Stored, Transaction
from ivr.store.schema import audit, staff


@dataclass(frozen=True, slots=True)
class Entry:
    """`staff_id` None is the helpline itself; `place` tells addresses apart without naming them."""

    at: float
    staff_id: int | None
    place: str | None
    what: str
    about: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row(Entry):
    """A stored entry, with its number and the name of who did it."""

    id: int
    who: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries; empty fields filter nothing. `before` is the id of the last row of the page before."""

    staff_id: int | None = None
    what: str = ""
    about: str = ""
    before: int | None = None


ADD = insert(audit).values({name: bindparam(name) for name in Entry.__dataclass_fields__})
WHATS = select(audit.c.what).distinct().order_by(audit.c.what)


def add(tx: Transaction, entry: Entry) -> None:
    """Stores an entry, in the transaction of what it tells."""
    details = json.dumps(dict(entry.details), ensure_ascii=False, sort_keys=True)
    values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
    tx.execute(ADD, {**values, "details": details})


def page(tx: Transaction, wanted: Filter, size: int) -> list[Row]:
    """The newest entries that fit, at most `size`."""
    return [_row(row) for row in tx.execute(_query(wanted).limit(size))]


def whats(tx: Transaction) -> list[str]:
    """The kinds of entries that occur."""
    return list(tx.execute(WHATS).scalars())


def _query(wanted: Filter) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(audit, staff.c.name).outerjoin(staff).order_by(audit.c.id.desc())
    if wanted.staff_id is not None:
        query = query.where(audit.c.staff_id == wanted.staff_id)
    if wanted.what:
        query = query.where(audit.c.what == wanted.what)
    if wanted.about:
        query = query.where(audit.c.about == wanted.about)
    if wanted.before is not None:
        query = query.where(audit.c.id < wanted.before)
    return query


def _row(row: Stored) -> Row:
    return Row(row.at, row.staff_id, row.place, row.what, row.about, json.loads(row.details), row.id, row.name)
