"""CSV files that others publish: their encoding, their delimiter, their columns, a row at a time."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.directory.record import BadSource, Told

FILE_MOST = 500_000_000
HEAD = 1 << 16
CHUNK = 1 << 20
DELIMITERS = ",;\t|"
CP1252 = "cp1252"
_FRENCH = frozenset("àâäæçéèêëîïôöœùûüÿÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸ’‘“”«»–—…€°²³½ºª·•´`ñáíóúÑÁÍÓÚß\xa0")
_TWICE = re.compile(r"Ã[\x80-\xbf©¨ª«§´®¯¢¼¹»\xa0]|â€")
"""UTF-8 that was read as cp1252 once: then it is no cp1252, and no UTF-8 any more either."""


@dataclass(frozen=True, slots=True)
class Table:
    """How a file is written."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]

    def has(self, names: Iterable[str]) -> bool:
        """Whether it has all these columns."""
        return set(names) <= set(self.columns)


Row = tuple[int, Mapping[str, str], str]
"""The line at which a row ends, its values by column, and what is wrong with it as a whole."""


def table(path: Path) -> Table:
    """What a file is, from its first line; BadSource where it is no table."""
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as opened:
            line = opened.readline(HEAD)
    except UnicodeDecodeError:
        raise BadSource("its text is neither UTF-8 nor cp1252") from None
    delimiter = max(DELIMITERS, key=line.count)
    try:
        names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        names = []
    columns = tuple(name.strip().lstrip("#").strip() for name in names)
    if len(columns) < 2:
        raise BadSource("it is no table: its first line names no columns")
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise BadSource(f"it has two columns of one name: {', '.join(sorted(twice))[:80]}")
    return Table(path, encoding, delimiter, columns)


def rows(found: Table, told: Told) -> Iterator[Row]:
    """Each row; BadSource where the file ends in the middle of one."""
    if found.encoding == CP1252:
        told.remarks.append("its text is cp1252, not UTF-8")
    width, last, short = len(found.columns), 0, False
    with found.path.open(encoding=found.encoding, newline="") as opened:
        reader = csv.reader(opened, delimiter=found.delimiter, strict=True)
        try:
            next(reader)
            for row in reader:
                if short:
                    yield last, {}, _width(width)
                last, short = reader.line_num, bool(row) and len(row) < width
                if row and not short:
                    wrong = "" if len(row) == width else _width(width)
                    yield last, dict(zip(found.columns, row, strict=False)), wrong
        except csv.Error as error:
            raise BadSource(f"it is cut off or broken after line {last}: {error}") from None
    if short:
        raise BadSource(f"it is cut off: line {last} has fewer than {width} values")


def _width(width: int) -> str:
    return f"it does not have {width} values, as the first line has"


def _encoding(path: Path) -> str:
    """UTF-8 where all of it is; else cp1252 where that cannot be anything else."""
    if path.stat().st_size > FILE_MOST:
        raise BadSource(f"it has more than {FILE_MOST} bytes, which no file of this kind has")
    utf8, nul, utf8_good = codecs.getincrementaldecoder("utf-8")(), False, True
    with path.open("rb") as opened:
        while piece := opened.read(CHUNK):
            nul = nul or b"\0" in piece
            try:
                utf8.decode(piece)
            except UnicodeDecodeError:
                utf8_good = False
                break
    if nul:
        raise BadSource("it is no text")
    if not utf8_good:
        return _cp1252(path)
    try:
        utf8.decode(b"", final=True)
    except UnicodeDecodeError:
        raise BadSource("it is cut off in the middle of a letter") from None
    return "utf-8-sig"


def _cp1252(path: Path) -> str:
    foreign = strange = 0
    try:
        with path.open(encoding=CP1252, newline="") as opened:
            while piece := opened.read(CHUNK):
                if _TWICE.search(piece) or "\0" in piece:
                    raise BadSource("its text is partly UTF-8 and partly not: ask who made it")
                beyond = [sign for sign in piece if sign > "\x7f"]
                foreign += len(beyond)
                strange += sum(sign not in _FRENCH for sign in beyond)
    except UnicodeDecodeError:
        raise BadSource("its text is neither UTF-8 nor cp1252") from None
    if strange * 50 > foreign:
        raise BadSource("its text is neither UTF-8 nor French in cp1252")
    return CP1252
