"""What aidants and coordinators would have otherwise in the directory: an admin accepts or declines it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ivr.actions import directory
from ivr.actions.audit import Deed, What, note
from ivr.actions.refusals import Reason, Refused
from ivr.store import proposals
from ivr.store.database import Transaction
from ivr.store.proposals import NewProposal, State

LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Idea:
    """What a place should say, and why; `seen` is its `changed_at` when somebody wrote this."""

    fields: Mapping[str, Any]
    why: str
    seen: float = 0.0


def propose(tx: Transaction, place_id: int | None, idea: Idea, deed: Deed) -> int:
    """Keeps what somebody would change, or a new place; its id. Words alone are enough where the place is known."""
    why = idea.why.strip()
    if not 0 < len(why) <= LONGEST_WHY:
        raise Refused(Reason.NO_REASON, "why")
    changes = dict(idea.fields)
    if place_id is not None:
        changes = directory.differing(directory.seen_now(tx, place_id, idea.seen), idea.fields)
    assert deed.actor.staff_id is not None
    id = proposals.add(tx, NewProposal(place_id, deed.actor.staff_id, deed.now, changes, why))
    note(tx, deed, What.PROPOSAL_MADE, about(id), **({} if place_id is None else {"place": place_id}))
    return id


def accept(tx: Transaction, id: int, seen: float, deed: Deed, day: date) -> int:
    """The place becomes as proposed; its id. Refused when somebody decided already, or the place is not as `seen`."""
    found = proposals.find(tx, id)
    if found is None or found.state is not State.OPEN:
        raise Refused(Reason.CHANGED_MEANWHILE)
    by = deed.actor.staff_id
    if found.place_id is None:
        place_id = directory.add(tx, found.fields, deed, day)
        decided = proposals.became(tx, id, place_id, by, deed.now)
    else:
        place_id = found.place_id
        directory.correct(tx, place_id, found.fields, seen, deed)
        decided = proposals.decide(tx, id, State.ACCEPTED, by, deed.now)
    if not decided:
        raise Refused(Reason.CHANGED_MEANWHILE)
    note(tx, deed, What.PROPOSAL_ACCEPTED, about(id), place=place_id)
    return place_id


def decline(tx: Transaction, id: int, deed: Deed) -> None:
    """Nothing changes. Refused when somebody decided already."""
    if not proposals.decide(tx, id, State.DECLINED, deed.actor.staff_id, deed.now):
        raise Refused(Reason.CHANGED_MEANWHILE)
    note(tx, deed, What.PROPOSAL_DECLINED, about(id))


def about(id: int) -> str:
    """How the audit names a proposal."""
    return f"proposal/{id}"
