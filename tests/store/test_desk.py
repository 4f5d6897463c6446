"""The queue: who comes first, what each view shows, and page after page without a gap."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from ivr.store import calls, desk, notes, requests, staff
from ivr.store.database import Database, Transaction
from ivr.store.desk import TAKEN, View, Wanted
from ivr.store.notes import Kind, NewNote
from ivr.store.requests import NewRequest, Request, Status, Wish
from ivr.store.staff import NewMember
from tests.store.people import NOW, new_call

LANGUAGES = frozenset({"aa"})


@pytest.fixture(autouse=True)
def _a_call(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())


def ask(tx: Transaction, n: int, at: float = 0, language: str | None = "aa", **wish: Any) -> int:
    """The request of the n-th caller, made so many seconds from now."""
    request = NewRequest("call-1", None, f"+3363998{n:04}", "permit", {}, NOW + at, Wish(language, **wish))
    return requests.put(tx, request)


def put(tx: Transaction, id: int, status: Status, staff_id: int | None = None, at: float = NOW) -> None:
    change = "UPDATE requests SET status = :status, staff_id = :staff, changed_at = :at WHERE id = :id"
    tx.execute(text(change), {"status": status.value, "staff": staff_id, "at": at, "id": id})


def hire(tx: Transaction, name: str) -> int:
    id = staff.add(tx, NewMember(f"{name}@example.org", name, frozenset({"aidant"}), ("aa",), NOW))
    assert id is not None
    return id


def found(tx: Transaction, id: int) -> Request:
    request = requests.find(tx, id)
    assert request is not None
    return request


def ids(tx: Transaction, wanted: Wanted, now: float = NOW) -> list[int]:
    rows = desk.queue(tx, wanted, now)
    assert desk.count(tx, replace(wanted, before=None), now) >= len(rows)
    return [row.id for row in rows]


def test_what_is_due_comes_by_the_first_request_whenever_it_became_due(database: Database) -> None:
    with database.transaction() as tx:
        young = ask(tx, 1, -10)
        old = ask(tx, 2, -500, due_at=NOW - 1)  # a retry, or a window that has just begun
        same_moment = ask(tx, 3, -10)
        assert ids(tx, Wanted(View.DUE)) == [old, young, same_moment]


def test_what_is_not_due_is_for_later_and_the_next_one_first(database: Database) -> None:
    with database.transaction() as tx:
        tomorrow = ask(tx, 1, -500, due_at=NOW + 5000)
        soon = ask(tx, 2, -10, due_at=NOW + 1)
        assert ids(tx, Wanted(View.LATER)) == [soon, tomorrow]
        assert ids(tx, Wanted(View.DUE)) == []
        assert ids(tx, Wanted(View.DUE), NOW + 5000) == [tomorrow, soon]


def test_where_it_is_night_what_is_due_comes_later(database: Database) -> None:
    with database.transaction() as tx:
        there, here = ask(tx, 1, -500, zone="Indian/Reunion"), ask(tx, 2, -10)
        asleep = frozenset({"Indian/Reunion"})
        assert ids(tx, Wanted(View.DUE, asleep=asleep)) == [here]
        assert ids(tx, Wanted(View.LATER, asleep=asleep)) == [there]
        assert ids(tx, Wanted(View.DUE)) == [there, here]


@pytest.mark.parametrize("view", [View.DUE, View.LATER])
def test_only_the_languages_that_are_wanted_and_those_that_nobody_knows(database: Database, view: View) -> None:
    with database.transaction() as tx:
        due_at = NOW + 10 if view is View.LATER else None
        made = [ask(tx, n, n - 100, language, due_at=due_at) for n, language in enumerate(("aa", "bb", None))]
        assert ids(tx, Wanted(view, LANGUAGES)) == [made[0], made[2]]
        assert ids(tx, Wanted(view, frozenset())) == [made[2]]
        assert ids(tx, Wanted(view)) == made


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.WAITING}))
def test_what_somebody_has_in_hand_or_has_ended_does_not_wait(database: Database, status: Status) -> None:
    with database.transaction() as tx:
        put(tx, ask(tx, 1, -10), status)
        put(tx, ask(tx, 2, -10, due_at=NOW + 10), status)
        assert ids(tx, Wanted(View.DUE)) == ids(tx, Wanted(View.LATER)) == []


def test_mine_is_all_that_is_in_my_hands_and_taken_is_all_that_is_in_anybody_s(database: Database) -> None:
    with database.transaction() as tx:
        me, other = hire(tx, "me"), hire(tx, "other")
        made = [ask(tx, n, -100 + n, "bb") for n in range(len(Status))]
        for id, status in zip(made, Status, strict=True):
            put(tx, id, status, me)
        theirs = ask(tx, 20, -50, due_at=NOW + 500)
        put(tx, theirs, Status.CLAIMED, other)
        mine = [id for id, status in zip(made, Status, strict=True) if status in TAKEN]
        assert ids(tx, Wanted(View.MINE, staff_id=me)) == mine
        assert ids(tx, Wanted(View.TAKEN)) == [*mine, theirs]
        assert {row.id: row.staff_name for row in desk.queue(tx, Wanted(View.TAKEN), NOW)}[theirs] == "other"


def test_what_was_done_is_shown_since_a_time_and_the_latest_first(database: Database) -> None:
    with database.transaction() as tx:
        me = hire(tx, "me")
        made = [ask(tx, n) for n in range(4)]
        for n, id in enumerate(made):
            put(tx, id, Status.CLOSED if n % 2 else Status.DONE, me if n < 3 else None, NOW + n)
        assert ids(tx, Wanted(View.DONE, since=NOW + 1)) == made[:0:-1]
        assert ids(tx, Wanted(View.DONE, staff_id=me)) == made[2::-1]


@pytest.mark.parametrize("view", View)
def test_page_after_page_shows_each_row_once(database: Database, view: View) -> None:
    with database.transaction() as tx:
        me = hire(tx, "me")
        for n in range(11):
            id = ask(tx, n, -100 + n // 3, due_at=NOW + 10 + n // 4 if view is View.LATER else None)
            if view in (View.MINE, View.TAKEN, View.DONE):
                put(tx, id, Status.DONE if view is View.DONE else Status.CLAIMED, me, NOW + n // 5)
        wanted = Wanted(view, staff_id=me if view is View.MINE else None)
        whole = ids(tx, wanted)
        pages: list[int] = []
        while page := ids(tx, replace(wanted, limit=3, before=pages[-1] if pages else None)):
            pages += page
        assert len(whole) == 11
        assert pages == whole
        assert desk.count(tx, wanted, NOW) == 11


def test_a_row_holds_nothing_that_is_sealed(database: Database) -> None:
    with database.transaction() as tx:
        ask(tx, 1, -1, phone="shared", window=("2026-11-24", "morning"), code="4711", woman=True)
        (row,) = desk.queue(tx, Wanted(View.DUE), NOW)
    assert (row.status, row.window, row.woman, row.safe, row.erased) == (
        Status.WAITING,
        ("2026-11-24", "morning"),
        True,
        False,
        False,
    )
    assert "4711" not in repr(row)
    assert "3998" not in repr(row)


def test_how_many_are_ahead_is_the_order_in_which_they_are_called(database: Database) -> None:
    with database.transaction() as tx:
        first, second = ask(tx, 1, -90), ask(tx, 2, -80)
        ask(tx, 3, -100, "bb")
        put(tx, ask(tx, 4, -95), Status.CLAIMED)
        ask(tx, 5, -70)
        later, much_later = ask(tx, 6, -60, due_at=NOW + 100), ask(tx, 7, -99, due_at=NOW + 9000)
        unknown, other = ask(tx, 8, -5, None), ask(tx, 9, -4, None)
        ahead = [desk.ahead(tx, found(tx, id), NOW) for id in (first, second, later, much_later, unknown, other)]
    assert ahead == [0, 1, 3, 3, 0, 1]


def test_the_next_one_is_passed_over_while_somebody_is_taking_it(database: Database) -> None:
    wanted = Wanted(View.DUE, LANGUAGES, limit=1)
    with database.transaction() as tx:
        first, second = ask(tx, 1, -90), ask(tx, 2, -80)
        ask(tx, 3, -95, "bb")
    if database._sqlite:  # there whoever writes is alone
        with database.transaction() as tx:
            assert desk.next_due(tx, wanted, NOW, hold=True) == first
        return
    with database.transaction() as tx, database.transaction() as other:
        assert desk.next_due(tx, wanted, NOW, hold=True) == first
        assert desk.next_due(other, wanted, NOW, hold=True) == second
        assert desk.next_due(other, wanted, NOW) == first


def test_a_move_happens_once_and_from_where_it_should(database: Database) -> None:
    with database.transaction() as tx:
        id = ask(tx, 1)
        assert not desk.move(tx, id, (Status.CLAIMED, Status.CHECK), Status.WRAP_UP)
        assert desk.move(tx, id, (Status.CLAIMED, Status.WAITING), Status.DONE, outcome="helped", changed_at=NOW + 1)
        assert not desk.move(tx, id, (Status.WAITING,), Status.DONE)
        assert not desk.move(tx, 999, tuple(Status), Status.DONE)
        row = found(tx, id)
        assert (row.status, row.outcome, row.changed_at) == (Status.DONE, "helped", NOW + 1)


def test_a_second_open_request_of_a_person_is_no_move_even_when_it_is_tried(database: Database) -> None:
    with database.transaction() as tx:
        old = ask(tx, 1)
        put(tx, old, Status.DONE)
        assert not desk.asked_again(tx, old)
        new = ask(tx, 1)
        assert desk.asked_again(tx, old)
        assert not desk.asked_again(tx, new)
    with database.transaction() as tx:
        assert not desk.move(tx, old, (Status.DONE,), Status.WAITING)


def test_claims_without_a_change_or_a_note_since_are_stale(database: Database) -> None:
    with database.transaction() as tx:
        me = hire(tx, "me")
        made = [ask(tx, n) for n in range(4)]
        for n, id in enumerate(made[:3]):
            put(tx, id, Status.CLAIMED, me, NOW + n)
        notes.add(tx, NewNote(made[0], NOW + 50, me, Kind.WRITTEN, "calls back at noon"))
        assert desk.stale(tx, NOW + 2) == [made[1]]
        assert desk.stale(tx, NOW + 60) == made[:3]


def test_a_request_is_locked_by_its_id(database: Database) -> None:
    with database.transaction() as tx:
        id = ask(tx, 1)
        row = desk.lock(tx, id)
        assert row is not None
        assert (row.id, row.call_id, row.status) == (id, "call-1", Status.WAITING)
        assert desk.lock(tx, id + 1) is None
