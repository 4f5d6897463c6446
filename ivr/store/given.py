"""Which places callers were told of."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, exists, func, insert, select

from ivr.store.database import Transaction
from ivr.store.directory_tables import given, places
from ivr.store.schema import calls


@dataclass(frozen=True, slots=True)
class NewGiven:
    """A place that a caller heard of; `office` is what was asked for."""

    call_id: str
    place_id: int
    office: str
    at: float


@dataclass(frozen=True, slots=True)
class Given(NewGiven):
    """A stored one."""

    id: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A place that is gone, how many times callers were told of it, and when last."""

    place_id: int
    times: int
    last_at: float


CALLS: BindParameter[Any] = bindparam("calls", expanding=True)
OF_CALLS = select(given.c.call_id, given.c.place_id, given.c.office, given.c.at, given.c.id).where(
    given.c.call_id.in_(CALLS)
)
KNOWN_CALL = exists(select(1).where(calls.c.id == bindparam("call_id")))
TOLD = exists(
    select(1).where(
        given.c.call_id == bindparam("call_id"),
        given.c.place_id == bindparam("place_id"),
        given.c.office == bindparam("office"),
    )
)
NAMES = ("call_id", "place_id", "office", "at")
# Nothing where there is no such call: a failed foreign key would end the transaction.
ADD = insert(given).from_select(
    NAMES, select(*(bindparam(name, type_=given.c[name].type) for name in NAMES)).where(and_(KNOWN_CALL, ~TOLD))
)
VANISHED = (
    select(given.c.place_id, func.count(), func.max(given.c.at))
    .join(places, places.c.id == given.c.place_id)
    .where(places.c.gone_at.is_not(None), given.c.at >= bindparam("since"))
    .group_by(given.c.place_id)
    .order_by(func.max(given.c.at).desc(), given.c.place_id)
)


def add(tx: Transaction, new: NewGiven) -> bool:
    """Stores that a place was given for an office in a call, once; False when it was told before."""
    return tx.insert(ADD, asdict(new)) == 1


def of_call(tx: Transaction, call_id: str) -> list[Given]:
    """What was given in this call, in order."""
    return of_calls(tx, (call_id,))


def of_calls(tx: Transaction, call_ids: Iterable[str]) -> list[Given]:
    """What was given in these calls, in order."""
    rows = tx.execute(OF_CALLS.order_by(given.c.id), {"calls": list(call_ids)})
    return [Given(*row) for row in rows]


def vanished(tx: Transaction, since: float) -> list[Lost]:
    """Places that callers were given since then and that are gone, the latest first."""
    return [Lost(*row) for row in tx.execute(VANISHED, {"since": since})]
