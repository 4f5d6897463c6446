"""Files that a browser sends with a form: straight to a nameless file on the disk, gone with whoever held it."""

import io
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ivr.actions.refusals import Reason, Refused
from ivr.actions.unpacking import Came, Limits, is_zip
from ivr.errors import BadInput, TooLarge
from ivr.web import multipart
from ivr.web.forms import Form
from ivr.web.multipart import Began, Ended, Parser

MOST_FIELD, MOST_FIELDS = 8192, 20
AT_ONCE = 1 << 20
"""Bytes that are understood and written together, away from the loop that serves everybody."""


class Sent:
    """The fields and files of a form; `may` is asked with the fields before the first file is taken."""

    def __init__(self, folder: Path, limits: Limits, may: Callable[["Sent"], None]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._spool = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (it lives as long as this)
        weakref.finalize(self, self._spool.close)
        self._limits, self._may = limits, may
        self._files: list[_File] = []
        self._field: str | None = None
        self._total = 0
        self._fields: dict[str, list[str]] = {}

    @property
    def form(self) -> Form:
        """The fields that came until now."""
        return Form({name: [_text(value) for value in values] for name, values in self._fields.items()})

    @property
    def files(self) -> list[Came]:
        """The files in the order in which they came; an input without a choice is none."""
        chosen = [file for file in self._files if file.name or file.size]
        return [Came(file.name, _opened(self._spool, file), file.whole) for file in chosen]

    def close(self) -> None:
        """The files are gone."""
        self._spool.close()

    def take(self, event: multipart.Event) -> None:
        """Keeps what the form tells; BadInput when it is not one of ours, or more than is taken."""
        match event:
            case Began(name, None):
                self._begin_field(name)
            case Began(_, filename):
                self._begin_file(filename or "")
            case Ended():
                self._field = None
            case multipart.Came(data) if self._field is not None:
                self._more_of_field(self._field, data)
            case multipart.Came(data):
                self._more_of_file(self._files[-1], data)

    def _begin_field(self, name: str) -> None:
        if sum(map(len, self._fields.values())) >= MOST_FIELDS:
            raise TooLarge("the form has too many fields")
        self._field = name
        self._fields.setdefault(name, []).append("")

    def _more_of_field(self, name: str, data: bytes) -> None:
        whole = self._fields[name][-1] + data.decode("latin-1")  # UTF-8 may be cut anywhere: understood when it is read
        if len(whole) > MOST_FIELD:
            raise TooLarge("a field is too large")
        self._fields[name][-1] = whole

    def _begin_file(self, name: str) -> None:
        self._may(self)
        if len(self._files) > self._limits.files:
            raise Refused(Reason.TOO_MANY_FILES, "files")
        self._files.append(_File(name, self._spool.tell()))

    def _more_of_file(self, file: "_File", data: bytes) -> None:
        self._total += len(data)
        if self._total > self._limits.sent:
            raise TooLarge("more was sent than is taken at once")
        file.head = (file.head + data[:4])[:4]
        if not file.whole or (file.size + len(data) > self._limits.file and not is_zip(file.head)):
            file.whole = False
            return
        self._spool.write(data)
        file.size += len(data)


@dataclass
class _File:
    name: str
    start: int
    size: int = 0
    head: bytes = b""
    whole: bool = True


def _text(field: str) -> str:
    """As `forms` reads it."""
    return field.encode("latin-1").decode("utf-8", "replace").replace("\0", "")


def _opened(spool: IO[bytes], file: _File) -> IO[bytes]:
    return io.BufferedReader(_Part(spool, file.start, file.size))


class _Part(io.RawIOBase):
    """A part of a file, as if it were one."""

    def __init__(self, inner: IO[bytes], start: int, size: int) -> None:
        self._inner, self._start, self._size, self._at = inner, start, size, 0

    def readinto(self, buffer: Any, /) -> int:
        """Reads on from where it stands."""
        view = memoryview(buffer)
        self._inner.seek(self._start + self._at)
        data = self._inner.read(max(0, min(len(view), self._size - self._at)))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Where it will read next; OSError before its beginning."""
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if at < 0:
            raise OSError("before the beginning")
        self._at = at
        return at

    def tell(self) -> int:
        """Where it stands."""
        return self._at

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True


async def read(request: Request, sent: Sent) -> None:
    """All that the browser sends; BadInput when it breaks off, and as soon as it is too much."""
    parser = Parser(multipart.boundary(request.headers.get("content-type", "")))
    held = bytearray()

    def understand() -> None:
        for event in parser.feed(bytes(held)):
            sent.take(event)
        held.clear()

    async for piece in request.stream():
        held += piece
        if len(held) >= AT_ONCE:
            await run_in_threadpool(understand)
    await run_in_threadpool(understand)
    if not parser.over:
        raise BadInput("the form was cut off")
