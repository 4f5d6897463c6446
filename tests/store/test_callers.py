"""Callers: one row a number, found by it, not readable without the key."""

import pytest
from sqlalchemy import text

from ivr.errors import Forged
from ivr.store import callers
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from tests import databases
from tests.store.people import NOW, NUMBER, OTHER, at_once


def test_a_new_caller_is_met_for_the_first_time_once(database: Database) -> None:
    with database.transaction() as tx:
        assert callers.find(tx, NUMBER) is None
        first = callers.meet(tx, NUMBER, NOW)
        again = callers.meet(tx, NUMBER, NOW + 1)
    assert first.first_call
    assert not again.first_call
    assert (again.id, again.first_seen, again.last_seen) == (first.id, NOW, NOW + 1)


def test_two_numbers_are_two_callers(database: Database) -> None:
    with database.transaction() as tx:
        assert callers.meet(tx, NUMBER, NOW).id != callers.meet(tx, OTHER, NOW).id


def test_a_language_is_remembered_for_the_next_call(database: Database) -> None:
    with database.transaction() as tx:
        other = callers.meet(tx, OTHER, NOW)
        callers.remember_language(tx, callers.meet(tx, NUMBER, NOW).id, "fa")
    with database.transaction() as tx:
        assert callers.meet(tx, NUMBER, NOW).language == "fa"
        found = callers.find(tx, OTHER)
    assert found == callers.Caller(other.id, None, NOW, NOW)


def test_twenty_first_calls_at_once_make_one_caller(database: Database) -> None:
    met = at_once(database, lambda tx, number: callers.meet(tx, NUMBER, NOW + number))
    assert len({caller.id for caller in met}) == 1
    assert [caller.first_call for caller in met].count(True) == 1
    with database.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM callers")).scalar() == 1


def test_a_number_is_not_readable_in_the_database(database: Database) -> None:
    with database.transaction() as tx:
        callers.meet(tx, NUMBER, NOW)
        row = tx.execute(text("SELECT number_hash, number_sealed FROM callers")).one()
    assert NUMBER[1:] not in row.number_hash
    assert NUMBER[1:].encode() not in bytes(row.number_sealed)


def test_the_id_of_a_forgotten_caller_is_not_given_again(database: Database) -> None:
    with database.transaction() as tx:
        gone = callers.meet(tx, NUMBER, NOW)
        tx.execute(text("DELETE FROM callers"))
        assert callers.meet(tx, OTHER, NOW).id > gone.id


def test_where_somebody_lives_is_remembered_until_it_is_forgotten(database: Database) -> None:
    with database.transaction() as tx:
        assert not callers.remember_area(tx, NUMBER, "c:00001 00000 one")
        callers.meet(tx, NUMBER, NOW)
        callers.meet(tx, OTHER, NOW)
        assert callers.area(tx, NUMBER) is None
        assert callers.remember_area(tx, NUMBER, "c:00001 00000 one")
    with database.transaction() as tx:
        assert (callers.area(tx, NUMBER), callers.area(tx, OTHER)) == ("c:00001 00000 one", None)
        assert callers.remember_area(tx, NUMBER, "d:00 00 one")
        assert callers.area(tx, NUMBER) == "d:00 00 one"
        callers.forget_area(tx, NUMBER)
        callers.forget_area(tx, "+33199009999")
        assert callers.area(tx, NUMBER) is None


def test_where_somebody_lives_is_not_readable_in_the_database_and_is_no_other_s(database: Database) -> None:
    with database.transaction() as tx:
        for number in (NUMBER, OTHER):
            callers.meet(tx, number, NOW)
        callers.remember_area(tx, NUMBER, "c:00001 00000 one")
        sealed = tx.execute(text("SELECT area_sealed FROM callers WHERE area_sealed IS NOT NULL")).scalar_one()
        assert b"00001" not in bytes(sealed)
        tx.execute(text("UPDATE callers SET area_sealed = :sealed"), {"sealed": sealed})
        with pytest.raises(Forged):
            callers.area(tx, OTHER)


def test_where_somebody_lives_is_found_under_an_old_key(sqlite_url: str) -> None:
    with databases.opened(sqlite_url, Keyring(databases.OLD_KEY)) as old, old.transaction() as tx:
        callers.meet(tx, NUMBER, NOW)
        callers.remember_area(tx, NUMBER, "d:00 00 one")
    with databases.opened(sqlite_url, Keyring(databases.KEY, [databases.OLD_KEY])) as new, new.transaction() as tx:
        assert callers.area(tx, NUMBER) == "d:00 00 one"
        assert callers.remember_area(tx, NUMBER, "d:01 01 one")
        assert callers.area(tx, NUMBER) == "d:01 01 one"
