"""Writing about a place: admins correct it or add one, everybody else proposes, with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from ivr.actions import directory as actions
from ivr.actions import proposing
from ivr.actions.place_fields import TYPED, typed, understood
from ivr.actions.proposing import Idea
from ivr.actions.refusals import Reason, Refused
from ivr.store import place_edits
from ivr.store.places import Place
from ivr.web import access, directory, directory_place, directory_words
from ivr.web.ask import Ask
from ivr.web.directory_words import FIELDS, PARTS
from ivr.web.door import Page

NEW = f"{directory.ADDRESS}/new"
BEFORE = "was-"
"""In front of a field's name: what it said when the form was opened."""
EMPTY = dict.fromkeys(TYPED, "")


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A field that somebody else changed while a form was open."""

    label: str
    was: str
    now: str


def show(ask: Ask) -> Response:
    """The form, as the place is."""
    with ask.reading() as tx:
        place = directory_place.wanted(ask, tx)
    return _form(ask, place, typed(place_edits.fields(place)))


def save(ask: Ask) -> Response:
    """Keeps a correction, or a proposal of one."""
    written = {name: ask.form.one(name) for name in TYPED}
    with ask.reading() as tx:
        place = directory_place.wanted(ask, tx)
    try:
        fields = understood(written)
        seen = directory_place.saw(ask)
        with ask.writing() as tx:
            if ask.visitor.may(access.ADMINS):
                done = "saved" if actions.correct(tx, place.id, fields, seen, ask.deed) else "same"
            else:
                proposing.propose(tx, place.id, Idea(fields, ask.form.one("why"), seen), ask.deed)
                done = "proposed"
    except Refused as problem:
        with ask.reading() as tx:
            place = directory_place.wanted(ask, tx)
        return _form(ask, place, written, problem)
    return ask.go(f"{directory.ADDRESS}/{place.id}?done={done}")


def show_new(ask: Ask) -> Response:
    """An empty form."""
    return _form(ask, None, EMPTY)


def add(ask: Ask) -> Response:
    """A place that no source has, or a proposal of one."""
    written = {name: ask.form.one(name) for name in TYPED}
    try:
        fields = understood(written)
        with ask.writing() as tx:
            if ask.visitor.may(access.ADMINS):
                id = actions.add(tx, fields, ask.deed, directory.local_day(ask))
                then = f"/{id}?done=added"
            else:
                proposing.propose(tx, None, Idea(fields, ask.form.one("why")), ask.deed)
                then = "/proposals?done=proposed"
    except Refused as problem:
        return _form(ask, None, written, problem)
    return ask.go(directory.ADDRESS + then)


def _form(ask: Ask, place: Place | None, written: Mapping[str, str], problem: Refused | None = None) -> Response:
    now = EMPTY if place is None else typed(place_edits.fields(place))
    with ask.reading() as tx:
        bar = directory.bar(ask, tx)
    return ask.page(
        "directory_edit.html",
        422 if problem else 200,
        place=place,
        line=None if place is None else directory.line(ask, place),
        typed=written,
        before=now,
        changed=_meanwhile(ask, now) if problem and problem.reason is Reason.PLACE_CHANGED else [],
        why=ask.form.one("why"),
        days=directory_words.weekdays(ask.language),
        words=directory_words,
        problem=problem,
        **bar,
    )


def _meanwhile(ask: Ask, now: Mapping[str, str]) -> list[Meanwhile]:
    """What the form was opened with, against what the place says now."""
    was = {name: ask.form.one(BEFORE + name) for name in now if ask.form.has(BEFORE + name)}
    return [Meanwhile(_label(ask, name), old, now[name]) for name, old in was.items() if old != now[name]]


def _label(ask: Ask, name: str) -> str:
    if name.startswith("hours-"):
        return directory_words.weekdays(ask.language)[name.removeprefix("hours-")]
    return ask.language.say(PARTS["hours"] if name == "known" else FIELDS[name])


PAGES = (
    Page(NEW, access.EVERYBODY, show_new, add),
    Page(f"{directory.ADDRESS}/{{id}}/edit", access.EVERYBODY, show, save),
)
