"""Recordings on the disk, each sealed as a whole. A file is there whole or not at all, also after a power cut.

The file comes first, its row second: a file without a row is a stray that `sweep` takes away later.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from ivr.errors import Forged
from ivr.store.crypto import ID_BYTES, Keyring

SUFFIX, DRAFT = ".sealed", ".part"


@dataclass(frozen=True, slots=True)
class Put:
    """A file that is whole and on the disk; sha256 of what lies there, sealed."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Vault:
    """One folder of sealed files; names hold nothing about anybody."""

    folder: Path
    keyring: Keyring = field(repr=False)

    def put(self, name: str, data: bytes) -> Put:
        """Seals and keeps; what was there under this name is replaced."""
        file = f"{name}{SUFFIX}"
        sealed = self.keyring.seal(data, _about(file))
        self._write(file, sealed)
        return Put(file, hashlib.sha256(sealed).hexdigest())

    def open(self, file: str) -> bytes:
        """What was put; FileNotFoundError, or Forged when it is not what we sealed under this name."""
        return self.keyring.open(self._path(file).read_bytes(), _about(file))

    def remove(self, file: str) -> None:
        """Afterwards it is gone."""
        self._path(file).unlink(missing_ok=True)

    def rotate(self) -> int:
        """Seals anew what an old key sealed; how many files."""
        count = 0
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            try:
                sealed = path.read_bytes()
                if sealed[:ID_BYTES] != self.keyring.current_id:
                    about = _about(path.name)
                    self._write(path.name, self.keyring.seal(self.keyring.open(sealed, about), about))
                    count += 1
            except FileNotFoundError:  # retention was quicker
                continue
        return count

    def sweep(self, known: Collection[str], older_than: float) -> int:
        """Takes away files and drafts that no row knows and that are so many seconds old; how many."""
        count, before = 0, time.time() - older_than
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.is_file() and path.name not in known and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                count += 1
        return count

    def _path(self, file: str) -> Path:
        """Never outside of the folder, whatever a row says."""
        if Path(file).name != file or not file.endswith(SUFFIX):
            raise Forged("no file of ours has such a name")
        return self.folder / file

    def _write(self, file: str, sealed: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=f".{file}.", suffix=DRAFT, delete=False) as draft:
            try:
                draft.write(sealed)
                draft.flush()
                os.fsync(draft.fileno())
                os.replace(draft.name, self._path(file))
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
        folder = os.open(self.folder, os.O_RDONLY)  # the name must survive too: the company's copy is deleted next
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _about(file: str) -> bytes:
    return f"file/{file}".encode()
