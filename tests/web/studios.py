"""A small studio behind its pages: two admins with a browser each, in made-up languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from ivr import app
from tests import databases
from tests.actions import folders, studios, tiny
from tests.actions.studios import LANGUAGE, House
from tests.doubles.serving import in_process
from tests.web import people
from tests.web.people import Visit

PAGE = f"/studio/{LANGUAGE}/main"


@dataclass
class Desk:
    """The studio and who sits in front of it."""

    house: House
    http: Any

    def visit(self, staff_id: int | None = None) -> Visit:
        """The author's browser, or that of somebody else; they read English."""
        visit = Visit(self.http, people.signed_in(self.house.parts, staff_id or self.house.author))
        visit.cookies["hamrah-language"] = "en"
        return visit

    @property
    def second(self) -> Visit:
        """The browser of the other admin."""
        return self.visit(self.house.second)


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        databases.migrated_sqlite(Path(folder) / "studio.db")
        return (Path(folder) / "studio.db").read_bytes()


@contextmanager
def opened(root: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> Iterator[Desk]:
    """A studio with its pages; placeholders are hummed."""
    folders.humming(monkeypatch)
    (root / "studio.db").write_bytes(_migrated())
    with studios.studio(root, f"sqlite:///{root}/studio.db", **more) as house:
        http = in_process(app.application(house.parts))
        http.base_url = tiny.PUBLIC
        yield Desk(house, http)
        http.close()


def stranger(desk: Desk) -> Visit:
    """Somebody's browser without a session."""
    return Visit(desk.http)
