"""Changing the key: every row is sealed and hashed anew, in batches, while calls run.

Servers first get the new key as current and the old one as old; then `rotate` runs; then the old one is thrown away.
A row tells by its first bytes which key sealed it, so a rotation that was cut short goes on where it stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, or_, select, text, tuple_, update

from ivr.store import callers as people
from ivr.store import calls as talks
from ivr.store import notes as remarks
from ivr.store import requests as wishes
from ivr.store.crypto import ID_BYTES, Keyring
from ivr.store.database import Database, Stored, Transaction
from ivr.store.schema import OPEN, callers, calls, request_notes, requests, turns


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many rows of each table were sealed anew."""

    callers: int
    turns: int
    requests: int
    ends: int = 0
    notes: int = 0
    words: int = 0  # of forgotten turns


def _old(column: Any) -> Any:
    return func.substr(column, 1, ID_BYTES) != bindparam("key", type_=column.type)


# A caller may say meanwhile where they live.
CALLERS = (
    select(callers)
    .where(_old(callers.c.number_sealed), callers.c.id > bindparam("id"))
    .order_by(callers.c.id)
    .with_for_update()
)
TURNS = (
    select(turns.c.call_id, turns.c.n, turns.c.payload, turns.c.node)
    .where(
        _old(turns.c.payload),
        turns.c.payload != b"",
        tuple_(turns.c.call_id, turns.c.n) > tuple_(bindparam("call"), bindparam("number")),
    )
    .order_by(turns.c.call_id, turns.c.n)
)
# Of a turn that was forgotten only the node is left.
WORDS = select(turns.c.node).where(turns.c.payload == b"").distinct()
OF_WORD = select(turns.c.call_id, turns.c.n).where(turns.c.payload == b"", turns.c.node == bindparam("old"))
SEALED = (requests.c.number_sealed, requests.c.details_sealed, requests.c.code_sealed)
# A request may change while we look at it; one that was erased has nothing to seal.
REQUESTS = (
    select(requests)
    .where(or_(*map(_old, SEALED)), requests.c.id > bindparam("id"), requests.c.number_hash != "")
    .order_by(requests.c.id)
    .with_for_update()
)
NOTES = (
    select(request_notes.c.id, request_notes.c.request_id, request_notes.c.text_sealed)
    .where(_old(request_notes.c.text_sealed), request_notes.c.id > bindparam("id"), request_notes.c.text_sealed != b"")
    .order_by(request_notes.c.id)
)
# Each update asks for the old bytes, so that two rotations at once do no harm.
CALLER = (
    update(callers)
    .where(callers.c.id == bindparam("id_"), callers.c.number_sealed == bindparam("old"))
    .values(
        number_sealed=bindparam("sealed"),
        number_hash=bindparam("hash"),
        area_sealed=bindparam("area", type_=callers.c.area_sealed.type),
    )
)
TURN = (
    update(turns)
    .where(turns.c.call_id == bindparam("call"), turns.c.n == bindparam("number"), turns.c.payload == bindparam("old"))
    .values(payload=bindparam("sealed"), node=bindparam("word"))
)
REQUEST = (
    update(requests)
    .where(requests.c.id == bindparam("id_"), requests.c.number_sealed == bindparam("old"))
    .values(
        number_sealed=bindparam("sealed"),
        number_hash=bindparam("hash"),
        details_sealed=bindparam("details"),
        code_sealed=bindparam("code"),
        person=bindparam("whose"),
    )
)
PERSONS = select(requests.c.person).where(
    requests.c.number_hash == bindparam("hash"), requests.c.id != bindparam("id_"), text(OPEN)
)
NOTE = (
    update(request_notes)
    .where(request_notes.c.id == bindparam("id_"), request_notes.c.text_sealed == bindparam("old"))
    .values(text_sealed=bindparam("sealed"))
)
WORD = update(turns).values(node=bindparam("word"))
ENDS = select(calls.c.ended_node).where(calls.c.ended_node.is_not(None)).distinct()
END = update(calls).where(calls.c.ended_node == bindparam("old")).values(ended_node=bindparam("word"))
TWIN = select(callers.c.id).where(callers.c.number_hash == bindparam("hash"))
MOVE_CALLS = update(calls).where(calls.c.caller_id == bindparam("twin")).values(caller_id=bindparam("to"))
MOVE_REQUESTS = update(requests).where(requests.c.caller_id == bindparam("twin")).values(caller_id=bindparam("to"))
FORGET = delete(callers).where(callers.c.id == bindparam("twin"))


def rotate(database: Database, batch: int = 500) -> Rotated:
    """Bring every row under the current key, each batch its own transaction; again until nothing old is left."""
    totals = [0, 0, 0, 0, 0, 0]
    while True:
        counts = [
            _table(database, CALLERS.limit(batch), {"id": 0}, _callers),
            _table(database, TURNS.limit(batch), {"call": "", "number": 0}, _turns),
            _table(database, REQUESTS.limit(batch), {"id": 0}, _requests),
            _ends(database),
            _table(database, NOTES.limit(batch), {"id": 0}, _notes),
            _words(database, batch),
        ]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        if not any(counts):
            return Rotated(*totals)


