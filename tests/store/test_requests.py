"""Requests: a promise is stored once a call and topic, and opens as it was made."""

import pytest
from sqlalchemy import text

from ivr.errors import Forged
from ivr.store import callers, calls, requests
from ivr.store.calls import UnknownCall
from ivr.store.database import Database
from tests.store.people import NOW, NUMBER, at_once, new_call, new_request


@pytest.fixture(autouse=True)
def _a_call(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())


def test_a_request_opens_as_it_was_made(database: Database) -> None:
    with database.transaction() as tx:
        caller = callers.meet(tx, NUMBER, NOW)
        asked = new_request(caller_id=caller.id)
        id = requests.add(tx, asked)
    with database.reading() as tx:
        (row,) = requests.of_call(tx, "call-1")
        assert requests.of_call(tx, "call-2") == []
    assert row == requests.RequestRow(
        id, "call-1", caller.id, NUMBER, "fa", "permit", asked.details, NOW, requests.WAITING
    )


def test_asking_again_in_the_same_call_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        id = requests.add(tx, new_request())
        assert requests.add(tx, new_request()) == id
        assert requests.add(tx, new_request("housing")) != id
        assert requests.count(tx) == 2


def test_twenty_requests_at_once_are_one(database: Database) -> None:
    ids = at_once(database, lambda tx, _: requests.add(tx, new_request()))
    assert len(set(ids)) == 1
    with database.reading() as tx:
        assert requests.count(tx) == 1


def test_a_request_without_a_call_is_refused(database: Database) -> None:
    with database.transaction() as tx:
        with pytest.raises(UnknownCall):
            requests.add(tx, new_request(call_id="call-2"))
        assert requests.count(tx) == 0


def test_number_and_answers_are_not_readable_in_the_database(database: Database) -> None:
    with database.transaction() as tx:
        requests.add(tx, new_request())
        stored = b"".join(
            bytes(column) for column in tx.execute(text("SELECT number_sealed, details_sealed FROM requests")).one()
        )
    assert NUMBER[1:].encode() not in stored
    assert b"refugee" not in stored


def test_answers_moved_to_another_topic_do_not_open(database: Database) -> None:
    with database.transaction() as tx:
        requests.add(tx, new_request())
        tx.execute(text("UPDATE requests SET topic = 'housing'"))
        with pytest.raises(Forged):
            requests.of_call(tx, "call-1")
