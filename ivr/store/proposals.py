"""What somebody of the staff would have otherwise in the directory, until an admin decides."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from ivr.store.database import Stored, Transaction
from ivr.store.directory_tables import place_proposals, places
from ivr.store.schema import staff


class State(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class NewProposal:
    """`place_id` is none for a place that is not in the directory; `fields` is what it should be, `why` in words."""

    place_id: int | None
    staff_id: int
    at: float
    fields: Mapping[str, Any]
    why: str


@dataclass(frozen=True, slots=True)
class Proposal(NewProposal):
    """A stored one, with the names of the place and of the people."""

    id: int
    state: State
    decided_at: float | None
    place: str | None
    who: str
    decider: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which proposals; empty fields filter nothing."""

    state: State | None = None
    staff_id: int | None = None
    place_id: int | None = None


DECIDERS = staff.alias("deciders")
ALL = (
    select(place_proposals, places.c.name.label("place"), staff.c.name.label("who"), DECIDERS.c.name.label("decider"))
    .join(staff, place_proposals.c.staff_id == staff.c.id)
    .outerjoin(places, place_proposals.c.place_id == places.c.id)
    .outerjoin(DECIDERS, place_proposals.c.decided_by == DECIDERS.c.id)
    .order_by(place_proposals.c.id.desc())
)
THIS = place_proposals.c.id == bindparam("proposal")
FIND = ALL.where(THIS)
DECIDE = (
    update(place_proposals)
    .where(THIS, place_proposals.c.state == State.OPEN.value)
    .values(
        state=bindparam("outcome"),
        decided_by=bindparam("by"),
        decided_at=bindparam("moment"),
        place_id=func.coalesce(place_proposals.c.place_id, bindparam("made", type_=place_proposals.c.place_id.type)),
    )
)
OPEN = select(func.count()).select_from(place_proposals).where(place_proposals.c.state == State.OPEN.value)


def add(tx: Transaction, new: NewProposal) -> int:
    """Stores a proposal, open; its id."""
    values = {
        "place_id": new.place_id,
        "staff_id": new.staff_id,
        "at": new.at,
        "fields": json.dumps(dict(new.fields), ensure_ascii=False),
        "why": new.why,
        "state": State.OPEN.value,
    }
    id: int = tx.execute(insert(place_proposals).values(**values).returning(place_proposals.c.id)).scalar_one()
    return id


def find(tx: Transaction, id: int) -> Proposal | None:
    """The proposal of this id."""
    row = tx.execute(FIND, {"proposal": id}).first()
    return None if row is None else _proposal(row)


def some(tx: Transaction, wanted: Wanted, most: int) -> list[Proposal]:
    """The newest that fit, at most so many."""
    query = ALL
    if wanted.state is not None:
        query = query.where(place_proposals.c.state == wanted.state.value)
    if wanted.staff_id is not None:
        query = query.where(place_proposals.c.staff_id == wanted.staff_id)
    if wanted.place_id is not None:
        query = query.where(place_proposals.c.place_id == wanted.place_id)
    return [_proposal(row) for row in tx.execute(query.limit(most))]


def count_open(tx: Transaction) -> int:
    """How many wait for an admin."""
    return int(tx.execute(OPEN).scalar_one())


def decide(tx: Transaction, id: int, state: State, by: int | None, at: float) -> bool:
    """Moves an open one on; False when somebody was quicker."""
    return _decided(tx, id, {"outcome": state.value, "by": by, "moment": at, "made": None})


def became(tx: Transaction, id: int, place_id: int, by: int | None, at: float) -> bool:
    """Accepts the proposal of a new place, which is this one now; False when somebody was quicker."""
    return _decided(tx, id, {"outcome": State.ACCEPTED.value, "by": by, "moment": at, "made": place_id})


def _decided(tx: Transaction, id: int, values: Mapping[str, Any]) -> bool:
    return tx.execute(DECIDE, {"proposal": id, **values}).rowcount == 1


def _proposal(row: Stored) -> Proposal:
    return Proposal(
        place_id=row.place_id,
        staff_id=row.staff_id,
        at=row.at,
        fields=json.loads(row.fields),
        why=row.why,
        id=row.id,
        state=State(row.state),
        decided_at=row.decided_at,
        place=row.place,
        who=row.who,
        decider=row.decider,
    )
