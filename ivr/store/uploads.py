"""Uploads: files that came together, and what became of each.

unmatched ── match, by a person ──> waiting ── take ──> taken
    │                                  ├── same ──────> same (the place has this very file already)
    │                                  ├── refuse ────> refused
    └───────────── cancel ─────────────┴─────────────> cancelled
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from ivr.store import news
from ivr.store.database import Stored, Transaction
from ivr.store.studio_tables import prompt_codes, upload_files, uploads


class State(StrEnum):
    """Where a file stands."""

    WAITING = "waiting"
    UNMATCHED = "unmatched"
    TAKEN = "taken"
    SAME = "same"
    REFUSED = "refused"
    CANCELLED = "cancelled"


MOVING = (State.WAITING, State.UNMATCHED)
OPEN, CANCELLED = "open", "cancelled"
"""Where an upload stands."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it came: `file` lies in the vault, empty when it is refused; `language` and `name` where it belongs."""

    shown: str
    file: str
    sha256: str
    state: State
    reason: str | None = None
    language: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A stored file of an upload, its `n`th; `take_id` is the take that it became, or that it is the same as."""

    id: int
    upload_id: int
    n: int
    shown: str
    file: str
    sha256: str
    state: State
    reason: str | None
    language: str | None
    name: str | None
    take_id: int | None


@dataclass(frozen=True, slots=True)
class NewUpload:
    """Who sent files, when, and for which language."""

    staff_id: int | None
    at: float
    language: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that came together; `language` is the one that was chosen for them."""

    id: int
    staff_id: int | None
    at: float
    language: str
    state: str


COLUMNS = [upload_files.c[name] for name in File.__slots__]
THIS = upload_files.c.id == bindparam("this")
ADD = insert(uploads).returning(uploads.c.id)
ADD_FILES = insert(upload_files)
FIND = select(uploads).where(uploads.c.id == bindparam("this"))
NEWEST = select(uploads).order_by(uploads.c.id.desc()).limit(bindparam("most"))
FILES = select(*COLUMNS).where(upload_files.c.upload_id == bindparam("upload")).order_by(upload_files.c.n)
LOCK_FILE = select(*COLUMNS).where(THIS).with_for_update()
LOCK_NAME = select(prompt_codes.c.code).where(prompt_codes.c.name == bindparam("name")).with_for_update()
COUNTS = (
    select(upload_files.c.upload_id, upload_files.c.state, func.count())
    .where(upload_files.c.upload_id.in_(bindparam("ids", expanding=True)))
    .group_by(upload_files.c.upload_id, upload_files.c.state)
)
MATCH = (
    update(upload_files)
    .where(THIS, upload_files.c.state == State.UNMATCHED)
    .values(state=State.WAITING, language=bindparam("in_language"), name=bindparam("as_name"))
)
END = (
    update(upload_files)
    .where(THIS, upload_files.c.state == State.WAITING)
    .values(state=bindparam("became"), file="", reason=bindparam("why"), take_id=bindparam("take"))
)
CANCEL = update(uploads).where(uploads.c.id == bindparam("this"), uploads.c.state == OPEN).values(state=CANCELLED)
SEALED = select(upload_files.c.file).where(upload_files.c.file != "")
CANCEL_FILES = (
    update(upload_files)
    .where(upload_files.c.upload_id == bindparam("upload"), upload_files.c.state.in_(MOVING))
    .values(state=State.CANCELLED, file="")
)


def add(tx: Transaction, new: NewUpload, files: Sequence[NewFile]) -> int:
    """Stores an upload with its files, numbered from 1; its id."""
    values = {"staff_id": new.staff_id, "at": new.at, "language": new.language, "state": OPEN}
    id = int(tx.execute(ADD, values).scalar_one())
    rows = [
        {**{field: getattr(file, field) for field in NewFile.__slots__}, "upload_id": id, "n": n}
        for n, file in enumerate(files, 1)
    ]
    tx.connection.execute(ADD_FILES, rows)
    news.tell(tx, news.STUDIO)
    return id


def find(tx: Transaction, id: int) -> Upload | None:
    """The upload of this id."""
    row = tx.execute(FIND, {"this": id}).first()
    return None if row is None else Upload(*row)


def newest(tx: Transaction, most: int) -> list[Upload]:
    """So many uploads, the newest first."""
    return [Upload(*row) for row in tx.execute(NEWEST, {"most": most})]


def files_of(tx: Transaction, id: int) -> list[File]:
    """The files of an upload, in the order in which they came."""
    return [_file(row) for row in tx.execute(FILES, {"upload": id})]


def lock_file(tx: Transaction, id: int) -> File | None:
    """A file by its id; nobody else changes it before the commit."""
    row = tx.execute(LOCK_FILE, {"this": id}).first()
    return None if row is None else _file(row)


def lock_name(tx: Transaction, name: str) -> None:
    """Until the commit nobody else makes a take of this name out of an upload; the name must have its code."""
    tx.execute(LOCK_NAME, {"name": name})


def counts(tx: Transaction, ids: Sequence[int]) -> dict[int, dict[State, int]]:
    """How many files of each upload stand where."""
    found: dict[int, dict[State, int]] = {id: {} for id in ids}
    for upload_id, state, count in tx.execute(COUNTS, {"ids": list(ids)}):
        found[upload_id][State(state)] = count
    return found


def match(tx: Transaction, id: int, language: str, name: str) -> bool:
    """A person says what the file is; False when it does not wait for that any more."""
    return _changed(tx, MATCH, {"this": id, "in_language": language, "as_name": name})


def end(tx: Transaction, id: int, became: State, *, take_id: int | None = None, reason: str | None = None) -> bool:
    """What became of a waiting file, which the row lets go of; False when it waits no more."""
    values = {"became": became.value, "take": take_id, "why": reason}
    return _changed(tx, END, {"this": id, **values})


def cancel(tx: Transaction, id: int) -> int | None:
    """Files that are no takes yet become none; how many. None when it was cancelled before, or there is none."""
    if not _changed(tx, CANCEL, {"this": id}):
        return None
    return tx.execute(CANCEL_FILES, {"upload": id}).rowcount


def sealed(tx: Transaction) -> set[str]:
    """The names of every file in the vault that an upload still holds."""
    return set(tx.execute(SEALED).scalars())


def _changed(tx: Transaction, statement: Any, values: Mapping[str, Any]) -> bool:
    changed = tx.execute(statement, values).rowcount == 1
    if changed:
        news.tell(tx, news.STUDIO)
    return changed


def _file(row: Stored) -> File:
    values = dict(row._mapping)
    return File(**{**values, "state": State(row.state)})
