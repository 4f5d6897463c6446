"""Releases on disk: every one a call may still need, and which one new calls get."""

import json
import os
import re
import threading
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
        path = self._path(release.id)
        if not path.exists():
            _write(path, dumps(release.raw))
        _write(self.folder / "current", release.id.encode())
        with self._lock:
            self._kept[release.id] = release

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
