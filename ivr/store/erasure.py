"""Forgetting one person: everything that their number leads to, and the calls in which it was keyed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, or_, select

from ivr.store.database import Transaction
from ivr.store.schema import callers, calls, requests, turns


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows are gone."""

    callers: int
    calls: int
    turns: int
    requests: int


HASHES: BindParameter[Any] = bindparam("hashes", expanding=True)
THEIRS = select(callers.c.id).where(callers.c.number_hash.in_(HASHES))
ASKED_IN = select(requests.c.call_id).where(requests.c.number_hash.in_(HASHES))
CALLS = select(calls.c.id).where(or_(calls.c.caller_id.in_(THEIRS), calls.c.id.in_(ASKED_IN)))

OF_CALLS: BindParameter[Any] = bindparam("ids", expanding=True)
REQUESTS = delete(requests).where(or_(requests.c.call_id.in_(OF_CALLS), requests.c.number_hash.in_(HASHES)))
TURNS = delete(turns).where(turns.c.call_id.in_(OF_CALLS))
THEIR_CALLS = delete(calls).where(calls.c.id.in_(OF_CALLS))
THEMSELVES = delete(callers).where(callers.c.number_hash.in_(HASHES))


def erase(tx: Transaction, number: str) -> Erased:
    """Deletes what belongs to this number (E.164), under the current key and the old ones."""
    hashes = {"hashes": tx.keyring.hashes(number)}
    ids = {"ids": list(tx.execute(CALLS, hashes).scalars())}
    asked = tx.execute(REQUESTS, hashes | ids).rowcount
    told = tx.execute(TURNS, ids).rowcount
    called = tx.execute(THEIR_CALLS, ids).rowcount
    return Erased(tx.execute(THEMSELVES, hashes).rowcount, called, told, asked)
