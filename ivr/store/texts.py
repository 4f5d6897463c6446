"""Text messages: a row each, whose id is all that the telephone company is told of it.

new ── sending ── sent ── delivered
 │        │         ├──── failed
 │        │         └──── handed
 │        └── unknown ── left
 └── cancelled

`sending` is committed before the company is asked, so a text may have gone out from there on, and is never sent again
by itself: a person decides about an `unknown` one, and what is sent then is a row of its own. Nobody needs to decide of
what the company took, though it may say no more (`handed`). Statuses come twice, late and in any order; what comes to
light later still ends it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, func, or_, select, update

from ivr.store import callers
from ivr.store.crypto import ID_BYTES
from ivr.store.database import Database, Stored, Transaction
from ivr.store.statements import insert_once
from ivr.store.text_tables import texts


class State(StrEnum):
    """How far it came."""

    NEW = "new"
    SENDING = "sending"
    SENT = "sent"  # the company has it
    DELIVERED = "delivered"
    FAILED = "failed"  # the company says that it did not arrive, and why
    HANDED = "handed"  # the company took it, and said no more
    UNKNOWN = "unknown"  # whether the company took it
    LEFT = "left"  # a person let it be
    CANCELLED = "cancelled"  # it was never sent


class Cause(StrEnum):
    """Why a text was never sent; else its error is a number of the company."""

    REFUSED = "refused"
    BLOCKED = "blocked"
    TOO_LATE = "too-late"
    NO_SENDER = "no-sender"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class NewText:
    """A text to send; `key` names what asked for it, once. `shared`: others use the phone."""

    key: str
    call_id: str | None
    number: str = field(repr=False)
    language: str
    what: str
    body: str = field(repr=False)
    parts: int
    shared: bool
    due_at: float
    created_at: float
    place_id: int | None = None
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text; number and body are empty when they were forgotten."""

    id: int
    key: str
    call_id: str | None
    staff_id: int | None
    number: str = field(repr=False)
    language: str
    what: str
    place_id: int | None
    body: str = field(repr=False)
    parts: int
    shared: bool
    state: State
    due_at: float
    created_at: float
    changed_at: float
    carrier_ref: str | None
    error: str | None


PLAIN = tuple(name for name in Text.__dataclass_fields__ if name not in ("number", "body"))
COLUMNS = (
    "key",
    "call_id",
    "staff_id",
    "number_sealed",
    "number_hash",
    "language",
    "what",
    "place_id",
    "body_sealed",
    "parts",
    "shared",
    "state",
    "due_at",
    "created_at",
    "changed_at",
)
HASHES: BindParameter[Any] = bindparam("hashes", expanding=True)
FIND = select(texts).where(texts.c.id == bindparam("text"))
LOCK = FIND.with_for_update()
ADD = insert_once(texts, COLUMNS).returning(texts.c.id)
PAGE = select(texts).where(texts.c.id < bindparam("before")).order_by(texts.c.id.desc()).limit(bindparam("most"))
UNDECIDED = select(texts).where(texts.c.state == State.UNKNOWN).order_by(texts.c.id)
# Whose end the company told, or let pass; a refusal at once (no `carrier_ref`) is none.
ENDED = or_(
    texts.c.state.in_((State.HANDED, State.DELIVERED)),
    and_(texts.c.state == State.FAILED, texts.c.carrier_ref.is_not(None)),
)
ENDS = (
    select(texts.c.state)
    .where(ENDED, texts.c.shared == bindparam("shared"))
    .order_by(texts.c.id.desc())
    .limit(bindparam("most"))
)
TOLD = (
    select(texts)
    .where(or_(texts.c.call_id == bindparam("call"), texts.c.number_hash.in_(HASHES)))
    .order_by(texts.c.id.desc())
    .limit(bindparam("most"))
)
STILL = select(texts.c.id).where(texts.c.state == bindparam("in_state"), texts.c.changed_at < bindparam("before"))
OVERDUE = select(texts.c.id).where(texts.c.state == State.NEW, texts.c.due_at < bindparam("before"))
# By id, as whoever erases holds them: else the two wait for each other.
LIVING = (
    select(texts)
    .where(texts.c.state == State.NEW, texts.c.number_hash.in_(HASHES))
    .order_by(texts.c.id)
    .with_for_update()
)


def add(tx: Transaction, new: NewText) -> int | None:
    """The id of the new text; None when the same was asked for before."""
    hash = tx.keyring.hashes(new.number)[0]
    values = {name: getattr(new, name, None) for name in COLUMNS} | {
        "number_hash": hash,
        "number_sealed": tx.keyring.seal(new.number.encode(), callers.about(hash)),
        "body_sealed": tx.keyring.seal(new.body.encode(), about(new.key)),
        "state": State.NEW.value,
        "changed_at": new.created_at,
    }
    id: int | None = tx.execute(ADD, values).scalar()
    return id