Place = dict[str, Any]
"""Where the next batch begins: the key of the last row."""


def _table(
    database: Database,
    query: Select[*tuple[Any, ...]],
    place: Place,
    seal: Callable[[Transaction, list[Stored]], Place],
) -> int:
    count = 0
    while True:
        with database.transaction() as tx:
            rows = list(tx.execute(query, {**place, "key": tx.keyring.current_id}))
            if not rows:
                return count
            place = seal(tx, rows)
        count += len(rows)


def _callers(tx: Transaction, rows: list[Stored]) -> Place:
    for row in rows:
        sealed, hash = _number(tx.keyring, row)
        twin = tx.execute(TWIN, {"hash": hash}).scalar()
        if twin is not None and twin != row.id:
            _join(tx, twin, row.id)
        area = row.area_sealed and _area(tx.keyring, row, hash)
        values = {"id_": row.id, "old": row.number_sealed, "sealed": sealed, "hash": hash, "area": area}
        tx.execute(CALLER, values)
    return {"id": rows[-1].id}


def _turns(tx: Transaction, rows: list[Stored]) -> Place:
    changes = []
    for call_id, n, payload, node in rows:
        about = talks.about(call_id, n)
        sealed = tx.keyring.seal(tx.keyring.open(payload, about), about)
        word = tx.keyring.seal_word(tx.keyring.open_word(node))
        changes.append({"call": call_id, "number": n, "old": payload, "sealed": sealed, "word": word})
    tx.connection.execute(TURN, changes)
    return {"call": rows[-1].call_id, "number": rows[-1].n}


def _words(database: Database, batch: int) -> int:
    with database.reading() as tx:
        old = {word: tx.keyring.seal_word(tx.keyring.open_word(word)) for word in tx.execute(WORDS).scalars()}
    change = WORD.where(tuple_(turns.c.call_id, turns.c.n).in_(OF_WORD.limit(batch)))
    count = 0
    for word, new in old.items():
        changed = 0 if word == new else batch
        while changed == batch:
            with database.transaction() as tx:
                changed = tx.execute(change, {"old": word, "word": new}).rowcount
            count += changed
    return count


def _ends(database: Database) -> int:
    """Where calls ended: a few words, each changed in all its rows at once."""
    with database.transaction() as tx:
        count = 0
        for old in list(tx.execute(ENDS).scalars()):
            word = tx.keyring.seal_word(tx.keyring.open_word(old))
            count += 0 if word == old else tx.execute(END, {"old": old, "word": word}).rowcount
        return count


def _requests(tx: Transaction, rows: list[Stored]) -> Place:
    for row in rows:
        sealed, hash = _number(tx.keyring, row)
        values = {
            "id_": row.id,
            "old": row.number_sealed,
            "sealed": sealed,
            "hash": hash,
            "details": _anew(tx.keyring, row.details_sealed, wishes.about(row.call_id, row.topic)),
            "code": row.code_sealed and _anew(tx.keyring, row.code_sealed, wishes.about_code(row.call_id)),
            "whose": _person(tx, row, hash),
        }
        tx.execute(REQUEST, values)
    return {"id": rows[-1].id}


def _person(tx: Transaction, row: Stored, hash: str) -> int:
    """A server that did not know both keys may have stored this person again: then this row is another person's."""
    if row.status in (wishes.Status.DONE, wishes.Status.CLOSED):
        return int(row.person)
    others = set(tx.execute(PERSONS, {"hash": hash, "id_": row.id}).scalars())
    return max(others) + 1 if row.person in others else int(row.person)


def _notes(tx: Transaction, rows: list[Stored]) -> Place:
    changes = [
        {"id_": id, "old": text_sealed, "sealed": _anew(tx.keyring, text_sealed, remarks.about(request_id))}
        for id, request_id, text_sealed in rows
    ]
    tx.connection.execute(NOTE, changes)
    return {"id": rows[-1].id}


def _anew(keyring: Keyring, sealed: bytes, about: bytes) -> bytes:
    return keyring.seal(keyring.open(sealed, about), about)


def _number(keyring: Keyring, row: Stored) -> tuple[bytes, str]:
    number = keyring.open(row.number_sealed, people.about(row.number_hash))
    hash = keyring.hashes(number.decode())[0]
    return keyring.seal(number, people.about(hash)), hash


def _area(keyring: Keyring, row: Stored, hash: str) -> bytes:
    """It is bound to the number's hash, which changes."""
    return keyring.seal(keyring.open(row.area_sealed, people.about_area(row.number_hash)), people.about_area(hash))


def _join(tx: Transaction, twin: int, to: int) -> None:
    """A server that did not know both keys yet has stored this caller again: keep the older row."""
    for statement in (MOVE_CALLS, MOVE_REQUESTS):
        tx.execute(statement, {"twin": twin, "to": to})
    tx.execute(FORGET, {"twin": twin})
