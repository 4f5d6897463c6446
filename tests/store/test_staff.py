"""Accounts, sessions, throttling, news and the audit, on both databases."""

from contextlib import suppress

import pytest
from sqlalchemy import exc, text

from ivr.store import attempts, audit, news, sessions, staff
from ivr.store.audit import Entry, Filter
from ivr.store.database import Database
from ivr.store.sessions import Kind, Link, Session
from ivr.store.staff import NewMember, Totp
from tests import databases
from tests.databases import KEY, OLD_KEY
from tests.store.people import NOW, NUMBER, at_once


def add(database: Database, email: str = "a@example.org") -> int:
    with database.transaction() as tx:
        id = staff.add(tx, NewMember(email, "A", frozenset({"aidant", "admin"}), ("fa", "fr"), NOW))
    assert id is not None
    return id


def session(staff_id: int, at: float = NOW, *, needs_code: bool = False) -> Session:
    return Session(0, staff_id, "Firefox", at, at, needs_code)


def test_an_account_comes_back_as_it_was_stored(database: Database) -> None:
    id = add(database)
    with database.transaction() as tx:
        staff.set_phone(tx, id, NUMBER)
        staff.set_totp(tx, id, Totp("SECRET", 5))
    with database.reading() as tx:
        member = staff.find(tx, id)
        assert member == staff.by_email(tx, "a@example.org")
        assert staff.totp(tx, id) == Totp("SECRET", 5)
    assert member is not None
    assert (member.roles, member.languages, member.phone) == (frozenset({"aidant", "admin"}), ("fa", "fr"), NUMBER)
    assert (member.has_totp, member.password_hash, member.disabled_at) == (True, None, None)


def test_of_two_accounts_with_one_address_only_one_is_made(database: Database) -> None:
    made = at_once(
        database, lambda tx, _: staff.add(tx, NewMember("a@example.org", "A", frozenset({"aidant"}), (), NOW)), 8
    )
    assert sum(id is not None for id in made) == 1


def test_a_code_s_step_and_a_recovery_code_are_used_once_however_many_try(database: Database) -> None:
    id = add(database)
    with database.transaction() as tx:
        staff.set_totp(tx, id, Totp("SECRET", 5))
        staff.set_codes(tx, id, ["one", "two"])
    assert sum(at_once(database, lambda tx, _: staff.use_step(tx, id, 6), 8)) == 1
    assert sum(at_once(database, lambda tx, _: staff.use_code(tx, id, "one"), 8)) == 1
    with database.reading() as tx:
        assert staff.codes_left(tx, id) == 1


def test_a_link_is_used_once_however_many_try(database: Database) -> None:
    id = add(database)
    with database.transaction() as tx:
        sessions.add_link(tx, "token", Link(0, id, Kind.RESET), NOW + 10)
        link = sessions.link(tx, "token", NOW)
        assert sessions.link(tx, "token", NOW + 10) is None
    assert link is not None
    assert sum(at_once(database, lambda tx, _: sessions.use_link(tx, link.id), 8)) == 1


def test_no_token_is_stored(database: Database) -> None:
    id = add(database)
    with database.transaction() as tx:
        sessions.begin(tx, "a-session-token", session(id))
        sessions.add_link(tx, "a-link-token", Link(0, id, Kind.RESET), NOW + 10)
        rows = [*tx.execute(text("SELECT token_hash FROM staff_sessions UNION SELECT token_hash FROM staff_links"))]
    assert all(len(row[0]) == 64 for row in rows)


def test_a_session_ends_when_idle_too_long_or_waiting_for_its_code(database: Database) -> None:
    id = add(database)
    with database.transaction() as tx:
        sessions.begin(tx, "whole", session(id))
        sessions.begin(tx, "half", session(id, needs_code=True))
        assert sessions.find(tx, "half", NOW + sessions.CODE_SECONDS) is None
        found = sessions.find(tx, "whole", NOW + sessions.IDLE_SECONDS - 1)
        assert found is not None
        sessions.see(tx, found, NOW + sessions.IDLE_SECONDS - 1)
        assert sessions.find(tx, "whole", NOW + sessions.IDLE_SECONDS + 1) is not None
        assert len(sessions.of_member(tx, id, NOW)) == 1


def test_failures_are_counted_for_the_pair_and_for_the_place(database: Database) -> None:
    at_once(database, lambda tx, _: attempts.count(tx, "account", "place", NOW), 8)
    with database.transaction() as tx:
        assert attempts.find(tx, "account", "place", NOW).failures == 8
        assert attempts.find(tx, "", "place", NOW).failures == 8
        assert attempts.find(tx, "account", "elsewhere", NOW) == attempts.Tries()
        attempts.succeeded(tx, "account", "place")
        assert attempts.find(tx, "account", "place", NOW) == attempts.Tries(0, NOW, True)
        assert attempts.find(tx, "", "place", NOW).failures == 7
        assert attempts.find(tx, "", "place", NOW + attempts.FORGOTTEN_SECONDS).failures == 0


