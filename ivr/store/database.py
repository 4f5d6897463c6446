"""The one door to the database, and the one place that commits."""

import sqlite3
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Connection, CursorResult, Dialect, Executable, Insert, Row, exc, select

from ivr.errors import StorageAway
from ivr.store import engines, migrate, solitude, telling
from ivr.store.breaker import Breaker
from ivr.store.crypto import Keyring
from ivr.store.queue import Queue

PING = select(1)

Stored = Row[*tuple[Any, ...]]


class Transaction:
    """What the functions of this package are given: a connection inside a transaction, and the keys."""

    __slots__ = ("connection", "keyring", "news")

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self.connection = connection
        self.keyring = keyring
        self.news: set[str] = set()  # topics that changed

    def execute(self, statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement; `StorageAway` when the database does not answer."""
        return self.connection.execute(statement, values)

    def insert(self, statement: Insert, values: Mapping[str, Any]) -> int:
        """How many rows it added. Half the cost of `execute`: the driver is given what was spelled out once."""
        return int(_driver(self.connection).execute(_spelled(statement, self.connection.dialect), values).rowcount)


class Database:
    """A database by its address; threads share it. It connects when first used and again after an outage."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.keyring = keyring
        self._engine = engines.engine(url)
        weakref.finalize(self, self._engine.dispose)  # a pool that is dropped would leave its connections open
        self._sqlite = self._engine.dialect.name == "sqlite"
        # SQLite has one writer: threads wait here for their turn instead of asking the file again and again
        self._writer = Queue()
        self._breaker = Breaker()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block, undoes everything on an error; `StorageAway` in place of any outage.

        Not to be nested. When the connection breaks during the commit itself, nobody can know whether it was kept.
        """
        with self._breaker.trying(), self._one_writer(), self._connected() as connection:
            driver = _driver(connection)
            if self._sqlite:
                driver.execute("BEGIN IMMEDIATE")
            tx = Transaction(connection, self.keyring)
            yield tx
            telling.write(connection, tx.news)
            driver.commit()  # SQLAlchemy's own commit would pass over what it was not told of

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that waits for no writer and keeps nothing."""
        with self._breaker.trying(), self._connected() as connection:
            if self._sqlite:
                _driver(connection).execute("BEGIN")
            yield Transaction(connection, self.keyring)

    @contextmanager
    def alone(self) -> Iterator[Transaction]:
        """A transaction without limits, with nobody else in the database; BadSetting while somebody else uses it."""
        self.dispose()
        with self._one_writer(), _outages_named(), solitude.connected(self._engine) as connection:
            tx = Transaction(connection, self.keyring)
            yield tx
            telling.write(connection, tx.news)
            connection.commit()

    def ping(self) -> None:
        """`StorageAway` when the database does not answer."""
        with self._connected() as connection:
            connection.execute(PING)

    def migrate(self) -> None:
        """Bring the tables to the newest revision; servers that start together wait for each other."""
        with self._one_writer(), _outages_named():
            migrate.upgrade(self._engine)

    def current_revision(self) -> str | None:
        """The revision of the tables, `None` before the first migration."""
        with self._connected() as connection:
            return migrate.revision(connection)

    def is_current(self) -> bool:
        """Whether the tables are those that this code knows."""
        return self.current_revision() == migrate.newest()

    def dispose(self) -> None:
        """Close every idle connection."""
        self._engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with _outages_named(), self._engine.connect() as connection:
            try:
                yield connection
            except (sqlite3.Error, psycopg.Error) as error:  # from the driver, behind SQLAlchemy's back
                if not engines.away(error):
                    raise
                connection.invalidate(error)
                raise StorageAway(f"The database does not answer: {error}") from error

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self._sqlite:
            yield
            return
        if not self._writer.acquire(timeout=engines.BUSY_SECONDS):
            raise StorageAway("Another thread has been writing for too long.")
        try:
            yield
        finally:
            self._writer.release()


def _driver(connection: Connection) -> Any:
    """The driver's own connection; sqlite3 and psycopg agree on `execute` and `commit`."""
    return connection.connection.driver_connection


@lru_cache(64)
def _spelled(statement: Insert, dialect: Dialect) -> str:
    return str(statement.compile(dialect=dialect))


@contextmanager
def _outages_named() -> Iterator[None]:
    """Two errors come from the pool, not from a driver: no free connection, and going on after the connection broke."""
    try:
        yield
    except exc.TimeoutError as error:
        raise StorageAway("Every connection to the database is busy.") from error
    except exc.PendingRollbackError as error:
        raise StorageAway("The connection to the database broke before.") from error
