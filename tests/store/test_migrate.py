"""Migrations and tables are the same thing told twice; both databases hold them to it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Inspector, inspect, text

from ivr.errors import BadSetting
from ivr.store import callers, calls, migrate, requests
from ivr.store.database import Database, Transaction
from ivr.store.requests import Status
from ivr.store.text_tables import metadata
from tests.databases import opened
from tests.store.people import NOW, NUMBER, OTHER, new_call, new_request


def tables(database: Database) -> set[str]:
    with database.reading() as tx:
        return set(inspect(tx.connection).get_table_names()) - {"alembic_version", "sqlite_sequence"}


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database.reading() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_what_the_metadata_would(empty_url: str) -> None:
    with opened(empty_url) as database:
        database.migrate()
        migrated = described(database)
        migrate.downgrade(database._engine, "base")
        with database.transaction() as tx:
            metadata.create_all(tx.connection)
        assert described(database) == migrated


def indexes(look: Inspector, table: str) -> list[str]:
    """Each index in words; its condition is an object that compares by identity."""
    found = []
    for index in look.get_indexes(table):
        where = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
        found.append(f"{index['name']} {index['column_names']} {index['unique']} {where}")
    return found


def described(database: Database) -> dict[str, object]:
    with database.reading() as tx:
        look = inspect(tx.connection)
        return {
            table: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in look.get_columns(table)],
                look.get_pk_constraint(table),
                sorted(look.get_foreign_keys(table), key=str),
                sorted(look.get_unique_constraints(table), key=str),
                sorted(indexes(look, table)),
            )
            for table in metadata.tables
        }


def test_up_down_and_up_again(empty_url: str) -> None:
    with opened(empty_url) as database:
        assert database.current_revision() is None
        assert not database.is_current()
        database.migrate()
        assert database.is_current()
        assert tables(database) == set(metadata.tables)
        migrate.downgrade(database._engine, "base")
        assert database.current_revision() is None
        assert tables(database) == set()
        database.migrate()
        assert tables(database) == set(metadata.tables)


OLD_CALL = text("""
INSERT INTO calls (id, channel, external_id, release_id, started_at) VALUES ('call-1', 'twilio', 'CA1', 'r1', 1)
""")
OLD_REQUEST = text("""
INSERT INTO requests (call_id, number_sealed, number_hash, language, topic, details_sealed, created_at, status)
VALUES ('call-1', :number, :hash, 'aa', :topic, :details, :at, 'waiting')
""")
"""As the third revision stored it: once a call and topic, whatever else was open under the number."""


def add_old(tx: Transaction, number: str, topic: str, at: float) -> None:
    hash = tx.keyring.hashes(number)[0]
    values = {
        "hash": hash,
        "number": tx.keyring.seal(number.encode(), callers.about(hash)),
        "topic": topic,
        "details": tx.keyring.seal(b'{"path": ["welcome"]}', requests.about("call-1", topic)),
        "at": at,
    }
    tx.execute(OLD_REQUEST, values)


def test_requests_of_the_third_revision_wait_on_each_as_that_of_another_person(empty_url: str) -> None:
    with opened(empty_url) as database:
        database.migrate()
        migrate.downgrade(database._engine, "0003")
        with database.transaction() as tx:
            tx.execute(OLD_CALL)
            for n, (number, topic) in enumerate([(NUMBER, "permit"), (OTHER, "permit-2"), (NUMBER, "housing")]):
                add_old(tx, number, topic, NOW + n)
        database.migrate()
        with database.transaction() as tx:
            first, second = requests.of_number(tx, NUMBER)
            assert [(row.person, row.topic, row.created_at) for row in (first, second)] == [
                (1, "permit", NOW),
                (2, "housing", NOW + 2),
            ]
            assert (first.due_at, first.due_until, first.window) == (NOW, None, None)
            assert (first.status, first.phone, first.tries) == (Status.WAITING, "unknown", 0)
            assert (first.number, first.details) == (NUMBER, {"path": ["welcome"]})
            assert requests.put(tx, new_request("health")) == first.id  # who rings again has one request still
            assert [row.person for row in requests.of_number(tx, OTHER)] == [1]


def test_going_back_to_the_third_revision_leaves_a_request_a_call_and_topic(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())
        for person in (1, 2):
            requests.put(tx, replace(new_request(), person=person))
    migrate.downgrade(database._engine, "0003")
    with database.reading() as tx:
        assert tx.execute(text("SELECT topic, status FROM requests")).all() == [("permit", "waiting")]


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())
    database.migrate()
    with database.reading() as tx:
        assert calls.find(tx, "call-1") is not None


def test_servers_that_start_together_do_not_collide(empty_url: str) -> None:
    def start(_: int) -> bool:
        with opened(empty_url) as database:
            database.migrate()
            return database.is_current()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, range(4))) == [True] * 4


def test_tables_of_a_newer_program_are_left_alone(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadSetting, match="9999"):
        database.migrate()
    assert database.current_revision() == "9999"
    assert not database.is_current()


def test_a_new_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "var" / "hamrah.db"
    with opened(f"sqlite:///{file}") as database:
        database.migrate()
        for made in file.parent.iterdir():
            assert stat.S_IMODE(made.stat().st_mode) == 0o600
