"""Announcements: from when until when each slot's prompt is said to callers before they are greeted."""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from ivr.store.database import Transaction
from ivr.store.studio_tables import announcements


@dataclass(frozen=True, slots=True)
class Announcement:
    """A slot's time: from `starts_at` up to, not including, `ends_at` (UTC); the note is for colleagues."""

    slot: int
    starts_at: float
    ends_at: float
    note: str
    staff_id: int | None
    at: float


COLUMNS = tuple(announcements.c[name] for name in Announcement.__dataclass_fields__)
ADD = insert(announcements).values({column.name: bindparam(column.name) for column in COLUMNS})
PUT = ADD.on_conflict_do_update(
    index_elements=["slot"], set_={column.name: ADD.excluded[column.name] for column in COLUMNS[1:]}
)
REMOVE = delete(announcements).where(announcements.c.slot == bindparam("which"))
ALL = select(*COLUMNS).order_by(announcements.c.slot)
HELD = select(*COLUMNS).where(announcements.c.slot == bindparam("which")).with_for_update()
RUNNING = (
    select(announcements.c.slot)
    .where(announcements.c.starts_at <= bindparam("now"), announcements.c.ends_at > bindparam("now"))
    .order_by(announcements.c.slot)
)


def put(tx: Transaction, announcement: Announcement) -> None:
    """The slot has this time from now on, whatever it had before."""
    tx.execute(PUT, {column.name: getattr(announcement, column.name) for column in COLUMNS})


def held(tx: Transaction, slot: int) -> Announcement | None:
    """The slot's time, which nobody else changes until this transaction ends."""
    row = tx.execute(HELD, {"which": slot}).first()
    return None if row is None else Announcement(*row)


def remove(tx: Transaction, slot: int) -> bool:
    """The slot has no time any more; False when it had none."""
    return tx.execute(REMOVE, {"which": slot}).rowcount == 1


def everything(tx: Transaction) -> list[Announcement]:
    """Every slot that has a time, in order."""
    return [Announcement(*row) for row in tx.execute(ALL)]


def running(tx: Transaction, now: float) -> list[int]:
    """The slots whose time is now, in order."""
    return [slot for (slot,) in tx.execute(RUNNING, {"now": now})]
