"""When an announcement's time is, on both databases."""

from dataclasses import replace

from ivr.store import announcements
from ivr.store.announcements import Announcement
from ivr.store.database import Database
from tests.store.people import NOW, at_once

FIRST = Announcement(1, NOW, NOW + 60, "holiday", None, NOW)


def test_a_slot_is_running_from_its_beginning_and_not_at_its_end(database: Database) -> None:
    with database.transaction() as tx:
        announcements.put(tx, replace(FIRST, slot=3))
        announcements.put(tx, replace(FIRST, slot=2, starts_at=NOW + 30))
    with database.reading() as tx:
        found = {after: announcements.running(tx, NOW + after) for after in (-1, 0, 29, 30, 59.5, 60)}
    assert found == {-1: [], 0: [3], 29: [3], 30: [2, 3], 59.5: [2, 3], 60: []}


def test_a_slot_has_one_time_and_may_have_none(database: Database) -> None:
    other = replace(FIRST, starts_at=NOW - 9, ends_at=NOW - 1, note="یادداشت")
    with database.transaction() as tx:
        announcements.put(tx, FIRST)
        announcements.put(tx, other)
        announcements.put(tx, replace(FIRST, slot=2))
        assert announcements.everything(tx) == [other, replace(FIRST, slot=2)]
        assert announcements.remove(tx, 1)
        assert not announcements.remove(tx, 1)
        assert announcements.running(tx, NOW) == [2]


def test_two_who_set_a_slot_at_once_leave_one_time(database: Database) -> None:
    at_once(database, lambda tx, n: announcements.put(tx, replace(FIRST, ends_at=NOW + 1 + n)))
    with database.reading() as tx:
        assert len(announcements.everything(tx)) == 1
