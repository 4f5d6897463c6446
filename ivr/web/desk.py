"""The queue: who waits for a call, what is in hand, what was done; and making a request by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from ivr.actions import callbacks, windows
from ivr.actions.windows import Window
from ivr.store import desk, news
from ivr.store.database import Transaction
from ivr.store.desk import ENDED, Row, View, Wanted
from ivr.store.requests import Request
from ivr.web import access, desk_words
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.naming import naming

SIZE = 50
EVERY = "all"
"""In an address: requests in languages that they do not speak, too."""
TABS = (View.DUE, View.LATER, View.MINE, View.DONE)
DONE = ("given-back", "nobody", "kept", "wrapped-up")
"""What the page says after a deed; the word stands in the address."""


@dataclass(frozen=True, slots=True)
class Look:
    """Which part of the queue a page shows, as its address says."""

    view: View
    everyone: bool
    before: int | None = None

    def address(self, **other: Any) -> str:
        """The query of this page, or of one that differs from it."""
        wanted = {"view": self.view.value, "languages": EVERY if self.everyone else "mine", **other}
        return urlencode({name: value for name, value in wanted.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is shown: what it is about, and when, in words."""

    row: Row
    topic: str
    when: str
    tongue: str | None


def look(ask: Ask) -> Look:
    """What the address asks for; coordinators see all languages until they want only theirs."""
    query, coordinator = ask.query, ask.visitor.may(access.COORDINATORS)
    wanted = query.one("view") or View.DUE.value
    known = {view.value: view for view in tabs(ask)}
    if wanted not in known:
        raise access.NotThere
    languages, before = query.one("languages"), query.one("before")
    everyone = languages == EVERY or (coordinator and not languages)
    return Look(known[wanted], everyone, access.number(before) if before else None)


def tabs(ask: Ask) -> tuple[View, ...]:
    """The parts of the queue that they can see; what others have in hand is for coordinators."""
    return (*TABS[:-1], View.TAKEN, View.DONE) if ask.visitor.may(access.COORDINATORS) else TABS


def show(ask: Ask) -> Response:
    """One part of the queue."""
    with ask.reading() as tx:
        return ask.page("desk.html", done=_done(ask), **values(ask, tx))


def values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What the queue shows; the version changes with the news, and every minute, because people wait by the clock."""
    here = look(ask)
    member, _ = access.oneself(ask.visitor)
    rows = desk.queue(tx, wanted(ask, here), ask.now)
    numbers = counts(ask, tx, here.everyone)
    choosing = here.view in (View.DUE, View.LATER)
    names, tongues = naming(ask), ask.site.spoken()
    return {
        "look": here,
        "lines": [
            Line(row, names.topic(row.topic), when(ask, row), _tongue(tongues, row.language)) for row in rows[:SIZE]
        ],
        "more": rows[SIZE - 1].id if len(rows) > SIZE else None,
        "counts": numbers,
        "taken": desk.queue(tx, Wanted(View.TAKEN), ask.now) if choosing else [],
        "others": _others(ask, tx, here) - numbers[here.view] if choosing and not here.everyone else 0,
        "first_later": _first_later(ask, tx, here) if not rows and here.view is View.DUE else "",
        "languages": [tongues.get(code, code) for code in member.languages],
        "words": desk_words,
        "version": version(ask, tx),
    }


def counts(ask: Ask, tx: Transaction, everyone: bool) -> dict[View, int]:
    """How many each part of the queue holds."""
    return {view: desk.count(tx, wanted(ask, Look(view, everyone)), ask.now) for view in tabs(ask)}


def version(ask: Ask, tx: Transaction) -> str:
    """Grows with the news of requests, and every minute."""
    return f"{news.versions(tx, (news.REQUESTS,))[news.REQUESTS]}.{int(ask.now // 60)}"


def wanted(ask: Ask, here: Look) -> Wanted:
    """What is asked of the store."""
    member, _ = access.oneself(ask.visitor)
    languages = None if here.everyone else frozenset(member.languages)
    match here.view:
        case View.DUE | View.LATER:
            return Wanted(here.view, languages, limit=SIZE + 1, before=here.before)
        case View.MINE:
            return Wanted(here.view, staff_id=member.id, limit=SIZE + 1, before=here.before)
        case View.TAKEN:
            return Wanted(here.view, limit=SIZE + 1, before=here.before)
        case View.DONE:
            own = None if ask.visitor.may(access.COORDINATORS) else member.id
            since = midnight(ask)
            return Wanted(here.view, staff_id=own, limit=SIZE + 1, before=here.before, since=since)


def midnight(ask: Ask) -> float:
    """When today began where the helpline lives."""
    today = datetime.fromtimestamp(ask.now, ask.site.zone).date()
    return datetime.combine(today, time(), ask.site.zone).timestamp()


def take_next(ask: Ask) -> Response:
    """The request that should be taken next is theirs; onwards to it."""
    member, _ = access.oneself(ask.visitor)
    with ask.writing() as tx:
        id = callbacks.claim_next(tx, member, ask.deed, ask.site.zone)
    return ask.go("/desk?done=nobody" if id is None else f"/desk/{id}")


def when(ask: Ask, row: Row | Request) -> str:
    """For when it is: what was agreed, or the time of the next try; nothing for as soon as possible."""
    if row.status in ENDED:
        return ""
    if row.window is not None:
        return window(ask, row.window, row.zone)
    if row.due_at > ask.now:
        return desk_words.time_of(ask.language, row.due_at, ask.now, ask.site.zone)
    return ""


def window(ask: Ask, agreed: Window, zone: str | None) -> str:
    """A part of the caller's day; where they live by another clock, also when that begins here."""
    clock = ask.site.zone if zone is None else ZoneInfo(zone)
    said = desk_words.window(ask.language, agreed, datetime.fromtimestamp(ask.now, clock).date())
    if zone is None:
        return said
    here = desk_words.time_of(ask.language, windows.due(agreed, clock).at, ask.now, ask.site.zone)
    return ask.language.say(desk_words.THEIR_CLOCK, when=said, here=here)


def _tongue(tongues: Mapping[str, str], code: str | None) -> str | None:
    return None if code is None else tongues.get(code, code)


def _others(ask: Ask, tx: Transaction, here: Look) -> int:
    return desk.count(tx, wanted(ask, Look(here.view, everyone=True)), ask.now)


def _first_later(ask: Ask, tx: Transaction, here: Look) -> str:
    first = replace(wanted(ask, Look(View.LATER, here.everyone)), limit=1)
    return "".join(when(ask, row) for row in desk.queue(tx, first, ask.now))


def _done(ask: Ask) -> str:
    done = ask.query.one("done")
    return done if done in DONE else ""


PAGES = (
    Page("/desk", access.DESK, show),
    Page("/desk/next", access.DESK, None, take_next),
)
