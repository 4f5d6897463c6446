"""Recording by telephone, for admins: the button, the PIN, the codes, and how the call goes. Only where we can call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from ivr.actions import booth, studio
from ivr.actions.coverage import coverage
from ivr.actions.refusals import Refused, TooSoon
from ivr.store import booth as stored
from ivr.store import dials, news, takes
from ivr.store.booth import Sitting, Spoken, State, Step
from ivr.store.database import Transaction
from ivr.store.dials import Dial, How, Kind
from ivr.store.dials import State as Dialled
from ivr.web import access, phone
from ivr.web.access import NotThere
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.sentences import _
from ivr.web.studio_places import address, settle_codes

PIN = _("You picked up: key the four digits that stand here.")
STEPS: Mapping[Step, str] = {
    Step.PIN: PIN,
    Step.CODE: _("Key the code of a text."),
    Step.SPEAK: _("Listen, speak after the beep, and press # at the end."),
    Step.FETCH: _("What you said is being fetched."),
    Step.CHOICE: _("Listen to yourself. 1 keeps it, 2 is to speak again, 3 is for another text, 9 plays it again."),
    Step.OVER: _("The call ends."),
}
"""While somebody records."""
ENDS: Mapping[How, str] = {
    **phone.ENDS,
    How.RECORDED: _("The call is over. What you said is kept."),
    How.DECLINED: _("You picked up, and the right four digits did not come."),
}
SPOKEN: Mapping[State, str] = {
    State.EXPECTED: _("on its way"),
    State.TAKEN: _("not confirmed, kept nevertheless"),
    State.DROPPED: _("spoken again instead"),
    State.LOST: _("lost: the telephone company has no such recording"),
}
KEPT = _("kept, by key")


@dataclass(frozen=True, slots=True)
class Row:
    """What was recorded in the call."""

    name: str
    words: str
    says: str
    address: str


def show(ask: Ask) -> Response:
    """The page."""
    return _page(ask)


def ring(ask: Ask) -> Response:
    """Rings their own phone."""
    _need(ask)
    member, _session = access.oneself(ask.visitor)
    try:
        with ask.writing() as tx:
            booth.ring(tx, ask.site.studio, member, ask.form.one("language"), ask.deed)
    except (Refused, TooSoon) as problem:
        return _page(ask, problem)
    ask.site.hurry()
    return ask.go("/studio/telephone#call")


def values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """The latest call and what was recorded in it, and the version of that."""
    _need(ask)
    member, _session = access.oneself(ask.visitor)
    topic = dials.topic(member.id)
    dial = dials.last_own(tx, member.id, Kind.STUDIO)
    sitting = None if dial is None else stored.find(tx, dial.id)
    found: dict[str, Any] = {"call": dial, "version": news.versions(tx, (topic,))[topic]}
    if dial is None or sitting is None:
        return found | {"call": None}
    words = studio.current(tx, ask.site.studio).words
    pin = booth.pin(tx, dial, sitting, ask.now)
    now = words.get((sitting.language, sitting.name or ""), "") if sitting.step in (Step.SPEAK, Step.CHOICE) else ""
    tongue = ask.site.release().content.tongue(sitting.language)
    rows = [_row(tx, sitting, one, words) for one in stored.recordings(tx, dial.id)]
    return found | {"pin": pin, "says": says(dial, sitting), "words": now, "tongue": tongue, "rows": rows}


def says(dial: Dial, sitting: Sitting) -> str:
    """In English, the key of its translations."""
    if dial.how is not None and dial.over:
        return ENDS[dial.how]
    if dial.state is Dialled.BRIDGED:
        return STEPS[sitting.step]
    return PIN if dial.state is Dialled.ANSWERED else phone.STATES[dial.state]


def _row(tx: Transaction, sitting: Sitting, one: Spoken, words: Mapping[tuple[str, str], str]) -> Row:
    take = None if one.take_id is None else takes.find(tx, one.take_id)
    state = State.DROPPED if take is not None and take.state in takes.GONE else one.state
    told = KEPT if one.kept_at is not None and state is State.TAKEN else SPOKEN[state]
    return Row(one.name, words.get((sitting.language, one.name), ""), told, address(sitting.language, one.name))


def _page(ask: Ask, problem: Refused | TooSoon | None = None) -> Response:
    _need(ask)
    member, _session = access.oneself(ask.visitor)
    spoken = ask.site.spoken()
    wished = (ask.form.one("language"), ask.query.one("language"), *member.languages, *spoken)
    language = next(code for code in wished if code in spoken)
    settle_codes(ask)
    with ask.reading() as tx:
        covered = coverage(tx, ask.site.studio)
        live = values(ask, tx)
    lines = [line for line in covered.lines if line.language == language]
    direction = next((one.direction for one in covered.progress if one.language == language), "auto")
    status = 429 if isinstance(problem, TooSoon) else 422 if problem else 200
    chosen = {"spoken": spoken, "language": language, "direction": direction}
    return ask.page("studio_telephone.html", status, member=member, lines=lines, problem=problem, **chosen, **live)


def _need(ask: Ask) -> None:
    """Where no telephone company calls for us there is no such page."""
    if not ask.site.can_call:
        raise NotThere


PAGES = (Page("/studio/telephone", access.ADMINS, show, ring),)
