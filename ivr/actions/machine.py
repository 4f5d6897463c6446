"""The life of a request: one table of transitions, and the one way to make one.

Every move asks for the status it expects, under the lock, and is written to the audit in its own transaction.
What the table does not hold raises and changes nothing. Nothing here dials again by itself: `check` is for a person.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ivr.actions import audit
from ivr.actions.audit import Deed, What
from ivr.actions.refusals import Reason, Refused
from ivr.actions.staff import Role
from ivr.store import desk, notes, staff
from ivr.store.database import Transaction
from ivr.store.desk import Row
from ivr.store.notes import Kind, NewNote
from ivr.store.requests import Status
from ivr.store.staff import Member


class Event(StrEnum):
    """What happens to a request."""

    CLAIM = "claim"
    RELEASE = "release"
    GO_STALE = "go_stale"
    LEFT = "left"  # whose it was does not work here any more
    REASSIGN = "reassign"
    DIAL = "dial"
    BY_HAND = "by_hand"  # with another phone
    NOT_REACHED_AIDANT = "not_reached_aidant"  # so the caller never rang
    LOST = "lost"  # nobody knows whether the caller rang
    BRIDGED = "bridged"
    OVER = "over"  # the caller rang
    NOT_TAKEN = "not_taken"  # by the one who was rung while the caller was on the line
    RANG = "rang"  # says a person
    SILENT = "silent"
    FINISH = "finish"  # the outcome says: done
    RETRY = "retry"  # the outcome says: again
    GIVE_UP = "give_up"  # the outcome says: nobody will try again
    CANCEL = "cancel"  # by the caller
    REOPEN = "reopen"
    ERASE = "erase"


MOVES: Mapping[tuple[Status, Event], Status] = {
    (Status.WAITING, Event.CLAIM): Status.CLAIMED,
    (Status.WAITING, Event.CANCEL): Status.CLOSED,
    (Status.CLAIMED, Event.RELEASE): Status.WAITING,
    (Status.CLAIMED, Event.GO_STALE): Status.WAITING,
    (Status.CLAIMED, Event.LEFT): Status.WAITING,
    (Status.CLAIMED, Event.REASSIGN): Status.CLAIMED,
    (Status.CLAIMED, Event.DIAL): Status.DIALLING,
    (Status.CLAIMED, Event.BY_HAND): Status.WRAP_UP,
    (Status.CLAIMED, Event.CANCEL): Status.CLOSED,
    (Status.DIALLING, Event.NOT_REACHED_AIDANT): Status.CLAIMED,
    (Status.DIALLING, Event.LOST): Status.CHECK,
    (Status.DIALLING, Event.BRIDGED): Status.TALKING,
    (Status.DIALLING, Event.OVER): Status.WRAP_UP,
    (Status.DIALLING, Event.NOT_TAKEN): Status.WAITING,
    (Status.TALKING, Event.OVER): Status.WRAP_UP,
    (Status.TALKING, Event.NOT_TAKEN): Status.WAITING,
    (Status.CHECK, Event.RANG): Status.WRAP_UP,
    (Status.CHECK, Event.SILENT): Status.CLAIMED,
    (Status.CHECK, Event.LEFT): Status.WAITING,
    (Status.CHECK, Event.NOT_REACHED_AIDANT): Status.CLAIMED,
    (Status.CHECK, Event.BRIDGED): Status.TALKING,
    (Status.CHECK, Event.OVER): Status.WRAP_UP,
    (Status.WRAP_UP, Event.FINISH): Status.DONE,
    (Status.WRAP_UP, Event.RETRY): Status.WAITING,
    (Status.WRAP_UP, Event.GIVE_UP): Status.CLOSED,
    (Status.WRAP_UP, Event.LEFT): Status.WAITING,
    (Status.DONE, Event.REOPEN): Status.WAITING,
    (Status.CLOSED, Event.REOPEN): Status.WAITING,
    **{(status, Event.ERASE): Status.CLOSED for status in Status},
}

SAID = ("staff_id", "dial_id", "outcome", "tries")
"""Columns whose new value stands in the audit."""

TELEPHONE = (Event.NOT_REACHED_AIDANT, Event.LOST, Event.BRIDGED, Event.OVER)
"""What the telephone company tells."""

WHATS: Mapping[Event, What] = {
    Event.CLAIM: What.REQUEST_CLAIMED,
    Event.RELEASE: What.REQUEST_RELEASED,
    Event.GO_STALE: What.CLAIM_ENDED,
    Event.LEFT: What.REQUEST_TAKEN_BACK,
    Event.REASSIGN: What.REQUEST_REASSIGNED,
    Event.DIAL: What.CALL_STARTED,
    Event.BY_HAND: What.CALLED_BY_HAND,
    Event.RANG: What.CALL_JUDGED,
    Event.SILENT: What.CALL_JUDGED,
    Event.FINISH: What.REQUEST_WRAPPED_UP,
    Event.RETRY: What.REQUEST_WRAPPED_UP,
    Event.GIVE_UP: What.REQUEST_WRAPPED_UP,
    Event.CANCEL: What.REQUEST_CANCELLED,
    Event.REOPEN: What.REQUEST_REOPENED,
    Event.ERASE: What.REQUEST_ERASED,
    **dict.fromkeys((*TELEPHONE, Event.NOT_TAKEN), What.CALL_CHANGED),
}


class NotPossible(Refused):
    """Not done: it is another's, it is gone, or somebody was quicker."""


