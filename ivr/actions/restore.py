"""Putting a backup back: checked to the last byte before anything changes, then as a whole or not at all.

Files come first, the commit second, as when they were new: who is killed before the commit leaves stray files at most.
A file that another one of the same name must make room for is moved after the commit.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ivr.actions import archive, audit
from ivr.actions.archive import RECORDINGS, RELEASES, ROWS, Contents
from ivr.actions.audit import HELPLINE, Deed, What
from ivr.actions.backup import Places, keep_names
from ivr.errors import BadInput, BadSetting
from ivr.store import age, jobs, loading, migrate, snapshot
from ivr.store.age import Unlocked
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.loading import Loading

DRAFTS = ".restored"
"""Folder beside the recordings in which they arrive."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was opened and found whole."""

    path: Path
    unlocked: Unlocked
    contents: Contents


@dataclass(frozen=True, slots=True)
class Target:
    """Where a backup goes; `leaving` are the kinds of jobs whose effect leaves the building."""

    database: Database
    places: Places
    leaving: frozenset[str]


def opened(path: Path, passphrases: Iterable[str]) -> Backup:
    """Reads the whole file; BadInput when it is damaged or newer than this program, Forged when no passphrase fits."""
    try:
        with path.open("rb") as file:
            unlocked = age.unlock(file, passphrases)
            contents = archive.verified(file, unlocked)
    except OSError as error:
        raise BadSetting(f"{path}: {error.strerror}") from error
    made = contents.manifest
    if not migrate.knows(made.revision):
        raise BadInput(
            f"the backup is of a newer program ({made.program}, tables {made.revision}): bring that one first"
        )
    return Backup(path, unlocked, contents)


def check_keys(backup: Backup, keyring: Keyring) -> None:
    """BadSetting unless this keyring opens what the backup holds."""
    ours = {id.hex() for id in keyring.ids}
    if not set(backup.contents.manifest.key_ids) <= ours:
        raise BadSetting(
            "the backup's numbers are encrypted under another key: set IVR_SECRET_KEY and IVR_OLD_SECRET_KEYS to"
            " those of then (`ivr restore --keys-into FOLDER FILE` writes down those that are in it)"
        )


def write_secret(path: Path, secret: str) -> None:
    """A new file for its owner only; BadSetting when there is one: a key that is overwritten is lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(path, "x", opener=_private) as file:
            file.write(secret)
    except FileExistsError:
        raise BadSetting(f"{path} is there already: move it away first") from None


def found(database: Database) -> dict[str, int]:
    """How many rows each table of a database holds, where there are any; BadSetting while somebody uses it."""
    with database.alone() as tx:
        return loading.contents(tx)


def put_back(backup: Backup, target: Target, now: float, *, replace: bool) -> None:
    """Replaces nothing unless told to; BadSetting when there is something, or somebody uses the database."""
    check_keys(backup, target.database.keyring)
    drafts = target.places.recordings / DRAFTS
    shutil.rmtree(drafts, ignore_errors=True)
    try:
        with target.database.alone() as tx:
            if not replace and loading.contents(tx):
                raise BadSetting("the database is not empty")
            _load(tx, backup, target.places, drafts)
            jobs.doubt(tx, target.leaving, now)
            audit.note(tx, Deed(HELPLINE, now), What.RESTORED, "backup", made_at=int(backup.contents.manifest.made_at))
            _move(drafts, target.places.recordings, over=False)
        _move(drafts, target.places.recordings, over=True)
    except OSError as error:
        raise BadSetting(f"the backup was not restored: {error.strerror or error}") from error
    finally:
        shutil.rmtree(drafts, ignore_errors=True)


def _load(tx: Transaction, backup: Backup, places: Places, drafts: Path) -> None:
    made = backup.contents.manifest
    into = Loading(tx, made.revision, made.columns)
    with backup.path.open("rb") as file:
        for name, stream in archive.parts(file, backup.unlocked):
            if rows := ROWS.fullmatch(name):
                into.add(rows[1], [snapshot.values(line) for line in stream])
            elif release := RELEASES.fullmatch(name):
                _write_once(places.releases / release[1], stream)
            elif name.startswith(RECORDINGS):
                _write(drafts / name.removeprefix(RECORDINGS), stream)
    into.finish(made.counters)


def _write_once(path: Path, stream: IO[bytes]) -> None:
    """A release is named by what it holds: one that is there is the same."""
    if not path.exists():
        draft = path.with_name(f".{path.name}")
        _write(draft, stream)
        draft.replace(path)


def _write(path: Path, stream: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb", opener=_private) as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _move(drafts: Path, folder: Path, *, over: bool) -> None:
    """Puts the recordings in their places; `over` also where there is another file."""
    for draft in [path for path in drafts.rglob("*") if path.is_file()]:
        place = folder / draft.relative_to(drafts)
        if over or not place.exists():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.replace(place)
            keep_names(place.parent)
