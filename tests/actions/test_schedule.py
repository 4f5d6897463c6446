"""What recurs is made once however many workers there are, also on the days when clocks change."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from ivr.actions.schedule import Daily, Every, Recurring, Schedule
from ivr.store import jobs
from ivr.store.database import Database
from tests.store.people import NOW

PARIS = ZoneInfo("Europe/Paris")
AT_FOUR = Daily("sweep", time(4), PARIS)
AT_HALF_PAST_TWO = Daily("sweep", time(2, 30), PARIS)
TEN_MINUTES = Every("close", 600)


def utc(words: str) -> float:
    return datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp()


def planted(database: Database) -> list[str]:
    with database.reading() as tx:
        return list(tx.execute(text("SELECT key FROM jobs ORDER BY id")).scalars())


def finish_all(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(text("UPDATE jobs SET state = 'done'"))


def test_every_ten_minutes_is_counted_from_the_epoch_not_from_the_start_of_a_program() -> None:
    assert TEN_MINUTES.slot(utc("2026-11-22T10:09:59")).due_at == utc("2026-11-22T10:00:00")
    assert TEN_MINUTES.slot(utc("2026-11-22T10:10:00")).due_at == utc("2026-11-22T10:10:00")


def test_daily_is_at_the_local_hour_in_winter_and_in_summer() -> None:
    winter, summer = AT_FOUR.slot(utc("2026-11-22T12:00:00")), AT_FOUR.slot(utc("2026-07-14T12:00:00"))
    assert (winter.key, winter.due_at) == ("sweep/2026-11-22", utc("2026-11-22T03:00:00"))
    assert (summer.key, summer.due_at) == ("sweep/2026-07-14", utc("2026-07-14T02:00:00"))


def test_before_the_hour_the_slot_is_yesterdays() -> None:
    assert AT_FOUR.slot(utc("2026-11-22T02:59:59")).key == "sweep/2026-11-21"
    assert AT_FOUR.slot(utc("2026-11-21T23:30:00")).key == "sweep/2026-11-21"


@pytest.mark.parametrize(
    ("day", "first_due"),
    [
        ("2026-03-29", "2026-03-29T01:30:00"),  # 2:30 does not exist: the clock shows 3:30
        ("2026-10-25", "2026-10-25T00:30:00"),  # 2:30 comes twice: the first one counts
    ],
)
def test_an_hour_that_does_not_exist_or_comes_twice_is_still_one_slot(day: str, first_due: str) -> None:
    start = datetime.combine(date.fromisoformat(day), time(0), PARIS).timestamp()
    slots = {AT_HALF_PAST_TWO.slot(start + minute * 60) for minute in range(25 * 60)}
    assert [slot.due_at for slot in slots if slot.key == f"sweep/{day}"] == [utc(first_due)]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.times(), st.integers(0, 2 * 86_400))
def test_a_slot_has_always_come_is_never_two_days_old_and_never_goes_back(
    moment: datetime, at: time, later: int
) -> None:
    daily, now = Daily("sweep", at, PARIS), moment.replace(tzinfo=UTC).timestamp()
    slot, next_slot = daily.slot(now), daily.slot(now + later)
    assert slot.due_at <= now < slot.due_at + 25 * 3600 + 3600
    assert slot.due_at <= next_slot.due_at
    assert (slot.key == next_slot.key) == (slot == next_slot)


def test_each_slot_becomes_one_job_that_is_due_at_its_time(database: Database) -> None:
    schedule = Schedule([TEN_MINUTES, AT_FOUR])
    assert schedule.plant(database, NOW) == 2
    assert schedule.plant(database, NOW + 1) == 0
    finish_all(database)
    assert schedule.plant(database, NOW + 2) == 0
    assert schedule.plant(database, NOW + 600) == 1
    with database.reading() as tx:
        (due,) = tx.execute(text("SELECT due_at FROM jobs WHERE state = 'waiting'")).scalars()
    assert due == TEN_MINUTES.slot(NOW + 600).due_at
    assert Schedule([TEN_MINUTES, AT_FOUR]).plant(database, NOW + 601) == 0


def test_a_slot_waits_while_the_job_of_the_slot_before_is_not_done(database: Database) -> None:
    schedule = Schedule([TEN_MINUTES])
    schedule.plant(database, NOW)
    assert schedule.plant(database, NOW + 600) == 0
    finish_all(database)
    assert schedule.plant(database, NOW + 601) == 1


def test_a_job_that_is_dead_does_not_stop_the_next_slot(database: Database) -> None:
    schedule = Schedule([TEN_MINUTES])
    schedule.plant(database, NOW)
    with database.transaction() as tx:
        held = jobs.take(tx, {"close": 60.0}, "a", NOW)
        assert held is not None
        jobs.bury(tx, held, NOW, "TimeoutError")
    assert schedule.plant(database, NOW + 600) == 1


def test_after_a_long_break_only_the_latest_slot_is_made_up(database: Database) -> None:
    Schedule([AT_FOUR]).plant(database, NOW)
    finish_all(database)
    Schedule([AT_FOUR]).plant(database, NOW + 9 * 86_400)
    assert len(planted(database)) == 2


def test_many_workers_make_each_slot_once_over_both_changes_of_the_clock(database: Database) -> None:
    recurring: list[Recurring] = [AT_HALF_PAST_TWO, Every("hourly", 3600)]
    for day in ("2026-03-28T22:00", "2026-10-24T22:00"):
        moments = [utc(day) + minutes * 60 for minutes in range(0, 12 * 60, 30)]
        for now in moments:
            workers, gate = [Schedule(recurring) for _ in range(6)], Barrier(6)

            def plant(schedule: Schedule, now: float = now, gate: Barrier = gate) -> int:
                gate.wait()
                return schedule.plant(database, now)

            with ThreadPoolExecutor(6) as pool:
                list(pool.map(plant, workers))
            finish_all(database)
    keys = Counter(planted(database))
    assert set(keys.values()) == {1}
    assert {"sweep/2026-03-29", "sweep/2026-10-25"} < set(keys)
    assert sum(key.startswith("hourly/") for key in keys) == 24


def test_a_slot_is_a_day_on_the_local_calendar() -> None:
    midnight = Daily("sweep", time(0), PARIS)
    start = utc("2026-10-23T22:00:00")
    keys = {midnight.slot(start + hour * 3600).key for hour in range(24 * 4)}
    first = date(2026, 10, 24)
    assert keys == {f"sweep/{first + timedelta(days=n)}" for n in range(4)}
