"""What the callback desk does with requests; where each may go is in machine.py."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from ivr.actions import audit, leaving, outcomes, windows
from ivr.actions.audit import HELPLINE, Deed, What
from ivr.actions.jobs import Handler, Job, Written
from ivr.actions.machine import (
    TELEPHONE,
    Event,
    NotPossible,
    coordinates,
    go,
    held,
    held_by,
    request_object,
    target,
    working,
    write,
)
from ivr.actions.outcomes import Again, Rules, Then, Wrap
from ivr.actions.refusals import Reason
from ivr.actions.staff import CALLS_BACK
from ivr.actions.windows import Due
from ivr.store import callers, calls, desk, dials, notes, requests, shifts
from ivr.store.calls import Ended, NewCall
from ivr.store.database import Transaction
from ivr.store.desk import Row, View, Wanted
from ivr.store.notes import Kind, NewNote
from ivr.store.requests import NewRequest, Wish
from ivr.store.staff import Member

STALE_MINUTES = 20
"""A claim on which nothing happens for so long goes back."""
LONGEST_NOTE = 4000
CHANNEL = "desk"
"""The channel of a request that was made by hand."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A request that the staff makes; `number` is E.164."""

    number: str
    topic: str
    wish: Wish
    person: int = 1
    note: str = ""


def claim(tx: Transaction, id: int, member_id: int, deed: Deed, *, other: bool = False) -> None:
    """From now on it is theirs alone; `other` says that they know it is in a language that they do not speak."""
    row, member = held(tx, id), working(tx, member_id)
    if member_id != deed.actor.staff_id:
        coordinates(tx, deed)
    if not other and row.language is not None and row.language not in member.languages:
        raise NotPossible(Reason.OTHER_LANGUAGE)
    go(tx, row, Event.CLAIM, deed, staff_id=member_id)


def claim_next(tx: Transaction, member: Member, deed: Deed, home: ZoneInfo | None = None) -> int | None:
    """The first request that nobody else is just taking is theirs; its id, None when nobody may be called now.

    `home` is where the helpline lives, and with it everybody of whom no zone is known.
    """
    asleep = windows.asleep(deed.now, home)
    wanted = Wanted(View.DUE, frozenset(member.languages), asleep=asleep, limit=1)
    id = desk.next_due(tx, wanted, deed.now, hold=True)
    if id is not None:
        claim(tx, id, member.id, deed)
    return id


def release(tx: Transaction, id: int, deed: Deed, note: str = "") -> None:
    """It waits again, at its old place."""
    row = held_by(tx, id, deed)
    go(tx, row, Event.RELEASE, deed, staff_id=None)
    write(tx, id, deed, Kind.RELEASED, note.strip()[:LONGEST_NOTE])


def reassign(tx: Transaction, id: int, to_staff: int, deed: Deed) -> None:
    """It is somebody else's."""
    row, member = held_by(tx, id, deed), working(tx, to_staff)
    if not member.roles & CALLS_BACK:
        raise NotPossible(Reason.BAD_CHOICE)
    go(tx, row, Event.REASSIGN, deed, staff_id=member.id)
    write(tx, id, deed, Kind.REASSIGNED)


def start_dial(tx: Transaction, id: int, deed: Deed, *, anyway: bool = False, home: ZoneInfo | None = None) -> int:
    """The id of a new attempt to call; `anyway` says that the aidant knows it is not the agreed time."""
    row = held(tx, id)
    target(row, Event.DIAL)
    if row.staff_id is None or row.staff_id != deed.actor.staff_id:
        raise NotPossible(Reason.NOT_YOURS)
    if not anyway and is_outside(row, deed.now, home):
        raise NotPossible(Reason.OUTSIDE_WINDOW)
    dial_id = dials.add(tx, dials.NewDial(dials.Kind.CALLBACK, row.staff_id, id, deed.now))
    go(tx, row, Event.DIAL, deed, dial_id=dial_id)
    return dial_id


def start_direct(tx: Transaction, id: int, member_id: int, deed: Deed) -> int:
    """Claims it for somebody while its caller is on the line; the id of the attempt to put them through."""
    claim(tx, id, member_id, deed)
    dial_id = dials.add(tx, dials.NewDial(dials.Kind.DIRECT, member_id, id, deed.now))
    go(tx, held(tx, id), Event.DIAL, deed, dial_id=dial_id)
    return dial_id


def not_taken(tx: Transaction, id: int, deed: Deed, dial_id: int | None = None) -> None:
    """Who was rung while the caller was on the line did not take it: it waits again, at its old place."""
    row = _tried(tx, id, dial_id)
    go(tx, row, Event.NOT_TAKEN, deed, staff_id=None)
    notes.add(tx, NewNote(id, deed.now, row.staff_id, Kind.NOT_TAKEN))


def is_outside(row: Row, now: float, home: ZoneInfo | None = None) -> bool:
    """Whether a call now would not come when it was agreed, or at night where the caller lives."""
    theirs = home if row.zone is None else ZoneInfo(row.zone)
    return windows.outside(Due(row.due_at, row.due_until), now, theirs)


def by_hand(tx: Transaction, id: int, deed: Deed) -> None:
    """The aidant called with another phone."""
    go(tx, held_by(tx, id, deed), Event.BY_HAND, deed)


def happened(tx: Transaction, id: int, event: Event, deed: Deed, dial_id: int | None = None) -> None:
    """What the telephone company tells of an attempt; NotPossible when it is not the latest one of this request."""
    assert event in TELEPHONE
    go(tx, _tried(tx, id, dial_id), event, deed)


