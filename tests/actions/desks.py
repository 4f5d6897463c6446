"""A callback desk for tests: people who speak made-up languages, requests, each event as somebody makes it happen."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from sqlalchemy import text

from ivr.actions import callbacks, machine, outcomes, windows
from ivr.actions.audit import Actor, Deed
from ivr.actions.machine import Event
from ivr.actions.outcomes import Wrap
from ivr.actions.staff import Role
from ivr.store import calls, desk, dials, requests, staff
from ivr.store.calls import NewCall
from ivr.store.database import Transaction
from ivr.store.desk import View, Wanted
from ivr.store.dials import NewDial
from ivr.store.requests import NewRequest, Request, Status, Wish
from ivr.store.staff import Member, NewMember
from tests.actions.folders import OUTCOMES
from tests.helpline import MONDAY_MORNING, PARIS, at

NOW = at(MONDAY_MORNING)()
HOURS = {"week": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
RULES = outcomes.rules({"outcomes": OUTCOMES, "hours": HOURS, "languages": {"aa": {}, "bb": {}}}, PARIS)
IN_HAND = (Status.CLAIMED, Status.DIALLING, Status.CHECK, Status.TALKING, Status.WRAP_UP)
serial = count(1)


def hire(tx: Transaction, *languages: str, role: Role = Role.AIDANT) -> int:
    """Somebody of the staff who speaks these."""
    new = NewMember(f"{next(serial)}@example.org", f"Person {next(serial)}", frozenset({role}), languages, NOW)
    id = staff.add(tx, new)
    assert id is not None
    return id


def deed(staff_id: int | None, now: float = NOW) -> Deed:
    """What somebody does, or the helpline itself."""
    return Deed(Actor(staff_id), now)


def number(n: int) -> str:
    """One of the numbers that the authority keeps for fiction."""
    return f"+3363998{n:04}"


def ask(tx: Transaction, n: int = 1, *, now: float = NOW, wish: Wish | None = None, person: int = 1) -> int:
    """A request of the n-th caller, made in a call of its own."""
    call_id = f"call-{next(serial)}"
    calls.log_call(tx, NewCall(call_id, "twilio", call_id, None, "r1", now))
    new = NewRequest(call_id, None, number(n), "permit", {}, now, wish or Wish("aa", "own"), person)
    return requests.put(tx, new)


def bring(tx: Transaction, id: int, status: Status, staff_id: int | None = None) -> int | None:
    """Puts a request into this status as if it had come there; the id of its attempt to call."""
    whose = staff_id if status in IN_HAND else None
    dial_id = None
    if staff_id is not None and status in (Status.DIALLING, Status.CHECK, Status.TALKING):
        dial_id = dials.add(tx, NewDial(dials.Kind.CALLBACK, staff_id, id, NOW))
    change = text("UPDATE requests SET status = :status, staff_id = :staff, dial_id = :dial WHERE id = :id")
    tx.execute(change, {"status": status.value, "staff": whose, "dial": dial_id, "id": id})
    return dial_id


def found(tx: Transaction, id: int) -> Request:
    request = requests.find(tx, id)
    assert request is not None
    return request


def member(tx: Transaction, id: int) -> Member:
    somebody = staff.find(tx, id)
    assert somebody is not None
    return somebody


def next_up(tx: Transaction, somebody: Member, now: float) -> int | None:
    """What they would take next."""
    wanted = Wanted(View.DUE, frozenset(somebody.languages), asleep=windows.asleep(now))
    return desk.next_due(tx, wanted, now)


Doing = Callable[[Transaction, int, int, float], object]
"""Makes something happen to a request: who does it, and when."""


def _wraps(outcome: str, **more: Any) -> Doing:
    return lambda tx, id, who, now: callbacks.wrap_up(tx, id, Wrap(outcome, **more), RULES, deed(who, now))


def _hears(event: Event) -> Doing:
    return lambda tx, id, _, now: callbacks.happened(tx, id, event, deed(None, now))


DOINGS: Mapping[Event, Doing] = {
    Event.CLAIM: lambda tx, id, who, now: callbacks.claim(tx, id, who, deed(who, now)),
    Event.RELEASE: lambda tx, id, who, now: callbacks.release(tx, id, deed(who, now)),
    Event.GO_STALE: lambda tx, id, _, now: machine.go(
        tx, machine.held(tx, id), Event.GO_STALE, deed(None, now), staff_id=None
    ),
    Event.LEFT: lambda tx, id, _, now: machine.go(tx, machine.held(tx, id), Event.LEFT, deed(None, now), staff_id=None),
    Event.REASSIGN: lambda tx, id, who, now: callbacks.reassign(tx, id, who, deed(who, now)),
    Event.DIAL: lambda tx, id, who, now: callbacks.start_dial(tx, id, deed(who, now), home=PARIS),
    Event.BY_HAND: lambda tx, id, who, now: callbacks.by_hand(tx, id, deed(who, now)),
    Event.RANG: lambda tx, id, who, now: callbacks.judge(tx, id, True, deed(who, now)),
    Event.SILENT: lambda tx, id, who, now: callbacks.judge(tx, id, False, deed(who, now)),
    Event.FINISH: _wraps("helped"),
    Event.RETRY: _wraps("no_answer"),
    Event.GIVE_UP: _wraps("declined"),
    Event.CANCEL: lambda tx, id, _, now: callbacks.cancel(tx, id, deed(None, now)),
    Event.REOPEN: lambda tx, id, who, now: callbacks.reopen(tx, id, deed(who, now)),
    Event.ERASE: lambda tx, id, _, now: machine.go(
        tx, machine.held(tx, id), Event.ERASE, deed(None, now), staff_id=None
    ),
    Event.NOT_TAKEN: lambda tx, id, _, now: callbacks.not_taken(tx, id, deed(None, now)),
    **{event: _hears(event) for event in machine.TELEPHONE},
}