class IllegalMove(NotPossible):
    """The table holds no such transition."""

    def __init__(self, status: Status, event: Event) -> None:
        super().__init__(Reason.NOT_POSSIBLE)
        self.status, self.event = status, event


def held(tx: Transaction, id: int) -> Row:
    """The request, which nobody else moves until this transaction ends."""
    row = desk.lock(tx, id)
    if row is None:
        raise NotPossible(Reason.NOT_POSSIBLE)
    return row


def held_by(tx: Transaction, id: int, deed: Deed) -> Row:
    """The same when it is in the doer's hands, or the doer looks after everybody's."""
    row = held(tx, id)
    if row.staff_id is None or row.staff_id != deed.actor.staff_id:
        coordinates(tx, deed)
    return row


def coordinates(tx: Transaction, deed: Deed) -> None:
    """NotPossible unless the doer looks after everybody's requests; the helpline itself may."""
    if deed.actor.staff_id is not None and Role.COORDINATOR not in working(tx, deed.actor.staff_id).roles:
        raise NotPossible(Reason.NOT_YOURS)


def working(tx: Transaction, staff_id: int) -> Member:
    """Somebody whose account is in use."""
    member = staff.find(tx, staff_id)
    if member is None or member.disabled_at is not None:
        raise NotPossible(Reason.BAD_CHOICE)
    return member


def target(row: Row, event: Event) -> Status:
    """Where this event leads; IllegalMove when nowhere."""
    to = MOVES.get((row.status, event))
    if to is None:
        raise IllegalMove(row.status, event)
    return to


def go(tx: Transaction, row: Row, event: Event, deed: Deed, **columns: Any) -> None:
    """Moves the request on and changes other columns with it; the audit learns of those that name things of ours."""
    to = target(row, event)
    if not desk.move(tx, row.id, (row.status,), to, changed_at=deed.now, **columns):
        raise NotPossible(Reason.NOT_POSSIBLE)
    said = {name: columns[name] for name in SAID if columns.get(name) is not None}
    steps = {"event": event.value, "was": row.status.value, "is": to.value}
    audit.note(tx, deed, WHATS[event], request_object(row.id), **steps, **said)


def write(tx: Transaction, id: int, deed: Deed, kind: Kind, text: str = "") -> None:
    """A line in the history that everybody sees who opens the request."""
    notes.add(tx, NewNote(id, deed.now, deed.actor.staff_id, kind, text))


def request_object(id: int) -> str:
    """How the audit names a request."""
    return f"request/{id}"
