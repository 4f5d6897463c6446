"""What a call leaves in the store: the call, its turns, and the facts of each turn, in the turn's own transaction."""

from dataclasses import dataclass, replace
from typing import assert_never

from ivr.actions import asking, callbacks, limits, messages, texting, wishes
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.knowledge import Line
from ivr.actions.limits import Limits
from ivr.actions.machine import NotPossible
from ivr.actions.refusals import Reason
from ivr.actions.sealing import Place, open_payload, payload
from ivr.actions.texting import Texting, Wanted
from ivr.actions.wishes import ANOTHER_TIME, CHOICE, DIALOGUE, UNFINISHED, Whose, is_unfinished
from ivr.engine.inputs import (
    Arrived,
    HungUp,
    Input,
    Learned,
    Pressed,
    Recorded,
    Said,
    StayedSilent,
    TransferEnded,
)
from ivr.engine.state import State
from ivr.engine.turn import (
    AnswerGiven,
    CallbackCancelled,
    CallbackRequested,
    CallEnded,
    Fact,
    LanguageChosen,
    MessageLeft,
    TextRequested,
    Turn,
)
from ivr.release.release import Release
from ivr.store import callers, calls, requests
from ivr.store.callers import Caller
from ivr.store.database import Transaction
from ivr.store.requests import NewRequest, Request


@dataclass(frozen=True, slots=True)
class Saving:
    """A turn being stored; `number` (E.164) is the one a request would be called back on; see `texts_at`."""

    tx: Transaction
    line: Line
    place: Place
    number: str | None
    now: float
    limits: Limits
    release: Release
    texting: Texting | None = None
    texts_at: tuple[State, ...] = ()


def meet(tx: Transaction, line: Line, now: float) -> Caller | None:
    """Who rings; None when the number is withheld. A caller who never chose a language counts as ringing first."""
    if line.number.e164 is None:
        return None
    caller = callers.meet(tx, line.number.e164, now)
    return replace(caller, first_call=caller.first_call or caller.language is None)


def log_call(tx: Transaction, line: Line, release_id: str, now: float) -> Caller | None:
    """Every call is logged before it is routed; who rings, as `meet` says."""
    caller = meet(tx, line, now)
    caller_id = None if caller is None else caller.id
    calls.log_call(tx, calls.NewCall(line.call_id, line.channel, line.external_id, caller_id, release_id, now))
    return caller


def land(tx: Transaction, line: Line, place: Place, now: float) -> Place:
    """A call that went on without the database is known to it again, with the language it chose meanwhile."""
    caller = log_call(tx, line, place.release_id, now)
    if caller is not None and place.state.language is not None:
        callers.remember_language(tx, caller.id, place.state.language)
    return replace(place, adrift=False)


def with_secrets(tx: Transaction, place: Place) -> Place:
    """The place with the keyed numbers that its address leaves out."""
    kept = calls.turn(tx, place.call_id, place.n)
    if kept is None:
        return place
    whole, _ = open_payload(place.call_id, place.n, kept.payload)
    return replace(place, state=replace(place.state, secrets=whole.state.secrets), lacks_secrets=False)


def add_turn(saving: Saving, turn: Turn, told: str) -> None:
    """Stores the turn; AlreadyAnswered when this number is taken."""
    place, kept = saving.place, payload(saving.place, turn, told)
    row = calls.NewTurn(place.call_id, place.n, turn.node, turn.result.value, saving.now, kept)
    calls.add_turn(saving.tx, row)


def texts_at(state: State, turn: Turn) -> tuple[State, ...]:
    """Where the call stood when each text message of this step was asked for: only that place was spoken of."""
    return tuple(state for fact in turn.facts if isinstance(fact, TextRequested))


def store_facts(saving: Saving, turn: Turn) -> None:
    """Stores what became true with this turn."""
    for fact in turn.facts:
        _store_fact(saving, fact)
    wanted = [fact for fact in turn.facts if isinstance(fact, TextRequested)]
    for nth, (fact, state) in enumerate(zip(wanted, saving.texts_at, strict=True)):
        key = f"{saving.place.call_id}/{saving.place.n}" + (f"/{nth}" if nth else "")
        asked = Wanted(fact.what, saving.line, state, saving.release, saving.now)
        texting.request(saving.texting, saving.tx, asked, key)


