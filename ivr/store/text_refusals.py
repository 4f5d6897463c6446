"""Who wants no text messages: found by the number's hash, readable only with the key."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, func, insert, select

from ivr.store import callers
from ivr.store.crypto import ID_BYTES
from ivr.store.database import Database, Stored, Transaction
from ivr.store.statements import insert_once
from ivr.store.text_tables import text_refusals


class How(StrEnum):
    """Who said that a number gets no texts."""

    KEY = "key"
    DESK = "desk"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A number (E.164) that gets no texts, since when, and who said so."""

    number: str = field(repr=False)
    at: float
    how: How


HASHES: BindParameter[Any] = bindparam("hashes", expanding=True)
HAS = select(text_refusals.c.number_hash).where(text_refusals.c.number_hash.in_(HASHES)).limit(1)
COLUMNS = ("number_hash", "number_sealed", "at", "how", "staff_id")
ADD = insert_once(text_refusals, COLUMNS).returning(text_refusals.c.number_hash)
REMOVE = delete(text_refusals).where(text_refusals.c.number_hash.in_(HASHES))
LATEST = select(text_refusals).order_by(text_refusals.c.at.desc()).limit(bindparam("most"))
OLD_KEY = (
    select(text_refusals)
    .where(
        func.substr(text_refusals.c.number_sealed, 1, ID_BYTES)
        != bindparam("key", type_=text_refusals.c.number_sealed.type)
    )
    .with_for_update()
)


def add(tx: Transaction, number: str, how: How, at: float, staff_id: int | None = None) -> bool:
    """This number (E.164) gets no texts any more; False when it got none before."""
    if has(tx, number):
        return False
    values = {**_sealed(tx, number), "at": at, "how": how.value, "staff_id": staff_id}
    return tx.execute(ADD, values).first() is not None


def has(tx: Transaction, number: str) -> bool:
    """Whether this number wants no texts, under the current hash or an old one."""
    return tx.execute(HAS, {"hashes": tx.keyring.hashes(number)}).first() is not None


def remove(tx: Transaction, number: str) -> bool:
    """It gets texts again; False when it always did."""
    return tx.execute(REMOVE, {"hashes": tx.keyring.hashes(number)}).rowcount > 0


def latest(tx: Transaction, most: int) -> list[Refusal]:
    """The latest of who wants none."""
    rows = tx.execute(LATEST, {"most": most}).all()
    return [Refusal(_number(tx, row), row.at, How(row.how)) for row in rows]


def rotate(database: Database) -> int:
    """Seals and hashes anew what an old key sealed, all in one transaction (they are few); how many."""
    count = 0
    with database.transaction() as tx:
        for row in tx.execute(OLD_KEY, {"key": tx.keyring.current_id}).all():
            number = _number(tx, row)
            tx.execute(delete(text_refusals).where(text_refusals.c.number_hash == row.number_hash))
            if not has(tx, number):  # else it was said again on a server that did not know both keys yet
                rest = {"at": row.at, "how": row.how, "staff_id": row.staff_id}
                tx.execute(insert(text_refusals).values(_sealed(tx, number) | rest))
                count += 1
    return count


def _sealed(tx: Transaction, number: str) -> dict[str, Any]:
    hash = tx.keyring.hashes(number)[0]
    return {"number_hash": hash, "number_sealed": tx.keyring.seal(number.encode(), callers.about(hash))}


def _number(tx: Transaction, row: Stored) -> str:
    return tx.keyring.open(row.number_sealed, callers.about(row.number_hash)).decode()
