"""Having a database for oneself: whoever else is connected is noticed, and nobody else gets in meanwhile."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, inspect, text

from ivr.errors import BadSetting, StorageAway
from ivr.store import engines, migrate

IN_USE = "somebody uses this database: stop every server and worker first"
OTHERS = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL
  AND coalesce(backend_type, 'client backend') = 'client backend'
""")
PATIENCE = "1s"
"""For locks: nobody holds any now, unless they came this moment."""


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that shuts everybody out; BadSetting while somebody else is connected."""
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        migrate.private_file(str(engine.url.database))
    with engine.connect() as connection:
        try:
            (_alone_on_sqlite if sqlite else _alone_on_postgresql)(connection)
            yield connection
        finally:
            if not connection.closed:
                connection.invalidate()  # the next one is an ordinary connection again


def _alone_on_sqlite(connection: Connection) -> None:
    """Everybody who is connected holds a shared lock on the file."""
    connection.exec_driver_sql("PRAGMA busy_timeout = 1000")
    connection.exec_driver_sql("PRAGMA locking_mode = EXCLUSIVE")
    try:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
    except StorageAway as error:
        if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise BadSetting(IN_USE) from None
        raise


def _alone_on_postgresql(connection: Connection) -> None:
    """The server tells who is connected; locks keep out who comes now."""
    engines.without_limits(connection)
    if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": migrate.LOCK}):
        raise BadSetting(IN_USE)
    if connection.scalar(OTHERS):
        raise BadSetting(IN_USE)
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    names = ", ".join(
        connection.dialect.identifier_preparer.quote(name) for name in inspect(connection).get_table_names()
    )
    if names:
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
