"""The week of everybody who calls back, and the days on which nobody does; local times where the helpline lives."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import pairwise

from ivr.actions import audit
from ivr.actions.audit import Deed, What, staff_object
from ivr.actions.refusals import Reason, Refused
from ivr.actions.staff import CALLS_BACK
from ivr.store import shifts, staff
from ivr.store.database import Transaction
from ivr.store.shifts import Shift
from ivr.store.staff import Member

Week = Sequence[Sequence[tuple[str, str]]]
"""The spans of each day, Monday first, such as [("09:00", "12:30")]."""

LONGEST_NOTE = 100


def replace(tx: Transaction, staff_id: int, spans: Week, deed: Deed) -> None:
    """Somebody's week is this one from now on; Refused names the day (0 is Monday) that cannot be."""
    if staff.find(tx, staff_id) is None:
        raise Refused(Reason.BAD_CHOICE)
    for day, of_day in enumerate(spans):
        if day > 6 or not _good(of_day):
            raise Refused(Reason.BAD_SPAN, str(day))
    rows = [Shift(day, *ends, staff_id) for day, of_day in enumerate(spans) for ends in of_day]
    shifts.replace(tx, staff_id, rows)
    audit.note(tx, deed, What.SHIFTS_CHANGED, staff_object(staff_id), spans=len(rows))


def close(tx: Transaction, day: str, note: str, deed: Deed, today: date) -> None:
    """Nobody calls back on this day (ISO), from today on."""
    if not _is_date(day) or day < today.isoformat():
        raise Refused(Reason.BAD_DATE, "date")
    shifts.close(tx, day, note.strip()[:LONGEST_NOTE])
    audit.note(tx, deed, What.DAY_CLOSED, f"day/{day}")


def open_again(tx: Transaction, day: str, deed: Deed) -> None:
    """The day is as the week says; nothing when it was."""
    if shifts.open_again(tx, day):
        audit.note(tx, deed, What.DAY_OPENED, f"day/{day}")


def speaking(tx: Transaction, language: str | None) -> list[Shift] | None:
    """The shifts of those who speak this language; None when nobody keeps any shifts at all."""
    here = {member.id: member for member in _calling_back(tx)}
    every = [shift for shift in shifts.everybody(tx) if shift.staff_id in here]
    if not every:
        return None
    return [shift for shift in every if _speaks(here[shift.staff_id], language)]


def on_shift(tx: Transaction, language: str | None, now_local: datetime) -> list[Member]:
    """Who speaks this language and should be there now."""
    if now_local.date().isoformat() in shifts.closed(tx):
        return []
    day, at = now_local.weekday(), now_local.strftime("%H:%M")
    here = {
        shift.staff_id for shift in shifts.everybody(tx) if shift.weekday == day and shift.starts <= at < shift.ends
    }
    return [member for member in _calling_back(tx) if member.id in here and _speaks(member, language)]


def _calling_back(tx: Transaction) -> list[Member]:
    """Shifts stay when a role is taken away, and then mean nothing."""
    return [member for member in staff.everybody(tx) if member.disabled_at is None and member.roles & CALLS_BACK]


def _speaks(member: Member, language: str | None) -> bool:
    return language is None or language in member.languages


def _good(spans: Sequence[tuple[str, str]]) -> bool:
    """Whether the spans are of one day, in order, and none touches another."""
    ends = [at for span in spans for at in span]
    return all(map(_is_time, ends)) and all(before < after for before, after in pairwise(ends))


def _is_time(text: str) -> bool:
    try:
        return time.fromisoformat(text).strftime("%H:%M") == text
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
