"""Transactions: all or nothing, one writer at a time on SQLite, and one name for every outage."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from ivr.errors import BadSetting, StorageAway
from ivr.store import callers, calls, engines
from ivr.store.database import Database
from ivr.store.queue import Queue
from tests.databases import PostgresServer, answers_again, keyring, opened
from tests.store.people import NOW, NUMBER, new_call, new_turn


def test_what_was_committed_is_there(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())
    with database.reading() as tx:
        assert calls.find(tx, "call-1") is not None


def test_an_error_undoes_everything(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:  # noqa: PT012
        calls.log_call(tx, new_call())
        raise ZeroDivisionError
    with database.reading() as tx:
        assert calls.find(tx, "call-1") is None
    with database.transaction() as tx:
        calls.log_call(tx, new_call())


def test_reading_keeps_nothing(database: Database) -> None:
    with database.reading() as tx:
        calls.log_call(tx, new_call())
    with database.reading() as tx:
        assert calls.find(tx, "call-1") is None


def test_reading_does_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as writer:
        calls.log_call(writer, new_call())
        with database.reading() as reader:
            assert calls.find(reader, "call-1") is None


def test_a_read_and_its_write_are_not_torn_apart_by_other_threads(database: Database) -> None:
    with database.transaction() as tx:
        caller = callers.meet(tx, NUMBER, 0)

    def once_more() -> None:
        for _ in range(5):
            with database.transaction() as tx:
                lock = "" if database.keyring and tx.connection.dialect.name == "sqlite" else " FOR UPDATE"
                seen = tx.execute(text(f"SELECT last_seen FROM callers WHERE id = {caller.id}{lock}")).scalar_one()
                tx.execute(text(f"UPDATE callers SET last_seen = {seen + 1}"))

    threads = [threading.Thread(target=once_more) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as tx:
        found = callers.find(tx, NUMBER)
    assert found is not None
    assert found.last_seen == 40


def test_a_wrong_statement_is_not_called_an_outage(database: Database) -> None:
    with pytest.raises((ProgrammingError, OperationalError), match="nowhere"), database.transaction() as tx:
        tx.execute(text("SELECT 1 FROM nowhere"))


def test_a_ping_answers(database: Database) -> None:
    database.ping()


def test_sqlite_survives_a_power_cut_and_knows_its_foreign_keys(sqlite_database: Database) -> None:
    with sqlite_database.reading() as tx:
        pragmas = [
            tx.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


def test_a_sqlite_file_that_cannot_be_opened_is_an_outage(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/missing/hamrah.db") as database:
        with pytest.raises(StorageAway):
            database.ping()
        with pytest.raises(StorageAway), database.transaction():
            pass


def test_a_file_that_is_no_database_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "hamrah.db").write_bytes(b"dear diary, " * 100)
    with opened(f"sqlite:///{tmp_path}/hamrah.db") as database, pytest.raises(StorageAway):
        database.ping()


def test_another_process_that_keeps_the_file_is_an_outage(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.01)
    with opened(sqlite_url) as one, opened(sqlite_url) as other, one.transaction() as tx:
        calls.log_call(tx, new_call())
        with pytest.raises(StorageAway), other.transaction():
            pass


def test_another_thread_that_keeps_on_writing_is_an_outage(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.01)
    with sqlite_database.transaction(), pytest.raises(StorageAway), sqlite_database.transaction():
        pass
    with sqlite_database.transaction() as tx:
        calls.log_call(tx, new_call())


def test_a_pool_without_a_free_connection_is_an_outage(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "POOL", 1)
    monkeypatch.setattr(engines, "POOL_SECONDS", 0.01)
    with opened(postgres_url) as database, database.reading(), pytest.raises(StorageAway), database.transaction():
        pass


def test_the_queue_serves_in_order_and_forgets_who_left() -> None:
    queue, served = Queue(), []
    assert queue.acquire(0)
    assert not queue.acquire(0.001)

    def wait(name: int) -> None:
        assert queue.acquire(60)
        served.append(name)
        queue.release()

    threads = [threading.Thread(target=wait, args=(name,)) for name in range(5)]
    for waiting, thread in enumerate(threads, 1):
        thread.start()
        while len(queue._waiting) < waiting:
            pass
    queue.release()
    for thread in threads:
        thread.join()
    assert served == [0, 1, 2, 3, 4]
    assert queue.acquire(0)


@pytest.mark.parametrize(
    "address",
    ["", "hamrah.db", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://x/y", "sqlite:"],
)
def test_an_address_that_we_cannot_use_is_a_bad_setting(address: str) -> None:
    with pytest.raises(BadSetting):
        Database(address, keyring())


def test_a_bad_address_does_not_show_its_password() -> None:
    with pytest.raises(BadSetting) as refused:
        Database("mysql://hamrah:hunter2@db/hamrah", keyring())
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_spellings_of_postgresql_are_one(scheme: str) -> None:
    engine = engines.engine(f"{scheme}://hamrah@db/hamrah?connect_timeout=9")
    assert engine.url.drivername == "postgresql+psycopg"


def test_no_server_at_all_is_an_outage() -> None:
    with opened("postgresql://postgres@/x?host=/nowhere") as database:
        with pytest.raises(StorageAway):
            database.ping()
        with pytest.raises(StorageAway):
            database.migrate()
        with pytest.raises(StorageAway), database.reading():
            pass


def test_an_outage_between_transactions_is_over_when_the_server_is_back(postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
        with database.transaction() as tx:
            calls.log_call(tx, new_call())
        postgres_server.stop()
        for _ in range(3):
            with pytest.raises(StorageAway), database.transaction():
                pass
        with pytest.raises(StorageAway):
            database.ping()
        postgres_server.start()
        answers_again(database)
        with database.transaction() as tx:
            calls.add_turn(tx, new_turn())
        with database.reading() as tx:
            assert calls.latest(tx, "call-1") is not None


def test_a_restart_that_nobody_saw_costs_nothing(postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
        with database.reading(), database.reading(), database.reading():
            pass  # three connections in the pool
        postgres_server.stop()
        postgres_server.start()
        with database.transaction() as tx, database.reading(), database.reading(), database.reading():
            calls.log_call(tx, new_call())


def test_a_connection_that_broke_while_it_was_idle_is_replaced(postgres_url: str) -> None:
    with opened(postgres_url) as database:
        with database.reading() as tx:
            raw = tx.connection.connection.dbapi_connection
        assert raw is not None
        raw.close()
        database.ping()


def test_an_outage_inside_a_transaction_keeps_nothing_of_it(postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
        with pytest.raises(StorageAway), database.transaction() as tx:  # noqa: PT012
            calls.log_call(tx, new_call())
            postgres_server.stop()
            calls.add_turn(tx, new_turn())
        postgres_server.start()
        answers_again(database)
        with pytest.raises(StorageAway), database.transaction() as tx:  # noqa: PT012
            calls.log_call(tx, new_call())
            postgres_server.stop()
        postgres_server.start()
        answers_again(database)
        with database.reading() as tx:
            assert calls.find(tx, "call-1") is None


def test_going_on_after_the_connection_broke_is_still_an_outage(postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
        with pytest.raises(StorageAway), database.transaction() as tx:  # noqa: PT012
            postgres_server.stop()
            with pytest.raises(StorageAway):
                calls.log_call(tx, new_call())
            calls.log_call(tx, new_call())
        postgres_server.start()
        answers_again(database)


def test_times_are_kept_to_the_microsecond(database: Database) -> None:
    with database.transaction() as tx:
        callers.meet(tx, NUMBER, NOW + 0.000_001)
    with database.reading() as tx:
        found = callers.find(tx, NUMBER)
    assert found is not None
    assert found.first_seen == NOW + 0.000_001
