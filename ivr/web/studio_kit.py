"""What is to be recorded, in the order in which it is read out: as a page to be printed, and as a table."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

from starlette.responses import Response

from ivr.actions import studio
from ivr.actions.coverage import Line, Mark, coverage
from ivr.actions.reading_order import Spoken, reading_order
from ivr.engine.content import Content, Tongue
from ivr.store.database import Transaction
from ivr.store.takes import State
from ivr.voice.judging import expected
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.sentences import _
from ivr.web.studio_places import OF_NO_TREE, address, settle_codes

DUE, MISSING, STALE, ALL = "due", "missing", "stale", "all"
CHOICES: Mapping[str, str] = {
    DUE: _("Missing or out of date"),
    MISSING: _("Missing"),
    STALE: _("Out of date"),
    ALL: _("Every text"),
}
"""Which texts a session is about."""
NO_RECORDING, FAILED, CHANGED = _("no recording yet"), _("the last recording failed"), _("the text changed since")
TIMES, PAUSE = 2.0, 8.0
"""How often a text is read until a take is good, and seconds for the paper, the button and a breath."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("code", "file name", "tree", "prompt", "wording", "words")


@dataclass(frozen=True, slots=True)
class Row:
    """A text to be read; `why` it is to be recorded, in words, empty when it need not be."""

    code: int
    file: str
    name: str
    prompt: str
    wording: str
    tree: str
    where: str
    words: str
    why: str
    post: str


@dataclass(frozen=True, slots=True)
class Session:
    """What somebody chose to record, in reading order."""

    tongue: Tongue
    tongues: tuple[Tongue, ...]
    trees: list[str]
    what: str
    tree: str
    rows: list[Row]

    @property
    def minutes(self) -> int:
        """About how long it takes."""
        return max(1, ceil(sum(TIMES * expected(row.words) + PAUSE for row in self.rows) / 60))

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """The rows, a tree after the other."""
        return [(tree, list(rows)) for tree, rows in groupby(self.rows, key=lambda row: row.tree)]

    @property
    def look(self) -> dict[str, str]:
        """The choice, as an address holds it."""
        return {"language": self.tongue.code, "what": self.what, "tree": self.tree}


def session(ask: Ask, tx: Transaction, wanted: str = "") -> Session:
    """What the address asks for; the text `wanted` is there in any case. NotThere for a language that nobody speaks."""
    written = studio.current(tx, ask.site.studio)
    tongue = _tongue(written.content, ask.query.one("language"))
    lines = {line.name: line for line in coverage(tx, ask.site.studio).lines if line.language == tongue.code}
    order = reading_order(written.content, written.words, tongue.code)
    rows = [_row(spoken, lines[spoken.name]) for spoken in order]
    what = ask.query.one("what") if ask.query.one("what") in CHOICES else DUE
    tree = ask.query.one("tree")
    chosen = [row for row in rows if (_fits(row, what) and tree in ("", row.tree or OF_NO_TREE)) or row.name == wanted]
    return Session(tongue, written.content.tongues, list(dict.fromkeys(row.tree for row in rows)), what, tree, chosen)


def _row(spoken: Spoken, line: Line) -> Row:
    return Row(
        code=line.code,
        file=f"{line.language}-{line.code}",
        name=line.name,
        prompt=spoken.prompt,
        wording=spoken.wording.value,
        tree=spoken.tree,
        where=f"{spoken.tree} › {spoken.node}" if spoken.node else "",
        words=line.words,
        why=_reason(line),
        post=f"{address(*line.spot)}/take",
    )


def values(found: Session) -> dict[str, Any]:
    """What a page of a session shows."""
    return {name: getattr(found, name) for name in (*Session.__slots__, "minutes", "groups", "look")} | {
        "choices": CHOICES,
        "no_recording": NO_RECORDING,
    }


def show(ask: Ask) -> Response:
    """The script, to be printed."""
    return ask.page("studio_kit.html", **values(_found(ask)))


def table(ask: Ask) -> Response:
    """The script as a table that spreadsheets open without being asked what it is."""
    found = _found(ask)
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(COLUMNS)
    for row in found.rows:
        cells = (str(row.code), row.file, row.tree, row.prompt, row.wording, row.words)
        writer.writerow([harmless(cell) for cell in cells])
    headers = {"Content-Disposition": f'attachment; filename="{found.tongue.code}-script.csv"'}
    return Response(b"\xef\xbb\xbf" + held.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _found(ask: Ask) -> Session:
    settle_codes(ask)
    with ask.reading() as tx:
        return session(ask, tx)


def _tongue(content: Content, code: str) -> Tongue:
    found = next((tongue for tongue in content.tongues if code in ("", tongue.code)), None)
    if found is None:
        raise access.NotThere
    return found


def _fits(row: Row, what: str) -> bool:
    missing = row.why in (NO_RECORDING, FAILED)
    return {ALL: True, DUE: row.why != "", MISSING: missing, STALE: row.why == CHANGED}[what]


def _reason(line: Line) -> str:
    """Why it is to be recorded; empty when a recording of these words is there, or on its way."""
    if not line.wanted:
        return ""
    if line.pending is not None:
        return FAILED if line.pending.state is State.BAD else CHANGED
    return CHANGED if Mark.STALE in line.marks else NO_RECORDING


PAGES = (
    Page("/studio/kit", access.ADMINS, show),
    Page("/studio/kit.csv", access.ADMINS, table),
)
