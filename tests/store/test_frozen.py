"""A database that stands still with its sockets open: no timeout of the system sees it, ours does."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ivr.errors import StorageAway
from ivr.store import breaker, calls, engines
from tests.databases import PostgresServer, opened
from tests.store.people import new_call, new_turn


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    pids = server.pids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_frozen_server_is_given_up_and_taken_up_again(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.4)
    monkeypatch.setattr(breaker, "LONG", 60.0)  # the breaker has its own tests
    with opened(postgres_server.url) as database:
        database.migrate()
        with database.transaction() as tx:
            calls.log_call(tx, new_call())
        with frozen(postgres_server):
            with pytest.raises(StorageAway, match="said nothing"), database.transaction() as tx:
                calls.add_turn(tx, new_turn())
            with pytest.raises(StorageAway):
                database.ping()
        database.ping()
        with database.transaction() as tx:
            calls.add_turn(tx, new_turn())


def test_a_server_that_freezes_inside_a_transaction_keeps_nothing_of_it(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.4)
    monkeypatch.setattr(breaker, "LONG", 60.0)  # the breaker has its own tests
    with opened(postgres_server.url) as database:
        database.migrate()
        with pytest.raises(StorageAway, match="said nothing"), database.transaction() as tx:  # noqa: PT012
            calls.log_call(tx, new_call())
            with frozen(postgres_server):
                calls.add_turn(tx, new_turn())
        with database.reading() as tx:
            assert calls.find(tx, "call-1") is None


def test_waiting_for_another_server_s_migration_is_not_given_up(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.1)
    with opened(postgres_server.url) as database:
        database.migrate()
        with database.reading() as tx:
            driver = tx.connection.connection.driver_connection
            assert isinstance(driver, engines.Patient)
            with pytest.raises(Exception, match="said nothing"):
                driver.execute("SELECT pg_sleep(0.3)")
        with database.reading() as tx:
            driver = tx.connection.connection.driver_connection
            assert isinstance(driver, engines.Patient)
            driver.patience = None  # as `migrate` does
            driver.execute("SELECT pg_sleep(0.3)")
