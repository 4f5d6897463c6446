"""Releases on disk: every one a call may still need, and which one new calls get."""

import contextlib
import fcntl
import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

from ivr.engine.state import dumps
from ivr.errors import BadContent
from ivr.release.release import Release, load

_ID = re.compile(r"[0-9a-f]{16}")


class Shelf:
    """A folder of releases. A new current one is seen by every running process at its next call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._kept: dict[str, Release] = {}

    def put(self, release: Release) -> None:
        """Keeps the release and makes it the one that new calls get."""
        self.keep(release)
        self.point(release.id)

    def keep(self, release: Release) -> bool:
        """Keeps the release, as the youngest one; whether it is a new one."""
        path = self._path(release.id)
        new = not path.exists()
        if new:
            _write(path, dumps(release.raw))
        else:
            os.utime(path)
        with self._lock:
            self._kept[release.id] = release
        return new

    def point(self, id: str) -> None:
        """New calls get this release; KeyError when it is not here."""
        if not self._path(id).exists():
            raise KeyError(id)
        _write(self.folder / "current", id.encode())

    @contextlib.contextmanager
    def deciding(self) -> Iterator[None]:
        """One at a time, of all processes: from learning which release is to be the current one until `point`."""
        with (self.folder / ".deciding").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def current(self) -> Release:
        """The release for new calls; BadContent when none was ever made."""
        try:
            id = (self.folder / "current").read_text()
        except FileNotFoundError:
            raise BadContent("no release has been made yet: run `ivr prepare`") from None
        return self.get(id)

    def get(self, id: str) -> Release:
        """The release of this id; KeyError when it is not here."""
        release = self._kept.get(id)
        if release is not None:
            return release
        with self._lock:
            if id not in self._kept:
                self._kept[id] = self._read(id)
            return self._kept[id]

    def ids(self) -> set[str]:
        """Every release that is kept."""
        return {path.stem for path in self.folder.glob("*.json")}

    def forget(self, ids: set[str]) -> None:
        """Drops releases that no call needs any more; never the current one."""
        current = self.folder / "current"
        spared = {current.read_text()} if current.exists() else set()
        for id in ids - spared:
            self._path(id).unlink(missing_ok=True)
            self._kept.pop(id, None)

    def _read(self, id: str) -> Release:
        if not _ID.fullmatch(id) or not self._path(id).exists():
            raise KeyError(id)
        return load(json.loads(self._path(id).read_bytes()))

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}.json"


def _write(path: Path, data: bytes) -> None:
    """All or nothing: a crash leaves the old file or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
