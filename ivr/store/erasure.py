"""Forgetting one person: everything that their number leads to, and the calls in which it was keyed (see keyed.py).

Of a call only the bare row stays, leading to nobody, and only while it goes on or another person's request was made in
it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, delete, exists, func, or_, select, update

from ivr.store import dials as attempts
from ivr.store.database import Stored, Transaction
from ivr.store.directory_tables import given
from ivr.store.schema import blocked, callers, calls, dials, jobs, messages, request_notes, requests, tallies, turns
from ivr.store.speech_tables import listenings
from ivr.store.text_tables import text_refusals, texts


@dataclass(frozen=True, slots=True)
class Found:
    """What a number leads to, by ids; `others` are requests of other numbers that were made in these calls and stay.

    `call_refs` are pairs of a channel and its id of a call; `leg_refs`, `recording_refs` and `text_refs` ids at the
    carrier.
    `going_on` counts what is not over yet: calls, and attempts to call.
    """

    hashes: tuple[str, ...]
    callers: tuple[int, ...]
    calls: tuple[str, ...]
    requests: tuple[int, ...]
    messages: tuple[int, ...]
    files: tuple[str, ...]
    call_refs: frozenset[tuple[str, str]]
    leg_refs: frozenset[str]
    recording_refs: frozenset[str]
    text_refs: frozenset[str]
    others: int
    going_on: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each kind."""

    callers: int
    calls: int
    turns: int
    requests: int
    notes: int
    messages: int
    dials: int
    blocked: int
    tallies: int
    texts: int
    refusals: int

    def __bool__(self) -> bool:
        """Whether there is anything at all."""
        return any(getattr(self, field.name) for field in fields(self))


Query = Select[*tuple[Any, ...]]