def _store_fact(saving: Saving, fact: Fact) -> None:
    match fact:
        case LanguageChosen(language):
            _remember(saving, language)
        case CallbackRequested(topic, finished):
            _store_request(saving, topic, finished)
        case CallbackCancelled():
            _cancel(saving)
        case MessageLeft(ref):
            messages.expect(saving.tx, saving.place.call_id, ref, saving.now)
        case CallEnded(how, node):
            calls.end_call(saving.tx, saving.place.call_id, calls.Ended(how, node, saving.now))
        case AnswerGiven():
            return  # kept in the turn's own payload
        case TextRequested():
            return  # behind all others, which may tell whose the phone is
        case _:
            assert_never(fact)


def _remember(saving: Saving, language: str) -> None:
    caller = _caller(saving)
    if caller is not None:
        callers.remember_language(saving.tx, caller.id, language)


def _store_request(saving: Saving, topic: str, finished: bool) -> None:
    """A request that has only begun changes nothing of what was agreed before."""
    assert saving.number is not None  # the context said that no promise can be kept without one
    tx, state, call_id = saving.tx, saving.place.state, saving.place.call_id
    existing = asking.request_of(tx, saving.number, state, call_id)
    _give_up_others(saving, existing)
    if existing is not None and not finished and not is_unfinished(existing):
        return
    if existing is None:
        limits.spend(tx, "request", saving.number, saving.limits, saving.now)
    whose, caller = Whose(saving.number, saving.limits.zone, existing), _caller(saving)
    request = NewRequest(
        call_id=call_id,
        caller_id=None if caller is None else caller.id,
        number=saving.number,
        topic=topic,
        details={},
        created_at=saving.now,
        wish=wishes.wish(state, whose) if finished else wishes.begun(state, whose, saving.now),
        person=asking.person_of(tx, saving.number, state, call_id),
    )
    messages.belongs(tx, call_id, requests.put(tx, _told(saving, request, existing, finished)))


def _told(saving: Saving, request: NewRequest, existing: Request | None, finished: bool) -> NewRequest:
    """The request with what helps to help. Who only changes the time rings about the same thing as before."""
    state, path = saving.place.state, calls.path(saving.tx, saving.place.call_id)
    if existing is not None and state.answers.get(CHOICE) == ANOTHER_TIME:
        kept = {name: told for name, told in existing.details.items() if name != UNFINISHED}
        return replace(request, topic=state.topic or existing.topic, details=kept)
    answers = {name: answer for name, answer in state.answers.items() if name not in DIALOGUE}
    details = {"path": path, "answers": answers}
    return replace(request, details=details if finished else {**details, UNFINISHED: True})


def _give_up_others(saving: Saving, kept: Request | None) -> None:
    """What was begun in this call for a number that the caller then took back."""
    for row in requests.of_call(saving.tx, saving.place.call_id):
        if row.status in asking.UNTOUCHED and is_unfinished(row) and (kept is None or row.id != kept.id):
            callbacks.cancel(saving.tx, row.id, Deed(HELPLINE, saving.now))


def _cancel(saving: Saving) -> None:
    found = asking.proven(saving.tx, saving.line, saving.place.state, saving.limits)
    if found is None:
        raise NotPossible(Reason.NOT_POSSIBLE)
    callbacks.cancel(saving.tx, found.id, Deed(HELPLINE, saving.now))


def _caller(saving: Saving) -> Caller | None:
    number = saving.line.number.e164
    return None if number is None else callers.find(saving.tx, number)


def store_end(tx: Transaction, place: Place, turn: Turn, how: str | None, now: float) -> None:
    """Ends the call as the engine counts it, or as the channel says (an error of the line)."""
    for fact in turn.facts:
        if isinstance(fact, CallEnded):
            calls.end_call(tx, place.call_id, calls.Ended(how or fact.how, fact.node, now))


def told(input: Input) -> str:
    """What the caller did, for the sealed record of the turn."""
    match input:
        case Pressed(keys):
            return f"pressed {keys}"
        case Said(words):
            return f"said {words}"
        case StayedSilent():
            return "silent"
        case Recorded(ref):
            return f"recorded {ref}"
        case TransferEnded(answered):
            return f"transfer {answered}"
        case Arrived() | HungUp() | Learned():
            return type(input).__name__.lower()
    assert_never(input)
