"""When who is there, week by week, and the days on which nobody is. Local times where the helpline lives."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, exists, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from ivr.store.database import Transaction
from ivr.store.schema import closures, shifts, staff


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """One span of one weekday (0 is Monday), such as 09:00 to 12:30."""

    weekday: int
    starts: str
    ends: str
    staff_id: int


COLUMNS = (shifts.c.weekday, shifts.c.starts, shifts.c.ends, shifts.c.staff_id)
WORKING = exists(select(1).where(staff.c.id == shifts.c.staff_id, staff.c.disabled_at.is_(None)))
ALL = select(*COLUMNS).where(WORKING).order_by(*COLUMNS)
HOLD = select(staff.c.id).where(staff.c.id == bindparam("member")).with_for_update(key_share=True)
FORGET = delete(shifts).where(shifts.c.staff_id == bindparam("member"))
CLOSE = upsert(closures).values(date=bindparam("day"), note=bindparam("why"))
CLOSE_ANEW = CLOSE.on_conflict_do_update(index_elements=["date"], set_={"note": CLOSE.excluded.note})
OPEN_AGAIN = delete(closures).where(closures.c.date == bindparam("day"))
CLOSED = select(closures.c.date, closures.c.note).where(closures.c.date >= bindparam("since")).order_by(closures.c.date)


def everybody(tx: Transaction) -> list[Shift]:
    """The whole week, of those who still work here."""
    return [Shift(*row) for row in tx.execute(ALL)]


def replace(tx: Transaction, staff_id: int, week: Iterable[Shift]) -> None:
    """Somebody's week is this one from now on; of two at once the later one's."""
    tx.execute(HOLD, {"member": staff_id})
    tx.execute(FORGET, {"member": staff_id})
    rows = [
        {"staff_id": staff_id, "weekday": shift.weekday, "starts": shift.starts, "ends": shift.ends} for shift in week
    ]
    if rows:
        tx.connection.execute(insert(shifts), rows)


def close(tx: Transaction, day: str, note: str) -> None:
    """Nobody is there on this day (ISO)."""
    tx.execute(CLOSE_ANEW, {"day": day, "why": note})


def open_again(tx: Transaction, day: str) -> bool:
    """Whether the day was closed; it is not now."""
    return tx.execute(OPEN_AGAIN, {"day": day}).rowcount == 1


def closed(tx: Transaction, since: str = "") -> dict[str, str]:
    """The closed days from `since` on (ISO), in order, each with its note."""
    return {day: note for day, note in tx.execute(CLOSED, {"since": since})}
