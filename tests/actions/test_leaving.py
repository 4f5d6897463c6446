"""Nobody's caller waits for somebody who left."""

from collections.abc import Callable, Mapping

import pytest

from ivr.actions import callbacks, leaving
from ivr.actions.audit import What
from ivr.actions.jobs import Job
from ivr.actions.machine import Event
from ivr.actions.refusals import Reason, Refused
from ivr.actions.staff import Person, Role
from ivr.store import audit, desk, notes, staff
from ivr.store.audit import Filter
from ivr.store.database import Database, Transaction
from ivr.store.desk import View, Wanted
from ivr.store.notes import Kind
from ivr.store.requests import Status
from tests.actions.desks import NOW, ask, bring, deed, found, hire, member
from tests.store.people import at_once

HOUR = 3600
LANGUAGES = frozenset({"aa"})
IDLE = {Status.CLAIMED: Kind.LEFT, Status.CHECK: Kind.LEFT_CALLED, Status.WRAP_UP: Kind.LEFT_CALLED}


def in_hand(tx: Transaction, who: int) -> dict[Status, int]:
    """A request of theirs in each status that is in somebody's hands, the oldest first."""
    ids = {}
    for n, status in enumerate((*IDLE, Status.DIALLING, Status.TALKING)):
        ids[status] = ask(tx, n, now=NOW - HOUR + n)
        bring(tx, ids[status], status, who)
    return ids


def passes(database: Database, now: float) -> None:
    """The job of claims on which nothing happens."""
    written = callbacks.return_stale(lambda: now)(Job(1, "return-stale-claims", "k", {}, 1))
    assert written is not None
    with database.transaction() as tx:
        written(tx)


def disabled(tx: Transaction, who: int, admin: int) -> None:
    leaving.disable(tx, member(tx, who), deed(admin, NOW))


def no_desk(tx: Transaction, who: int, admin: int) -> None:
    person = Person("x@example.org", "X", frozenset({Role.ADMIN}), ())
    leaving.change(tx, member(tx, who), person, LANGUAGES, deed(admin, NOW))


@pytest.mark.parametrize("leaves", [disabled, no_desk])
def test_what_somebody_had_in_hand_waits_again_at_its_old_place(
    database: Database, leaves: Callable[[Transaction, int, int], None]
) -> None:
    with database.transaction() as tx:
        who, other, admin = hire(tx, "aa"), hire(tx, "aa"), hire(tx, role=Role.ADMIN)
        ids = in_hand(tx, who)
        younger, others = ask(tx, 8, now=NOW - 60), ask(tx, 9)
        bring(tx, others, Status.CLAIMED, other)
        leaves(tx, who, admin)
    with database.reading() as tx:
        for status, kind in IDLE.items():
            request, (note,) = found(tx, ids[status]), notes.of_request(tx, ids[status])
            assert (request.status, request.staff_id) == (Status.WAITING, None)
            assert (note.kind, note.staff_id, note.at) == (kind, who, NOW)
            (entry,) = audit.page(tx, Filter(about=f"request/{ids[status]}"), 9)
            assert (entry.what, entry.staff_id) == (What.REQUEST_TAKEN_BACK, admin)
        waiting = desk.queue(tx, Wanted(View.DUE, LANGUAGES), NOW)
        assert [row.id for row in waiting] == [*(ids[status] for status in IDLE), younger]
        assert {found(tx, ids[status]).status for status in ids} == {Status.WAITING, Status.DIALLING, Status.TALKING}
        assert found(tx, others).staff_id == other


def test_a_call_that_is_under_way_goes_on_and_what_is_left_of_it_waits_again(database: Database) -> None:
    ends: Mapping[Status, Event] = {Status.DIALLING: Event.LOST, Status.TALKING: Event.OVER}
    with database.transaction() as tx:
        who, admin = hire(tx, "aa"), hire(tx, role=Role.ADMIN)
        ids = in_hand(tx, who)
        disabled(tx, who, admin)
        for status, event in ends.items():
            callbacks.happened(tx, ids[status], event, deed(None))
    passes(database, NOW + 60)
    passes(database, NOW + 120)
    with database.reading() as tx:
        for status in ends:
            assert (found(tx, ids[status]).status, found(tx, ids[status]).staff_id) == (Status.WAITING, None)
            (note,) = notes.of_request(tx, ids[status])
            assert (note.kind, note.staff_id, note.at) == (Kind.LEFT_CALLED, who, NOW + 60)


def test_what_was_claimed_while_they_left_waits_again(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        who, stays, id, kept = hire(tx, "aa"), hire(tx, "aa"), ask(tx, 1), ask(tx, 2)
        bring(tx, id, Status.CLAIMED, who)
        bring(tx, kept, Status.WRAP_UP, stays)
        staff.change(tx, who, disabled_at=NOW)
    passes(sqlite_database, NOW)
    with sqlite_database.reading() as tx:
        assert (found(tx, id).status, found(tx, kept).status) == (Status.WAITING, Status.WRAP_UP)


def test_who_may_not_leave_keeps_what_they_had(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        last, id = hire(tx, "aa", role=Role.ADMIN), ask(tx)
        bring(tx, id, Status.CLAIMED, last)
    with pytest.raises(Refused) as raised, sqlite_database.transaction() as tx:
        disabled(tx, last, last)
    assert raised.value.reason is Reason.LAST_ADMIN
    with sqlite_database.reading() as tx:
        assert found(tx, id).staff_id == last


def test_who_leaves_while_they_work_ends_with_nothing_in_hand(database: Database) -> None:
    """Everybody holds the request first and then the account: no two wait for each other."""
    with database.transaction() as tx:
        who, admin = hire(tx, "aa"), hire(tx, role=Role.ADMIN)
        ids = [ask(tx, n) for n in range(19)]
        for id in ids[:10]:
            callbacks.claim(tx, id, who, deed(who))

    def doing(tx: Transaction, n: int) -> None:
        if n == 19:
            disabled(tx, who, admin)
        elif n < 10:
            callbacks.release(tx, ids[n], deed(who))
        else:
            callbacks.claim(tx, ids[n], who, deed(who))

    got = at_once(database, doing)
    assert [result for result in got if result is not None and not isinstance(result, Refused)] == []
    assert got[19] is None
    passes(database, NOW)
    with database.reading() as tx:
        assert {found(tx, id).status for id in ids} == {Status.WAITING}
