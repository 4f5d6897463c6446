"""Publications: what is planned, what was made and what could not be, for admins; and everything approved in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from ivr.actions import publishing, studio
from ivr.actions.refusals import Refused
from ivr.actions.studio import Written
from ivr.engine.content import Tongue
from ivr.engine.turn import Variant
from ivr.release.release import sound_name
from ivr.store import publications, takes
from ivr.store import staff as accounts
from ivr.store.database import Transaction
from ivr.store.publications import Change, Kind, Place, Publication, State
from ivr.web import access, studio_acts, studio_places, studio_problems, studio_prompt, studio_takes, studio_words
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.studio_problems import Problem

SIZE = 50
LATE = 600
"""Seconds: who waits for it that long shall know where to look."""
CHANGES = 10
"""Changes of a publication that are listed one by one."""


@dataclass(frozen=True, slots=True)
class Ready:
    """How much of a language is approved and not published."""

    tongue: Tongue
    count: int


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One thing that a publication changes, with the page of its sound."""

    name: str
    language: str
    what: str
    address: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A publication; `last` is the one that can be taken back in one go, `late` one that should have been made."""

    id: int
    state: State
    at: float
    due_at: float
    who: str | None
    undoes: int | None
    problems: list[Problem]
    changes: list[ChangeShown]
    more: int
    last: bool
    late: bool


def show(ask: Ask) -> Response:
    """Every publication, the newest first."""
    return _page(ask)


def publish(ask: Ask) -> Response:
    """Everything of a language that is approved, now or at a time."""
    language = ask.form.one("language")
    try:
        due = studio_acts.when(ask)
        with ask.writing() as tx:
            written = studio.current(tx, ask.site.studio)
            if language not in {tongue.code for tongue in written.content.tongues}:
                raise access.NotThere
            publishing.publish(tx, ask.site.studio, approved(tx, written, language), due, ask.deed)
    except Refused as problem:
        return _page(ask, problem)
    return studio_acts.published(ask, due, "/studio/publications")


def cancel(ask: Ask) -> Response:
    """A planned one shall not be made."""
    try:
        with ask.writing() as tx:
            publishing.cancel(tx, _found(ask, tx).id, ask.deed)
    except Refused as problem:
        return _page(ask, problem)
    return ask.go("/studio/publications?done=cancelled")


def back(ask: Ask) -> Response:
    """Callers hear what they heard before it."""
    try:
        with ask.writing() as tx:
            publishing.back(tx, ask.site.studio, _found(ask, tx).id, ask.deed)
    except Refused as problem:
        return _page(ask, problem)
    return studio_acts.published(ask, ask.now, "/studio/publications")


def values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What the list shows."""
    written = studio.current(tx, ask.site.studio)
    names = {member.id: member.name for member in accounts.everybody(tx)}
    last = publications.newest_made(tx)
    spoken = {tongue.code: tongue.name for tongue in written.content.tongues}
    return {
        "ready": [Ready(tongue, _count(approved(tx, written, tongue.code))) for tongue in written.content.tongues],
        "shown": [_shown(ask, tx, one, names, last) for one in publications.everything(tx, SIZE)],
        "spoken": spoken,
        "soonest": studio_prompt.soonest(ask),
        "words": studio_words,
        "version": studio_prompt.version(ask, tx),
    }


def approved(tx: Transaction, written: Written, language: str) -> list[Change]:
    """Each sound's newest approved take, where it fits its words and nobody ever heard it (what was taken back stays
    away), and the drafts of these."""
    heard = publications.ever_made(tx, Kind.TAKE)
    fresh = [
        Change(Place(Kind.TAKE, *spot), take.id)
        for spot, take in takes.newest_approved(tx).items()
        if spot[0] == language and take.text == written.words.get(spot) and take.id not in heard
    ]
    said = {change.place.name for change in fresh}
    texts = [
        Change(Place(Kind.WORDING, *spot), draft.id)
        for spot, draft in studio.drafts(tx).items()
        if spot[0] == language and said & {sound_name(spot[1], variant) for variant in Variant}
    ]
    return fresh + texts


def _count(changes: list[Change]) -> int:
    return sum(change.place.kind is Kind.TAKE for change in changes)


def _shown(ask: Ask, tx: Transaction, one: Publication, names: Mapping[int, str], last: Publication | None) -> Shown:
    changes = publications.changes_of(tx, one.id)
    return Shown(
        id=one.id,
        state=one.state,
        at=one.made_at or one.created_at,
        due_at=one.due_at,
        who=names.get(one.staff_id or 0),
        undoes=one.undoes_id,
        problems=studio_problems.problems(ask.language, (one.problem or "").splitlines()),
        changes=[_change(ask, change) for change in changes[:CHANGES]],
        more=max(0, len(changes) - CHANGES),
        last=last is not None and one.id == last.id,
        late=one.state is State.PLANNED and one.due_at + LATE < ask.now,
    )


def _change(ask: Ask, change: Change) -> ChangeShown:
    place = change.place
    address = studio_places.address(place.language, place.name)
    return ChangeShown(place.name, place.language, studio_takes.called(ask, place, change.after), address)


def _found(ask: Ask, tx: Transaction) -> Publication:
    found = publications.find(tx, access.number(ask.request.path_params["id"]))
    if found is None:
        raise access.NotThere
    return found


def _page(ask: Ask, problem: Refused | None = None) -> Response:
    with ask.reading() as tx:
        found = values(ask, tx)
    done = ask.query.one("done")
    kept = done if done in studio_words.DONE and not problem else ""
    return ask.page("studio_publications.html", 422 if problem else 200, problem=problem, done=kept, **found)


PAGES = (
    Page("/studio/publications", access.ADMINS, show, publish),
    Page("/studio/publications/{id}/cancel", access.ADMINS, None, cancel),
    Page("/studio/publications/{id}/back", access.ADMINS, None, back),
)
