"""Files that were sent, one after the other, out of zips too; each refused one with its reason.

Nothing that a zip says of itself is believed: entries are inflated piece by piece up to a limit, names are only read,
never used as paths. What we know of zips that are made to do harm: 42.zip (zips in zips), David Fifield's overlapping
entries (unpacked total), sizes that lie, directories of millions of entries (zips.py), bzip2 and LZMA, which Python
inflates without a limit (only stored and deflated entries are opened).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from zipfile import ZipFile, ZipInfo

from ivr import zips
from ivr.actions.entries import Why, is_junk, name_of, outside, shown


class TooMany(Exception):
    """More files than are taken at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one file, of all that is sent and of all that comes out of zips; how often an entry may be its size."""

    file: int = 30_000_000
    sent: int = 500_000_000
    unpacked: int = 1_000_000_000
    files: int = 1000
    ratio: int = 200


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Came:
    """A file as it was sent: its name, and what can be read of it; `whole` is False when it went over the limit."""

    name: str
    content: IO[bytes]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A file: what is in it, or why it is refused."""

    name: str
    data: bytes = b""
    why: Why | None = None


ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PIECE = 1 << 16
FAIR = 10_000_000
"""Bytes up to which nobody asks how small they were packed."""
BROKEN = (*zips.BROKEN, OSError)


def is_zip(beginning: bytes) -> bool:
    """Whether a file with these first four bytes is a zip, whatever it is called."""
    return beginning.startswith(ZIP)


def unpack(came: Sequence[Came], limits: Limits = LIMITS) -> Iterator[Found]:
    """Every file in order; TooMany before one too many is read. Never more than one is held in memory."""
    unpacking = _Unpacking(limits)
    for one in came:
        yield from unpacking.files(one)


class _Unpacking:
    """Counts what one upload holds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.unpacked
        self._names: set[str] = set()
        self._count = 0

    def files(self, came: Came) -> Iterator[Found]:
        """The file, or what is in it."""
        beginning = came.content.read(4)
        came.content.seek(0)
        if is_zip(beginning) and came.whole:
            yield from self._entries(came)
        elif not is_junk(came.name):
            yield self._alone(came)

    def _alone(self, came: Came) -> Found:
        name, again = self._counted(came.name)
        if again:
            return Found(name, why=Why.TWICE)
        if not came.whole:
            return Found(name, why=Why.TOO_LARGE)
        data = came.content.read(self._limits.file + 1)
        if len(data) > self._limits.file:
            return Found(name, why=Why.TOO_LARGE)
        return Found(name, data) if data else Found(name, why=Why.EMPTY)

    def _entries(self, came: Came) -> Iterator[Found]:
        try:
            with ZipFile(zips.Bounded(came.content)) as archive:
                entries = [entry for entry in archive.infolist() if not (entry.is_dir() or is_junk(entry.filename))]
                if len(entries) > self._limits.files:
                    raise TooMany
                for entry in entries:
                    yield self._entry(archive, entry)
        except BROKEN:
            yield Found(self._counted(came.name)[0], why=Why.BAD_ZIP)

    def _entry(self, archive: ZipFile, entry: ZipInfo) -> Found:
        path = name_of(entry)
        name, again = self._counted(path)
        why = Why.TWICE if again else outside(entry, path)
        if why is None and self._left <= 0:
            why = Why.TOO_MUCH
        if why is not None:
            return Found(name, why=why)
        try:
            data, why = self._inflated(archive, entry)
        except BROKEN:
            data, why = b"", Why.DAMAGED
        return Found(name, why=why) if why else Found(name, data)

    def _inflated(self, archive: ZipFile, entry: ZipInfo) -> tuple[bytes, Why | None]:
        """What comes out, as long as no limit is reached."""
        held = bytearray()
        with archive.open(entry) as packed:
            while piece := packed.read(PIECE):
                held += piece
                self._left -= len(piece)
                if len(held) > max(FAIR, entry.compress_size * self._limits.ratio):
                    return b"", Why.BOMB
                if len(held) > self._limits.file:
                    return b"", Why.TOO_LARGE
                if self._left < 0:
                    return b"", Why.TOO_MUCH
        if is_zip(bytes(held[:4])):
            return b"", Why.ARCHIVE
        return bytes(held), None if held else Why.EMPTY

    def _counted(self, path: str) -> tuple[str, bool]:
        """The name as it is shown, and whether it came before."""
        self._count += 1
        if self._count > self._limits.files:
            raise TooMany
        name = shown(path)
        again = name in self._names
        self._names.add(name)
        return name, again
