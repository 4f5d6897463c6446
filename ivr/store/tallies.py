"""How often a day something was done for a number, and for everybody together: counted in the deed's own transaction.

One statement looks and counts, and holds the row until the commit: of two at the last place exactly one gets it.
"""

from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from ivr.store.database import Transaction
from ivr.store.schema import tallies

EVERYBODY = ""
"""In place of a number's hash."""

HASHES: BindParameter[Any] = bindparam("hashes", expanding=True)
NAMED = ("kind", "number_hash", "day")
THIS = (tallies.c.kind == bindparam("what"), tallies.c.day == bindparam("on"))
COUNT = (
    insert(tallies)
    .from_select(
        [*NAMED, "count"],
        select(*(bindparam(name, type_=tallies.c[name].type) for name in NAMED), literal(1)).where(
            bindparam("most", type_=Integer) > 0
        ),
    )
    .on_conflict_do_update(
        index_elements=list(NAMED),
        set_={"count": tallies.c.count + 1},
        where=tallies.c.count < bindparam("most", type_=Integer),
    )
    .returning(tallies.c.count)
)
TAKE_BACK = (
    update(tallies)
    .where(*THIS, tallies.c.number_hash == bindparam("whose"), tallies.c.count > 0)
    .values(count=tallies.c.count - 1)
)
USED = select(func.coalesce(func.sum(tallies.c.count), 0)).where(*THIS, tallies.c.number_hash.in_(HASHES))


def count(tx: Transaction, kind: str, number: str, day: str, most: int) -> bool:
    """One more for this number (E.164) on this day (ISO); False, and nothing counted, when there are `most`."""
    current, *old = tx.keyring.hashes(number)
    left = most - _used(tx, kind, day, old) if old else most
    return _count(tx, kind, current, day, left)


def count_all(tx: Transaction, kind: str, day: str, most: int) -> bool:
    """The same for everybody together."""
    return _count(tx, kind, EVERYBODY, day, most)


def take_back(tx: Transaction, kind: str, number: str, day: str) -> None:
    """What was counted for this number in this transaction did not happen after all."""
    whose = tx.keyring.hashes(number)[0]
    tx.execute(TAKE_BACK, {"what": kind, "on": day, "whose": whose})


def used(tx: Transaction, kind: str, number: str, day: str) -> int:
    """How often it was done for this number, under the current hash and the old ones."""
    return _used(tx, kind, day, list(tx.keyring.hashes(number)))


def used_by_all(tx: Transaction, kind: str, day: str) -> int:
    """How often it was done at all, where that is counted."""
    return _used(tx, kind, day, [EVERYBODY])


def _count(tx: Transaction, kind: str, number_hash: str, day: str, most: int) -> bool:
    values = {"kind": kind, "number_hash": number_hash, "day": day, "most": most}
    return tx.execute(COUNT, values).first() is not None


def _used(tx: Transaction, kind: str, day: str, hashes: list[str]) -> int:
    return int(tx.execute(USED, {"what": kind, "on": day, "hashes": hashes}).scalar_one())
