"""Text messages and who wants none: kept once, sealed, found by the number, and still readable after a rotation."""

from collections.abc import Iterator

import pytest

from ivr.errors import Forged
from ivr.store import text_refusals, texts
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from ivr.store.text_refusals import How
from ivr.store.texts import NewText, State
from tests.databases import KEY, OLD_KEY, opened
from tests.store.people import NOW, NUMBER, OTHER


def new(key: str, number: str = NUMBER) -> NewText:
    return NewText(key, None, number, "aa", "docs", f"body of {key}", 1, False, NOW, NOW)


@pytest.fixture
def before(url: str) -> Iterator[Database]:
    """A database under the old key: three texts, one of them forgotten, and two who want none."""
    with opened(url, Keyring(OLD_KEY)) as database:
        with database.transaction() as tx:
            for key in "abc":
                texts.add(tx, new(key))
            tx.connection.exec_driver_sql("UPDATE texts SET number_hash = '', body_sealed = number_sealed WHERE id = 3")
            text_refusals.add(tx, NUMBER, How.KEY, NOW)
            text_refusals.add(tx, OTHER, How.DESK, NOW + 1)
        yield database


def test_the_same_is_asked_for_once(database: Database) -> None:
    with database.transaction() as tx:
        assert texts.add(tx, new("a")) is not None
        assert texts.add(tx, new("a")) is None
        assert len(texts.page(tx, 99, 99)) == 1


def test_a_text_moves_from_where_it_stands_only(database: Database) -> None:
    with database.transaction() as tx:
        id = texts.add(tx, new("a"))
        assert id is not None
        text = texts.lock(tx, id)
        assert text is not None
        assert texts.move(tx, text, (State.NEW,), State.SENDING, NOW + 1)
        assert not texts.move(tx, text, (State.NEW,), State.SENDING, NOW + 2)
        assert texts.still(tx, State.SENDING, NOW + 2) == [id]
        assert NUMBER not in repr(text)
        assert "body" not in repr(text)


def test_whoever_wants_none_is_known_by_number(database: Database) -> None:
    with database.transaction() as tx:
        assert text_refusals.add(tx, NUMBER, How.KEY, NOW)
        assert not text_refusals.add(tx, NUMBER, How.DESK, NOW)
        assert (text_refusals.has(tx, NUMBER), text_refusals.has(tx, OTHER)) == (True, False)
        assert text_refusals.remove(tx, NUMBER)
        assert not text_refusals.remove(tx, NUMBER)


def test_after_a_rotation_everything_opens_without_the_old_key(url: str, before: Database) -> None:
    with opened(url, Keyring(KEY, [OLD_KEY])) as during:
        assert texts.rotate(during, batch=1) == 2
        assert texts.rotate(during) == 0
        with during.transaction() as tx:  # said again by a server that knew the new key only
            tx.connection.exec_driver_sql("DELETE FROM text_refusals WHERE how = 'key'")
        with opened(url, Keyring(KEY)) as ahead, ahead.transaction() as tx:
            assert text_refusals.add(tx, OTHER, How.KEY, NOW)
        assert text_refusals.rotate(during) == 0
    with opened(url, Keyring(KEY)) as after, after.reading() as tx:
        assert [text.body for text in texts.told(tx, "", NUMBER, 9)] == ["body of b", "body of a"]
        assert [refusal.number for refusal in text_refusals.latest(tx, 9)] == [OTHER]
    with before.reading() as tx, pytest.raises(Forged):
        texts.find(tx, 1)


def test_who_wants_none_is_rotated_too(url: str, before: Database) -> None:
    with opened(url, Keyring(KEY, [OLD_KEY])) as during:
        assert (text_refusals.rotate(during), text_refusals.rotate(during)) == (2, 0)
    with opened(url, Keyring(KEY)) as after, after.reading() as tx:
        assert [refusal.number for refusal in text_refusals.latest(tx, 9)] == [OTHER, NUMBER]
        assert text_refusals.has(tx, NUMBER)
