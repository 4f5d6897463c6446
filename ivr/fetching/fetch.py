"""Fetching one file.

What has come waits as NAME.part and becomes NAME when all of it is there and its checksum fits. A download that was cut
goes on where it stopped if the server says that its file is still the same (RFC 9110, If-Range); else it begins anew.
No credentials are sent, and an https address never leads to an http one.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from ivr.errors import FetchBusy, FetchFailed, FetchRefused, TooLarge
from ivr.fetching.address import public
from ivr.fetching.answer import answered, judged, lost
from ivr.fetching.part import Part, alone

CHUNK = 1 << 16
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "hamrah"}

Shown = Callable[[int, int | None], None]
"""Is told the bytes that have come and, where that is known, of how many."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address, the most bytes that are taken from it, and the checksums (hexadecimal) that are known."""

    url: str
    limit: int
    sha256: str | None = None
    md5: str | None = None

    def __str__(self) -> str:
        """The address as people may read it."""
        return public(self.url)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a file is, wherever it comes from."""

    size: int
    sha256: str
    md5: str


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait, and how many failures in a row, none of which brought anything new, are borne."""

    connect: float = 10
    read: float = 60
    whole: float = 6 * 3600
    tries: int = 6
    pause: float = 1
    longest_pause: float = 60
    sleep: Callable[[float], None] = time.sleep


def fetch(wanted: Wanted, into: Path, shown: Shown = lambda *_: None, patience: Patience = Patience()) -> Sums:
    """Brings the file; FetchFailed or TooLarge say why not. Two processes never fetch the same one at once."""
    with alone(into):
        part = Part(into)
        _come(wanted, part, shown, patience)
        found = sums(part.path)
        if part.joined and differs(wanted, found):  # the pieces may be of two files: once more, from the beginning
            part.drop()
            _come(wanted, part, shown, patience)
            found = sums(part.path)
        if why := differs(wanted, found):
            part.drop()
            raise FetchRefused(f"{wanted}: {why}")
        part.done()
        return found


def sums(file: Path) -> Sums:
    """The size and checksums of a file here."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with file.open("rb") as opened:
        while piece := opened.read(CHUNK):
            sha256.update(piece)
            md5.update(piece)
        return Sums(opened.tell(), sha256.hexdigest(), md5.hexdigest())


def differs(wanted: Wanted, found: Sums) -> str:
    """What of the checksums that are known does not fit; nothing when all do."""
    for name, known, is_now in (("sha256", wanted.sha256, found.sha256), ("md5", wanted.md5, found.md5)):
        if known and known.lower() != is_now:
            return f"what came is not what was announced: its {name} is {is_now}, not {known.lower()}"
    return ""


def _come(wanted: Wanted, part: Part, shown: Shown, patience: Patience) -> None:
    """Asks until all of it is here, with longer and longer pauses."""
    deadline, failures = time.monotonic() + patience.whole, 0
    while True:
        before = part.size
        try:
            _once(wanted, part, shown, (patience, deadline))
            return
        except FetchBusy as error:
            failures = 1 if part.size > before else failures + 1
            if failures >= patience.tries or time.monotonic() > deadline:
                raise
            pause = max(patience.pause * 2 ** (failures - 1), error.retry_after or 0)
        patience.sleep(min(pause, patience.longest_pause))


def _once(wanted: Wanted, part: Part, shown: Shown, waits: tuple[Patience, float]) -> None:
    """One request, for what is not here yet."""
    mark, (patience, deadline) = part.mark(wanted.url), waits
    more = {"Range": f"bytes={part.size}-", "If-Range": mark} if mark else {}
    failure: FetchFailed
    try:
        with answered(wanted.url, {**HEADERS, **more}, (patience.connect, patience.read)) as answer:
            if answer.status_code == 416 and _all_of(answer) == part.size:
                return
            _accepted(answer, wanted, part)
            _stream(answer, wanted, part, (shown, deadline))
            return
    except requests.RequestException as error:
        failure = lost(error, wanted.url)
    raise failure


def _accepted(answer: requests.Response, wanted: Wanted, part: Part) -> None:
    """Whether what comes is a file, and where it goes: behind what is here, or to the beginning."""
    if failure := judged(answer, wanted.url):
        if answer.status_code == 416:
            part.drop()
        raise failure
    begin = f"bytes {part.size}-"
    if (
        answer.status_code == 206
        and part.mark(wanted.url)
        and answer.headers.get("Content-Range", "").startswith(begin)
    ):
        part.joined = True
    elif answer.status_code == 200:
        part.begin(wanted.url, _mark(answer))
    else:
        part.drop()
        raise FetchBusy(f"{wanted}: the server sent another part than was asked for")


def _stream(answer: requests.Response, wanted: Wanted, part: Part, told: tuple[Shown, float]) -> None:
    declared = answer.headers.get("Content-Length", "")
    (shown, deadline), here = told, part.size
    whole = here + int(declared) if declared.isdecimal() else None
    _fits(whole or 0, wanted, part)
    for piece in answer.iter_content(CHUNK):
        here += len(piece)
        _fits(here, wanted, part)
        part.add(piece)
        shown(here, whole)
        if time.monotonic() > deadline:
            raise FetchBusy(f"{wanted}: it comes too slowly")
    if (whole is not None and here != whole) or (_all_of(answer) or here) != here:
        raise FetchBusy(f"{wanted}: the server ended before all had come")


def _fits(size: int, wanted: Wanted, part: Part) -> None:
    if size > wanted.limit:
        part.drop()
        raise TooLarge(f"{wanted}: it has more than {wanted.limit} bytes, which no file of this kind has")


def _mark(answer: requests.Response) -> str | None:
    """How the server tells this file from another; a weak tag does not say that the bytes are the same."""
    tag = answer.headers.get("ETag", "")
    return tag if tag.startswith('"') else answer.headers.get("Last-Modified")


def _all_of(answer: requests.Response) -> int | None:
    """The size of the whole file, as an answer to a Range names it."""
    size = answer.headers.get("Content-Range", "").rpartition("/")[2]
    return int(size) if size.isdecimal() else None