def _ids(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


HASHES, CALLERS, CALLS, KEYED = _ids("hashes"), _ids("callers"), _ids("calls"), _ids("keyed")
REQUESTS, MESSAGES = _ids("requests"), _ids("messages")
# A name of its own: SQLAlchemy writes an empty list that stands after IN and after NOT IN for both as if after NOT IN.
NOT_REQUESTS = _ids("but")

THEMSELVES = select(callers.c.id).where(callers.c.number_hash.in_(HASHES))
ASKED_IN = select(requests.c.call_id).where(requests.c.number_hash.in_(HASHES))
THEIR_CALLS = select(calls.c.id, calls.c.channel, calls.c.external_id, calls.c.ended_at).where(
    or_(calls.c.caller_id.in_(CALLERS), calls.c.id.in_(ASKED_IN), calls.c.id.in_(KEYED))
)
# One whose number was forgotten before goes with the call in which it was asked for.
NAMELESS = and_(requests.c.call_id.in_(CALLS), requests.c.number_hash == "")
THEIR_REQUESTS = select(requests.c.id).where(or_(requests.c.number_hash.in_(HASHES), NAMELESS)).order_by(requests.c.id)
OTHERS = (
    select(func.count()).select_from(requests).where(requests.c.call_id.in_(CALLS), requests.c.id.not_in(NOT_REQUESTS))
)
OF_OTHERS = and_(messages.c.request_id.is_not(None), messages.c.request_id.not_in(NOT_REQUESTS))
THEIR_MESSAGES = select(messages.c.id, messages.c.file, messages.c.ref).where(
    or_(messages.c.request_id.in_(REQUESTS), and_(messages.c.call_id.in_(CALLS), ~OF_OTHERS))
)
THEIR_DIALS = select(dials.c.call_ref, dials.c.leg_ref, dials.c.state).where(dials.c.request_id.in_(REQUESTS))

# Of a text whose number was forgotten before nothing says whose it was.
THEIR_TEXTS = texts.c.number_hash.in_(HASHES)
TEXT_REFS = select(texts.c.id, texts.c.carrier_ref).where(THEIR_TEXTS).order_by(texts.c.id)

WHERE: dict[str, tuple[Any, Any]] = {
    "turns": (turns, turns.c.call_id.in_(CALLS)),
    "notes": (request_notes, request_notes.c.request_id.in_(REQUESTS)),
    "dials": (dials, dials.c.request_id.in_(REQUESTS)),
    "messages": (messages, messages.c.id.in_(MESSAGES)),
    "texts": (texts, THEIR_TEXTS),
    "refusals": (text_refusals, text_refusals.c.number_hash.in_(HASHES)),
    "requests": (requests, requests.c.id.in_(REQUESTS)),
    "blocked": (blocked, blocked.c.number_hash.in_(HASHES)),
    "tallies": (tallies, tallies.c.number_hash.in_(HASHES)),
}
"""What goes whole, in the order in which it may go."""
COUNT = {name: select(func.count()).select_from(table).where(where) for name, (table, where) in WHERE.items()}
GONE = {name: delete(table).where(where) for name, (table, where) in WHERE.items()}

STILL_NEEDED = or_(
    calls.c.ended_at.is_(None),
    exists(select(1).where(requests.c.call_id == calls.c.id).correlate(calls)),
    exists(select(1).where(messages.c.call_id == calls.c.id).correlate(calls)),
)
GONE_LISTENINGS = delete(listenings).where(listenings.c.call_id.in_(CALLS))  # not counted: each is a turn's
GONE_GIVEN = delete(given).where(given.c.call_id.in_(CALLS))  # nor these: each was heard in a turn
# A text to another number, sent in a call in which this one was keyed.
NOBODYS_TEXTS = update(texts).where(texts.c.call_id.in_(CALLS)).values(call_id=None)
GONE_CALLS = delete(calls).where(calls.c.id.in_(CALLS), ~STILL_NEEDED)
BARE_CALLS = update(calls).where(calls.c.id.in_(CALLS)).values(external_id="")
NOBODYS_CALLS = update(calls).where(calls.c.caller_id.in_(CALLERS)).values(caller_id=None)
NOBODYS_REQUESTS = update(requests).where(requests.c.caller_id.in_(CALLERS)).values(caller_id=None)
GONE_CALLERS = delete(callers).where(callers.c.id.in_(CALLERS))
CALLS_GONE = (GONE_LISTENINGS, GONE_GIVEN, NOBODYS_TEXTS, GONE_CALLS, BARE_CALLS)
AFTERWARDS = (*CALLS_GONE, NOBODYS_CALLS, NOBODYS_REQUESTS, GONE_CALLERS)


def find(tx: Transaction, number: str, keyed: Collection[str] = (), *, hold: bool = False) -> Found:
    """What belongs to this number (E.164), under the current key and the old ones.

    `hold` keeps it until the transaction ends: whoever rings at this moment waits, and is then stored anew.
    """
    binds: dict[str, Any] = {"hashes": tx.keyring.hashes(number), "keyed": tuple(keyed)}

    def rows(query: Query) -> Sequence[Stored]:
        return tx.execute(query.with_for_update() if hold else query, binds).all()

    binds["callers"] = tuple(row.id for row in rows(THEMSELVES))
    talks = tx.execute(THEIR_CALLS, binds).all()
    binds["calls"] = tuple(row.id for row in talks)
    if hold:  # attempts before their requests, as who hears of a call does: else the two wait for each other
        binds["requests"] = tuple(tx.execute(THEIR_REQUESTS, binds).scalars())
        tx.execute(THEIR_DIALS.with_for_update(), binds)
    binds["requests"] = binds["but"] = tuple(row.id for row in rows(THEIR_REQUESTS))
    left, tried, sent = rows(THEIR_MESSAGES), rows(THEIR_DIALS), rows(TEXT_REFS)
    going_on = [row for row in talks if row.ended_at is None] + [row for row in tried if row.state in attempts.OPEN]
    return Found(
        hashes=binds["hashes"],
        callers=binds["callers"],
        calls=binds["calls"],
        requests=binds["requests"],
        messages=tuple(row.id for row in left),
        files=tuple(row.file for row in left if row.file is not None),
        call_refs=frozenset((row.channel, row.external_id) for row in talks if row.external_id),
        leg_refs=frozenset(ref for row in tried for ref in (row.call_ref, row.leg_ref) if ref),
        recording_refs=frozenset(row.ref for row in left),
        text_refs=frozenset(row.carrier_ref for row in sent if row.carrier_ref),
        others=int(tx.execute(OTHERS, binds).scalar_one()),
        going_on=len(going_on),
    )


def count(tx: Transaction, found: Found) -> Counts:
    """How much would go."""
    numbers = {name: int(tx.execute(query, _binds(found)).scalar_one()) for name, query in COUNT.items()}
    return Counts(callers=len(found.callers), calls=len(found.calls), **numbers)


def erase(tx: Transaction, found: Found) -> Counts:
    """Deletes all of it; how much it was."""
    binds = _binds(found)
    numbers = {name: tx.execute(statement, binds).rowcount for name, statement in GONE.items()}
    for statement in AFTERWARDS:
        tx.execute(statement, binds)
    return Counts(callers=len(found.callers), calls=len(found.calls), **numbers)


def states(tx: Transaction, start: str) -> dict[str, int]:
    """How many jobs whose key begins like this are in which state."""
    begins = func.substr(jobs.c.key, 1, len(start)) == start
    query = select(jobs.c.state, func.count()).where(begins).group_by(jobs.c.state)
    return {state: number for state, number in tx.execute(query)}


def _binds(found: Found) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("hashes", "callers", "calls", "requests", "messages")}
