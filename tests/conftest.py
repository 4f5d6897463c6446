"""Fixtures for both databases. PostgreSQL starts when the first test asks for it, one server a worker."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ivr.store.database import Database
from tests import databases, lighter
from tests.databases import TEMPLATE, PostgresServer, serial

# A machine may be busy. Where CI is set, Hypothesis tries the same examples each time, elsewhere always others.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")

MEMORY = Path("/dev/shm")
ENOUGH = 2 * 1024**3
"""More than the tests of a run hold at a time: what a test wrote is removed when it passed."""

# Nobody pulls the plug of a test, and each commit on a disk waits for it (3 ms against 0.03). A process that is killed
# loses no file in memory either. TMPDIR, where somebody sets it, is obeyed.
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

databases.compile_once()
lighter.light()


MEASURED = ("engine/", "channels/", "release/", "test_resuming.py", "actions/test_dialling")
"""Tests that cover what `coverage_gate.py` asks for; measuring makes every test half as slow again."""
UNMEASURED = "engine/test_properties.py"
"""What random calls reach, an example must reach too; measured, these take thrice as long."""


def pytest_collection_finish(session: pytest.Session) -> None:
    lighter.settle()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Only those tests are measured, unless the whole is asked for (`make cover`).

    pytest-cov's own marker would go on measuring while their fixtures are made.
    """
    coverage = item.config.pluginmanager.getplugin("_cov")
    name = item.path.relative_to(Path(__file__).parent).as_posix()
    measured = "COVER_ALL" in os.environ or (name.startswith(MEASURED) and name != UNMEASURED)
    if measured or coverage is None or coverage.cov_controller is None:
        return (yield)
    coverage.cov_controller.pause()
    try:
        return (yield)
    finally:
        coverage.cov_controller.resume()


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[PostgresServer]:
    with databases.running_postgres() as server:
        databases.migrated_postgres(server)
        yield server


@pytest.fixture(scope="session")
def stoppable_postgres() -> Iterator[PostgresServer]:
    with databases.running_postgres() as server:
        yield server


@pytest.fixture
def postgres_server(stoppable_postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server for outages: `.url` is a fresh empty database, `.stop()` and `.start()` are what they say."""
    stoppable_postgres.name = f"outage_{next(serial)}"
    stoppable_postgres.create(stoppable_postgres.name)
    yield stoppable_postgres
    stoppable_postgres.start()
    stoppable_postgres.drop(stoppable_postgres.name)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "hamrah.db"
    databases.migrated_sqlite(file)
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables, on either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server: PostgresServer = request.getfixturevalue("shared_postgres")
    name = f"empty_{next(serial)}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """The address of a fresh migrated SQLite database."""
    shutil.copy(migrated_file, tmp_path / "hamrah.db")
    return f"sqlite:///{tmp_path}/hamrah.db"


@pytest.fixture
def postgres_url(shared_postgres: PostgresServer) -> Iterator[str]:
    """The address of a fresh migrated PostgreSQL database."""
    name = f"test_{next(serial)}"
    yield shared_postgres.create(name, TEMPLATE)
    shared_postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh migrated database, on either kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A fresh migrated database, on either kind, under `databases.KEY`."""
    with databases.opened(url) as opened:
        yield opened


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """The same on SQLite only, for tests about something else than the store."""
    with databases.opened(sqlite_url) as opened:
        yield opened
