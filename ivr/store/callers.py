"""Callers: a number that we can find again but not read without the key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from ivr.store.database import Transaction
from ivr.store.schema import callers
from ivr.store.statements import insert_once


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who called; `first_call` is true only from the `meet` that stored them."""

    id: int
    language: str | None
    first_seen: float
    last_seen: float
    first_call: bool = False


COLUMNS = (callers.c.id, callers.c.language, callers.c.first_seen, callers.c.last_seen)
BY_HASH = callers.c.number_hash.in_(bindparam("hashes", expanding=True))
FIND = select(*COLUMNS).where(BY_HASH)
SEE = update(callers).where(BY_HASH).values(last_seen=bindparam("now")).returning(*COLUMNS)
ADD = insert_once(callers, ("number_hash", "number_sealed", "first_seen", "last_seen")).returning(callers.c.id)
REMEMBER = update(callers).where(callers.c.id == bindparam("caller")).values(language=bindparam("chosen"))
AREA = select(callers.c.id, callers.c.number_hash, callers.c.area_sealed).where(BY_HASH)
# Asks for the hash under which it was sealed: a rotation may change it meanwhile.
KEEP_AREA = (
    update(callers)
    .where(callers.c.id == bindparam("caller"), callers.c.number_hash == bindparam("hash"))
    .values(area_sealed=bindparam("sealed", type_=callers.c.area_sealed.type))
)


def find(tx: Transaction, number: str) -> Caller | None:
    """Who called from this number (E.164), under the current hash or an old one."""
    row = tx.execute(FIND, {"hashes": tx.keyring.hashes(number)}).first()
    return None if row is None else Caller(*row)


def meet(tx: Transaction, number: str, now: float) -> Caller:
    """The caller of this number, stored when new; of two at once one stores, both get the same."""
    hashes = tx.keyring.hashes(number)
    seen: Mapping[str, Any] = {"hashes": hashes, "now": now}
    row = tx.execute(SEE, seen).first()
    if row is not None:
        return Caller(*row)
    sealed = tx.keyring.seal(number.encode(), about(hashes[0]))
    new = {"number_hash": hashes[0], "number_sealed": sealed, "first_seen": now, "last_seen": now}
    id = tx.execute(ADD, new).scalar()
    if id is not None:
        return Caller(id, None, now, now, first_call=True)
    return Caller(*tx.execute(SEE, seen).one())


def remember_language(tx: Transaction, caller_id: int, language: str) -> None:
    """What this caller will be greeted in next time."""
    tx.execute(REMEMBER, {"caller": caller_id, "chosen": language})


def remember_area(tx: Transaction, number: str, area: str) -> bool:
    """Keeps where the caller of this number lives, for their next call; False when there is no such caller."""
    row = tx.execute(AREA, {"hashes": tx.keyring.hashes(number)}).first()
    if row is None:
        return False
    sealed = tx.keyring.seal(area.encode(), about_area(row.number_hash))
    return tx.execute(KEEP_AREA, {"caller": row.id, "hash": row.number_hash, "sealed": sealed}).rowcount == 1


def area(tx: Transaction, number: str) -> str | None:
    """Where the caller of this number lives, as `remember_area` was told."""
    row = tx.execute(AREA, {"hashes": tx.keyring.hashes(number)}).first()
    if row is None or row.area_sealed is None:
        return None
    return tx.keyring.open(row.area_sealed, about_area(row.number_hash)).decode()


def forget_area(tx: Transaction, number: str) -> None:
    """Where the caller of this number lives is not known any more."""
    for row in tx.execute(AREA, {"hashes": tx.keyring.hashes(number)}).all():
        tx.execute(KEEP_AREA, {"caller": row.id, "hash": row.number_hash, "sealed": None})


def about_area(number_hash: str) -> bytes:
    """What the seal of an area is bound to."""
    return b"area/" + number_hash.encode()


def about(number_hash: str) -> bytes:
    """What the seal of a number is bound to, wherever it is stored."""
    return b"number/" + number_hash.encode()
