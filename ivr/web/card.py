"""One request: what was asked and told, what to have at hand for the call, and what happened until now."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from ivr.actions import outcomes, shifts, windows, wishes
from ivr.actions.outcomes import Rules, Wrap
from ivr.actions.refusals import Refused
from ivr.actions.windows import Calendar
from ivr.store import dials, messages, news, notes, requests, texts
from ivr.store import shifts as stored_shifts
from ivr.store import staff as accounts
from ivr.store.database import Transaction
from ivr.store.desk import ENDED
from ivr.store.dials import Dial, State
from ivr.store.notes import Kind
from ivr.store.requests import Request, Status
from ivr.web import access, card_given, desk, desk_words
from ivr.web import texts as text_pages
from ivr.web.ask import Ask
from ivr.web.naming import Naming, naming, today

EARLIER = 5
"""How many earlier requests of the same number are listed."""
MOST_TEXTS = 10
OFFERED = 8
"""How many windows an appointment can be chosen from."""
EMPTY = Wrap("")


@dataclass(frozen=True, slots=True)
class Past:
    """Something that happened to a request: when, who did it, in words; `text` is what somebody wrote."""

    at: float
    who: str | None
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another request of the same number."""

    id: int
    at: float
    topic: str
    state: str


def show(ask: Ask) -> Response:
    """The card of a request."""
    return page(ask)


def page(ask: Ask, problem: Refused | None = None, *, number: str | None = None, wrap: Wrap = EMPTY) -> Response:
    """The card, with what went wrong, the number where it was asked for, and what was already filled in."""
    with ask.reading() as tx:
        found = values(ask, tx)
    return ask.page("card.html", 422 if problem else 200, problem=problem, number=number, wrap=wrap, **found)


def live(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What an open card is sent when something happened."""
    return values(ask, tx) | {"number": None, "wrap": EMPTY}


def values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What the card shows; who may not open it sees what the queue tells."""
    request, names = wanted(ask, tx), naming(ask)
    member, _ = access.oneself(ask.visitor)
    may_open = access.may_open(ask.visitor, request)
    told = _told(ask, tx, request, names) if may_open else {}
    return {
        "request": request,
        "topic": names.topic(request.topic),
        "tongue": None if request.language is None else ask.site.spoken().get(request.language, request.language),
        "agreed": desk.when(ask, request),
        "hindrance": hindrance(ask, request),
        "guide": names.guide(request.topic, today(ask)),
        "opened": may_open,
        "mine": request.staff_id == member.id,
        "whose": None if request.staff_id is None else accounts.find(tx, request.staff_id),
        "coordinator": ask.visitor.may(access.COORDINATORS),
        "others": others(ask),
        "words": desk_words,
        "version": _version(ask, tx),
        **told,
    }


def wanted(ask: Ask, tx: Transaction) -> Request:
    """The request that the address names; NotThere when it is not for them."""
    id = ask.request.path_params.get("id") or ask.query.one("id")
    return access.request(tx, ask.visitor, id, others=others(ask))


def others(ask: Ask) -> bool:
    """Whether they want to see requests in languages that they do not speak: coordinators always do."""
    said = (ask.query.one("languages"), ask.form.one("languages"))
    return desk.EVERY in said or ask.visitor.may(access.COORDINATORS)


def hindrance(ask: Ask, request: Request) -> str:
    """Why they should not be called now: it is night there, too early, too late; empty when they may be."""
    theirs = ask.site.zone if request.zone is None else ZoneInfo(request.zone)
    if windows.soonest(ask.now, theirs) > ask.now:
        return "night"
    if ask.now < request.due_at:
        return "early"
    return "late" if request.due_until is not None and ask.now >= request.due_until else ""


def rules(ask: Ask) -> Rules:
    """What follows from each outcome."""
    return outcomes.rules(ask.site.release().raw, ask.site.zone)


def _told(ask: Ask, tx: Transaction, request: Request, names: Naming) -> dict[str, Any]:
    details = request.details
    attempts = dials.of_request(tx, request.id)
    colleagues = [member for member in accounts.everybody(tx) if member.roles & access.DESK]
    known = {member.id: member.name for member in colleagues}
    return {
        "unfinished": wishes.is_unfinished(request),
        "path": names.menus.path(details.get("path", ())),
        "answers": names.menus.answers(details.get("answers", {}), details.get("path", ())),
        "menus": names.menus.tongue,
        "messages": messages.of_request(tx, request.id),
        "past": _past(ask, tx, request, attempts, known),
        "earlier": _earlier(tx, request, names),
        "given": card_given.of_call(tx, request.call_id),
        "texts": texts.told(tx, request.call_id, request.number, MOST_TEXTS),
        "text_words": text_pages,
        "dial": attempts[-1] if attempts and attempts[-1].id == request.dial_id else None,
        "colleagues": [one for one in colleagues if one.disabled_at is None and one.id != request.staff_id],
        **(_wrapping(ask, tx, request) if request.status is Status.WRAP_UP else {}),
    }


def _wrapping(ask: Ask, tx: Transaction, request: Request) -> dict[str, Any]:
    closed = frozenset(stored_shifts.closed(tx))
    calendar = Calendar(ask.site.release().raw["hours"], ask.site.zone, closed, shifts.speaking(tx, request.language))
    theirs = None if request.zone is None else ZoneInfo(request.zone)
    return {
        "rules": rules(ask),
        "offered": [
            (f"{when.date} {when.part}", desk.window(ask, (when.date, when.part), request.zone))
            for when in windows.offered(calendar, ask.now, theirs, OFFERED)
        ],
        "tongues": {code: name for code, name in ask.site.spoken().items() if code != request.language},
    }


def _past(ask: Ask, tx: Transaction, request: Request, attempts: list[Dial], names: dict[int, str]) -> list[Past]:
    found = [Past(request.created_at, None, ask.language.say(desk_words.ASKED))]
    for note in notes.of_request(tx, request.id):
        label = desk_words.OUTCOMES.get(note.text) if note.kind is Kind.OUTCOME else desk_words.NOTES[note.kind]
        written = note.text if note.kind is not Kind.OUTCOME else ""
        found.append(Past(note.at, note.who, ask.language.say(label or note.text), written))
    for dial in attempts:
        going = desk_words.LOST if dial.state is State.UNKNOWN else desk_words.UNDER_WAY
        how = desk_words.how(dial) or going
        found.append(Past(dial.ended_at or dial.created_at, names.get(dial.staff_id), ask.language.say(how)))
    return sorted(found, key=lambda past: past.at, reverse=True)


def _earlier(tx: Transaction, request: Request, names: Naming) -> list[Earlier]:
    if not request.number:
        return []
    others = [other for other in requests.history(tx, request.number) if other.id != request.id][:EARLIER]
    return [Earlier(other.id, other.created_at, names.topic(other.topic), _state(other)) for other in others]


def _state(request: Request) -> str:
    status = desk_words.STATUS[request.status]
    return desk_words.OUTCOMES.get(request.outcome or "", status) if request.status in ENDED else status


def _version(ask: Ask, tx: Transaction) -> str:
    """Also with the news of their own calls."""
    member, _ = access.oneself(ask.visitor)
    topic = dials.topic(member.id)
    return f"{desk.version(ask, tx)}.{news.versions(tx, (topic,))[topic]}"
