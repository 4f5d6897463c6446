"""SQLAlchemy engines for both databases, set up so that nothing but `StorageAway` tells of an outage."""

import contextlib
import os
import select
import sqlite3
import time
from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.abc import PQGen
from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, ExceptionContext, make_url

from ivr.errors import BadSetting, StorageAway

T = TypeVar("T")

POOL = 20
POOL_SECONDS = 5
BUSY_SECONDS = 5

CONNECT: Mapping[str, int] = {
    # libpq: a host that vanished without a word is noticed within about four seconds
    "connect_timeout": 2,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 4000,
}
SESSION = "SET statement_timeout = '4s'; SET lock_timeout = '3s'; SET idle_in_transaction_session_timeout = '60s'"
PATIENCE = 5.0
"""Seconds after which a server that says nothing at all is given up. A caller waits, and the line gives us 15."""


class Patient(psycopg.Connection[Any]):
    """A connection to a server that may freeze: the system's own timeouts see only hosts that are gone."""

    patience: float | None = PATIENCE

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """As psycopg waits, but not for ever; OperationalError, and a closed connection, after `patience`."""
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        until = time.monotonic() + self.patience
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.OperationalError:
            if time.monotonic() < until:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(f"the server has said nothing for {self.patience} s") from None


def engine(address: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…`; it does not connect yet."""
    url = _url(address)
    made = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    event.listen(made, "handle_error", _say_away)
    return made


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except exc.ArgumentError:
        raise BadSetting("The database address is not an address such as sqlite:///var/hamrah.db.") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise BadSetting(f"The database address begins with {url.drivername}; we know sqlite and postgresql.")
    if url.database in (None, "", ":memory:"):
        raise BadSetting("A database in memory would forget every promise; name a file: sqlite:///var/hamrah.db.")
    return url


def _sqlite(url: URL) -> Engine:
    made = create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        paramstyle="named",  # as PostgreSQL's driver has it: values are given by name
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},  # we say BEGIN ourselves
    )

    @event.listens_for(made, "do_connect")
    def _create(_dialect: object, _record: object, given: Any, _named: Any) -> None:
        with contextlib.suppress(OSError):  # before SQLite does, for its owner only
            os.close(os.open(given[0], os.O_CREAT | os.O_EXCL, 0o600))

    @event.listens_for(made, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a commit survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten, not only let go

    return made


def _postgresql(url: URL) -> Engine:
    made = create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        connect_args={name: value for name, value in CONNECT.items() if name not in url.query},
    )

    @event.listens_for(made, "do_connect")
    def _connect(_dialect: object, _record: object, given: Any, named: Any) -> Patient:
        return Patient.connect(*given, **named)

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.execute(SESSION)
        connection.autocommit = False

    @event.listens_for(made, "checkout")
    def _check(connection: Any, _record: object, _proxy: object) -> None:
        connection.patience = PATIENCE
        if _hung_up(connection.pgconn):
            raise exc.InvalidatePoolError("the server closed this connection")

    return made


def without_limits(connection: Connection) -> None:
    """A copy takes as long as it takes: what is meant for calls does not end its transaction (PostgreSQL)."""
    connection.connection.driver_connection.patience = None  # type: ignore[union-attr]  # until the next checkout
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {limit} = 0")


def _hung_up(connection: pq.abc.PGconn) -> bool:
    """Whether an idle connection was closed by the server, without asking it: its socket then has something to read."""
    if connection.status != pq.ConnStatus.OK:
        return True
    poll = select.poll()
    poll.register(connection.socket, select.POLLIN)
    return bool(poll.poll(0))


def _say_away(context: ExceptionContext) -> None:
    original = context.original_exception
    # a thread that is being ended makes SQLAlchemy drop the connection too, which is no outage
    if isinstance(original, Exception) and (context.is_disconnect or away(original)):
        raise StorageAway(f"The database does not answer: {original}") from original


def away(error: BaseException) -> bool:
    """Whether the database is out of reach, full, locked or broken; a wrong statement is another matter."""
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.ReadOnlySqlTransaction):
        return True
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, _STATEMENTS):
        return False
    # SQLITE_ERROR is a mistake in a statement; the driver calls it operational all the same
    return error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR


_STATEMENTS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError, sqlite3.NotSupportedError)
