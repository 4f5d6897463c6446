"""Shifts and closed days: what can be written down, who is there, and what is offered to callers because of it."""

from datetime import date, datetime

import pytest

from ivr.actions import shifts
from ivr.actions.refusals import Reason, Refused
from ivr.actions.staff import Role
from ivr.store import audit, staff
from ivr.store import shifts as stored
from ivr.store.audit import Filter
from ivr.store.database import Database, Transaction
from ivr.store.shifts import Shift
from tests.actions.desks import NOW, deed, hire
from tests.store.people import at_once

MORNING, EVENING = ("09:00", "12:30"), ("18:00", "20:00")
MONDAY = [[MORNING, EVENING], [], [], [], [], [], []]
TODAY = date(2026, 11, 23)


def moment(local: str) -> datetime:
    return datetime.fromisoformat(local)


def week(tx: Transaction, who: int) -> list[list[tuple[str, str]]]:
    theirs = [shift for shift in stored.everybody(tx) if shift.staff_id == who]
    return [[(shift.starts, shift.ends) for shift in theirs if shift.weekday == day] for day in range(7)]


def refused(reason: Reason, field: str, tx: Transaction, week: shifts.Week, who: int) -> None:
    with pytest.raises(Refused) as raised:
        shifts.replace(tx, who, week, deed(None))
    assert (raised.value.reason, raised.value.field) == (reason, field)


def test_a_week_is_kept_as_it_was_written_and_replaced_as_a_whole(database: Database) -> None:
    with database.transaction() as tx:
        lead, who, other = hire(tx), hire(tx, "aa"), hire(tx, "aa")
        shifts.replace(tx, other, [[], [MORNING]], deed(lead))
        shifts.replace(tx, who, MONDAY, deed(lead))
        assert week(tx, who) == MONDAY
        shifts.replace(tx, who, [[], [], [EVENING]], deed(lead))
        assert week(tx, who) == [[], [], [EVENING], [], [], [], []]
        assert week(tx, other)[1] == [MORNING]
        shifts.replace(tx, who, [], deed(lead))
        assert stored.everybody(tx) == [Shift(1, *MORNING, other)]
        (entry, *_) = audit.page(tx, Filter(what="shifts-changed"), 9)
        assert (entry.about, entry.staff_id, entry.details) == (f"staff/{who}", lead, {"spans": 0})


def test_of_two_who_write_the_same_week_at_once_one_stays(database: Database) -> None:
    weeks = [[MORNING], []], [[MORNING], [EVENING]]
    with database.transaction() as tx:
        who = hire(tx, "aa")
    at_once(database, lambda tx, n: shifts.replace(tx, who, weeks[n % 2], deed(None)), 8)
    with database.reading() as tx:
        assert week(tx, who)[:2] in weeks


@pytest.mark.parametrize(
    "spans",
    [
        [("12:30", "09:00")],
        [("09:00", "09:00")],
        [("09:00", "12:30"), ("12:00", "14:00")],
        [("14:00", "15:00"), ("09:00", "12:00")],
        [("9:00", "12:00")],
        [("09:00", "24:00")],
        [("09:00:00", "12:00")],
        [("", "")],
        [("09:00+01:00", "12:00")],
    ],
)
def test_a_week_that_cannot_be_changes_nothing_and_names_the_day(
    sqlite_database: Database, spans: list[tuple[str, str]]
) -> None:
    with sqlite_database.transaction() as tx:
        who = hire(tx, "aa")
        shifts.replace(tx, who, MONDAY, deed(None))
        refused(Reason.BAD_SPAN, "2", tx, [[], [], spans], who)
        refused(Reason.BAD_SPAN, "7", tx, [*MONDAY, [MORNING]], who)
        refused(Reason.BAD_CHOICE, "", tx, MONDAY, 999)
        assert week(tx, who) == MONDAY