def _tried(tx: Transaction, id: int, dial_id: int | None) -> Row:
    row = held(tx, id)
    if dial_id is not None and row.dial_id != dial_id:
        raise NotPossible(Reason.NOT_POSSIBLE)
    return row


def judge(tx: Transaction, id: int, rang: bool, deed: Deed) -> None:
    """A person says whether the caller's phone rang."""
    go(tx, held_by(tx, id, deed), Event.RANG if rang else Event.SILENT, deed)


def wrap_up(tx: Transaction, id: int, wrap: Wrap, rules: Rules, deed: Deed) -> None:
    """How it went, and what follows by the rules of the outcome."""
    row = held_by(tx, id, deed)
    target(row, Event.FINISH)
    follows = outcomes.follow(wrap, row, rules, frozenset(shifts.closed(tx)), deed.now)
    match follows:
        case Again(due, language, tries):
            again = {"staff_id": None, "language": language, "tries": tries, **_due(due)}
            go(tx, row, Event.RETRY, deed, outcome=wrap.outcome, **again)
        case Then.DONE:
            go(tx, row, Event.FINISH, deed, outcome=wrap.outcome)
        case _:
            go(tx, row, Event.GIVE_UP, deed, outcome=wrap.outcome)
    write(tx, id, deed, Kind.OUTCOME, wrap.outcome)
    if wrap.note.strip():
        write(tx, id, deed, Kind.WRITTEN, wrap.note.strip()[:LONGEST_NOTE])


def cancel(tx: Transaction, id: int, deed: Deed) -> None:
    """The caller does not want to be called any more."""
    go(tx, held(tx, id), Event.CANCEL, deed)
    write(tx, id, deed, Kind.CANCELLED)


def reopen(tx: Transaction, id: int, deed: Deed) -> None:
    """It waits again, as soon as possible, at its old place; a person may have only one request open."""
    row = held(tx, id)
    coordinates(tx, deed)
    target(row, Event.REOPEN)
    if row.erased:
        raise NotPossible(Reason.NOT_POSSIBLE)
    if desk.asked_again(tx, id):
        raise NotPossible(Reason.ALREADY_OPEN)
    fresh = {"staff_id": None, "outcome": None, "tries": 0, **_due(Due(deed.now))}
    go(tx, row, Event.REOPEN, deed, **fresh)
    write(tx, id, deed, Kind.REOPENED)


def make_by_hand(tx: Transaction, new: ByHand, deed: Deed) -> int:
    """A request of somebody who did not ask the telephone; NotPossible when this person has one open."""
    if any(row.person == new.person for row in requests.of_number(tx, new.number)):
        raise NotPossible(Reason.ALREADY_OPEN)
    caller, ref = callers.find(tx, new.number), secrets.token_hex(16)
    caller_id, call_id = None if caller is None else caller.id, f"{CHANNEL}-{ref}"
    calls.log_call(tx, NewCall(call_id, CHANNEL, ref, caller_id, "", deed.now))
    calls.end_call(tx, call_id, Ended("finished", None, deed.now))
    wish = replace(new.wish, zone=new.wish.zone or windows.zone_of(new.number))
    made = NewRequest(call_id, caller_id, new.number, new.topic, {}, deed.now, wish, new.person)
    id = requests.put(tx, made)
    if held(tx, id).call_id != call_id:  # it came in at this moment, and must not be changed by this one
        raise NotPossible(Reason.ALREADY_OPEN)
    audit.note(tx, deed, What.REQUEST_MADE, request_object(id))
    if new.note.strip():
        write(tx, id, deed, Kind.WRITTEN, new.note.strip()[:LONGEST_NOTE])
    return id


def add_note(tx: Transaction, id: int, text: str, deed: Deed) -> None:
    """What somebody of the staff wants the others to know."""
    held(tx, id)
    if not text.strip():
        raise NotPossible(Reason.NO_TEXT, "text")
    write(tx, id, deed, Kind.WRITTEN, text.strip()[:LONGEST_NOTE])
    audit.note(tx, deed, What.NOTE_WRITTEN, request_object(id))


def read_number(tx: Transaction, id: int, deed: Deed) -> str:
    """The number in full (E.164); that it was read is written down, so commit before it is shown."""
    request = requests.find(tx, id)
    if request is None:
        raise NotPossible(Reason.NOT_POSSIBLE)
    audit.number_read(tx, deed, id)
    return request.number


def return_stale(clock: Callable[[], float], minutes: float = STALE_MINUTES) -> Handler:
    """Claims on which nothing happened for so long, and what is in the hands of who left, go back to the queue."""

    def handle(_: Job) -> Written:
        def write(tx: Transaction) -> None:
            leaving.collect(tx, clock())
            end_claims(tx, minutes, clock())

        return write

    return handle


def end_claims(tx: Transaction, minutes: float, now: float) -> int:
    """How many claims went back, each with a note on whose it was."""
    ids = desk.stale(tx, now - minutes * 60)
    for id in ids:
        row = held(tx, id)
        go(tx, row, Event.GO_STALE, Deed(HELPLINE, now), staff_id=None)
        notes.add(tx, NewNote(id, now, row.staff_id, Kind.CLAIM_ENDED))
    return len(ids)


def _due(due: Due) -> dict[str, float | str | None]:
    date, part = due.window or (None, None)
    return {"due_at": due.at, "due_until": due.until, "window_date": date, "window_part": part}
