"""How long somebody waits who tried in vain.

It slows a pair of account and place down, so that nobody can lock another out. A whole place is slowed much later,
since an office shares one address, and then only for accounts that never came in from it.
"""

from dataclasses import dataclass

from ivr.actions.refusals import TooSoon
from ivr.store import attempts
from ivr.store.database import Transaction

FREE = 4
"""Tries in vain that cost nothing."""
FREE_PLACE = 40
LONGEST_SECONDS = 900
LONGEST_PLACE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Pair:
    """What is tried, as a keyed hash or an id, and from where."""

    account: str
    place: str


def begin(tx: Transaction, pair: Pair, now: float) -> None:
    """Counts a try, as one in vain until `succeeded`; TooSoon when it comes too early, which counts nothing."""
    tries = attempts.find(tx, pair.account, pair.place, now)
    wait = _left(tries, FREE, LONGEST_SECONDS, now)
    if not tries.known:
        wait = max(wait, _left(attempts.find(tx, "", pair.place, now), FREE_PLACE, LONGEST_PLACE_SECONDS, now))
    if wait > 0:
        raise TooSoon(int(wait) + 1)
    attempts.count(tx, pair.account, pair.place, now)


def succeeded(tx: Transaction, pair: Pair) -> None:
    """The try was not in vain."""
    attempts.succeeded(tx, pair.account, pair.place)


def _left(tries: attempts.Tries, free: int, longest: int, now: float) -> float:
    """Seconds still to wait: 2, 4, 8 … from the last try on, once the free ones are used up."""
    over = tries.failures - free + 1
    if over <= 0:
        return 0.0
    return tries.last_at + min(2.0 ** min(over, 20), longest) - now
