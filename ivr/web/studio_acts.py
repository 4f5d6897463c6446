"""What admins do with a sound: a new text, takes judged, what callers shall hear. Each deed is one form."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from ivr.actions import publishing, taking, wording
from ivr.actions.audit import Deed
from ivr.actions.refusals import Reason, Refused
from ivr.actions.studio import Studio
from ivr.engine.turn import Variant
from ivr.release.release import sound_name
from ivr.store import prompt_codes, takes
from ivr.store.database import Transaction
from ivr.store.publications import Change, Kind, Place
from ivr.web import access, studio_form, studio_places, studio_prompt, studio_takes
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.studio_places import Here
from ivr.web.studio_prompt import Attempt

FILES = "files"
"""In a form: the sound that came with the program, instead of any take."""


def write(ask: Ask) -> Response:
    """A new version of the text; who was overtaken sees the other's version, and loses nothing."""
    with ask.reading() as tx:
        here = studio_places.here(ask, tx)
        entry = studio_form.filled(ask.form, studio_form.entry(here))
    edit = wording.Edit(entry, access.number(ask.form.one("seen")))
    try:
        good = wording.checked(ask.site.studio, here.text, edit)
        with ask.writing() as tx:
            wording.write(tx, good, ask.deed)
            prompt_codes.of_names(tx, [sound_name(here.text[1], variant) for variant in Variant if entry.get(variant)])
    except wording.BadText as error:
        return _again(ask, entry, edit.seen, problems=error.sentences)
    except Refused as problem:
        return _again(ask, entry, edit.seen, problem)
    return ask.go(f"{here.address}?done=written")


def publish(ask: Ask) -> Response:
    """The chosen text and recording are what callers hear, now or at a time."""
    with ask.reading() as tx:
        here = studio_places.here(ask, tx)
    try:
        due = when(ask)
        with ask.writing() as tx:
            publishing.publish(tx, ask.site.studio, _chosen(ask, here), due, ask.deed)
    except Refused as problem:
        return _refused(ask, here, problem)
    return published(ask, due, here.address)


def back(ask: Ask) -> Response:
    """Callers hear again what was published here before, or what came with the program."""
    with ask.reading() as tx:
        here = studio_places.here(ask, tx)
        places = {place.kind.value: place for place in studio_takes.places(here)}
    place, version = places.get(ask.form.one("kind")), ask.form.one("version")
    try:
        if place is None:
            raise Refused(Reason.BAD_CHOICE)
        change = Change(place, access.number(version) if version else None)
        with ask.writing() as tx:
            publishing.publish(tx, ask.site.studio, [change], ask.now, ask.deed)
    except Refused as problem:
        return _refused(ask, here, problem)
    return published(ask, ask.now, here.address)


def when(ask: Ask) -> float:
    """When it is to be published, as the form says; Refused when that is no time ahead."""
    if ask.form.one("when") != "later":
        return ask.now
    try:
        at = datetime.fromisoformat(ask.form.one("at"))
    except ValueError:
        raise Refused(Reason.BAD_DATE, "at") from None
    due = at.replace(tzinfo=ask.site.zone).timestamp()
    if due < ask.now:
        raise Refused(Reason.BAD_DATE, "at")
    return due


def published(ask: Ask, due: float, address: str) -> Response:
    """Onwards after a publication was planned; at once, where it is due."""
    if due <= ask.now:
        ask.site.studio.hurry()
    return ask.go(f"{address}?done={'published' if due <= ask.now else 'planned'}")


def _of_take(done: str, act: Callable[[Transaction, Studio, int, Deed], None]) -> Callable[[Ask], Response]:
    """A deed on a take, answered by the page of its sound."""

    def handle(ask: Ask) -> Response:
        id = access.number(ask.request.path_params["id"])
        with ask.reading() as tx:
            take = takes.find(tx, id)
            if take is None:
                raise access.NotThere
            here = studio_places.here(ask, tx, (take.language, take.name))
        try:
            with ask.writing() as tx:
                act(tx, ask.site.studio, id, ask.deed)
        except Refused as problem:
            return _refused(ask, here, problem)
        ask.site.studio.hurry()
        return ask.go(f"{here.address}?done={done}")

    return handle


def overrule(ask: Ask) -> Response:
    """Somebody heard the warnings' reason and finds it good."""

    def act(tx: Transaction, studio: Studio, id: int, deed: Deed) -> None:
        taking.overrule(tx, studio, id, ask.form.one("why"), deed)

    return _of_take("overruled", act)(ask)


approve = _of_take("approved", taking.approve)
again = _of_take("again", taking.again)
withdraw = _of_take("withdrawn", taking.withdraw)


def _chosen(ask: Ask, here: Here) -> list[Change]:
    text, take = ask.form.one("wording"), ask.form.one("take")
    changes = [Change(Place(Kind.WORDING, *here.text), access.number(text))] if text else []
    wanted = None if take == FILES else access.number(take or "0")
    changes += [Change(Place(Kind.TAKE, *here.spot), wanted)] if take else []
    if not changes:
        raise Refused(Reason.NOTHING_CHANGES)
    return changes


def _again(
    ask: Ask, entry: Mapping[str, Any], seen: int, problem: Refused | None = None, problems: tuple[str, ...] = ()
) -> Response:
    """The form as it was filled in; whoever was overtaken has seen the other's version now, and may keep theirs."""
    conflict = problem is not None and problem.reason is Reason.EDITED_MEANWHILE
    with ask.reading() as tx:
        here = studio_places.here(ask, tx)
        last = studio_form.last(tx, here) if conflict else seen
        form = studio_form.edited(here, entry, last)
        attempt = Attempt(None if conflict else problem, problems, form, conflict)
        return studio_prompt.page(ask, tx, here, attempt)


def _refused(ask: Ask, here: Here, problem: Refused) -> Response:
    with ask.reading() as tx:
        return studio_prompt.page(ask, tx, studio_places.here(ask, tx, here.spot), Attempt(problem))


PAGES = (
    Page("/studio/{language}/{name}/words", access.ADMINS, None, write),
    Page("/studio/{language}/{name}/publish", access.ADMINS, None, publish),
    Page("/studio/{language}/{name}/back", access.ADMINS, None, back),
    Page("/studio/takes/{id}/overrule", access.ADMINS, None, overrule),
    Page("/studio/takes/{id}/approve", access.ADMINS, None, approve),
    Page("/studio/takes/{id}/again", access.ADMINS, None, again),
    Page("/studio/takes/{id}/withdraw", access.ADMINS, None, withdraw),
)
