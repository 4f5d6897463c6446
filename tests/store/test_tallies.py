"""Counting a day: never more than the cap, also when many come at once or the key was changed."""

import pytest
from sqlalchemy import text

from ivr.store import tallies
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from tests.databases import KEY, OLD_KEY, opened
from tests.store.people import NUMBER, OTHER, at_once

TODAY, TOMORROW = "2026-11-25", "2026-11-26"


def test_a_number_is_counted_up_to_its_cap_and_no_further(database: Database) -> None:
    with database.transaction() as tx:
        assert [tallies.count(tx, "call", NUMBER, TODAY, 2) for _ in range(4)] == [True, True, False, False]
        assert tallies.used(tx, "call", NUMBER, TODAY) == 2


def test_numbers_days_kinds_and_everybody_are_counted_apart(database: Database) -> None:
    with database.transaction() as tx:
        for number, kind, day in (
            (NUMBER, "call", TODAY),
            (OTHER, "call", TODAY),
            (NUMBER, "text", TODAY),
            (NUMBER, "call", TOMORROW),
        ):
            assert tallies.count(tx, kind, number, day, 1)
        assert tallies.count_all(tx, "call", TODAY, 1)
        assert not tallies.count_all(tx, "call", TODAY, 1)
        assert tallies.used_by_all(tx, "call", TODAY) == 1
        assert tallies.used_by_all(tx, "text", TODAY) == 0
        assert tallies.used(tx, "text", OTHER, TODAY) == 0


def test_what_did_not_happen_is_taken_back_and_never_below_nothing(database: Database) -> None:
    with database.transaction() as tx:
        tallies.take_back(tx, "call", NUMBER, TODAY)
        assert tallies.count(tx, "call", NUMBER, TODAY, 1)
        for _ in range(2):
            tallies.take_back(tx, "call", NUMBER, TODAY)
        assert tallies.used(tx, "call", NUMBER, TODAY) == 0
        assert tallies.count(tx, "call", NUMBER, TODAY, 1)
        assert not tallies.count(tx, "call", NUMBER, TODAY, 1)


def test_a_transaction_that_is_undone_counted_nothing(database: Database) -> None:
    def counted_and_failed() -> None:
        with database.transaction() as tx:
            assert tallies.count(tx, "call", NUMBER, TODAY, 1)
            raise LookupError

    with pytest.raises(LookupError):
        counted_and_failed()
    with database.transaction() as tx:
        assert tallies.count(tx, "call", NUMBER, TODAY, 1)


@pytest.mark.parametrize("before", [0, 4])
def test_of_twenty_at_once_exactly_as_many_pass_as_are_left(database: Database, before: int) -> None:
    with database.transaction() as tx:
        for _ in range(before):
            assert tallies.count(tx, "call", NUMBER, TODAY, 5)
    passed = at_once(database, lambda tx, _: tallies.count(tx, "call", NUMBER, TODAY, 5))
    assert sorted(passed) == [False] * (15 + before) + [True] * (5 - before)


def test_two_at_the_last_place_of_everybody_are_one_too_many(database: Database) -> None:
    passed = at_once(database, lambda tx, _: tallies.count_all(tx, "call", TODAY, 1), threads=2)
    assert sorted(passed) == [False, True]


def test_what_was_counted_under_an_old_key_still_counts(url: str) -> None:
    with opened(url, Keyring(OLD_KEY)) as before, before.transaction() as tx:
        assert tallies.count(tx, "call", NUMBER, TODAY, 3)
        assert tallies.count(tx, "call", NUMBER, TODAY, 3)
    with opened(url, Keyring(KEY, [OLD_KEY])) as during:
        with during.transaction() as tx:
            assert tallies.used(tx, "call", NUMBER, TODAY) == 2
        passed = at_once(during, lambda tx, _: tallies.count(tx, "call", NUMBER, TODAY, 3), threads=4)
        assert sorted(passed) == [False, False, False, True]
        with during.transaction() as tx:
            assert tallies.used(tx, "call", NUMBER, TODAY) == 3
            assert not tallies.count(tx, "call", NUMBER, TODAY, 2)


def test_the_table_holds_no_number(database: Database) -> None:
    with database.transaction() as tx:
        tallies.count(tx, "call", NUMBER, TODAY, 1)
        ((hash,),) = tx.execute(text("SELECT number_hash FROM tallies")).all()
    assert hash == database.keyring.hashes(NUMBER)[0]
