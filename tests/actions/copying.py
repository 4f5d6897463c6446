"""A helpline's data, and an empty place for it, on either kind of database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ivr.actions import backup, restore
from ivr.actions.archive import Keys
from ivr.actions.backup import Made, Places, Seal
from ivr.actions.restore import Backup, Target
from ivr.store.database import Database
from tests import databases
from tests.store.people import NOW

PASSPHRASE = "four plain words here"
RELEASE = f"{'ab' * 8}.json"
KINDS = ("sqlite", "postgresql")


@dataclass
class Side:
    """A database and its folders."""

    database: Database
    root: Path

    @property
    def places(self) -> Places:
        return Places(self.root / "releases", self.root / "recordings")

    def back_up(self, file: Path, passphrase: str = PASSPHRASE, keys: Keys | None = None) -> Made:
        return backup.back_up(self.database, self.places, Seal(passphrase, keys), file, NOW)

    def put_back(self, file: Path, *, replace: bool = False, leaving: frozenset[str] = frozenset()) -> None:
        restore.put_back(opened(file), Target(self.database, self.places, leaving), NOW + 100, replace=replace)

    def record(self, name: str, sound: bytes) -> Path:
        path = self.places.recordings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sound)
        return path

    def recordings(self) -> dict[str, bytes]:
        folder = self.places.recordings
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@contextmanager
def side(kind: str, root: Path, request: pytest.FixtureRequest, *, migrated: bool = False) -> Iterator[Side]:
    """A side without tables, or with today's."""
    for folder in ("releases", "recordings"):
        (root / folder).mkdir(parents=True)
    if kind == "sqlite":
        if migrated:
            shutil.copy(request.getfixturevalue("migrated_file"), root / "hamrah.db")
        with databases.opened(f"sqlite:///{root}/hamrah.db") as database:
            yield Side(database, root)
        return
    server: databases.PostgresServer = request.getfixturevalue("shared_postgres")
    name = f"side_{next(databases.serial)}"
    with databases.opened(server.create(name, databases.TEMPLATE if migrated else "template0")) as database:
        yield Side(database, root)
    server.drop(name)


def opened(file: Path, *passphrases: str) -> Backup:
    return restore.opened(file, passphrases or (PASSPHRASE,))
