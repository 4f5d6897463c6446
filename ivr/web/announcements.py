"""Announcements, for admins: what is said for some days before the greeting, from when until when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from ivr.actions import announcing
from ivr.actions.refusals import Reason, Refused
from ivr.engine.content import Tongue
from ivr.release.release import Release
from ivr.store import announcements as stored
from ivr.store.announcements import Announcement
from ivr.web import access, studio_places
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.sentences import _

ADDRESS = "/studio/announcements"
DONE = {"saved": _("The announcement is saved."), "removed": _("The announcement is removed.")}
STATES = {
    "none": _("not planned"),
    "later": _("planned"),
    "now": _("callers hear it now"),
    "unheard": _("its time is now, but it is not recorded in any language"),
    "over": _("over"),
}
YEARS = range(2000, 3000)
"""Of another year somebody's finger slipped."""


@dataclass(frozen=True, slots=True)
class Said:
    """A slot in one language: its words as callers would hear them, whether a person speaks them, its page."""

    tongue: Tongue
    text: str
    recorded: bool
    address: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A slot; `saw` and `fields` are what its form holds."""

    slot: int
    state: str
    said: list[Said]
    planned: Announcement | None
    saw: str
    fields: dict[str, str]


def show(ask: Ask) -> Response:
    """All slots."""
    return _page(ask)


def save(ask: Ask) -> Response:
    """A slot's time and note are what was filled in."""
    slot = _slot(ask)
    try:
        span = _moment(ask, "from", slot), _moment(ask, "until", slot)
        plan = announcing.Plan(slot, *span, ask.form.one(f"note-{slot}"), ask.form.one("saw"))
        with ask.writing() as tx:
            announcing.put(tx, plan, ask.deed)
    except Refused as problem:
        return _page(ask, slot, Refused(problem.reason, f"{problem.field}-{slot}" if problem.field else ""))
    return ask.go(f"{ADDRESS}?done=saved")


def remove(ask: Ask) -> Response:
    """Nobody hears the slot any more."""
    with ask.writing() as tx:
        if not announcing.remove(tx, _slot(ask), ask.deed):
            raise access.NotThere
    return ask.go(f"{ADDRESS}?done=removed")


def _slot(ask: Ask) -> int:
    slot = access.number(ask.request.path_params["id"])
    if slot not in announcing.SLOTS:
        raise access.NotThere
    return slot


def _moment(ask: Ask, field: str, slot: int) -> float:
    try:
        local = datetime.fromisoformat(ask.form.one(f"{field}-{slot}"))
    except ValueError:
        raise Refused(Reason.NO_MOMENT, field) from None
    if local.year not in YEARS:
        raise Refused(Reason.NO_MOMENT, field)
    return local.replace(tzinfo=ask.site.zone).timestamp()


def _page(ask: Ask, tried: int = 0, problem: Refused | None = None) -> Response:
    with ask.reading() as tx:
        planned = {one.slot: one for one in stored.everything(tx)}
    done = ask.query.one("done")
    values: dict[str, Any] = {
        "slots": [_shown(ask, slot, planned.get(slot), slot == tried) for slot in announcing.SLOTS],
        "states": STATES,
        "done": "" if problem else DONE.get(done, ""),
    }
    return ask.page("announcements.html", 422 if problem else 200, problem=problem, **values)


def _shown(ask: Ask, slot: int, planned: Announcement | None, tried: bool) -> Shown:
    said = _said(ask.site.release(), slot)
    fields = {"from": "", "until": "", "note": ""}
    if tried:
        fields = {name: ask.form.one(f"{name}-{slot}") for name in fields}
    elif planned is not None:
        fields = {"from": _local(ask, planned.starts_at), "until": _local(ask, planned.ends_at), "note": planned.note}
    return Shown(slot, _state(ask, planned, said), said, planned, announcing.mark(planned), fields)


def _said(release: Release, slot: int) -> list[Said]:
    prompt = announcing.prompt(slot)
    return [
        Said(
            tongue,
            release.captions[tongue.code, prompt],
            announcing.is_recorded(release, tongue.code, slot),
            studio_places.address(tongue.code, prompt),
        )
        for tongue in release.content.tongues
        if (tongue.code, prompt) in release.captions
    ]


def _state(ask: Ask, planned: Announcement | None, said: list[Said]) -> str:
    if planned is None:
        return "none"
    if ask.now < planned.starts_at:
        return "later"
    if ask.now >= planned.ends_at:
        return "over"
    return "now" if any(one.recorded for one in said) else "unheard"


def _local(ask: Ask, at: float) -> str:
    """As date fields are filled in."""
    return datetime.fromtimestamp(at, ask.site.zone).strftime("%Y-%m-%dT%H:%M")


PAGES = (
    Page(ADDRESS, access.ADMINS, show),
    Page(f"{ADDRESS}/{{id}}", access.ADMINS, None, save),
    Page(f"{ADDRESS}/{{id}}/remove", access.ADMINS, None, remove),
)
