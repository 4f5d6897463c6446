"""Calls and turns: each turn is answered once, whatever is delivered twice or at the same time."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from ivr.errors import Forged
from ivr.store import calls
from ivr.store.calls import AlreadyAnswered, CallRow, Ended, StoredTurn, UnknownCall
from ivr.store.database import Database, Transaction
from tests.store.people import NOW, at_once, new_call, new_turn


def begin(database: Database, *nodes: str, call_id: str = "call-1", release_id: str = "r1") -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call(call_id, release_id=release_id))
        for n, node in enumerate(nodes):
            calls.add_turn(tx, new_turn(n, node, call_id))


def test_a_call_is_found_as_it_was_logged(database: Database) -> None:
    begin(database)
    with database.reading() as tx:
        expected = CallRow("call-1", "twilio", "CA-call-1", None, "r1", NOW, None, None, None)
        assert calls.find(tx, "call-1") == expected
        assert calls.find(tx, "call-2") is None


def test_logging_a_call_again_changes_nothing(database: Database) -> None:
    begin(database)
    with database.transaction() as tx:
        calls.log_call(tx, replace(new_call(), release_id="r2"))
    with database.reading() as tx:
        found = calls.find(tx, "call-1")
    assert found is not None
    assert found.release_id == "r1"


def test_a_turn_is_found_as_it_was_added(database: Database) -> None:
    begin(database, "welcome", "main")
    with database.reading() as tx:
        assert calls.turn(tx, "call-1", 0) == StoredTurn("call-1", 0, "welcome", "reached", NOW, b"turn 0 of call-1")
        assert calls.turn(tx, "call-1", 2) is None
        assert calls.turn(tx, "call-2", 0) is None


def test_the_current_turn_has_the_greatest_number(database: Database) -> None:
    begin(database, *(f"node-{n}" for n in range(12)))
    begin(database, call_id="call-2")
    with database.reading() as tx:
        latest = calls.latest(tx, "call-1")
        assert latest == calls.turn(tx, "call-1", 11)
        assert latest is not None
        assert latest.node == "node-11"
        assert calls.latest(tx, "call-2") is None


def test_a_turn_that_was_answered_stays_and_the_transaction_goes_on(database: Database) -> None:
    begin(database, "welcome")
    with database.transaction() as tx:
        with pytest.raises(AlreadyAnswered):
            calls.add_turn(tx, new_turn(0, "other"))
        stored = calls.turn(tx, "call-1", 0)
        calls.add_turn(tx, new_turn(1, "main"))
    assert stored is not None
    assert stored.node == "welcome"
    with database.reading() as tx:
        assert calls.path(tx, "call-1") == ["welcome", "main"]


def test_a_turn_of_an_unknown_call_is_said_to_be_so_and_the_transaction_goes_on(database: Database) -> None:
    with database.transaction() as tx:
        with pytest.raises(UnknownCall):
            calls.add_turn(tx, new_turn())
        calls.log_call(tx, new_call())
        calls.add_turn(tx, new_turn())
    with database.reading() as tx:
        assert calls.latest(tx, "call-1") is not None


def test_of_twenty_answers_to_one_turn_exactly_one_is_stored(database: Database) -> None:
    begin(database)
    answers = at_once(database, lambda tx, number: calls.add_turn(tx, new_turn(0, f"node-{number}")))
    assert [type(answer) for answer in answers if answer is not None] == [AlreadyAnswered] * 19
    with database.reading() as tx:
        assert calls.path(tx, "call-1") == [f"node-{answers.index(None)}"]


def test_a_turn_costs_one_statement(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(database)
    ways, taken = {"execute": Transaction.execute, "insert": Transaction.insert}, list[str]()
    for name, way in ways.items():
        counted = lambda *given, _name=name, _way=way: (taken.append(_name), _way(*given))[1]  # noqa: E731
        monkeypatch.setattr(Transaction, name, counted)
    with database.transaction() as tx:
        calls.add_turn(tx, new_turn())
    assert taken == ["insert"]


def test_what_was_said_in_a_turn_is_not_readable_in_the_database(database: Database) -> None:
    begin(database, "welcome")
    with database.reading() as tx:
        stored = bytes(tx.execute(text("SELECT payload FROM turns")).scalar_one())
    assert b"turn 0" not in stored


def test_a_turn_moved_to_another_number_does_not_open(database: Database) -> None:
    begin(database, "welcome")
    with database.transaction() as tx:
        tx.execute(text("UPDATE turns SET n = 5"))
        with pytest.raises(Forged):
            calls.latest(tx, "call-1")


def test_the_first_end_of_a_call_stays(database: Database) -> None:
    begin(database, "welcome")
    with database.transaction() as tx:
        assert calls.end_call(tx, "call-1", Ended("finished", "goodbye", NOW + 60))
    with database.transaction() as tx:
        assert not calls.end_call(tx, "call-1", Ended("hung_up", "welcome", NOW + 61))
        assert not calls.end_call(tx, "call-2", Ended("hung_up", None, NOW))
        found = calls.find(tx, "call-1")
    assert found is not None
    assert (found.ended_how, found.ended_node, found.ended_at) == ("finished", "goodbye", NOW + 60)


def test_a_path_names_each_node_once_in_order(database: Database) -> None:
    begin(database, "welcome", "main", "main", "permit", "main", "person")
    with database.reading() as tx:
        assert calls.path(tx, "call-1") == ["welcome", "main", "permit", "person"]
        assert calls.path(tx, "call-2") == []


def test_calls_in_progress_and_their_releases_are_those_not_ended(database: Database) -> None:
    for call_id, release_id in (("a", "r1"), ("b", "r2"), ("c", "r2")):
        begin(database, call_id=call_id, release_id=release_id)
    with database.transaction() as tx:
        assert calls.in_progress(tx) == 3
        assert calls.releases_in_use(tx) == {"r1", "r2"}
        calls.end_call(tx, "a", Ended("finished", None, NOW))
        assert calls.in_progress(tx) == 2
        assert calls.releases_in_use(tx) == {"r2"}


def test_a_forgotten_call_ends_where_it_was_left(database: Database) -> None:
    begin(database, "welcome", "main", call_id="left")
    begin(database, call_id="never-answered")
    begin(database, *["main"] * 100, call_id="going-on")
    begin(database, "welcome", call_id="ended")
    with database.transaction() as tx:
        calls.end_call(tx, "ended", Ended("finished", "goodbye", NOW + 5))
        assert calls.close_forgotten(tx, NOW + 50) == 2
        assert calls.close_forgotten(tx, NOW + 50) == 0
        ends = {id: calls.find(tx, id) for id in ("left", "never-answered", "going-on", "ended")}
    assert {id: row and (row.ended_how, row.ended_node, row.ended_at) for id, row in ends.items()} == {
        "left": ("hung_up", "main", NOW + 1),
        "never-answered": ("hung_up", None, NOW),
        "going-on": (None, None, None),
        "ended": ("finished", "goodbye", NOW + 5),
    }


def test_a_stored_node_can_be_counted_but_not_read(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())
        for n in range(3):
            calls.add_turn(tx, new_turn(n))
        nodes = {row[0] for row in tx.connection.exec_driver_sql("SELECT node FROM turns")}
    assert len(nodes) == 1
    assert new_turn(0).node not in nodes.pop()
