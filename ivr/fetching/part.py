"""What has come of a file so far, and who is busy with it."""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.errors import FetchBusy, NoRoom


@contextmanager
def alone(into: Path) -> Iterator[None]:
    """Only one process at a time is busy with a file of this name; FetchBusy for the second one."""
    with local():
        into.parent.mkdir(parents=True, exist_ok=True)
        lock = into.with_name(f"{into.name}.lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchBusy(f"another process is busy with {into.name}: wait until it is done") from None
        yield


class Part:
    """What has come so far, and what the server called it: without that it cannot be gone on with."""

    def __init__(self, into: Path) -> None:
        self.into, self.path = into, into.with_name(f"{into.name}.part")
        self._mark = into.with_name(f"{into.name}.part.json")
        self.joined = False  # whether pieces of several answers lie behind each other

    @property
    def size(self) -> int:
        """The bytes that are here."""
        return self.path.stat().st_size if self.path.exists() else 0

    def mark(self, url: str) -> str | None:
        """What the server called the file of which this is a part; None where it cannot be gone on with."""
        try:
            known = json.loads(self._mark.read_text(encoding="utf-8"))
            return str(known["mark"]) if known["url"] == _named(url) and self.size else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def begin(self, url: str, mark: str | None) -> None:
        """From the beginning; the mark is written first, when nothing is here that it could be wrong for."""
        self.drop()
        with local():
            if mark:
                self._mark.write_text(json.dumps({"url": _named(url), "mark": mark}), encoding="utf-8")
            self.path.touch()

    def add(self, piece: bytes) -> None:
        """Behind what is here."""
        with local(), self.path.open("ab") as opened:
            opened.write(piece)

    def drop(self) -> None:
        """Forgets what is here."""
        self.joined = False
        with local():
            self.path.unlink(missing_ok=True)
            self._mark.unlink(missing_ok=True)

    def done(self) -> None:
        """All is here: the file gets its name, which a power cut does not take away."""
        with local():
            with self.path.open("rb") as opened:
                os.fsync(opened.fileno())
            os.replace(self.path, self.into)
            self._mark.unlink(missing_ok=True)
            sync_folder(self.into.parent)


def _named(url: str) -> str:
    """Tells addresses apart without writing down what may be secret in one."""
    return hashlib.sha256(url.encode()).hexdigest()


def sync_folder(folder: Path) -> None:
    """Has the names in a folder survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def local() -> Iterator[None]:
    """What this machine's disk refuses is nobody else's fault."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        what = "make room on it, then try again: what came so far is kept" if full else "it must be writable"
        raise NoRoom(f"the disk here: {error.strerror}; {what}") from error