def test_known_pairs_outlive_failures(database: Database) -> None:
    with database.transaction() as tx:
        attempts.count(tx, "known", "place", NOW)
        attempts.succeeded(tx, "known", "place")
        attempts.count(tx, "other", "place", NOW + attempts.FORGOTTEN_SECONDS + 1)
        assert attempts.find(tx, "known", "place", NOW).known
        attempts.count(tx, "other", "place", NOW + attempts.KNOWN_SECONDS + 1)
        assert not attempts.find(tx, "known", "place", NOW).known


def test_news_grow_with_the_transaction_and_are_gone_without_it(database: Database) -> None:
    for _ in range(2):
        with database.transaction() as tx:
            news.tell(tx, "a")
            news.tell(tx, "a")
    with suppress(ZeroDivisionError), database.transaction() as tx:
        news.tell(tx, "a")
        raise ZeroDivisionError
    with database.reading() as tx:
        assert news.versions(tx, ("a", "b")) == {"a": 2, "b": 0}


def test_telling_news_locks_nothing_before_the_commit(url: str, database: Database) -> None:
    """Two who told news and then locked each other's rows used to wait for one another."""
    if "postgresql" not in url:
        pytest.skip("on SQLite whoever writes is alone")
    with databases.opened(url) as other, database.transaction() as first:
        news.tell(first, "b")
        news.tell(first, "a")
        with other.transaction() as second:
            news.tell(second, "a")
            news.tell(second, "b")
    with database.reading() as tx:
        assert news.versions(tx, ("a", "b")) == {"a": 2, "b": 2}


def test_a_watch_hears_of_a_commit(url: str, database: Database) -> None:
    with news.watching(url) as watch:
        assert not watch.changed(0.05)
        with database.transaction() as tx:
            news.tell(tx, "a")
        assert watch.changed(10)
        assert not watch.changed(0.05)


@pytest.mark.parametrize("statement", ["UPDATE audit SET what = 'nothing'", "DELETE FROM audit"])
def test_the_database_itself_keeps_the_audit_as_it_is(database: Database, statement: str) -> None:
    with database.transaction() as tx:
        audit.add(tx, Entry(9e9, None, "place", "what", "staff/1", {"n": 1}))
    with pytest.raises(exc.DBAPIError, match="append-only"), database.transaction() as tx:
        tx.execute(text(statement))
    with database.reading() as tx:
        (row,) = audit.page(tx, Filter(), 10)
    assert (row.what, row.details, row.who) == ("what", {"n": 1}, None)


def test_the_audit_lets_go_of_what_is_older_than_a_year(database: Database) -> None:
    with database.transaction() as tx:
        audit.add(tx, Entry(1.0, None, None, "what", "staff/1", {}))
        tx.execute(text("DELETE FROM audit"))
        assert audit.page(tx, Filter(), 10) == []


def test_the_audit_is_filtered(database: Database) -> None:
    id = add(database)
    with database.transaction() as tx:
        for who, what in ((id, "a"), (None, "a"), (id, "b")):
            audit.add(tx, Entry(NOW, who, None, what, "x", {}))
        assert [row.what for row in audit.page(tx, Filter(staff_id=id), 10)] == ["b", "a"]
        assert len(audit.page(tx, Filter(what="a"), 10)) == 2
        newest = audit.page(tx, Filter(), 1)[0]
        assert [row.what for row in audit.page(tx, Filter(before=newest.id), 10)] == ["a", "a"]
        assert audit.page(tx, Filter(about="y"), 10) == []
        assert audit.whats(tx) == ["a", "b"]


def test_after_a_rotation_the_old_key_is_not_needed(url: str) -> None:
    with databases.opened(url, databases.Keyring(OLD_KEY)) as database:
        id = add(database)
        with database.transaction() as tx:
            staff.set_phone(tx, id, NUMBER)
            staff.set_totp(tx, id, Totp("SECRET", 5))
    with databases.opened(url, databases.Keyring(KEY, [OLD_KEY])) as database:
        assert (staff.rotate(database), staff.rotate(database)) == (1, 0)
    with databases.opened(url) as database, database.reading() as tx:
        member = staff.find(tx, id)
        assert member is not None
        assert member.phone == NUMBER
        assert staff.totp(tx, id) == Totp("SECRET", 5)
