"""The shared addresses, imported once a process as an operator would."""

from pathlib import Path

import pytest

from tests.databases import migrated_sqlite, opened
from tests.directory.shared import load_shared


@pytest.fixture(scope="session")
def all_places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all of them, to be copied or read, never written."""
    folder = tmp_path_factory.mktemp("directory")
    file = folder / "hamrah.db"
    migrated_sqlite(file)
    with opened(f"sqlite:///{file}") as database:
        outcomes = load_shared(database, folder / "sources")
    assert {outcome.state for outcome in outcomes.values()} == {"done"}
    return file