def find(tx: Transaction, id: int) -> Text | None:
    """The text of this id."""
    return _opened(tx, tx.execute(FIND, {"text": id}).first())


def lock(tx: Transaction, id: int) -> Text | None:
    """The same, held off from everybody else until the commit."""
    return _opened(tx, tx.execute(LOCK, {"text": id}).first())


def move(tx: Transaction, text: Text, frm: Collection[State], to: State, now: float, **columns: Any) -> bool:
    """From one of these states to another, with what else became known; False when it is in none of them."""
    values = {"state": to.value, "changed_at": now} | columns
    return tx.execute(update(texts).where(texts.c.id == text.id, texts.c.state.in_(frm)).values(values)).rowcount == 1


def learn(tx: Transaction, text: Text, **columns: Any) -> None:
    """Keeps what became known, in whatever state it is."""
    tx.execute(update(texts).where(texts.c.id == text.id).values(columns))


def page(tx: Transaction, before: int, most: int) -> list[Text]:
    """The newest texts whose id is below this one."""
    return _all(tx, tx.execute(PAGE, {"before": before, "most": most}).all())


def undecided(tx: Transaction) -> list[Text]:
    """Texts of which a person must decide, the oldest first."""
    return _all(tx, tx.execute(UNDECIDED).all())


def ends(tx: Transaction, shared: bool, most: int) -> list[State]:
    """How the latest texts ended that the company took, of those to phones that others use too or of the others."""
    return [State(state) for state in tx.execute(ENDS, {"shared": shared, "most": most}).scalars()]


def told(tx: Transaction, call_id: str, number: str, most: int) -> list[Text]:
    """The latest texts that were asked for in a call or went to this number (E.164, or empty)."""
    hashes = tx.keyring.hashes(number) if number else ("-",)
    return _all(tx, tx.execute(TOLD, {"call": call_id, "hashes": hashes, "most": most}).all())


def still(tx: Transaction, state: State, before: float) -> list[int]:
    """Texts that have been in this state since before that moment."""
    return list(tx.execute(STILL, {"in_state": state.value, "before": before}).scalars())


def overdue(tx: Transaction, before: float) -> list[int]:
    """Texts that should have been sent before that moment."""
    return list(tx.execute(OVERDUE, {"before": before}).scalars())


def waiting(tx: Transaction, number: str) -> list[Text]:
    """Texts to this number (E.164) that were not sent yet, held."""
    return _all(tx, tx.execute(LIVING, {"hashes": tx.keyring.hashes(number)}).all())


def about(key: str) -> bytes:
    """What the seal of a body is bound to."""
    return f"text/{key}".encode()


def rotate(database: Database, batch: int = 500) -> int:
    """Seals and hashes anew what an old key sealed, a batch a transaction; how many."""
    count = 0
    while True:
        with database.transaction() as tx:
            rows = tx.execute(OLD.limit(batch), {"key": tx.keyring.current_id}).all()
            for row in rows:
                number, body = _number(tx, row), tx.keyring.open(row.body_sealed, about(row.key))
                hash = tx.keyring.hashes(number)[0]
                values = {
                    "number_hash": hash,
                    "number_sealed": tx.keyring.seal(number.encode(), callers.about(hash)),
                    "body_sealed": tx.keyring.seal(body, about(row.key)),
                }
                tx.execute(update(texts).where(texts.c.id == row.id).values(values))
        count += len(rows)
        if len(rows) < batch:
            return count


def _old(column: Any) -> Any:
    return func.substr(column, 1, ID_BYTES) != bindparam("key", type_=column.type)


OLD = (
    select(texts)
    .where(or_(_old(texts.c.number_sealed), _old(texts.c.body_sealed)), texts.c.number_hash != "")
    .order_by(texts.c.id)
    .with_for_update()
)


def _number(tx: Transaction, row: Stored) -> str:
    return tx.keyring.open(row.number_sealed, callers.about(row.number_hash)).decode() if row.number_hash else ""


def _all(tx: Transaction, rows: Sequence[Stored]) -> list[Text]:
    return [text for row in rows if (text := _opened(tx, row))]


def _opened(tx: Transaction, row: Stored | None) -> Text | None:
    if row is None:
        return None
    body = tx.keyring.open(row.body_sealed, about(row.key)).decode() if row.number_hash else ""
    plain = {name: row._mapping[name] for name in PLAIN}
    return Text(**{**plain, "state": State(row.state), "number": _number(tx, row), "body": body})
