"""The blocklist: who is on it is found under every key, and can be read only with one."""

import pytest
from sqlalchemy import text

from ivr.errors import Forged
from ivr.store import blocklist
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from tests.databases import KEY, OLD_KEY, opened
from tests.store.people import NOW, NUMBER, OTHER, at_once

REASON = "تهدید کرد"


def block(database: Database, number: str = NUMBER) -> int | None:
    with database.transaction() as tx:
        return blocklist.add(tx, number, REASON, None, NOW)


def blocked(database: Database, number: str = NUMBER) -> bool:
    with database.reading() as tx:
        return blocklist.has(tx, number)


def test_a_blocked_number_is_found_listed_and_unblocked(database: Database) -> None:
    assert not blocked(database)
    id = block(database)
    assert id is not None
    assert (blocked(database), blocked(database, OTHER)) == (True, False)
    with database.reading() as tx:
        assert blocklist.everything(tx) == [blocklist.Entry(id, NUMBER, REASON, NOW, None)]
    with database.transaction() as tx:
        assert blocklist.remove(tx, id)
        assert not blocklist.remove(tx, id)
    assert not blocked(database)


def test_a_number_is_blocked_once_also_by_many_at_once(database: Database) -> None:
    added = at_once(database, lambda tx, _: blocklist.add(tx, NUMBER, REASON, None, NOW))
    assert len([id for id in added if id is not None]) == 1
    assert block(database) is None
    with database.reading() as tx:
        assert len(blocklist.everything(tx)) == 1


def test_an_id_is_never_used_again_so_that_the_audit_stays_true(database: Database) -> None:
    first = block(database)
    assert first is not None
    with database.transaction() as tx:
        blocklist.remove(tx, first)
    assert block(database) != first


def test_neither_number_nor_reason_can_be_read_in_the_table(database: Database) -> None:
    block(database)
    with database.reading() as tx:
        (row,) = tx.execute(text("SELECT * FROM blocked")).all()
    stored = b"|".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row)
    assert NUMBER.encode() not in stored
    assert REASON.encode() not in stored


def test_a_change_of_the_key_lets_nobody_through(url: str) -> None:
    with opened(url, Keyring(OLD_KEY)) as before:
        block(before)
        block(before, OTHER)
    with opened(url, Keyring(KEY, [OLD_KEY])) as during:
        assert blocked(during)
        assert block(during) is None
        assert blocklist.rotate(during) == 2
        assert blocklist.rotate(during) == 0
        assert blocked(during)
    with opened(url, Keyring(KEY)) as after:
        assert (blocked(after), blocked(after, OTHER)) == (True, True)
        with after.reading() as tx:
            assert {(entry.number, entry.reason) for entry in blocklist.everything(tx)} == {
                (NUMBER, REASON),
                (OTHER, REASON),
            }
    with opened(url, Keyring(OLD_KEY)) as before, before.reading() as tx, pytest.raises(Forged):
        blocklist.everything(tx)


def test_a_number_that_was_blocked_under_both_keys_is_there_once_after_the_rotation(url: str) -> None:
    with opened(url, Keyring(OLD_KEY)) as before:
        block(before)
    with opened(url, Keyring(KEY)) as one_that_knows_only_the_new_key:
        block(one_that_knows_only_the_new_key)
    with opened(url, Keyring(KEY, [OLD_KEY])) as during:
        blocklist.rotate(during)
        with during.reading() as tx:
            assert [entry.number for entry in blocklist.everything(tx)] == [NUMBER]
