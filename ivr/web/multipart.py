"""Forms with files as browsers send them (RFC 7578), understood piece by piece as they come; nothing is kept here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ivr.errors import BadInput

KIND = "multipart/form-data"
MOST_HEAD = 8192
BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))\s*(?:;|$)', re.IGNORECASE)
FIELD = re.compile(r';\s*(name|filename)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Began:
    """A part: its field; a `filename` when it is a file."""

    name: str
    filename: str | None


@dataclass(frozen=True, slots=True)
class Came:
    """Some of the part that began last."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """The part that began last is whole."""


Event = Began | Came | Ended


class _At(Enum):
    PREAMBLE = auto()
    HEAD = auto()
    BODY = auto()
    OVER = auto()


def boundary(kind: str) -> bytes:
    """What stands between the parts, by the content type; BadInput when it is no such form."""
    found = BOUNDARY.search(kind)
    if kind.partition(";")[0].strip().lower() != KIND or found is None:
        raise BadInput("this is no form with files")
    try:
        return (found[1] or found[2]).encode("ascii")
    except UnicodeEncodeError as error:
        raise BadInput("a boundary that no browser sends") from error


class Parser:
    """Fed with pieces of a body, of any size, it tells what they hold."""

    def __init__(self, boundary: bytes) -> None:
        self._line = b"\r\n--" + boundary
        self._held = bytearray(b"\r\n")  # so that the first line is like the others
        self._at = _At.PREAMBLE

    @property
    def over(self) -> bool:
        """Whether the last line came; a body that ends before was cut off."""
        return self._at is _At.OVER

    def feed(self, piece: bytes) -> Iterator[Event]:
        """What this piece tells; to be read to its end. BadInput when it is no such form."""
        self._held += piece
        before = None
        while self._at is not before and not self.over:
            before = self._at
            yield from self._head() if before is _At.HEAD else self._until_line()
        if self.over:
            self._held.clear()

    def _until_line(self) -> list[Event]:
        """All that surely stands before the next line between parts."""
        at, size = self._held.find(self._line), len(self._line)
        whole = at >= 0 and len(self._held) >= at + size + 2
        sure = at if at >= 0 else max(0, len(self._held) - size + 1)
        events: list[Event] = []
        if self._at is _At.BODY:
            events += [Came(bytes(self._held[:sure]))] if sure else []
            events += [Ended()] if whole else []
        if whole:
            self._turn(bytes(self._held[at + size : at + size + 2]))
        del self._held[: at + size if whole else sure]
        return events

    def _turn(self, behind: bytes) -> None:
        if behind not in (b"\r\n", b"--"):
            raise BadInput("a form that is broken between its parts")
        self._at = _At.HEAD if behind == b"\r\n" else _At.OVER

    def _head(self) -> list[Event]:
        at = self._held.find(b"\r\n\r\n")
        if (at if at >= 0 else len(self._held)) > MOST_HEAD:
            raise BadInput("a part with headers beyond measure")
        if at < 0:
            return []
        head = self._held[:at].decode("utf-8", "replace")
        del self._held[: at + 4]
        self._at = _At.BODY
        return [_began(head)]


def _began(head: str) -> Began:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition" and value.strip().lower().startswith("form-data"):
            fields = {key.lower(): _plain(text) for key, text in FIELD.findall(value)}
            if "name" in fields:
                return Began(fields["name"], fields.get("filename"))
    raise BadInput("a part without a name")


def _plain(text: str) -> str:
    """As it was before the browser wrote it into a header."""
    for written, meant in (('\\"', '"'), ("%22", '"'), ("%0D", ""), ("%0A", ""), ("\0", "")):
        text = text.replace(written, meant)
    return text
