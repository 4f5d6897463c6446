"""Copying everything that cannot be made again into one encrypted file, while calls run."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from ivr.actions.archive import FORMAT, KEYS, MANIFEST, RECORDINGS, Keys, Manifest, Packing
from ivr.errors import BadSetting
from ivr.store import age, snapshot
from ivr.store.database import Database
from ivr.store.snapshot import Snapshot

LEAST_PASSPHRASE = 12
"""Characters below which a passphrase is refused: a file can be guessed at for ever."""


@dataclass(frozen=True, slots=True)
class Places:
    """The folders that a backup holds: releases as they are on the shelf, recordings of callers and staff."""

    releases: Path
    recordings: Path


@dataclass(frozen=True, slots=True)
class Seal:
    """Under which passphrase the file is encrypted, and the keys that go into it."""

    passphrase: str
    keys: Keys | None


@dataclass(frozen=True, slots=True)
class Made:
    """What went into a backup."""

    revision: str
    rows: int
    files: int
    bytes: int


def back_up(database: Database, places: Places, seal: Seal, file: Path, now: float) -> Made:
    """Writes the file as a whole or not at all; only an earlier backup of the same name is replaced."""
    _refuse_other_file(file)
    try:
        with _new(file) as draft:
            packing = Packing(draft, seal.passphrase)
            revision, rows = _pack_database(packing, database, seal.keys, now)
            files = _pack_files(packing, places)  # after the rows: each row that names a file finds it
            packing.close()
            size = draft.tell()
    except OSError as error:
        raise BadSetting(f"the backup was not made: {error.strerror or error}") from error
    return Made(revision, rows, files, size)


def _pack_database(packing: Packing, database: Database, keys: Keys | None, now: float) -> tuple[str, int]:
    with snapshot.taken(database) as taken:
        packing.add_plain(MANIFEST, _manifest(taken, database, now))
        if keys is not None:
            packing.add_plain(KEYS, keys)
        rows = 0
        for number, (table, batch) in enumerate(taken.rows(), 1):
            packing.add(f"rows/{number:06}-{table}.jsonl", b"".join(map(snapshot.line, batch)))
            rows += len(batch)
        return str(taken.revision), rows


def _manifest(taken: Snapshot, database: Database, now: float) -> Manifest:
    ids = [id.hex() for id in database.keyring.ids]
    return Manifest(FORMAT, version("hamrah"), str(taken.revision), now, ids, taken.columns, taken.counters)


def _pack_files(packing: Packing, places: Places) -> int:
    found = [(f"releases/{path.name}", path) for path in sorted(places.releases.glob("*.json"))]
    found += [
        (f"{RECORDINGS}{path.relative_to(places.recordings).as_posix()}", path) for path in _kept(places.recordings)
    ]
    return sum(_pack_file(packing, name, path) for name, path in found)


def _kept(folder: Path) -> list[Path]:
    """Every file below it, but for drafts and what a link points at."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _pack_file(packing: Packing, name: str, path: Path) -> bool:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False  # forgotten a moment ago, because its time was over
    with file:
        packing.add_stream(name, file, os.fstat(file.fileno()).st_size)
    return True


@contextmanager
def _new(file: Path) -> Iterator[BinaryIO]:
    """A file that only its owner can read; it gets its name when it is whole and on the disk."""
    handle, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(draft, file)
    except BaseException:
        os.unlink(draft)
        raise
    keep_names(file.parent)


def keep_names(folder: Path) -> None:
    """The names in this folder survive a power cut, as the files themselves do."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _refuse_other_file(file: Path) -> None:
    """A name that was mistyped must not cost a database."""
    if not file.exists():
        return
    with file.open("rb") as there:
        if there.read(len(age.FIRST_LINE)) != age.FIRST_LINE:
            raise BadSetting(f"{file} is there already, and is no backup")
