"""What a zip says of a file in it, and what of that is shown, left out or refused; nothing of it is a path to us."""

import re
import stat
import unicodedata
import zipfile
from enum import StrEnum
from zipfile import ZipInfo


class Why(StrEnum):
    """Why a file is refused. A value is stored: it never changes its meaning."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    TOO_MUCH = "too-much"
    ARCHIVE = "archive"
    BAD_ZIP = "bad-zip"
    BOMB = "bomb"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    PACKED = "packed"
    LINK = "link"
    PATH = "path"
    TWICE = "twice"
    GONE = "gone"


DRIVE = re.compile(r"[A-Za-z]:")
JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
JOINERS = "\u200c\u200d"
LONGEST = 200


def outside(entry: ZipInfo, path: str) -> Why | None:
    """Why an entry is not even opened."""
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Why.LINK
    if path.startswith(("/", "\\")) or DRIVE.match(path) or ".." in re.split(r"[/\\]", path):
        return Why.PATH
    if entry.flag_bits & 0x41:  # encrypted, in the old way or the strong one
        return Why.ENCRYPTED
    return None if entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) else Why.PACKED


def name_of(entry: ZipInfo) -> str:
    """Its name; many write UTF-8 without saying so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode()
    except ValueError:
        return entry.filename


def shown(name: str) -> str:
    """What a page can show and a database can store; without signs that turn the direction of what follows."""
    clean = "".join(_sign(sign) for sign in name)
    return clean if len(clean) <= LONGEST else f"…{clean[1 - LONGEST :]}"


def _sign(sign: str) -> str:
    if sign.isprintable() or sign in JOINERS:
        return sign
    return "" if unicodedata.category(sign) == "Cf" else "\ufffd"


def is_junk(name: str) -> bool:
    """Whether a system put it there, not a person."""
    return JUNK.search(name) is not None
