"""The studio's first page: what callers hear of each text, how far each language is, and what is still to be done."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from ivr.actions.coverage import Coverage, Line, Mark, Progress, coverage
from ivr.engine.words import plain
from ivr.store.database import Transaction
from ivr.web import access, studio_prompt, studio_words
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.studio_places import OF_NO_TREE, address, settle_codes

SIZE = 50
"""Lines on a page."""


@dataclass(frozen=True, slots=True)
class Look:
    """What of the studio a page shows, as its address says."""

    language: str
    tree: str = ""
    state: str = ""
    words: str = ""
    start: int = 0

    @property
    def narrowed(self) -> bool:
        """Whether single texts are listed, and not only the trees."""
        return bool(self.tree or self.state or self.words)

    def address(self, **other: Any) -> str:
        """The query of this page, or of one that differs from it."""
        own = {"language": self.language, "tree": self.tree, "state": self.state, "q": self.words, "start": self.start}
        return urlencode({name: value for name, value in (own | other).items() if value})

    def fits(self, line: Line) -> bool:
        """Whether the line is one of those that are asked for."""
        return (
            line.language == self.language
            and self.tree in ("", line.tree or OF_NO_TREE)
            and (not self.state or self.state in line.marks)
            and self._says(line)
        )

    def _says(self, line: Line) -> bool:
        """Every word stands in the text, in any script and without its marks; or in the name or the code."""
        said, wanted = f"{plain(line.words)} {plain(line.said or '')}", plain(self.words)
        named = self.words.strip().casefold()
        return all(word in said for word in wanted.split()) or named in (str(line.code), line.name.casefold())


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line with its page and its sound."""

    name: str
    code: int
    tree: str
    words: str
    marks: list[Mark]
    address: str
    sound: str | None


@dataclass(frozen=True, slots=True)
class Tree:
    """How far a tree is."""

    tree: str
    total: int
    marked: Mapping[Mark, int]

    @property
    def recorded(self) -> int:
        """How many of its texts are heard from a person, in the words of now."""
        return self.marked.get(Mark.RECORDED, 0)


def show(ask: Ask) -> Response:
    """How far it is; with a filter the texts one by one."""
    settle_codes(ask)
    with ask.reading() as tx:
        found = values(ask, tx)
    return ask.page("studio.html", **found)


def values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What the page shows."""
    whole = coverage(tx, ask.site.studio)
    look = looking(ask, whole)
    tongue = next(one for one in whole.progress if one.language == look.language)
    own = [line for line in whole.lines if line.language == look.language]
    fitting = [line for line in own if look.fits(line)] if look.narrowed else []
    end = look.start + SIZE
    return {
        "look": look,
        "tongue": tongue,
        "progress": whole.progress,
        "trees": list(dict.fromkeys(line.tree for line in own)),
        "summary": trees(own),
        "lines": [_shown(line) for line in fitting[look.start : end]],
        "found": len(fitting),
        "before": max(0, look.start - SIZE),
        "more": end if len(fitting) > end else None,
        "words": studio_words,
        "version": studio_prompt.version(ask, tx),
    }


def looking(ask: Ask, whole: Coverage) -> Look:
    """What the address asks for; without a language the one that lacks most."""
    query = ask.query
    spoken = {one.language for one in whole.progress}
    language, start = query.one("language") or _lacking(whole.progress), query.one("start")
    state = query.one("state")
    if language not in spoken or state not in ("", *studio_words.MARKS):
        raise access.NotThere
    return Look(language, query.one("tree"), state, query.one("q").strip()[:200], access.number(start) if start else 0)


def trees(lines: Iterable[Line]) -> list[Tree]:
    """How far each tree is, in the order in which callers meet them."""
    totals, marked = Counter[str](), dict[str, Counter[Mark]]()
    for line in lines:
        totals[line.tree] += 1
        marked.setdefault(line.tree, Counter()).update(line.marks)
    return [Tree(tree, total, marked[tree]) for tree, total in totals.items()]


def sound_address(line: Line) -> str | None:
    """Where what callers hear now lies."""
    if line.sound is None:
        return None
    return f"/audio/{quote(line.language)}/{quote(line.name)}/{line.sound.hash}.wav"


def _lacking(progress: tuple[Progress, ...]) -> str:
    return max(progress, key=lambda one: one.total - one.recorded).language


def _shown(line: Line) -> LineShown:
    marks = [mark for mark in studio_words.MARKS if mark in line.marks]
    page = address(line.language, line.name)
    return LineShown(line.name, line.code, line.tree, line.words, marks, page, sound_address(line))


PAGES = (Page("/studio", access.ADMINS, show),)
