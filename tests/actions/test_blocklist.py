"""Blocking: only with a reason, always written down, and never by an outage."""

from dataclasses import replace

import pytest

from ivr.actions import blocklist
from ivr.actions.audit import Actor, Deed
from ivr.actions.refusals import Reason, Refused
from ivr.numbers import understand
from ivr.store import audit, calls, requests
from ivr.store import blocklist as stored
from ivr.store.audit import Filter
from ivr.store.database import Database
from tests.databases import PostgresServer, opened
from tests.store.people import NOW, NUMBER, new_call, new_request

DEED = Deed(Actor(place="a place"), NOW)
SOMEBODY = understand(NUMBER, production=False)


def told(database: Database) -> list[tuple[str, str, object]]:
    with database.reading() as tx:
        return [(row.what, row.about, row.details) for row in reversed(audit.page(tx, Filter(), 50))]


def test_blocking_and_unblocking_are_written_down_without_number_and_reason(database: Database) -> None:
    with database.transaction() as tx:
        id = blocklist.block(tx, SOMEBODY, " threatened an aidant ", DEED)
    with database.reading() as tx:
        assert [entry.reason for entry in stored.everything(tx)] == ["threatened an aidant"]
    with database.transaction() as tx:
        assert blocklist.unblock(tx, id, DEED)
        assert not blocklist.unblock(tx, id, DEED)
    assert told(database) == [
        ("number-blocked", f"blocked/{id}", {}),
        ("number-unblocked", f"blocked/{id}", {}),
    ]


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501])
def test_nobody_is_blocked_without_a_reason_that_can_be_read(database: Database, reason: str) -> None:
    with pytest.raises(Refused) as refused, database.transaction() as tx:
        blocklist.block(tx, SOMEBODY, reason, DEED)
    assert refused.value.reason is Reason.NO_REASON
    assert told(database) == []


@pytest.mark.parametrize("written", ["", "anonymous", "12", "112", "call me"])
def test_what_is_no_number_cannot_be_blocked(database: Database, written: str) -> None:
    with pytest.raises(Refused) as refused, database.transaction() as tx:
        blocklist.block(tx, understand(written, production=False), "why", DEED)
    assert refused.value.reason is Reason.BAD_NUMBER


def test_the_caller_of_a_request_is_blocked_unless_they_were_erased(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())
        request = requests.find(tx, requests.put(tx, new_request()))
        assert request is not None
        with pytest.raises(Refused) as refused:
            blocklist.block_caller(tx, replace(request, number=""), "why", DEED)
        assert refused.value.reason is Reason.BAD_NUMBER
        id = blocklist.block_caller(tx, request, "why", DEED)
    assert blocklist.refuses(database, SOMEBODY)
    assert told(database) == [("number-blocked", f"blocked/{id}", {"request": request.id})]


def test_a_number_is_not_blocked_twice(database: Database) -> None:
    with database.transaction() as tx:
        blocklist.block(tx, SOMEBODY, "why", DEED)
    with pytest.raises(Refused) as refused, database.transaction() as tx:
        blocklist.block(tx, SOMEBODY, "why again", DEED)
    assert refused.value.reason is Reason.ALREADY_BLOCKED
    assert len(told(database)) == 1


def test_only_who_is_blocked_is_refused_and_a_withheld_number_never(database: Database) -> None:
    with database.transaction() as tx:
        blocklist.block(tx, SOMEBODY, "why", DEED)
    assert blocklist.refuses(database, SOMEBODY)
    for written in ("+33639980002", "anonymous", "", "112"):
        assert not blocklist.refuses(database, understand(written, production=False))


def test_while_the_database_is_away_nobody_is_refused(postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
        with database.transaction() as tx:
            blocklist.block(tx, SOMEBODY, "why", DEED)
        assert blocklist.refuses(database, SOMEBODY)
        postgres_server.stop()
        assert not blocklist.refuses(database, SOMEBODY)
