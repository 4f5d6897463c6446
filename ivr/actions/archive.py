"""The form of a backup: a tar archive, encrypted (store/age.py). Its manifest comes first, its checksums last.

manifest.json, keys.json (if keys are in it), rows/000001-calls.jsonl …, releases/….json, recordings/…, checksums.json
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, Protocol

from ivr.errors import BadInput
from ivr.store import age
from ivr.store.age import Unlocked

FORMAT = 1
MANIFEST, KEYS, CHECKSUMS = "manifest.json", "keys.json", "checksums.json"
ROWS = re.compile(r"rows/[0-9]{6}-([a-z_]{1,60})\.jsonl")
RELEASES = re.compile(r"releases/([0-9a-f]{16}\.json)")
RECORDINGS = "recordings/"
PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: `made_at` by the clock of who made it, `columns` and `counters` by table, ids of the keys."""

    format: int
    program: str
    revision: str
    made_at: float
    key_ids: list[str]
    columns: Mapping[str, list[str]]
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Keys:
    """The secret key and the earlier ones that may still be needed, as the settings name them."""

    current: str
    old: list[str]


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in a backup whose every byte was checked."""

    manifest: Manifest
    keys: Keys | None
    rows: int
    releases: int
    recordings: int


class _Readable(Protocol):
    def read(self, size: int) -> bytes: ...


class Packing:
    """A backup being written."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._sealed = age.Writer(file, passphrase)
        self._tar = tarfile.open(fileobj=self._sealed, mode="w|")  # type: ignore[call-overload]  # noqa: SIM115 (it only writes)
        self._sums: dict[str, tuple[int, str]] = {}

    def add(self, name: str, data: bytes) -> None:
        """A part that is at hand."""
        self.add_stream(name, io.BytesIO(data), len(data))

    def add_plain(self, name: str, what: Manifest | Keys) -> None:
        """A part that is a description."""
        self.add(name, json.dumps(asdict(what), ensure_ascii=False, indent=1).encode())

    def add_stream(self, name: str, stream: _Readable, size: int) -> None:
        """A part that is read piece by piece; OSError when there are fewer bytes than that."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        summed = _Summed(stream)
        self._tar.addfile(info, summed)
        self._sums[name] = (size, summed.sum.hexdigest())

    def close(self) -> None:
        """Writes the checksums and the end, without which a backup is none."""
        self.add(CHECKSUMS, json.dumps(self._sums, ensure_ascii=False).encode())
        self._tar.close()
        self._sealed.close()


class _Summed:
    """Reads, and sums up what was read."""

    def __init__(self, stream: _Readable) -> None:
        self._stream = stream
        self.sum = hashlib.sha256()
        self.size = 0

    def read(self, size: int = PIECE) -> bytes:
        data = self._stream.read(size)
        self.sum.update(data)
        self.size += len(data)
        return data


def parts(file: BinaryIO, unlocked: Unlocked) -> Iterator[tuple[str, IO[bytes]]]:
    """Every part in order, with its name; each is read before the next is asked for."""
    sealed = age.Reader(file, unlocked)
    with _readable(), tarfile.open(fileobj=sealed, mode="r|") as tar:  # type: ignore[call-overload]  # it only reads
        for member in tar:
            stream = tar.extractfile(member) if member.type == tarfile.REGTYPE else None
            if stream is None:
                raise BadInput(f"the backup holds something that is no file: {member.name[:80]!r}")
            yield checked(member.name), stream
    while sealed.read(PIECE):
        continue  # so that the last chunk is seen to be there


def verified(file: BinaryIO, unlocked: Unlocked) -> Contents:
    """Reads the whole backup; BadInput when any byte is not what was written, or this program cannot know its form."""
    sums: dict[str, tuple[int, str]] = {}
    kept: dict[str, bytes] = {}
    rows = 0
    for name, stream in parts(file, unlocked):
        if name in sums or (name == MANIFEST) != (not sums):
            raise BadInput(f"the backup is out of order at {name[:80]!r}")
        summed = _Summed(stream)
        if name in (MANIFEST, KEYS, CHECKSUMS):
            kept[name] = summed.read(-1)
        while piece := summed.read():
            rows += piece.count(b"\n") if ROWS.fullmatch(name) else 0
        if name == MANIFEST:
            manifest(kept[name])  # of a form that is not ours nothing more is read
        sums[name] = (summed.size, summed.sum.hexdigest())
    _check_sums(sums, kept)
    keys = _keys(kept[KEYS]) if KEYS in kept else None
    releases = sum(RELEASES.fullmatch(name) is not None for name in sums)
    recordings = sum(name.startswith(RECORDINGS) for name in sums)
    return Contents(manifest(kept[MANIFEST]), keys, rows, releases, recordings)


def manifest(data: bytes) -> Manifest:
    """The manifest of these bytes; BadInput when it is of another form."""
    with _readable():
        found = json.loads(data)
        if found["format"] == FORMAT:
            return Manifest(**found)
    raise BadInput(
        f"the backup is of form {found['format']!r}: program {found.get('program')!r} can read it, not this one"
    )


def _keys(data: bytes) -> Keys:
    with _readable():
        return Keys(**json.loads(data))


def checked(name: str) -> str:
    """The name of a part; BadInput for one that no backup of ours has, such as a way out of a folder."""
    known = name in (MANIFEST, KEYS, CHECKSUMS) or ROWS.fullmatch(name) or RELEASES.fullmatch(name)
    if not known and not (name.startswith(RECORDINGS) and _stays_inside(name)):
        raise BadInput(f"the backup holds a part with a wrong name: {name[:80]!r}")
    return name


def _stays_inside(name: str) -> bool:
    if "\\" in name or not name.isprintable() or str(PurePosixPath(name)) != name:
        return False
    return not any(part.startswith(".") for part in PurePosixPath(name).parts)


def _check_sums(found: dict[str, tuple[int, str]], kept: Mapping[str, bytes]) -> None:
    last = found.popitem() if found else ("", None)
    if last[0] != CHECKSUMS:
        raise BadInput("the backup has no end")
    with _readable():
        wanted: dict[str, Any] = json.loads(kept[CHECKSUMS])
    if {name: list(sum) for name, sum in found.items()} != wanted:
        raise BadInput("the backup's parts are not those that it was made of")


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, ValueError, TypeError, KeyError) as error:
        raise BadInput("the backup is no archive of ours") from error
