"""The directory: the places that callers are sent to, searched and listed; what somebody should look at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from ivr.actions.place_area import names as departement_names
from ivr.directory.clocks import zone_of
from ivr.directory.hours import is_holiday
from ivr.store import place_list, proposals
from ivr.store.database import Transaction
from ivr.store.place_list import Look, Wanted
from ivr.store.places import Place
from ivr.web import access, directory_words
from ivr.web.ask import Ask
from ivr.web.directory_words import KINDS
from ivr.web.door import Page
from ivr.web.sentences import _

ADDRESS = "/directory"
SIZE = 50
LONGEST = 100
MOST_PAGES = 10_000
ADVICE: Mapping[Look, str] = {
    Look.DISAGREES: _("No correction of your team stands against what its source says today."),
    Look.PROPOSED: _("Nobody waits for a decision about a place."),
    Look.LOST: _("No caller was sent to a place that is gone since."),
}
"""What it means that there is nothing of a kind to look at."""


@dataclass(frozen=True, slots=True)
class Line:
    """A place as a list shows it; `today` is none where its hours are not known, `holiday` when they may not count."""

    place: Place
    kind: str
    town: str
    phone: str
    today: str | None
    holiday: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page of the directory shows, as its address says."""

    wanted: Wanted
    page: int = 1

    def query(self, **other: Any) -> str:
        """The query of this page, or of one that differs from it."""
        wanted = self.wanted
        fields = {
            "q": wanted.words,
            "kind": wanted.kind,
            "departement": wanted.departement,
            "look": wanted.look or "",
            "page": self.page,
            **other,
        }
        return urlencode({name: value for name, value in fields.items() if value and (name, value) != ("page", 1)})


def show(ask: Ask) -> Response:
    """A page of the places that fit."""
    seen = asked(ask)
    with ask.reading() as tx:
        found = place_list.search(tx, seen.wanted, seen.page - 1, SIZE)
        shared = values(ask, tx, seen)
    return ask.page(
        "directory.html",
        lines=[line(ask, place) for place in found.rows],
        count=found.count,
        pages=max(1, -(-found.count // SIZE)),
        advice=ADVICE.get(seen.wanted.look) if seen.wanted.look else None,
        **shared,
    )


def asked(ask: Ask) -> Seen:
    """What the address asks for; NotThere when it names what there is not."""
    query = ask.query
    kind, departement = query.one("kind"), query.one("departement")
    look, page = query.one("look"), query.one("page")
    if kind not in ("", *KINDS) or look not in ("", *Look) or len(departement) > 3:
        raise access.NotThere
    number = access.number(page) if page else 1
    if not 1 <= number <= MOST_PAGES:
        raise access.NotThere
    words = query.one("q").strip()[:LONGEST]
    return Seen(Wanted(words, kind, departement, Look(look) if look else None), number)


def values(ask: Ask, tx: Transaction, seen: Seen) -> dict[str, Any]:
    """What the list and the map share: the filter, what can be chosen, how much there is to look at."""
    counts = place_list.to_look_at(tx, seen.wanted)
    names = departement_names()
    return {
        "seen": seen,
        "counts": {look: count for look, count in counts.items() if count or look is seen.wanted.look},
        "everything": place_list.count(tx, replace(seen.wanted, words="", look=None)),
        "departements": {code: names.get(code, code) for code in place_list.departements(tx)},
        "words": directory_words,
        **bar(ask, tx),
    }


def bar(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What stands above every page of the directory."""
    return {"admin": ask.visitor.may(access.ADMINS), "waiting": proposals.count_open(tx)}


def line(ask: Ask, place: Place) -> Line:
    """A place in words."""
    town = directory_words.town(place.postal_code, place.city)
    kind = ask.language.say(KINDS.get(place.kind, place.kind))
    holiday = is_holiday(_day_there(ask, place), place.departement)
    return Line(place, kind, town, directory_words.phone(place.phone), today(ask, place), holiday)


def today(ask: Ask, place: Place) -> str | None:
    """The hours of today, empty when it is closed; None where nobody knows."""
    if place.hours is None:
        return None
    return directory_words.spans(place.hours, str(_day_there(ask, place).isoweekday()))


def _day_there(ask: Ask, place: Place) -> date:
    """Overseas it may be another day than here."""
    return datetime.fromtimestamp(ask.now, ZoneInfo(zone_of(place.departement))).date()


def local_day(ask: Ask) -> date:
    """Today where the helpline is."""
    return datetime.fromtimestamp(ask.now, ask.site.zone).date()


PAGES = (Page(ADDRESS, access.EVERYBODY, show),)