@pytest.mark.parametrize(
    ("now", "there"),
    [
        ("2026-11-23T09:00", True),
        ("2026-11-23T12:29", True),
        ("2026-11-23T12:30", False),
        ("2026-11-23T19:59", True),
        ("2026-11-24T09:00", False),
        ("2026-11-30T08:59", False),
    ],
)
def test_who_is_on_shift_speaks_the_language_and_works_here(sqlite_database: Database, now: str, there: bool) -> None:
    with sqlite_database.transaction() as tx:
        who, other, gone = hire(tx, "aa", "bb"), hire(tx, "bb"), hire(tx, "aa")
        for each in (who, other, gone):
            shifts.replace(tx, each, MONDAY, deed(None))
        staff.change(tx, gone, disabled_at=NOW)
        assert [member.id for member in shifts.on_shift(tx, "aa", moment(now))] == ([who] if there else [])
        both = {member.id for member in shifts.on_shift(tx, None, moment(now))}
        assert both == ({who, other} if there else set())


def test_shifts_of_a_language_are_none_only_where_nobody_keeps_any(database: Database) -> None:
    with database.transaction() as tx:
        who = hire(tx, "aa")
        assert shifts.speaking(tx, "aa") is None
        shifts.replace(tx, who, [[MORNING]], deed(None))
        assert shifts.speaking(tx, "aa") == [Shift(0, *MORNING, who)]
        assert shifts.speaking(tx, "bb") == []
        staff.change(tx, who, disabled_at=NOW)
        assert shifts.speaking(tx, "aa") is None


def test_shifts_of_somebody_who_calls_nobody_back_any_more_mean_nothing(sqlite_database: Database) -> None:
    now = moment("2026-11-23T10:00")
    with sqlite_database.transaction() as tx:
        who = hire(tx, "aa")
        shifts.replace(tx, who, MONDAY, deed(None))
        assert [shift.staff_id for shift in shifts.speaking(tx, "aa") or ()] == [who] * len(MONDAY[0])
        staff.change(tx, who, roles=frozenset({Role.ADMIN}))
        assert shifts.on_shift(tx, "aa", now) == []
        assert shifts.speaking(tx, "aa") is None


def test_on_a_closed_day_nobody_is_on_shift(database: Database) -> None:
    with database.transaction() as tx:
        lead, who = hire(tx), hire(tx, "aa")
        shifts.replace(tx, who, MONDAY, deed(None))
        shifts.close(tx, "2026-11-23", " moving house ", deed(lead), TODAY)
        shifts.close(tx, "2026-12-01", "", deed(lead), TODAY)
        shifts.close(tx, "2026-12-01", "training", deed(lead), TODAY)
        assert shifts.on_shift(tx, "aa", moment("2026-11-23T10:00")) == []
        assert stored.closed(tx) == {"2026-11-23": "moving house", "2026-12-01": "training"}
        assert stored.closed(tx, "2026-11-24") == {"2026-12-01": "training"}
        shifts.open_again(tx, "2026-11-23", deed(lead))
        shifts.open_again(tx, "2026-11-23", deed(lead))
        assert len(shifts.on_shift(tx, "aa", moment("2026-11-23T10:00"))) == 1
        entries = audit.page(tx, Filter(about="day/2026-11-23"), 9)
        assert [(entry.what, entry.staff_id) for entry in entries] == [("day-opened", lead), ("day-closed", lead)]


@pytest.mark.parametrize("day", ["2026-11-22", "2026-02-30", "tomorrow", "", "20261124"])
def test_a_day_that_is_over_or_is_none_is_not_closed(sqlite_database: Database, day: str) -> None:
    with sqlite_database.transaction() as tx:
        with pytest.raises(Refused) as raised:
            shifts.close(tx, day, "", deed(None), TODAY)
        assert (raised.value.reason, raised.value.field) == (Reason.BAD_DATE, "date")
        assert stored.closed(tx) == {}
