"""How often somebody tried in vain to sign in to an account from a place. The empty account counts a whole place."""

from dataclasses import dataclass

from sqlalchemy import bindparam, case, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from ivr.store.database import Transaction
from ivr.store.schema import sign_in_attempts

FORGOTTEN_SECONDS = 24 * 3600
"""After this long without a try, failures are forgotten; known pairs stay for `KNOWN_SECONDS`."""
KNOWN_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Tries:
    """Failures in a row, the time of the last one, and whether this account ever came in from this place."""

    failures: int = 0
    last_at: float = 0.0
    known: bool = False


THIS = (sign_in_attempts.c.account == bindparam("who"), sign_in_attempts.c.place == bindparam("where"))
FIND = select(sign_in_attempts.c.failures, sign_in_attempts.c.last_at, sign_in_attempts.c.known).where(*THIS)
NEW = insert(sign_in_attempts).values(
    account=bindparam("who"), place=bindparam("where"), failures=1, last_at=bindparam("now"), known=literal(False)
)
FRESH = sign_in_attempts.c.last_at > bindparam("now") - FORGOTTEN_SECONDS
COUNT = NEW.on_conflict_do_update(
    index_elements=["account", "place"],
    set_={"failures": case((FRESH, sign_in_attempts.c.failures + 1), else_=1), "last_at": bindparam("now")},
)
CLEAR = update(sign_in_attempts).where(*THIS).values(failures=0, known=literal(True))
TAKE_BACK = (
    update(sign_in_attempts)
    .where(*THIS, sign_in_attempts.c.failures > 0)
    .values(failures=sign_in_attempts.c.failures - 1)
)
SWEEP = delete(sign_in_attempts).where(
    sign_in_attempts.c.last_at
    < bindparam("now") - case((sign_in_attempts.c.known, KNOWN_SECONDS), else_=FORGOTTEN_SECONDS)
)


def find(tx: Transaction, account: str, place: str, now: float) -> Tries:
    """What is known of this pair."""
    row = tx.execute(FIND, {"who": account, "where": place}).first()
    if row is None:
        return Tries()
    return Tries(row.failures if row.last_at > now - FORGOTTEN_SECONDS else 0, row.last_at, row.known)


def count(tx: Transaction, account: str, place: str, now: float) -> None:
    """Counts a try as failed, before its password is looked at: many at once gain nothing."""
    tx.execute(SWEEP, {"now": now})
    for who in (account, ""):
        tx.execute(COUNT, {"who": who, "where": place, "now": now})


def succeeded(tx: Transaction, account: str, place: str) -> None:
    """It did not fail after all: the pair is known from now on, the place gets its count back."""
    tx.execute(CLEAR, {"who": account, "where": place})
    tx.execute(TAKE_BACK, {"who": "", "where": place})
