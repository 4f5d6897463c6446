"""How well callers are understood, by node and language: sums; and words, where enough people said the same ones."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.actions.listening import KEY, SOON, VOICE, Next, asks_back, next_of, understood
from ivr.engine.menu import Book, Entry
from ivr.store import listened
from ivr.store.database import Transaction
from ivr.store.listened import Course, Span

LEAST_PEOPLE = 5
"""Who must have said the same words at the same place before anybody reads them: nobody is singled out."""

BY = ("key", "voice", "nothing")
"""What windows were answered by."""
HOW = ("understood", "missed", "refused", "corrected", "repeated", "gave_up")
"""How it went with those by voice; `refused` said no when they were asked back."""


@dataclass(frozen=True, slots=True)
class Row:
    """A place in the menus (None: everywhere), in a language (None: not chosen yet).

    `counts` are by the names in BY and HOW; `lag` is the median from the end of a voice to the next sound, in seconds.
    """

    node: str | None
    language: str | None
    counts: Counter[str]
    lag: float | None

    @property
    def windows(self) -> int:
        """How often it was listened for."""
        return sum(self.counts[name] for name in BY)


@dataclass(frozen=True, slots=True)
class Misheard:
    """Words that were heard at a place and not understood, or taken back, so many times."""

    node: str
    language: str | None
    words: str
    missed: int
    corrected: int


@dataclass(frozen=True, slots=True)
class Report:
    """The busiest places first; the words that failed most first."""

    rows: list[Row]
    total: Row
    words: list[Misheard]


def report(tx: Transaction, since: float, language: str | None, book: Book) -> Report:
    """What was listened for since then, in one language or in all.

    Words are shown only where the `book` has something else than digits to be said: those may be somebody's number.
    """
    span, entries = Span(since, SOON, language), _entries(book)
    found: dict[tuple[str, str | None], Counter[str]] = {}
    everywhere = Counter[str]()
    for course, count in listened.courses(tx, span):
        counted = dict.fromkeys(_names(course, entries), count)
        found.setdefault((course.node, course.language), Counter()).update(counted)
        everywhere.update(counted)
    lags = listened.lags(tx, span)
    rows = [Row(*place, counts, lags.get(place)) for place, counts in found.items()]
    rows.sort(key=lambda row: (-row.windows, row.node, row.language or ""))
    return Report(rows, Row(None, language, everywhere, listened.lag(tx, span)), _words(tx, span, book))


def _entries(book: Book) -> frozenset[str]:
    return frozenset(id for id, node in book.nodes.items() if isinstance(node, Entry))


def _names(course: Course, entries: frozenset[str]) -> Iterator[str]:
    """What a window counts as."""
    if course.means != VOICE:
        yield "key" if course.means == KEY else "nothing"
        return
    yield "voice"
    yield "understood" if understood(course) else "missed"
    match next_of(course, entries):
        case Next.CORRECTED:
            yield "refused" if asks_back(course, entries) else "corrected"
        case Next.REPEATED:
            yield "repeated"
        case Next.GAVE_UP:
            yield "gave_up"
        case Next.ACCEPTED | None:
            pass


def _words(tx: Transaction, span: Span, book: Book) -> list[Misheard]:
    places = book.nodes.keys() - _entries(book)
    people: dict[tuple[str, str | None, str], set[str]] = {}
    times = Counter[tuple[tuple[str, str | None, str], bool]]()
    for heard in listened.words(tx, span):
        course, missed = heard.course, not understood(heard.course)
        if course.node in places and (missed or next_of(course) is Next.CORRECTED):
            said = (course.node, course.language, heard.words)
            people.setdefault(said, set()).add(heard.who)
            times[said, missed] += 1
    enough = [said for said, who in people.items() if len(who) >= LEAST_PEOPLE]
    found = [Misheard(*said, missed=times[said, True], corrected=times[said, False]) for said in enough]
    return sorted(found, key=lambda one: (-one.missed - one.corrected, one.node, one.language or "", one.words))
