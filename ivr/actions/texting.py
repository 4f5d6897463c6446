"""What a caller may have sent as a text message: whether, to whom, what it says; kept in the transaction that says so.

A text goes to the mobile that rings, never to a number that somebody keyed. To a phone that others use it goes under a
neutral sender, or not at all.
"""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.actions import limits as spending
from ivr.actions import text_jobs, windows, wishes
from ivr.actions.knowledge import KEYED, Answerer, Asked, Line
from ivr.actions.limits import OVER, Limits
from ivr.actions.refusals import Reason, Refused
from ivr.actions.text_bodies import Body, body
from ivr.engine.inputs import Known, Unavailable
from ivr.engine.say import TEXT_OF
from ivr.engine.sms import length
from ivr.engine.state import State
from ivr.engine.turn import Value
from ivr.numbers import Kind, Number, as_keyed, may_dial
from ivr.release.release import Release
from ivr.store import callers, requests, text_refusals, texts
from ivr.store.database import Transaction
from ivr.store.requests import OWN, SHARED
from ivr.store.text_refusals import How
from ivr.store.texts import NewText

NUMBER = "text_number"
"""The secret that is read back: the number as people key it."""
LATER = "text_later"
READY, OTHERS = ("ready", "shared"), ("shared", "no_shared")
"""Cases in which a text can be had, and in which others use the phone."""


@dataclass(frozen=True, slots=True)
class Texting:
    """Who sends: `shared` is the neutral sender for phones that others use, empty where there is none."""

    limits: Limits
    sender: str = field(repr=False)
    shared: str = field(default="", repr=False)

    def offered(self, number: Number) -> bool:
        """Whether it is a mobile that we may write to."""
        return number.kind is Kind.MOBILE and may_dial(number, self.limits.reach)

    def offered_to(self, line: Line) -> bool:
        """The same of the number that rings."""
        return self.offered(line.number)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller asked for: the id of a text, on which line, in which state of a call, of which release."""

    what: str
    line: Line
    state: State
    release: Release
    now: float


def answerers(texting: Texting | None) -> dict[str, Answerer]:
    """One answerer a kind; where nothing can be sent, that is an answer too."""
    return {"text_way": lambda asked: _way(texting, asked), "text_stop": _stop}


def _way(texting: Texting | None, asked: Asked) -> Known | Unavailable:
    """ready or shared, with the number and whether it waits for the morning; else why not, or whose: to be asked."""
    if texting is None:
        return Known("off")
    if asked.tx is None:
        return Unavailable()
    tx, number = asked.tx, asked.line.number
    what = str(asked.state.values.get(TEXT_OF, ""))
    case = way(texting, tx, Wanted(what, asked.line, asked.state, asked.release, asked.now))
    if case in OTHERS and number.e164 is not None:
        callers.forget_area(tx, number.e164)  # somebody else would be told of it
    if case not in READY or number.e164 is None:
        return Known(case, {LATER: None}, {NUMBER: None})
    values: dict[str, Value | None] = {LATER: 1 if due_at(texting, number.e164, asked.now) > asked.now else None}
    return Known(case, values, {NUMBER: as_keyed(number.e164)})


def way(texting: Texting, tx: Transaction, wanted: Wanted) -> str:
    """The case of `text_way`."""
    number = wanted.line.number
    if not texting.offered(number) or number.e164 is None:
        return "not_mobile"
    if text_refusals.has(tx, number.e164):
        return "refused"
    if _body(texting, tx, wanted) is None:
        return "off"
    reason = spending.obstacle(tx, "text", number.e164, texting.limits, wanted.now)
    if reason is not None:
        texting.limits.watch("text", reason.value)
        return "too_many" if reason in OVER else "refused"
    whose = _whose(tx, number.e164, wanted.state)
    if whose == SHARED:
        return "shared" if texting.shared else "no_shared"
    return "ready" if whose == OWN else "whose"


def _stop(asked: Asked) -> Known | Unavailable:
    """This number gets no texts any more, also none that waits."""
    number = asked.line.number.e164
    if asked.tx is None or number is None:
        return Unavailable()
    refuse(asked.tx, number, How.KEY, asked.now)
    return Known("done")


def refuse(tx: Transaction, number: str, how: How, now: float, staff_id: int | None = None) -> bool:
    """No texts to this number (E.164) from now on, also none that waits; False when it got none before."""
    for text in texts.waiting(tx, number):
        texts.move(tx, text, (texts.State.NEW,), texts.State.CANCELLED, now, error=texts.Cause.REFUSED.value)
    return text_refusals.add(tx, number, how, now, staff_id)


def request(texting: Texting | None, tx: Transaction, wanted: Wanted, key: str) -> None:
    """Keeps the text that was promised with this turn, to be sent by a job; Refused when it may not be sent after all.

    What was said of it a turn ago is looked at once more: it may have become another.
    """
    number = wanted.line.number.e164
    case = None if texting is None else way(texting, tx, wanted)
    words = None if texting is None else _body(texting, tx, wanted)
    if texting is None or number is None or words is None or case not in READY:
        raise Refused(Reason.NOT_POSSIBLE)
    spending.spend(tx, "text", number, texting.limits, wanted.now)
    new = NewText(
        key=key,
        call_id=wanted.line.call_id,
        number=number,
        language=words.language,
        what=wanted.what,
        body=words.text,
        parts=length(words.text).parts,
        shared=case == "shared",
        due_at=due_at(texting, number, wanted.now),
        created_at=wanted.now,
        place_id=words.place_id,
    )
    keep(tx, new)


def keep(tx: Transaction, new: NewText) -> int | None:
    """Keeps a text and the job that sends it; None when the same was asked for before."""
    id = texts.add(tx, new)
    if id is not None:
        text_jobs.send(tx, id, new.created_at, new.due_at)
    return id


def due_at(texting: Texting, number: str, now: float) -> float:
    """Now, or in the morning where people with this number live."""
    return windows.soonest(now, home(number, texting.limits.zone))


def home(number: str, zone: ZoneInfo) -> ZoneInfo:
    """Where they live, as far as the number tells."""
    theirs = windows.zone_of(number)
    return zone if theirs is None else ZoneInfo(theirs)


def _whose(tx: Transaction, number: str, state: State) -> str | None:
    """Shared, if that was ever said; what was said of a keyed number says nothing of the one that rings."""
    names = (wishes.TEXT_PHONE,) if KEYED in state.values else (wishes.TEXT_PHONE, wishes.PHONE)
    said = [state.answers.get(name) for name in names]
    if SHARED in said or is_shared(tx, number):
        return SHARED
    return OWN if OWN in said else None


def is_shared(tx: Transaction, number: str) -> bool:
    """Whether an open request says that others use the phone of this number (E.164) too."""
    return any(row.phone == SHARED for row in requests.of_number(tx, number))


def _body(texting: Texting, tx: Transaction, wanted: Wanted) -> Body | None:
    today = datetime.fromtimestamp(wanted.now, texting.limits.zone).date().isoformat()
    return body(tx, wanted.release, wanted.state, wanted.what, today)
