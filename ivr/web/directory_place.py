"""One place: what callers are told of it, where that comes from, what was corrected, and what an admin does with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from ivr.actions import directory as actions
from ivr.actions import referring_hours
from ivr.actions.audit import Deed
from ivr.actions.place_area import named
from ivr.actions.place_fields import DAYS, degrees
from ivr.actions.refusals import Refused
from ivr.store import audit, place_edits, places, proposals
from ivr.store import staff as accounts
from ivr.store.audit import Filter
from ivr.store.database import Transaction
from ivr.store.place_edits import FIELDS, HAND
from ivr.store.places import Place
from ivr.store.proposals import Wanted
from ivr.web import access, directory, directory_words
from ivr.web.ask import Ask
from ivr.web.catalogues import Language
from ivr.web.directory_words import KINDS, PARTS, VISITS
from ivr.web.door import Page

HISTORY = 20
"""How much of a place's past is listed."""
Act = Callable[[Transaction, int, float, Deed], None]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a place that a person corrected: ours, what its source says and said then; `moved` if it differs."""

    name: str
    label: str
    ours: str
    source: str
    was: str
    moved: bool
    at: float
    who: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was done with a place: when, by whom, what, and to which fields."""

    at: float
    who: str | None
    what: str
    fields: list[str]


def show(ask: Ask) -> Response:
    """All that is known of a place."""
    return page(ask)


def page(ask: Ask, problem: Refused | None = None) -> Response:
    """The place, with what went wrong."""
    with ask.reading() as tx:
        place = wanted(ask, tx)
        names = {member.id: member.name for member in accounts.everybody(tx)}
        found = {
            "line": directory.line(ask, place),
            "place": place,
            "areas": named(area.area for area in places.areas_of(tx, place.id)),
            "week": week(ask.language, place),
            "hours_told": referring_hours.certain(place) is not None,
            "parts": parts(ask.language, place, names),
            "verifier": names.get(place.verified_by or 0),
            "past": _past(tx, place),
            "proposals": proposals.some(tx, Wanted(place_id=place.id), HISTORY),
            "words": directory_words,
            "removed_by_us": place_edits.GONE in place.corrected or place.source == HAND,
            **directory.bar(ask, tx),
        }
    done = directory_words.DONE.get(ask.query.one("done"), "")
    status = 422 if problem else 200
    return ask.page("directory_place.html", status, problem=problem, done="" if problem else done, **found)


def wanted(ask: Ask, tx: Transaction) -> Place:
    """The place that the address names."""
    place = places.get(tx, access.number(ask.request.path_params["id"]))
    if place is None:
        raise access.NotThere
    return place


def week(language: Language, place: Place) -> list[tuple[str, str]]:
    """The hours of every day, in words; nothing where nobody knows them."""
    if place.hours is None:
        return []
    days = directory_words.weekdays(language)
    return [(days[day], directory_words.spans(place.hours, day)) for day in DAYS]


def parts(language: Language, place: Place, names: Mapping[int, str]) -> list[Part]:
    """What people corrected, what the source moved on first."""
    corrected, source = place_edits.corrections(place.corrected), place.imported or {}
    moved, now = place_edits.moved(source, place.corrected), place_edits.fields(place)
    found = []
    for part, label in PARTS.items():
        touched = [name for name in actions.PARTS[part] if name in corrected]
        if not touched:
            continue
        was = {**source, **{name: corrected[name].was for name in touched}}
        ours, theirs, then = (shown(language, part, fields) for fields in (now, source, was))
        last = max((corrected[name] for name in touched), key=lambda one: one.at)
        found.append(
            Part(part, label, ours, theirs, then, bool(moved & set(touched)), last.at, names.get(last.by or 0))
        )
    return sorted(found, key=lambda one: not one.moved)


def shown(language: Language, part: str, fields: Mapping[str, Any]) -> str:
    """A part of a place in words; empty where it says nothing."""
    match part:
        case "kind":
            return language.say(KINDS.get(fields.get("kind", ""), ""))
        case "town":
            return directory_words.town(fields.get("postal_code") or "", fields.get("city") or "")
        case "visit":
            return language.say(VISITS[fields.get("visit")])
        case "point":
            here = [degrees(fields.get(name)) for name in ("lat", "lon")]
            return ", ".join(here) if all(here) else ""
        case "phone":
            return directory_words.phone(fields.get("phone") or "")
        case "hours":
            return _hours(language, fields.get("hours"))
        case _:
            return str(fields.get(part) or "")


def _hours(language: Language, hours: Any) -> str:
    if hours is None:
        return ""
    days = directory_words.weekdays(language)
    opened = [f"{days[day]} {directory_words.spans(hours, day)}" for day in DAYS if hours.get(day)]
    return "; ".join(opened) or language.say(directory_words.NEVER_OPEN)


def _past(tx: Transaction, place: Place) -> list[Past]:
    rows = audit.page(tx, Filter(about=actions.about(place.id)), HISTORY)
    return [Past(row.at, row.who, row.what, _named(str(row.details.get("fields", "")))) for row in rows]


def _named(fields: str) -> list[str]:
    return [directory_words.FIELDS[name] for name in fields.split(", ") if name in FIELDS]


def take_source(ask: Ask) -> Response:
    """What the source says counts again."""
    part = ask.request.path_params["part"]
    return _done(ask, lambda tx, id, seen, deed: actions.take_source(tx, id, part, seen, deed), "taken")


def keep_ours(ask: Ask) -> Response:
    """The correction stands against what the source says now."""
    part = ask.request.path_params["part"]
    return _done(ask, lambda tx, id, seen, deed: actions.keep_ours(tx, id, part, seen, deed), "kept")


def verify(ask: Ask) -> Response:
    """They checked it today."""
    return _done(ask, actions.verify, "checked")


def remove(ask: Ask) -> Response:
    """No caller is given it any more."""
    return _done(ask, actions.remove, "removed")


def bring_back(ask: Ask) -> Response:
    """Callers are given it again."""
    return _done(ask, actions.bring_back, "back")


def saw(ask: Ask) -> float:
    """When the place that they saw was changed last; 0, which never fits, where the form does not say it."""
    try:
        return float(ask.form.one("seen"))
    except ValueError:
        return 0.0


def _done(ask: Ask, act: Act, done: str) -> Response:
    try:
        with ask.writing() as tx:
            id = wanted(ask, tx).id
            act(tx, id, saw(ask), ask.deed)
    except Refused as problem:
        return page(ask, problem)
    return ask.go(f"{directory.ADDRESS}/{id}?done={done}")


PAGES = (
    Page(f"{directory.ADDRESS}/{{id}}", access.EVERYBODY, show),
    Page(f"{directory.ADDRESS}/{{id}}/check", access.ADMINS, None, verify),
    Page(f"{directory.ADDRESS}/{{id}}/remove", access.ADMINS, None, remove),
    Page(f"{directory.ADDRESS}/{{id}}/back", access.ADMINS, None, bring_back),
    Page(f"{directory.ADDRESS}/{{id}}/source/{{part}}", access.ADMINS, None, take_source),
    Page(f"{directory.ADDRESS}/{{id}}/ours/{{part}}", access.ADMINS, None, keep_ours),
)
