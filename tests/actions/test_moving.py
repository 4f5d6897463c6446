"""A call whose stream broke: moved once, and only if it did not go on."""

from collections.abc import Callable
from typing import Any

import pytest

from ivr.actions import moving
from ivr.actions.jobs import Job
from ivr.carrier.protocol import CallRef
from ivr.store import calls
from ivr.store.calls import Ended, NewCall, NewTurn
from ivr.store.database import Database, Transaction
from tests.actions.tiny import OPEN

CALL = "c1"


class Company:
    """Keeps what it was asked."""

    def __init__(self) -> None:
        self.moved: list[tuple[CallRef, str]] = []

    def move(self, ref: CallRef, url: str) -> None:
        self.moved.append((ref, url))


def address(call_id: str, n: int) -> str:
    return f"{call_id}/{n}"


def turn(tx: Transaction, n: int) -> None:
    calls.add_turn(tx, NewTurn(CALL, n, "main", "reached", OPEN, b"{}"))


@pytest.fixture
def broken(database: Database) -> Database:
    with database.transaction() as tx:
        calls.log_call(tx, NewCall(CALL, "twilio", "CA1", None, "r1", OPEN))
        turn(tx, 1)
        moving.ask(tx, CALL, OPEN)
        moving.ask(tx, CALL, OPEN)  # told twice
        moving.ask(tx, "another", OPEN)
    return database


def moved(database: Database) -> list[tuple[CallRef, str]]:
    company: Any = Company()
    moving.move_kind(database, company, address).handler(Job(1, moving.MOVE, "k", {"call": CALL, "turn": 1}, 1))
    found: list[tuple[CallRef, str]] = company.moved
    return found


def test_it_is_asked_for_once_and_a_little_later(broken: Database) -> None:
    with broken.reading() as tx:
        rows = tx.connection.exec_driver_sql("SELECT kind, due_at FROM jobs").fetchall()
    assert [tuple(row) for row in rows] == [(moving.MOVE, OPEN + moving.AFTER)]


def test_a_call_that_stands_where_it_stood_is_moved(broken: Database) -> None:
    assert moved(broken) == [(CallRef("CA1"), f"{CALL}/1")]


Change = Callable[[Transaction], object]


@pytest.mark.parametrize(
    "change",
    [lambda tx: turn(tx, 2), lambda tx: calls.end_call(tx, CALL, Ended("hung_up", "main", OPEN))],
    ids=["a turn further", "over"],
)
def test_a_call_that_went_on_or_is_over_is_left_alone(broken: Database, change: Change) -> None:
    with broken.transaction() as tx:
        change(tx)
    assert moved(broken) == []
