"""Zips that somebody else made: nothing that they say of themselves may cost us more than it should."""

import io
import struct
import zipfile
import zlib
from typing import IO

DIRECTORY_MOST = 2_000_000
"""Bytes of a zip's directory: enough for all the files that are ever taken, with long names."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error)
"""What zipfile raises over a zip that is none, or not one that it can read."""


class Bounded(io.RawIOBase):
    """A file of which never much is read at once: zipfile reads a directory of any size in one go."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner

    def read(self, size: int = -1, /) -> bytes:
        """ValueError instead of a gulp."""
        data = self._inner.read(DIRECTORY_MOST + 1 if size < 0 else min(size, DIRECTORY_MOST + 1))
        if len(data) > DIRECTORY_MOST:
            raise ValueError("too much at once")
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As the inner one does."""
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        """As the inner one does."""
        return self._inner.tell()

    def seekable(self) -> bool:
        """Always."""
        return True
