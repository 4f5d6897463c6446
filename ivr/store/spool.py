"""Sound that is kept while it is spoken: sealed a second at a time, so that neither a hang-up nor a crash loses it.

A strip is a file of sealed parts, each behind its length; what a crash cut off behind the last whole one is left out.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path
from uuid import uuid4

from ivr.errors import Forged
from ivr.store.crypto import Keyring

PREFIX = "live."
"""Names that begin so are strips, not the telephone company's recordings."""
_SUFFIX, _LENGTH = ".strip", 4


@dataclass(frozen=True, slots=True)
class Spool:
    """The folder of strips."""

    folder: Path
    keyring: Keyring = field(repr=False)

    def begin(self, head: bytes) -> "Strip":
        """A new strip; its head is its first part."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{PREFIX}{uuid4().hex}"
        strip = Strip(name, self.path(name).open("xb"), self.keyring)
        strip.add(head)
        return strip

    def read(self, name: str) -> tuple[bytes, bytes]:
        """The head, and all that was kept behind it; FileNotFoundError, or Forged when it is not ours."""
        parts = list(self._parts(name))
        if not parts:
            raise Forged("a strip without a head")
        return parts[0], b"".join(parts[1:])

    def old(self, seconds: float) -> list[str]:
        """Strips to which nothing was added for so long."""
        before = time.time() - seconds
        found = self.folder.glob(f"{PREFIX}*{_SUFFIX}") if self.folder.is_dir() else ()
        return sorted(path.stem for path in found if path.stat().st_mtime < before)

    def remove(self, name: str) -> None:
        """Afterwards it is gone."""
        self.path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Never outside of the folder, whatever a row says."""
        if Path(name).name != name or not name.startswith(PREFIX):
            raise Forged("no strip has such a name")
        return self.folder / f"{name}{_SUFFIX}"

    def _parts(self, name: str) -> Iterator[bytes]:
        data, at, n = self.path(name).read_bytes(), 0, 0
        while at + _LENGTH <= len(data):
            length = int.from_bytes(data[at : at + _LENGTH])
            at += _LENGTH
            if at + length > len(data):
                return
            yield self.keyring.open(data[at : at + length], _about(name, n))
            at, n = at + length, n + 1


class Strip:
    """One that is being written."""

    def __init__(self, name: str, file: BufferedWriter, keyring: Keyring) -> None:
        self.name = name
        self._file, self._keyring, self._parts = file, keyring, 0

    def add(self, part: bytes) -> None:
        """Kept from now on, also when this process dies."""
        sealed = self._keyring.seal(part, _about(self.name, self._parts))
        self._parts += 1
        self._file.write(len(sealed).to_bytes(_LENGTH) + sealed)
        self._file.flush()

    def end(self) -> None:
        """On the disk, also after a power cut."""
        os.fsync(self._file.fileno())
        self._file.close()


def _about(name: str, n: int) -> bytes:
    return f"strip/{name}/{n}".encode()
