"""A request that somebody of the staff makes for a person who did not ask the telephone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.responses import Response

from ivr.actions import callbacks, limits, windows
from ivr.actions.callbacks import ByHand
from ivr.actions.refusals import Reason, Refused
from ivr.numbers import may_dial, understand
from ivr.store.requests import OWN, SHARED, UNKNOWN, Wish
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.forms import Form
from ivr.web.naming import naming


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in."""

    number: str = ""
    language: str = ""
    topic: str = ""
    phone: str = ""
    note: str = ""


def show(ask: Ask) -> Response:
    """An empty form, in the first language that they speak."""
    member, _ = access.oneself(ask.visitor)
    return _form(ask, Typed(language=next(iter(member.languages), "")))


def make(ask: Ask) -> Response:
    """Puts it in the queue; Refused keeps what was typed."""
    typed = _typed(ask.form)
    try:
        new = _new(ask, typed)
        with ask.writing() as tx:
            forbidden = limits.forbidden(tx, new.number, ask.site.limits)
            if forbidden is not None:
                raise Refused(forbidden, "number")
            id = callbacks.make_by_hand(tx, new, ask.deed)
    except Refused as problem:
        return _form(ask, typed, problem)
    return ask.go(f"/desk/{id}?languages=all")


def _typed(form: Form) -> Typed:
    return Typed(**{name: form.one(name) for name in Typed.__dataclass_fields__})


def _new(ask: Ask, typed: Typed) -> ByHand:
    number = understand(typed.number, ask.site.production)
    if number.e164 is None or not may_dial(number, ask.site.limits.reach):
        raise Refused(Reason.BAD_PHONE, "number")
    if typed.language not in ask.site.spoken() or typed.phone not in (OWN, SHARED, UNKNOWN):
        raise Refused(Reason.BAD_CHOICE)
    if typed.topic not in naming(ask).topics():
        raise Refused(Reason.BAD_CHOICE, "topic")
    zone = windows.zone_of(number.e164)
    due_at = windows.soonest(ask.now, ask.site.zone if zone is None else ZoneInfo(zone))
    wish = Wish(typed.language, typed.phone, zone=zone, due_at=due_at)
    return ByHand(number.e164, typed.topic, wish, note=typed.note)


def _form(ask: Ask, typed: Typed, problem: Refused | None = None) -> Response:
    values = {"typed": typed, "spoken": ask.site.spoken(), "topics": naming(ask).topics()}
    return ask.page("desk_new.html", 422 if problem else 200, problem=problem, **values)


PAGES = (Page("/desk/new", access.DESK, show, make),)
