"""The studio of the small helpline, on one database or on either; a file with a house of its own overrides it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions import studios
from tests.actions.folders import humming
from tests.actions.studios import House


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    humming(monkeypatch)
    with studios.studio(tmp_path, sqlite_url) as made:
        yield made


@pytest.fixture
def either(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """On either database."""
    humming(monkeypatch)
    with studios.studio(tmp_path, url) as made:
        yield made
