"""Calling people back, as the staff asks for it. The telephone company is asked by jobs (placing.py); what it tells
comes in through ring.py. See docs/decisions/0013-dialling.md.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ivr.actions import callbacks, dial_jobs, legs
from ivr.actions.audit import Deed, What, note, staff_object
from ivr.actions.machine import NotPossible
from ivr.actions.refusals import Reason, Refused, TooSoon
from ivr.store import dials, staff
from ivr.store.database import Transaction
from ivr.store.dials import BEFORE_ACCEPTED, How, Kind, NewDial, State
from ivr.store.staff import Member

TESTS_SECONDS = 600
OFTEN: Mapping[Kind, int] = {Kind.TEST: 3, Kind.STUDIO: 5}
"""How often somebody may ring their own phone in so many seconds."""


def call_back(
    tx: Transaction, request_id: int, deed: Deed, *, anyway: bool = False, home: ZoneInfo | None = None
) -> int:
    """Rings the aidant's phone, then the caller's: the id of the attempt. NotPossible or Refused when it cannot be.

    `anyway` and `home` are those of `callbacks.start_dial`.
    """
    dial_id = callbacks.start_dial(tx, request_id, deed, anyway=anyway, home=home)
    dial = dials.find(tx, dial_id)
    member = None if dial is None else staff.find(tx, dial.staff_id)
    if member is None or member.phone is None:
        raise Refused(Reason.NO_PHONE, "phone")
    dial_jobs.dial(tx, dial_id, deed.now)
    return dial_id


def self_test(tx: Transaction, member: Member, deed: Deed) -> int:
    """Rings somebody's own phone: the id of the attempt; see `ring_oneself`."""
    dial_id, new = ring_oneself(tx, member, Kind.TEST, deed)
    if new:
        note(tx, deed, What.PHONE_TESTED, staff_object(member.id), dial=dial_id)
    return dial_id


def ring_oneself(tx: Transaction, member: Member, kind: Kind, deed: Deed) -> tuple[int, bool]:
    """The attempt, and whether it is new: while one goes on there is no second.

    TooSoon after some in a row, Refused without a phone.
    """
    if member.phone is None:
        raise Refused(Reason.NO_PHONE, "phone")
    last = dials.last_own(tx, member.id, kind)
    if last is not None and not last.over:
        return last.id, False
    if dials.often(tx, member.id, kind, deed.now - TESTS_SECONDS) >= OFTEN[kind]:
        raise TooSoon(TESTS_SECONDS)
    dial_id = dials.add(tx, NewDial(kind, member.id, None, deed.now))
    dial_jobs.dial(tx, dial_id, deed.now)
    return dial_id, True


def hang_up(tx: Transaction, dial_id: int, deed: Deed, *, voicemail: bool = False) -> None:
    """Ends both legs; `voicemail` says that a machine answered. NotPossible when it is another's, or over."""
    dial = dials.lock(tx, dial_id)
    if dial is None or dial.over or dial.staff_id != deed.actor.staff_id:
        raise NotPossible(Reason.NOT_POSSIBLE)
    if voicemail and dial.accepted_at is not None:
        dials.learn(tx, dial, how=How.VOICEMAIL.value)
    note(tx, deed, What.CALL_ENDED, f"dial/{dial_id}", voicemail=int(voicemail))
    if dial.state is State.NEW:  # nothing was asked of the telephone company yet; its job will find this over
        legs.decline(tx, dial, How.ENDED, deed.now)
        return
    dial_jobs.end(tx, dial_id, "before" if dial.state in BEFORE_ACCEPTED else "after", deed.now)
