"""Where a number stands in sealed words: keyed in a call, or written into a note. Found only by opening all of them."""

import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, select, tuple_, update

from ivr.errors import Forged
from ivr.numbers import core
from ivr.store import calls as talks
from ivr.store import notes
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.schema import request_notes, turns

PAGE = 1000
REMOVED = "•••"
BETWEEN = r"[\s.\-/()\u00a0\u2010-\u2015\u200e\u200f\u202a-\u202e\u2066-\u2069]*"
"""What people write between the digits of a number."""
COUNTRY = rf"(?:(?:\+|00|٠٠|۰۰)\d{{1,3}}{BETWEEN})?(?:[0٠۰]{BETWEEN})?"

TURNS = (
    select(turns.c.call_id, turns.c.n, turns.c.payload)
    .where(tuple_(turns.c.call_id, turns.c.n) > tuple_(bindparam("call"), bindparam("number")), turns.c.payload != b"")
    .order_by(turns.c.call_id, turns.c.n)
    .limit(PAGE)
)
NOTES = (
    select(request_notes.c.id, request_notes.c.request_id, request_notes.c.text_sealed)
    .where(request_notes.c.id > bindparam("after"), request_notes.c.text_sealed != b"")
    .order_by(request_notes.c.id)
    .limit(PAGE)
)
SOME = select(request_notes.c.id, request_notes.c.request_id, request_notes.c.text_sealed).where(
    request_notes.c.id.in_(bindparam("ids", expanding=True))
)
OF_REQUESTS = select(request_notes.c.id).where(request_notes.c.request_id.in_(bindparam("ids", expanding=True)))
ANEW = update(request_notes).where(request_notes.c.id == bindparam("note")).values(text_sealed=bindparam("sealed"))


def calls_with(database: Database, number: str) -> frozenset[str]:
    """The calls in which this number (E.164) was keyed; a page at a time, so that nobody is held up."""
    digits, found, place = core(number).encode(), set(), ("", 0)
    while True:
        with database.reading() as tx:
            rows = tx.execute(TURNS, {"call": place[0], "number": place[1]}).all()
        for call_id, n, payload in rows:
            if digits in _opened(database.keyring, payload, talks.about(call_id, n)):
                found.add(call_id)
        if len(rows) < PAGE:
            return frozenset(found)
        place = rows[-1].call_id, rows[-1].n


def notes_with(database: Database, number: str) -> tuple[int, ...]:
    """The notes in which somebody wrote this number, in whatever way."""
    pattern, found, after = written(number), [], 0
    while True:
        with database.reading() as tx:
            rows = tx.execute(NOTES, {"after": after}).all()
        for id, request_id, sealed in rows:
            if pattern.search(_opened(database.keyring, sealed, notes.about(request_id)).decode()):
                found.append(id)
        if len(rows) < PAGE:
            return tuple(found)
        after = rows[-1].id


def of_requests(tx: Transaction, ids: Collection[int]) -> list[int]:
    """The notes of these requests."""
    return list(tx.execute(OF_REQUESTS, {"ids": tuple(ids)}).scalars())


def remove_from_notes(tx: Transaction, number: str, ids: Collection[int]) -> int:
    """Takes the number out of these notes and leaves the other words; how many notes were changed."""
    pattern, changes = written(number), list[dict[str, Any]]()
    for id, request_id, sealed in tx.execute(SOME.with_for_update(), {"ids": tuple(ids)}):
        about = notes.about(request_id)
        text, times = pattern.subn(REMOVED, tx.keyring.open(sealed, about).decode())
        if times:
            changes.append({"note": id, "sealed": tx.keyring.seal(text.encode(), about)})
    if changes:
        tx.connection.execute(ANEW, changes)
    return len(changes)


def _opened(keyring: Keyring, sealed: bytes, about: bytes) -> bytes:
    """Nothing where the key is gone: what nobody can read must not keep anybody from being erased."""
    try:
        return keyring.open(sealed, about)
    except Forged:
        return b""


def written(number: str) -> re.Pattern[str]:
    """How people write this number (E.164): with or without its country, in any groups, in three kinds of digits."""
    digits = [f"[{digit}{chr(0x660 + int(digit))}{chr(0x6F0 + int(digit))}]" for digit in core(number)]
    return re.compile(rf"(?<!\d){COUNTRY}{BETWEEN.join(digits)}(?!\d)")
