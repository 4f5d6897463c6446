"""Numbers that the staff blocked: found by their hash, readable only with the key, and so is the reason."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, func, insert, select

from ivr.store import callers
from ivr.store.crypto import ID_BYTES
from ivr.store.database import Database, Stored, Transaction
from ivr.store.schema import blocked, staff
from ivr.store.statements import insert_once


@dataclass(frozen=True, slots=True)
class Entry:
    """A blocked number (E.164), why, since when, and the name of who did it."""

    id: int
    number: str
    reason: str
    at: float
    who: str | None


HASHES: BindParameter[Any] = bindparam("hashes", expanding=True)
THIS = blocked.c.id == bindparam("entry")
FIND = select(blocked.c.id).where(blocked.c.number_hash.in_(HASHES)).limit(1)
ADD = insert_once(blocked, ("number_hash", "number_sealed", "reason_sealed", "staff_id", "at")).returning(blocked.c.id)
LIST = select(blocked, staff.c.name).outerjoin(staff).order_by(blocked.c.id.desc())
REMOVE = delete(blocked).where(THIS)
OLD_KEY = (
    select(blocked)
    .where(func.substr(blocked.c.number_sealed, 1, ID_BYTES) != bindparam("key", type_=blocked.c.number_sealed.type))
    .with_for_update()
)
ANEW = insert(blocked).values({column.name: bindparam(column.name) for column in blocked.c})


def add(tx: Transaction, number: str, reason: str, staff_id: int | None, at: float) -> int | None:
    """The id of the new entry; None when the number (E.164) is blocked already."""
    if has(tx, number):
        return None
    values = {**_sealed(tx, number, reason), "staff_id": staff_id, "at": at}
    id: int | None = tx.execute(ADD, values).scalar()
    return id


def has(tx: Transaction, number: str) -> bool:
    """Whether this number (E.164) is blocked, under the current hash or an old one."""
    return tx.execute(FIND, {"hashes": tx.keyring.hashes(number)}).first() is not None


def everything(tx: Transaction) -> list[Entry]:
    """Every entry, the newest first."""
    return [Entry(row.id, *_opened(tx, row), row.at, row.name) for row in tx.execute(LIST)]


def remove(tx: Transaction, id: int) -> bool:
    """Unblocks; False when there is no such entry."""
    return tx.execute(REMOVE, {"entry": id}).rowcount == 1


def rotate(database: Database) -> int:
    """Seals and hashes anew what an old key sealed, all in one transaction (entries are few); how many."""
    count = 0
    with database.transaction() as tx:
        for row in tx.execute(OLD_KEY, {"key": tx.keyring.current_id}).all():
            number, reason = _opened(tx, row)
            tx.execute(REMOVE, {"entry": row.id})
            if has(tx, number):  # somebody blocked it again on a server that did not know both keys yet
                continue
            tx.execute(ANEW, {"id": row.id, **_sealed(tx, number, reason), "staff_id": row.staff_id, "at": row.at})
            count += 1
    return count


def _sealed(tx: Transaction, number: str, reason: str) -> dict[str, str | bytes]:
    hash = tx.keyring.hashes(number)[0]
    return {
        "number_hash": hash,
        "number_sealed": tx.keyring.seal(number.encode(), callers.about(hash)),
        "reason_sealed": tx.keyring.seal(reason.encode(), _about(hash)),
    }


def _opened(tx: Transaction, row: Stored) -> tuple[str, str]:
    number = tx.keyring.open(row.number_sealed, callers.about(row.number_hash)).decode()
    return number, tx.keyring.open(row.reason_sealed, _about(row.number_hash)).decode()


def _about(number_hash: str) -> bytes:
    return f"blocked/{number_hash}".encode()
