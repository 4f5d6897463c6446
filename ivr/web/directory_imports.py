"""Where the directory comes from: every set with its date and licence, what imports brought, what is gone."""

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from ivr.directory.importing import known
from ivr.store import given, imports, place_list, places
from ivr.store.database import Transaction
from ivr.store.imports import Set
from ivr.store.places import Place
from ivr.web import access, directory, directory_words
from ivr.web.ask import Ask
from ivr.web.door import Page

ADDRESS = f"{directory.ADDRESS}/imports"
RECENT = 20
LOST_SECONDS = 90 * 86_400
"""How long ago a caller may have been given what is gone now, to be named here."""
MOST_LOST = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A set, under which licences it came, and whether it is old."""

    set: Set
    licences: list[str]
    stale: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A place that is gone, how many times callers were given it, and when last."""

    place: Place
    times: int
    last_at: float


def show(ask: Ask) -> Response:
    """Every set, the last imports, and what callers were given that is gone."""
    with ask.reading() as tx:
        found = {
            "sets": _sets(ask, tx),
            "imports": imports.recent(tx, RECENT),
            "lost": _lost(ask, tx),
            "words": directory_words,
            **directory.bar(ask, tx),
        }
    return ask.page("directory_imports.html", **found)


def _sets(ask: Ask, tx: Transaction) -> list[Shown]:
    licences, today = place_list.licences(tx), directory.local_day(ask)
    return [
        Shown(one, sorted(licences.get(one.source) or _known_licence(one.source)), _stale(one, today))
        for one in imports.sets(tx)
    ]


def _known_licence(source: str) -> set[str]:
    return {known.KNOWN[source].licence} if source in known.KNOWN else set()


def _stale(one: Set, today: date) -> bool:
    try:
        age = today - date.fromisoformat(one.date)
    except ValueError:
        return False
    return one.source != imports.HAND and age.days > known.stale_days(one.source)


def _lost(ask: Ask, tx: Transaction) -> list[Lost]:
    gone = given.vanished(tx, ask.now - LOST_SECONDS)[:MOST_LOST]
    known = places.of_ids(tx, [one.place_id for one in gone])
    return [Lost(known[one.place_id], one.times, one.last_at) for one in gone]


PAGES = (Page(ADDRESS, access.EVERYBODY, show),)
