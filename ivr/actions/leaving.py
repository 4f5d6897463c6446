"""Who stops working at the desk: what they had in hand waits again, at its old place, so that no caller waits for them.

A call that is under way goes on; what is left of it is collected when it is over, as is what was claimed meanwhile.
"""

from collections.abc import Collection

from ivr.actions import staff
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.machine import Event, go, held
from ivr.actions.staff import CALLS_BACK, Person
from ivr.store import notes, requests
from ivr.store import staff as accounts
from ivr.store.database import Transaction
from ivr.store.notes import Kind, NewNote
from ivr.store.requests import Status
from ivr.store.staff import Member


def disable(tx: Transaction, member: Member, deed: Deed) -> None:
    """Nobody signs in to it any more, and nothing stays in its hands."""
    _give_back(tx, [member.id], deed)  # first the requests, then the account: as everybody holds them
    staff.disable(tx, member, deed)


def change(tx: Transaction, member: Member, person: Person, spoken: Collection[str], deed: Deed) -> None:
    """Keeps what an admin changed; who does not call back any more has nothing in hand."""
    if not person.roles & CALLS_BACK:
        _give_back(tx, [member.id], deed)
    staff.change(tx, member, person, spoken, deed)


def collect(tx: Transaction, now: float) -> int:
    """How many requests were still in the hands of people who left, and wait again."""
    left = [one.id for one in accounts.everybody(tx) if one.disabled_at is not None or not one.roles & CALLS_BACK]
    return _give_back(tx, left, Deed(HELPLINE, now))


def _give_back(tx: Transaction, staff_ids: Collection[int], deed: Deed) -> int:
    ids = requests.idle_with(tx, staff_ids)
    for id in ids:
        row = held(tx, id)
        go(tx, row, Event.LEFT, deed, staff_id=None)
        kind = Kind.LEFT if row.status is Status.CLAIMED else Kind.LEFT_CALLED
        notes.add(tx, NewNote(id, deed.now, row.staff_id, kind))
    return len(ids)
