"""What a caller was given by the phone before they asked for a person: places, and when."""

from dataclasses import dataclass

from ivr.store import given, places
from ivr.store.database import Transaction
from ivr.store.places import Place


@dataclass(frozen=True, slots=True)
class Told:
    """A place that the caller heard of, and when."""

    at: float
    place: Place


def of_call(tx: Transaction, call_id: str) -> list[Told]:
    """Every place of the call, in order; also one that is gone since."""
    told = given.of_call(tx, call_id)
    known = places.of_ids(tx, {one.place_id for one in told})
    return [Told(one.at, known[one.place_id]) for one in told]
