"""Zips for tests: honest ones, and such as nobody makes by accident."""

import io
import struct
import zipfile
from collections.abc import Mapping

from ivr.actions.unpacking import Came


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def linked(name: str, target: str) -> bytes:
    """A zip of one symbolic link."""
    out, entry = io.BytesIO(), zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, target)
    return out.getvalue()


def flagged(data: bytes, bit: int) -> bytes:
    """The same zip of one file, with a flag set in both of its headers."""
    central = data.rindex(b"PK\x01\x02")
    changed = bytearray(data)
    for at in (6, central + 8):
        (flags,) = struct.unpack_from("<H", changed, at)
        struct.pack_into("<H", changed, at, flags | bit)
    return bytes(changed)


def lying(data: bytes, size: int) -> bytes:
    """The same zip of one file, whose headers say that it inflates to so many bytes."""
    central = data.rindex(b"PK\x01\x02")
    changed = bytearray(data)
    struct.pack_into("<I", changed, 22, size)
    struct.pack_into("<I", changed, central + 24, size)
    return bytes(changed)


def twice(name: str, first: bytes, second: bytes) -> bytes:
    """A zip with two files of one name."""
    out, other = io.BytesIO(), "~" * len(name)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, first)
        archive.writestr(other, second)
    return out.getvalue().replace(other.encode(), name.encode())


def came(name: str, data: bytes, *, whole: bool = True) -> Came:
    """The file as it was sent."""
    return Came(name, io.BytesIO(data), whole)
