"""The page of a sound: what it says, who recorded it, what the checks found, what callers hear and heard of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from ivr.actions import studio
from ivr.actions.coverage import Mark, coverage
from ivr.actions.refusals import Refused
from ivr.engine.turn import Variant
from ivr.release.release import sound_name
from ivr.store import news
from ivr.store import staff as accounts
from ivr.store.database import Transaction
from ivr.voice.sounds import RECORDED
from ivr.web import access, studio_form, studio_places, studio_problems, studio_takes, studio_words
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.studio_places import Here

ALL = "all"


@dataclass(frozen=True, slots=True)
class Now:
    """What callers hear at present."""

    words: str
    recorded: bool
    seconds: float
    address: str


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another wording of the same text."""

    name: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody tried: why it was refused, what they wrote, and what another wrote meanwhile."""

    problem: Refused | None = None
    problems: tuple[str, ...] = ()
    form: studio_form.Edited | None = None
    conflict: bool = False


def show(ask: Ask) -> Response:
    """The page of the sound that the address names."""
    studio_places.settle_codes(ask)
    with ask.reading() as tx:
        found = studio_places.here(ask, tx)
        return page(ask, tx, found)


def page(ask: Ask, tx: Transaction, here: Here, attempt: Attempt = Attempt()) -> Response:
    """The page, with what went wrong and what was written."""
    shown = values(ask, tx, here)
    form = attempt.form or studio_form.written(tx, here)
    newest = studio_form.newest(tx, here) if attempt.conflict and here.prompt else None
    failed = attempt.problem is not None or attempt.problems or attempt.conflict
    done = ask.query.one("done")
    return ask.page(
        "studio_prompt.html",
        422 if failed else 200,
        form=form,
        theirs=newest,
        mine=[] if form is None else form.parts,
        problem=attempt.problem,
        problems=studio_problems.problems(ask.language, attempt.problems),
        done=done if done in studio_words.DONE and not failed else "",
        **shown,
    )


def live(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What an open page is sent when something happened."""
    return values(ask, tx, studio_places.here(ask, tx))


def values(ask: Ask, tx: Transaction, here: Here) -> dict[str, Any]:
    """Everything on the page but its form."""
    names = {member.id: member.name for member in accounts.everybody(tx)}
    takes = studio_takes.taken(ask, tx, here, names)
    every = ask.query.one("takes") == ALL
    places = studio_places.heard(here.written.content, here.prompt)
    line = coverage(tx, ask.site.studio).line(*here.spot)
    if line is None:
        raise access.NotThere
    return {
        "name": here.name,
        "tongue": here.tongue,
        "tree": places[0].tree if places else "",
        "address": here.address,
        "code": line.code,
        "marks": [mark for mark in studio_words.MARKS if mark in line.marks],
        "text": here.prompt is not None,
        "siblings": _siblings(here),
        "said": line.words,
        "now": _now(ask, here),
        "below": _below(ask, here) if Mark.BELOW in line.marks else "",
        "draft": studio_form.draft(tx, here),
        "takes": takes if every else takes[: studio_takes.NEWEST],
        "older": 0 if every else max(0, len(takes) - studio_takes.NEWEST),
        "shown": ALL if every else "",
        "offered": studio_takes.offered(tx, here, takes),
        "past": studio_takes.past(ask, tx, here, names, takes),
        "places": places,
        "facts": studio_form.facts(here),
        "soonest": soonest(ask),
        "words": studio_words,
        "version": version(ask, tx),
    }


def version(ask: Ask, tx: Transaction) -> str:
    """Grows with the news of the studio, and when callers hear another release."""
    return f"{news.versions(tx, (news.STUDIO,))[news.STUDIO]}.{ask.site.release().id}"


def soonest(ask: Ask) -> str:
    """The present minute where the helpline lives, as date fields are filled in."""
    return datetime.fromtimestamp(ask.now, ask.site.zone).strftime("%Y-%m-%dT%H:%M")


def _now(ask: Ask, here: Here) -> Now | None:
    release = ask.site.release()
    sound = release.sounds.get(here.spot)
    if sound is None:
        return None
    address = f"/audio/{quote(here.tongue.code)}/{quote(here.name)}/{sound.hash}.wav"
    return Now(release.captions.get(here.spot, ""), sound.kind == RECORDED, sound.seconds, address)


def _below(ask: Ask, here: Here) -> str:
    """What the files say by now."""
    return studio.written(ask.site.studio, {}).words.get(here.spot, "–")


def _siblings(here: Here) -> list[Sibling]:
    text = here.tongue.texts.get(here.prompt or "")
    found = [] if text is None else [(v, sound_name(text.id, v)) for v in Variant if v in text.wordings]
    return [
        Sibling(name, studio_words.WORDINGS[variant], studio_places.address(here.tongue.code, name))
        for variant, name in found
        if (here.tongue.code, name) in here.written.words
    ]


PAGES = (Page("/studio/{language}/{name}", access.ADMINS, show),)
"""To be joined last: every address of the studio with two parts would be a language and a name."""
