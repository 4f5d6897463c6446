"""What callers hear beside the files: which take and which wording stands where, and what put it there.

planned ── make ──> made        planned ── refuse ──> refused        planned ── cancel ──> cancelled

A publication is made in the order of `made_n`: whoever makes one says after which it was computed, and is told when
another was quicker. Making it again changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, inspect, select, update

from ivr.store import news
from ivr.store.database import Stored, Transaction
from ivr.store.statements import insert_once
from ivr.store.studio_tables import publication_changes, publications, published


class State(StrEnum):
    """Where a publication stands."""

    PLANNED = "planned"
    MADE = "made"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What is published: a take for a sound's name, or a wording for a prompt."""

    TAKE = "take"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is published; `name` is a sound's for takes and a prompt's for wordings."""

    kind: Kind
    language: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """What shall stand there: a version's id, None for what the files say. `before` is known once it is made."""

    place: Place
    after: int | None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class NewPublication:
    """A publication that is to be made at `due_at`; `undoes_id` is the one that it takes back."""

    staff_id: int | None
    created_at: float
    due_at: float
    undoes_id: int | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication without its changes; `made_n` counts those that were made."""

    id: int
    staff_id: int | None
    created_at: float
    due_at: float
    state: State
    undoes_id: int | None
    made_at: float | None
    made_n: int | None
    release_id: str | None
    problem: str | None


THIS = publications.c.id == bindparam("publication")
THERE = (
    published.c.kind == bindparam("kind"),
    published.c.language == bindparam("language"),
    published.c.name == bindparam("name"),
)
ADD = insert(publications).returning(publications.c.id)
ADD_CHANGE = insert(publication_changes)
FIND = select(publications).where(THIS)
LIST = select(publications).order_by(publications.c.id.desc()).limit(bindparam("most"))
CHANGES = (
    select(publication_changes)
    .where(publication_changes.c.publication_id == bindparam("publication"))
    .order_by(publication_changes.c.kind, publication_changes.c.language, publication_changes.c.name)
)
STANDING = select(published)
LOCK = (
    select(publications.c.id).where(publications.c.state == State.PLANNED).order_by(publications.c.id).with_for_update()
)
LAST_MADE = select(func.max(publications.c.made_n))
NEWEST = select(publications).where(publications.c.made_n.is_not(None)).order_by(publications.c.made_n.desc()).limit(1)
END = (
    update(publications)
    .where(THIS, publications.c.state == State.PLANNED)
    .values(state=bindparam("became"), problem=bindparam("why"))
)
MAKE = (
    update(publications)
    .where(THIS, publications.c.state == State.PLANNED)
    .values(state=State.MADE, made_at=bindparam("at"), made_n=bindparam("n"), release_id=bindparam("release"))
)
NOTE_BEFORE = (
    update(publication_changes)
    .where(
        publication_changes.c.publication_id == bindparam("publication"),
        publication_changes.c.kind == bindparam("of_kind"),
        publication_changes.c.language == bindparam("of_language"),
        publication_changes.c.name == bindparam("of_name"),
    )
    .values(before_id=bindparam("before"))
)
REMAKE = (
    update(publications)
    .where(publications.c.made_n == bindparam("n"), publications.c.made_n == LAST_MADE.scalar_subquery())
    .values(release_id=bindparam("release"))
)
EVER = (
    select(publication_changes.c.after_id)
    .join(publications, publications.c.id == publication_changes.c.publication_id)
    .where(
        publication_changes.c.kind == bindparam("kind"),
        publication_changes.c.after_id.is_not(None),
        publications.c.made_n.is_not(None),
    )
)
CLEAR = delete(published).where(*THERE)
PUT = insert_once(published, ("kind", "language", "name", "version_id"))
HISTORY = (
    select(publications, publication_changes.c.after_id)
    .join(publication_changes, publication_changes.c.publication_id == publications.c.id)
    .where(
        publication_changes.c.kind == bindparam("kind"),
        publication_changes.c.language == bindparam("language"),
        publication_changes.c.name == bindparam("name"),
    )
    .order_by(publications.c.id.desc())
)


def has_tables(tx: Transaction) -> bool:
    """Whether anything can have been published: releases are also made before the first migration."""
    return bool(inspect(tx.connection).has_table(published.name))


def plan(tx: Transaction, new: NewPublication, changes: Sequence[Change]) -> int:
    """Stores a publication that is to be made when it is due; its id."""
    values = {
        "staff_id": new.staff_id,
        "created_at": new.created_at,
        "due_at": new.due_at,
        "state": State.PLANNED.value,
        "undoes_id": new.undoes_id,
    }
    id = int(tx.execute(ADD, values).scalar_one())
    for change in changes:
        tx.execute(ADD_CHANGE, {"publication_id": id, **_row(change.place), "after_id": change.after})
    news.tell(tx, news.STUDIO)
    return id


def find(tx: Transaction, id: int) -> Publication | None:
    """The publication of this id."""
    row = tx.execute(FIND, {"publication": id}).first()
    return None if row is None else _publication(row)


def everything(tx: Transaction, most: int = 100) -> list[Publication]:
    """The newest publications first."""
    return [_publication(row) for row in tx.execute(LIST, {"most": most})]


def changes_of(tx: Transaction, id: int) -> list[Change]:
    """What a publication changes."""
    return [
        Change(Place(Kind(row.kind), row.language, row.name), row.after_id, row.before_id)
        for row in tx.execute(CHANGES, {"publication": id})
    ]


def history(tx: Transaction, place: Place) -> list[tuple[Publication, int | None]]:
    """Every publication that named a place, with what it put there, the newest first."""
    return [(_publication(row), row.after_id) for row in tx.execute(HISTORY, _row(place))]


def standing(tx: Transaction) -> dict[Place, int]:
    """What is published now, everywhere."""
    return {Place(Kind(row.kind), row.language, row.name): int(row.version_id) for row in tx.execute(STANDING)}


def last_made(tx: Transaction) -> int:
    """How many publications were made; it grows with each."""
    return int(tx.execute(LAST_MADE).scalar() or 0)


def newest_made(tx: Transaction) -> Publication | None:
    """The publication that was made last."""
    row = tx.execute(NEWEST).first()
    return None if row is None else _publication(row)


def make(tx: Transaction, id: int, after: int, release_id: str, at: float) -> bool:
    """It is what callers hear from now on; False when it is not planned any more, or another was made since `after`."""
    tx.execute(LOCK).all()  # of two at once the second waits here, and then sees what the first made
    if last_made(tx) != after:
        return False
    made = {"publication": id, "at": at, "n": after + 1, "release": release_id}
    if tx.execute(MAKE, made).rowcount != 1:
        return False
    now = standing(tx)
    for change in changes_of(tx, id):
        where = _row(change.place)
        of = {f"of_{name}": value for name, value in where.items()}
        tx.execute(NOTE_BEFORE, {"publication": id, **of, "before": now.get(change.place)})
        tx.execute(CLEAR, where)
        if change.after is not None:
            tx.execute(PUT, {**where, "version_id": change.after})
    news.tell(tx, news.STUDIO)
    return True


def remake(tx: Transaction, n: int, release_id: str) -> bool:
    """What stands is in another release now, since the files changed; False when more was published since the `n`th."""
    if n == 0:
        return last_made(tx) == 0
    return tx.execute(REMAKE, {"n": n, "release": release_id}).rowcount == 1


def ever_made(tx: Transaction, kind: Kind) -> set[int]:
    """The ids of all versions that were ever published."""
    return set(tx.execute(EVER, {"kind": kind.value}).scalars())


def refuse(tx: Transaction, id: int, problem: str) -> bool:
    """It cannot be made; False when it is not planned any more."""
    return _end(tx, id, State.REFUSED, problem)


def cancel(tx: Transaction, id: int) -> bool:
    """It shall not be made; False when it is not planned any more."""
    return _end(tx, id, State.CANCELLED, None)


def _end(tx: Transaction, id: int, state: State, problem: str | None) -> bool:
    ended = tx.execute(END, {"publication": id, "became": state.value, "why": problem}).rowcount == 1
    if ended:
        news.tell(tx, news.STUDIO)
    return ended


def _row(place: Place) -> dict[str, Any]:
    return {"kind": place.kind.value, "language": place.language, "name": place.name}


def _publication(row: Stored) -> Publication:
    values = {name: row._mapping[name] for name in Publication.__slots__}
    return Publication(**{**values, "state": State(row.state)})
