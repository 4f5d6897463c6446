"""Archives that somebody else made: a member after the other, never more of it than it should have."""

import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from ivr import zips
from ivr.directory.record import BadSource

MOST = 4_000_000_000
"""Bytes of any unpacked file."""
MEMBERS_MOST = 1000
CUT = "the archive is cut off or broken"
CHUNK = 1 << 20


class Stream(Protocol):
    """What can be read on."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


class Bounded:
    """A stream that ends in BadSource when more comes than should."""

    def __init__(self, inner: Stream, most: int) -> None:
        self._inner, self._left = inner, most

    def read(self, size: int = -1, /) -> bytes:
        """At most a piece at once."""
        try:
            data = self._inner.read(CHUNK if size < 0 else min(size, CHUNK))
        except (tarfile.TarError, EOFError, OSError, *zips.BROKEN) as error:
            raise BadSource(CUT) from error
        self._left -= len(data)
        if self._left < 0:
            raise BadSource("it unpacks to more than any file of this kind has")
        return data


class Peeked:
    """A stream whose beginning is known before it is read."""

    def __init__(self, inner: Stream, size: int) -> None:
        self._inner, pieces, had = inner, list[bytes](), 0
        while had < size and (piece := inner.read(size - had)):
            pieces.append(piece)
            had += len(piece)
        self.head = b"".join(pieces)
        self._held = self.head

    def read(self, size: int = -1, /) -> bytes:
        """First what was peeked at."""
        if not self._held:
            return self._inner.read(size)
        wanted = len(self._held) if size < 0 else size
        piece, self._held = self._held[:wanted], self._held[wanted:]
        return piece


def members(path: Path) -> Iterator[tuple[str, Stream]]:
    """The files of a tar.bz2 as they come; each is read before the next is asked for."""
    try:
        with tarfile.open(path, "r|bz2") as archive:
            for count, member in enumerate(archive):
                if count > MEMBERS_MOST:
                    raise BadSource("it holds more files than any archive of this kind")
                opened = archive.extractfile(member) if member.isfile() else None
                if opened is not None:
                    yield member.name.rpartition("/")[2], Bounded(opened, MOST)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BadSource(CUT) from error


@contextmanager
def zipped(stream: Stream, most: int) -> Iterator[zipfile.ZipFile]:
    """A zip inside of another archive: it is set aside, since it cannot be read from its beginning on."""
    with tempfile.TemporaryFile() as aside:
        inner = Bounded(stream, most)
        while piece := inner.read(CHUNK):
            aside.write(piece)
        try:
            with zipfile.ZipFile(aside) as found:
                yield found
        except zips.BROKEN as error:
            raise BadSource("the zip of the communes is cut off or broken") from error
