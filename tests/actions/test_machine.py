"""The table of transitions: what it holds happens, once and on the record; what it does not hold changes nothing."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import text

from ivr.actions import callbacks, machine
from ivr.actions.machine import MOVES, TELEPHONE, WHATS, Event, IllegalMove, NotPossible
from ivr.actions.refusals import Reason
from ivr.actions.staff import Role
from ivr.store import audit, news
from ivr.store.audit import Filter
from ivr.store.database import Database, Transaction
from ivr.store.requests import Status
from tests.actions.desks import DOINGS, NOW, ask, bring, deed, found, hire

PAIRS = list(product(Status, Event))
LEGAL = [pair for pair in PAIRS if pair in MOVES]
ILLEGAL = [pair for pair in PAIRS if pair not in MOVES]


def everything(tx: Transaction) -> dict[str, list[Any]]:
    """All that a move may change."""
    tables = ("requests", "request_notes", "dials", "audit", "news")
    return {table: list(tx.execute(text(f"SELECT * FROM {table} ORDER BY 1"))) for table in tables}


def placed(tx: Transaction, status: Status) -> tuple[int, int]:
    """A request in this status and a coordinator in whose hands it is."""
    who, id = hire(tx, "aa", role=Role.COORDINATOR), ask(tx)
    bring(tx, id, status, who)
    return id, who


@pytest.mark.parametrize(("status", "event"), LEGAL)
def test_a_move_of_the_table_leads_where_it_says_and_is_written_down(
    database: Database, status: Status, event: Event
) -> None:
    with database.transaction() as tx:
        id, who = placed(tx, status)
        tx.news.clear()
        DOINGS[event](tx, id, who, NOW + 60)
        request = found(tx, id)
        entries = audit.page(tx, Filter(about=f"request/{id}"), 9)
        assert news.REQUESTS in tx.news
    assert (request.status, request.changed_at) == (MOVES[status, event], NOW + 60)
    (entry,) = entries
    assert (entry.what, entry.at) == (WHATS[event], NOW + 60)
    steps = {"event": event.value, "was": status.value, "is": request.status.value}
    assert steps.items() <= dict(entry.details).items()


@pytest.mark.parametrize(("status", "event"), ILLEGAL)
def test_a_move_that_is_not_in_the_table_raises_and_changes_nothing(
    sqlite_database: Database, status: Status, event: Event
) -> None:
    with sqlite_database.transaction() as tx:
        id, who = placed(tx, status)
        before = everything(tx)
        with pytest.raises(IllegalMove) as raised:
            DOINGS[event](tx, id, who, NOW + 60)
        assert everything(tx) == before
    assert raised.value.status is status
    assert raised.value.reason is Reason.NOT_POSSIBLE


def test_every_event_is_done_by_somebody_and_has_its_word_in_the_audit() -> None:
    assert set(DOINGS) == set(WHATS) == set(Event) == {event for _, event in MOVES}


def test_every_status_can_be_reached_and_left() -> None:
    reached = {Status.WAITING}
    while more := {to for (status, _), to in MOVES.items() if status in reached} - reached:
        reached |= more
    assert reached == set(Status)
    assert {status for status, event in MOVES if event is not Event.ERASE} == set(Status)


def test_nothing_but_an_aidant_s_hand_leads_to_dialling() -> None:
    assert {pair for pair, to in MOVES.items() if to is Status.DIALLING} == {(Status.CLAIMED, Event.DIAL)}


def test_what_may_have_rung_is_left_by_a_person_or_by_news_of_that_very_call_only() -> None:
    ways = {event for status, event in MOVES if status is Status.CHECK}
    assert ways == {Event.RANG, Event.SILENT, Event.LEFT, Event.ERASE} | set(TELEPHONE) - {Event.LOST}


def test_nothing_ends_without_an_outcome_or_the_caller_s_word() -> None:
    ends = {event for (_, event), to in MOVES.items() if to in (Status.DONE, Status.CLOSED)}
    assert ends == {Event.FINISH, Event.GIVE_UP, Event.CANCEL, Event.ERASE}


def test_a_request_that_is_not_there_does_not_move(database: Database) -> None:
    with database.transaction() as tx:
        who = hire(tx, "aa")
        with pytest.raises(NotPossible):
            callbacks.claim(tx, 999, who, deed(who))


def test_a_move_that_somebody_else_made_first_is_lost(database: Database) -> None:
    with database.transaction() as tx:
        id, _ = placed(tx, Status.WAITING)
        row = machine.held(tx, id)
        bring(tx, id, Status.DONE)
        with pytest.raises(NotPossible):
            machine.go(tx, row, Event.CLAIM, deed(None))
        assert found(tx, id).status is Status.DONE
