"""Who of the staff has nobody on the phone, held for whoever takes them first."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from ivr.store.database import Transaction
from ivr.store.dials import OPEN, How, Kind
from ivr.store.requests import Status
from ivr.store.schema import dials, requests, staff

ON_THE_PHONE = (Status.DIALLING, Status.TALKING, Status.WRAP_UP)
"""With such a request in hand nobody takes another call."""
NOT_TAKEN = (How.NO_ANSWER, How.BUSY, How.FAILED, How.DECLINED, How.LOST)
"""How somebody's phone was rung in vain, while the caller was still there."""


def take(tx: Transaction, ids: Sequence[int], since: float) -> int | None:
    """One of these, who is free and whose phone is known to work; nobody else takes them before this transaction ends.

    Who was rung in vain after `since` is left alone. Who was put through longest ago, or never, comes first.
    """
    for id in tx.execute(_free(ids, since)).scalars().all():
        if _held(tx, id) and tx.execute(_free([id], since)).first() is not None:  # as it is now that it is held
            return int(id)
    return None


def _held(tx: Transaction, id: int) -> bool:
    """Passes over whom another transaction holds: it takes them, or changes them."""
    lock = select(staff.c.id).where(staff.c.id == id).with_for_update(key_share=True, skip_locked=True)
    return tx.execute(lock).first() is not None


def _free(ids: Sequence[int], since: float) -> Select[tuple[int]]:
    last = select(func.max(dials.c.created_at)).where(_theirs(), dials.c.kind == Kind.DIRECT).scalar_subquery()
    busy = exists().where(requests.c.staff_id == staff.c.id, requests.c.status.in_(ON_THE_PHONE))
    in_vain = and_(dials.c.kind == Kind.DIRECT, dials.c.how.in_(NOT_TAKEN), dials.c.created_at > since)
    rung = exists().where(_theirs(), or_(dials.c.state.in_(OPEN), in_vain))
    works = exists().where(_theirs(), dials.c.accepted_at.is_not(None))
    query = select(staff.c.id).where(staff.c.id.in_(ids), ~busy, ~rung, works)
    return query.order_by(func.coalesce(last, 0), staff.c.id)


def _theirs() -> ColumnElement[bool]:
    return dials.c.staff_id == staff.c.id
