"""A model's archive: a zip with one folder in it. Nothing that it says of itself is believed.

Refused: paths that lead elsewhere, links, entries that are there twice or locked, methods that Python inflates without
a limit (bzip2, LZMA), directories that would fill the memory, more files or bytes than a model has.
"""

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from ivr.errors import BadInput
from ivr.fetching.part import local
from ivr.zips import BROKEN, Bounded

PIECE = 1 << 18

_PART = re.compile(r"[^/\\:\x00-\x1f\x7f]{1,200}")
_LOCKED = 0x1


@dataclass(frozen=True, slots=True)
class Limits:
    """What no model with a grammar exceeds; the largest of the small ones has 250 MB."""

    files: int = 1000
    unpacked: int = 1_500_000_000


LIMITS = Limits()


def unpack(archive: Path, name: str, into: Path, limits: Limits = LIMITS) -> Path:
    """The folder `name` of the archive, put into `into`; BadInput when that is not all that the archive holds."""
    try:
        with local(), archive.open("rb") as opened, ZipFile(Bounded(opened)) as packed:
            entries = list(_checked(packed.infolist(), name, limits))
            left = limits.unpacked
            for path, entry in entries:
                left -= _written(packed, entry, into.joinpath(*path), left)
    except BROKEN as error:
        raise BadInput(f"{archive.name} is no zip archive, or a damaged one: {error}") from error
    return into / name


def _checked(entries: list[ZipInfo], name: str, limits: Limits) -> Iterator[tuple[tuple[str, ...], ZipInfo]]:
    """Where each file goes. To be used up before anything is written."""
    if not entries:
        raise BadInput("the archive is empty")
    if len(entries) > limits.files:
        raise BadInput(f"the archive holds {len(entries)} files, which no speech model does")
    taken: set[tuple[str, ...]] = set()
    for entry in entries:
        path = tuple(entry.filename.removesuffix("/").split("/"))
        if why := _wrong(entry, path, name):
            raise BadInput(f"the archive is refused: {why}: {entry.filename[:100]!r}")
        if not entry.is_dir():
            if path in taken:
                raise BadInput(f"the archive is refused: twice the same name: {entry.filename[:100]!r}")
            taken.add(path)
            yield path, entry
    if any(path[:length] in taken for path in taken for length in range(1, len(path))):
        raise BadInput("the archive is refused: a file and a folder of the same name")


def _wrong(entry: ZipInfo, path: tuple[str, ...], name: str) -> str:
    """Why an entry is not taken; nothing when it is."""
    if any(part in (".", "..") or not _PART.fullmatch(part) for part in path):
        return "a path that leads elsewhere"
    if path[0] != name or (len(path) == 1 and not entry.is_dir()):
        return f"there should be one folder {name} in it and nothing else, but there is"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link or a device"
    if entry.flag_bits & _LOCKED:
        return "a file that is locked with a password"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "a file that is packed in an unusual way"
    return ""


def _written(packed: ZipFile, entry: ZipInfo, to: Path, left: int) -> int:
    """The bytes that came out, at most `left`, whatever the archive says they are."""
    size = 0
    to.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(entry) as inside, to.open("xb") as file:
        while piece := inside.read(PIECE):
            size += len(piece)
            if size > left:
                raise BadInput("the archive holds more than any speech model does")
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return size
