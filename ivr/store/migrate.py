"""Bringing the tables to a revision, from code: Alembic with the scripts in migrations/."""

import os
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from ivr.errors import BadSetting

SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 0x48414D52  # any number that no other program on this PostgreSQL server uses


def config(connection: Connection | None = None) -> Config:
    """What Alembic is told; env.py takes the connection from it."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def upgrade(engine: Engine) -> None:
    """To the newest revision, in one transaction, one process at a time."""
    _run(engine, newest(), up=True)


def downgrade(engine: Engine, revision: str) -> None:
    """Back to a revision ("base": no tables at all); what the tables held is lost."""
    _run(engine, revision, up=False)


def revision(connection: Connection) -> str | None:
    """The revision of the tables in this database."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str:
    """The revision that this code knows."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return head


def knows(revision: str) -> bool:
    """Whether this code has a way from that revision to the newest."""
    return revision in {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def _run(engine: Engine, to: str, *, up: bool) -> None:
    if engine.dialect.name == "sqlite":
        private_file(str(engine.url.database))
    with engine.connect() as connection:
        _wait_for_others(connection)
        if revision(connection) != to:
            change(connection, to, up=up)
        connection.commit()


def change(connection: Connection, to: str, *, up: bool) -> None:
    """To that revision, in the caller's transaction; BadSetting when the tables are of a program unknown to us."""
    try:
        (command.upgrade if up else command.downgrade)(config(connection), to)
    except CommandError as error:
        raise BadSetting(f"The database belongs to another version of this program: {error}") from error


def _wait_for_others(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.connection.driver_connection.patience = None  # type: ignore[union-attr]  # until the next checkout
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def private_file(path: str) -> None:
    """Create the file before SQLite does, so that nobody else on the machine can read it."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
