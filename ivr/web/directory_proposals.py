"""Proposals about the directory: admins decide, whoever made one sees what became of it."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from ivr.actions import directory as actions
from ivr.actions import proposing
from ivr.actions.refusals import Refused
from ivr.store import place_edits, places, proposals
from ivr.store.database import Transaction
from ivr.store.places import Place
from ivr.store.proposals import Proposal, State, Wanted
from ivr.web import access, directory, directory_place, directory_words
from ivr.web.ask import Ask
from ivr.web.directory_words import PARTS
from ivr.web.door import Page

ADDRESS = f"{directory.ADDRESS}/proposals"
MOST = 100
DECIDED = 30
"""How many of those that are decided are listed."""


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a place: what it says, and what it would say."""

    label: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal with what it would change; `seen` is what the place was when this was shown."""

    proposal: Proposal
    changes: list[Change]
    seen: float


def show(ask: Ask) -> Response:
    """Every open one for admins, their own for everybody else."""
    return _page(ask)


def accept(ask: Ask) -> Response:
    """The place becomes as proposed."""
    try:
        with ask.writing() as tx:
            day = directory.local_day(ask)
            proposing.accept(tx, _wanted(ask, tx).id, directory_place.saw(ask), ask.deed, day)
    except Refused as problem:
        return _page(ask, problem)
    return ask.go(f"{ADDRESS}?done=accepted")


def decline(ask: Ask) -> Response:
    """Nothing changes."""
    try:
        with ask.writing() as tx:
            proposing.decline(tx, _wanted(ask, tx).id, ask.deed)
    except Refused as problem:
        return _page(ask, problem)
    return ask.go(f"{ADDRESS}?done=declined")


def _page(ask: Ask, problem: Refused | None = None) -> Response:
    member, _ = access.oneself(ask.visitor)
    own = None if ask.visitor.may(access.ADMINS) else member.id
    with ask.reading() as tx:
        waiting = [_shown(ask, tx, one) for one in proposals.some(tx, Wanted(State.OPEN, own), MOST)]
        rest = [
            one for state in (State.ACCEPTED, State.DECLINED) for one in proposals.some(tx, Wanted(state, own), DECIDED)
        ]
        decided = [_shown(ask, tx, one) for one in sorted(rest, key=_decided_at, reverse=True)[:DECIDED]]
        found: dict[str, Any] = {"open": waiting, "decided": decided, **directory.bar(ask, tx)}
    done = "" if problem else directory_words.DONE.get(ask.query.one("done"), "")
    status = 422 if problem else 200
    return ask.page("directory_proposals.html", status, problem=problem, done=done, words=directory_words, **found)


def _decided_at(one: Proposal) -> float:
    return one.decided_at or 0.0


def _wanted(ask: Ask, tx: Transaction) -> Proposal:
    found = proposals.find(tx, access.number(ask.request.path_params["id"]))
    if found is None:
        raise access.NotThere
    return found


def _shown(ask: Ask, tx: Transaction, one: Proposal) -> Shown:
    place = None if one.place_id is None else places.get(tx, one.place_id)
    return Shown(one, _changes(ask, one, place), 0.0 if place is None else place.changed_at)


def _changes(ask: Ask, one: Proposal, place: Place | None) -> list[Change]:
    now = place_edits.NOTHING if place is None or one.state is not State.OPEN else place_edits.fields(place)
    then = {**now, **one.fields}
    return [
        Change(label, directory_place.shown(ask.language, part, now), directory_place.shown(ask.language, part, then))
        for part, label in PARTS.items()
        if any(name in one.fields and one.fields[name] != now[name] for name in actions.PARTS[part])
    ]


PAGES = (
    Page(ADDRESS, access.EVERYBODY, show),
    Page(f"{ADDRESS}/{{id}}/accept", access.ADMINS, None, accept),
    Page(f"{ADDRESS}/{{id}}/decline", access.ADMINS, None, decline),
)
