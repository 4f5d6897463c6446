"""What happened to a request, in the words of people and in a few of our own; every text is sealed."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, insert, select

from ivr.store import news
from ivr.store.database import Transaction
from ivr.store.schema import request_notes, staff


class Kind(StrEnum):
    """What a note tells; WRITTEN holds words, RELEASED may, OUTCOME holds the outcome's id."""

    WRITTEN = "written"
    OUTCOME = "outcome"
    CLAIM_ENDED = "claim-ended"  # nothing happened for too long; `staff_id` is who had it
    LEFT = "left"  # `staff_id` is who had it, and does not work here any more
    LEFT_CALLED = "left-called"  # the same, and had called
    RELEASED = "released"
    REASSIGNED = "reassigned"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    NOT_TAKEN = "not-taken"  # who was on the line could not be put through; `staff_id` is who was rung


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note; `staff_id` None is the helpline itself."""

    request_id: int
    at: float
    staff_id: int | None
    kind: Kind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A stored note, opened, with the name of who wrote it."""

    id: int
    request_id: int
    at: float
    staff_id: int | None
    kind: Kind
    text: str
    who: str | None


ADD = insert(request_notes).returning(request_notes.c.id)
OF_REQUEST = (
    select(request_notes, staff.c.name)
    .outerjoin(staff, staff.c.id == request_notes.c.staff_id)
    .where(request_notes.c.request_id == bindparam("request"))
    .order_by(request_notes.c.at, request_notes.c.id)
)


def add(tx: Transaction, note: NewNote) -> int:
    """Stores a note; its id."""
    values = {
        "request_id": note.request_id,
        "at": note.at,
        "staff_id": note.staff_id,
        "kind": note.kind.value,
        "text_sealed": tx.keyring.seal(note.text.encode(), about(note.request_id)),
    }
    id = tx.execute(ADD, values).scalar_one()
    news.tell(tx, news.REQUESTS)
    return int(id)


def of_request(tx: Transaction, request_id: int) -> list[Note]:
    """The notes of a request, the oldest first."""
    return [
        Note(
            id=row.id,
            request_id=row.request_id,
            at=row.at,
            staff_id=row.staff_id,
            kind=Kind(row.kind),
            text=tx.keyring.open(row.text_sealed, about(row.request_id)).decode(),
            who=row.name,
        )
        for row in tx.execute(OF_REQUEST, {"request": request_id})
    ]


def about(request_id: int) -> bytes:
    """What the seal of a note is bound to."""
    return f"note/{request_id}".encode()
