"""What the outside answers in the dialogue for a callback: whose request is open, a code, when somebody can call.

Of a request on a phone that others use nothing is ever said without its code: whoever has none meets the same
questions, in the same words, as somebody who never rang before.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from zoneinfo import ZoneInfo

from ivr.actions import limits as spending
from ivr.actions import shifts, windows, wishes
from ivr.actions.knowledge import CALLBACK_NUMBER, GIVEN, Answerer, Asked, Line, callback_number
from ivr.actions.limits import OVER, Limits
from ivr.actions.windows import Calendar
from ivr.actions.wishes import CHOICE, CODE, NOW, PERSON, SOMEONE_ELSE, WHEN, Whose, is_unfinished
from ivr.engine.inputs import Known, Unavailable
from ivr.engine.state import State
from ivr.engine.turn import Value, When
from ivr.store import desk, requests, tallies
from ivr.store import shifts as closed_days
from ivr.store.database import Transaction
from ivr.store.requests import SHARED, UNKNOWN, Request, Status

TRIES = "code_tries"
TRIES_A_CALL = 3
TRIES_A_DAY = 9
"""For one number, whether it has a code or not."""

OFFERS = ("w1", "w2", "w3", "w4")
"""Values of the parts of days that are offered; `now` is there while somebody can call at once."""

UNTOUCHED = (Status.WAITING, Status.CLAIMED)
"""Nobody is calling yet: the caller may still change their mind."""


def four_digits() -> str:
    """A new code, which nobody can foresee."""
    return f"{secrets.randbelow(10_000):04}"


@dataclass(frozen=True, slots=True)
class Asking:
    """What the dialogue depends on: limits, the channels on which a message can be recorded, who makes codes."""

    limits: Limits
    recording: frozenset[str] = frozenset()
    new_code: Callable[[], str] = four_digits

    def whose(self, number: str, existing: Request | None = None) -> Whose:
        """What is known of a number before anybody is asked."""
        return Whose(number, self.limits.zone, existing)


def answerers(asking: Asking) -> dict[str, Answerer]:
    """One answerer a kind."""

    def bound(answer: Callable[[Asking, Asked, Transaction], Known | Unavailable]) -> Answerer:
        """While the database is away there is nothing to know."""
        return lambda asked: Unavailable() if asked.tx is None else answer(asking, asked, asked.tx)

    known = {
        "open_request": open_request,
        "code_right": code_right,
        "whose": whose,
        "code": code,
        "windows": offered,
        "recording": recording,
        "agreed": agreed,
    }
    return {kind: bound(answer) for kind, answer in known.items()}


def open_request(asking: Asking, asked: Asked, tx: Transaction) -> Known:
    """none, or no_language before one is chosen; open, with the values person, agreed and before; busy."""
    found = proven(tx, asked.line, asked.state, asking.limits)
    if found is None:
        return Known("none" if asked.state.language else "no_language", _nobody())
    return _told(tx, found, asked.now)


def proven(tx: Transaction, line: Line, state: State, limits: Limits) -> Request | None:
    """The open request that this caller may hear of: by its code, or rung from a phone that is theirs alone."""
    number = callback_number(line, state, limits)
    if number is None:
        return None
    rows = requests.of_number(tx, number)
    given = state.secrets.get(GIVEN)
    if given is not None:
        return _of_code(rows, given)
    rings = CALLBACK_NUMBER not in state.secrets
    return next((row for row in rows if row.safe), None) if rings else None


def code_right(asking: Asking, asked: Asked, tx: Transaction) -> Known:
    """right or busy, as `open_request` says; wrong; spent after too many tries. The same where there is no request."""
    line, state, limits = asked.line, asked.state, asking.limits
    tries = _whole(state.values.get(TRIES)) + 1
    number, today = callback_number(line, state, limits), _local_date(asked.now, limits.zone)
    if number is None or tries > TRIES_A_CALL or not tallies.count(tx, "code", number, today, TRIES_A_DAY):
        return Known("spent", secrets={GIVEN: None})
    found = proven(tx, line, state, limits)
    if found is None:
        return Known("spent" if tries == TRIES_A_CALL else "wrong", {TRIES: tries}, {GIVEN: None})
    tallies.take_back(tx, "code", number, today)
    told = _told(tx, found, asked.now)
    return Known("right" if told.case == "open" else told.case, told.values)


def whose(asking: Asking, asked: Asked, tx: Transaction) -> Known | Unavailable:
    """new or no_language, with the value person: who was cut off goes on, others are another; open, busy, too_many."""
    number = callback_number(asked.line, asked.state, asking.limits)
    if number is None:
        return Unavailable()
    rows, case = requests.of_number(tx, number), "new" if asked.state.language else "no_language"
    person = _person(rows, asked.line.call_id)
    if any(row.person == person for row in rows):
        return Known(case, {**_nobody(), PERSON: person})
    if asked.state.answers.get(CHOICE) != SOMEONE_ELSE:
        found = proven(tx, asked.line, asked.state, asking.limits)
        if found is not None:  # it came in by another call while this one was talking
            return _told(tx, found, asked.now)
    reason = spending.obstacle(tx, "request", number, asking.limits, asked.now)
    if reason is not None:
        asking.limits.watch("request", reason.value)
        return Known("too_many") if reason in OVER else Unavailable()
    return Known(case, {**_nobody(), PERSON: person})


def code(asking: Asking, asked: Asked, _: Transaction) -> Known:
    """A code, made once a call."""
    return Known("made", secrets={CODE: asked.state.secrets.get(CODE) or asking.new_code()})


def offered(asking: Asking, asked: Asked, tx: Transaction) -> Known | Unavailable:
    """some, with the values now and w1 to w4 of what can be offered; none."""
    number = callback_number(asked.line, asked.state, asking.limits)
    if number is None:
        return Unavailable()
    theirs, home = asking.whose(number).theirs, asking.limits.zone
    speaking = shifts.speaking(tx, asked.state.language)
    calendar = Calendar(asked.release.raw["hours"], home, _closed_days(asked, tx, home), speaking)
    here = windows.there(calendar, asked.now, theirs)
    found = windows.offered(calendar, asked.now, theirs, count=len(OFFERS) + 1)

    def later(offer: When) -> bool:
        return not here or windows.due((offer.date, offer.part), theirs).at > asked.now

    offers = [offer for offer in found if later(offer)][: len(OFFERS)]
    values: dict[str, Value | None] = {
        NOW: 1 if here else None,
        **dict.fromkeys(OFFERS),
        **dict(zip(OFFERS, offers, strict=False)),
    }
    return Known("some" if here or offers else "none", values)


def recording(asking: Asking, asked: Asked, _: Transaction) -> Known | Unavailable:
    """yes where a message can be recorded."""
    return Known("yes") if asked.line.channel in asking.recording else Unavailable()


def agreed(asking: Asking, asked: Asked, tx: Transaction) -> Known | Unavailable:
    """now or later, with what will be said of it: the moment agreed, or when we open; and whether others answer."""
    number = callback_number(asked.line, asked.state, asking.limits)
    if number is None:
        return Unavailable()
    state = asked.state
    existing = request_of(tx, number, state, asked.line.call_id)
    window = wishes.chosen_window(state)
    shared = wishes.whose_phone(state, existing) == SHARED
    at_once = state.answers.get(WHEN) == NOW
    values: dict[str, Value | None] = {
        "agreed": None if window is None else When(*window),
        "opens": None if window is not None or at_once else _opens(asked, tx, asking.whose(number)),
        "shared": 1 if shared else None,
    }
    return Known("now" if at_once else "later", values)


def person_of(tx: Transaction, number: str, state: State, call_id: str) -> int:
    """Which of the persons behind a number this call is for; as `whose` says where it was not asked."""
    return _whole(state.values.get(PERSON)) or _person(requests.of_number(tx, number), call_id)


def request_of(tx: Transaction, number: str, state: State, call_id: str) -> Request | None:
    """The open request that this call is about."""
    person = person_of(tx, number, state, call_id)
    return next((row for row in requests.of_number(tx, number) if row.person == person), None)


def _person(rows: list[Request], call_id: str) -> int:
    """Who was cut off goes on; anybody else is another person, for nothing tells them apart from a stranger."""
    taken = {row.person for row in rows}
    going_on = [row.person for row in rows if _goes_on(row, call_id)]
    return next(iter(going_on), next(person for person in range(1, len(taken) + 2) if person not in taken))


def _told(tx: Transaction, request: Request, now: float) -> Known:
    """What may be said of a request to whoever made it. What was agreed is said while it is still to come."""
    if request.status not in UNTOUCHED:
        return Known("busy", _nobody())
    to_come = request.window if request.due_until is not None and request.due_until > now else None
    waiting = desk.ahead(tx, request, now) if request.status is Status.WAITING else 0
    agreed = None if to_come is None else When(*to_come)
    return Known("open", {PERSON: request.person, "agreed": agreed, "before": waiting or None})


def _nobody() -> Mapping[str, Value | None]:
    return {PERSON: None, "agreed": None, "before": None}


def _of_code(rows: list[Request], given: str) -> Request | None:
    """Every code is compared, each in the same time."""
    fitting = [row for row in rows if row.code is not None and compare_digest(row.code.encode(), given.encode())]
    return fitting[0] if fitting else None


def _goes_on(row: Request, call_id: str) -> bool:
    """Whether it was begun in this call, or in another where nothing was said yet that must be kept."""
    nothing_said = row.phone == UNKNOWN and row.code is None and row.window is None
    return row.status in UNTOUCHED and (nothing_said or (row.call_id == call_id and is_unfinished(row)))


def _opens(asked: Asked, tx: Transaction, whose: Whose) -> When | None:
    """When we open, by their clock, if we are closed now; whoever is on shift."""
    calendar = Calendar(asked.release.raw["hours"], whose.home, _closed_days(asked, tx, whose.home))
    if windows.there(calendar, asked.now):
        return None
    return next(iter(windows.offered(calendar, asked.now, whose.theirs, count=1)), None)


def _closed_days(asked: Asked, tx: Transaction, home: ZoneInfo) -> frozenset[str]:
    return frozenset(closed_days.closed(tx, _local_date(asked.now, home)))


def _local_date(now: float, home: ZoneInfo) -> str:
    return datetime.fromtimestamp(now, home).date().isoformat()


def _whole(value: Value | None) -> int:
    return value if isinstance(value, int) else 0
