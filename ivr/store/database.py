"""The one door to the database, and the one place that commits."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Row, exc, select

from ivr.errors import StorageAway
from ivr.store import engines, migrate
from ivr.store.crypto import Keyring
from ivr.store.queue import Queue

PING = select(1)

Stored = Row[*tuple[Any, ...]]


class Transaction:
    """What the functions of this package are given: a connection inside a transaction, and the keys."""

    __slots__ = ("connection", "keyring")

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self.connection = connection
        self.keyring = keyring

    def execute(self, statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement; `StorageAway` when the database does not answer."""
        return self.connection.execute(statement, values)


class Database:
    """A database by its address; threads share it. It connects when first used and again after an outage."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.keyring = keyring
        self._engine = engines.engine(url)
        self._sqlite = self._engine.dialect.name == "sqlite"
        # SQLite has one writer: threads wait here for their turn instead of asking the file again and again
        self._writer = Queue()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block, undoes everything on an error; `StorageAway` in place of any outage.

        Not to be nested. When the connection breaks during the commit itself, nobody can know whether it was kept.
        """
        with self._one_writer(), self._connected() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield Transaction(connection, self.keyring)
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that waits for no writer and keeps nothing."""
        with self._connected() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN")
            yield Transaction(connection, self.keyring)

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
            yield connection

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


@contextmanager
def _outages_named() -> Iterator[None]:
    """Two errors come from the pool, not from a driver: no free connection, and going on after the connection broke."""
    try:
        yield
    except exc.TimeoutError as error:
        raise StorageAway("Every connection to the database is busy.") from error
    except exc.PendingRollbackError as error:
        raise StorageAway("The connection to the database broke before.") from error
