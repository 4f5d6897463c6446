"""Where a set comes from: a known name, an address or a file; which set it is, and the file itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ivr.directory.importing import known
from ivr.directory.importing.formats import FORMATS, detected
from ivr.directory.importing.known import KNOWN, Known
from ivr.directory.record import BadSource
from ivr.errors import BadInput, BadSetting, FetchRefused
from ivr.fetching.address import public
from ivr.fetching.fetch import Patience, Shown, Wanted, fetch, sums
from ivr.store.imports import HAND

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DIGITS = re.compile(r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be imported: the set's name, where it is, and what somebody says of it."""

    source: str
    where: str  # an address, or the path of a file
    format: str | None = None
    licence: str = ""
    date: str = ""
    force: bool = False

    @property
    def remote(self) -> bool:
        """Whether it is to be fetched."""
        return _remote(self.where)

    @property
    def named(self) -> str:
        """Where it is, as it may be kept and shown: of an address nothing that may be secret."""
        return public(self.where) if self.remote else self.where


@dataclass(frozen=True, slots=True)
class Origin:
    """The file, here; `date` is what its name says."""

    path: Path
    sha256: str
    date: str


def of_name(name: str, force: bool = False) -> Wish:
    """A known set, at its own address."""
    return Wish(name, _address(KNOWN[name]), name, KNOWN[name].licence, force=force)


def wish(source: str, format: str | None, name: str | None, force: bool = False) -> Wish:
    """What somebody typed; BadSetting says what is missing. An address without `format` is of the set `name`."""
    if source in KNOWN and not Path(source).exists():
        return of_name(source, force)
    if format is not None and format not in FORMATS:
        raise BadSetting(f"--as {format}: the formats are {', '.join(FORMATS)}")
    if not _remote(source):
        _readable(Path(source))
        format = format or _detected(Path(source))
    called = name or (format if format in KNOWN else None)
    if called is None:
        raise BadSetting("--source NAME says what this set is called, so that the next import of it knows its places")
    if not _NAME.fullmatch(called) or called == HAND:
        raise BadSetting(f"--source {called}: small letters, digits, - and _ only, and not “{HAND}”")
    licence = KNOWN[called].licence if called in KNOWN else ""
    where = source if _remote(source) else str(Path(source).resolve())
    return Wish(called, where, format, licence, force=force)


@contextmanager
def come(wish: Wish, folder: Path, shown: Shown, patience: Patience) -> Iterator[Origin]:
    """The file: fetched, and forgotten when it was read; or the one that lies here."""
    if not wish.remote:
        path = Path(wish.where)
        _readable(path)
        yield Origin(path, sums(path).sha256, _named_date(path.name))
        return
    url, date, sha256 = wish.where, _named_date(wish.where), None
    about = KNOWN.get(wish.source)
    if about is not None and about.dataset and wish.where == _address(about):
        resource = _resource(about, folder / f"{wish.source}.list", shown, patience)
        url, date, sha256 = resource.url, resource.date[:10], resource.sha256
    path = folder / f"{wish.source}.download"
    most = about.most if about else known.OTHER_MOST
    found = fetch(Wanted(_allowed(url), most, sha256), path, shown, patience)
    try:
        yield Origin(path, found.sha256, date)
    finally:
        path.unlink(missing_ok=True)


def _resource(about: Known, path: Path, shown: Shown, patience: Patience) -> known.Resource:
    """The dataset's newest file."""
    fetch(Wanted(_address(about), known.CATALOGUE_MOST), path, shown, patience)
    try:
        return known.newest(path, about.file)
    except BadSource as error:
        raise FetchRefused(str(error)) from error
    finally:
        path.unlink(missing_ok=True)


def _address(about: Known) -> str:
    return about.url or f"{known.CATALOGUE}{about.dataset}/"


def _remote(where: str) -> bool:
    return where.startswith(("https://", "http://"))


def _allowed(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise FetchRefused(f"{public(url)}: only https: nobody else may change what callers are told")
    return url


def _readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        names = ", ".join(KNOWN)
        raise BadInput(f"{path}: {error.strerror}; the known sets are {names}") from None


def _detected(path: Path) -> str | None:
    """None where the import itself will say what is wrong with it."""
    try:
        return detected(path)
    except BadSource as error:
        raise BadInput(f"{path}: {error}") from error


def _named_date(name: str) -> str:
    found = _DIGITS.findall(name)
    return "-".join(found[-1]) if found else ""
