"""Forgetting what is older than its term: looked for without holding anybody up, then forgotten in small transactions.

Each of those asks again whether its rows are still old, so that a request that was reopened or a caller who rings at
that moment is left alone, and so that two workers at once, or one that was killed in between, do no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    Delete,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from ivr.store.database import Database, Transaction
from ivr.store.desk import ENDED
from ivr.store.directory_tables import given
from ivr.store.messages import State
from ivr.store.schema import audit, blocked, callers, calls, dials, messages, request_notes, requests, tallies, turns
from ivr.store.speech_tables import listenings
from ivr.store.text_tables import text_refusals, texts

BITE = 100
"""Rows a transaction; a call that ends brings its turns along."""
LOOK = 5000
"""Rows looked for at once."""

Keys = list[Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """What is older than `before` goes: seconds, or a day (ISO) for what is counted a day."""

    before: float | str
    now: float


Forget = Callable[[Transaction, Keys, Cut], int]


@dataclass(frozen=True, slots=True)
class Old:
    """A class of data: the keys of what is too old, the oldest first, and how it is forgotten (how many rows were)."""

    find: Select[*tuple[Any, ...]]
    forget: Forget


def forget(database: Database, old: Old, cut: Cut) -> int:
    """Forgets everything of this class that is too old; how many rows."""
    total = 0
    while True:
        with database.reading() as tx:
            keys = list(tx.execute(old.find.limit(LOOK), {"before": cut.before}).scalars())
        done = 0
        for at in range(0, len(keys), BITE):
            with database.transaction() as tx:
                done += old.forget(tx, keys[at : at + BITE], cut)
        total += done
        if len(keys) < LOOK or not done:
            return total


KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
BEFORE: BindParameter[Any] = bindparam("before")
NOTHING = b""

HAS_ENDED = requests.c.status.in_(ENDED)
ENDED_LONG_AGO = and_(HAS_ENDED, requests.c.changed_at < BEFORE)


def _emptied(those: BindParameter[Any] | Select[*tuple[Any, ...]]) -> tuple[Update | Delete, ...]:
    """What was done and heard in those calls is forgotten, and no text message leads to them any more."""
    told, heard = turns.c.payload, listenings.c.heard_sealed
    return (
        update(turns).where(turns.c.call_id.in_(those), told != NOTHING).values(payload=NOTHING),
        update(listenings).where(listenings.c.call_id.in_(those), heard != NOTHING).values(heard_sealed=NOTHING),
        delete(given).where(given.c.call_id.in_(those)),
        update(texts).where(texts.c.call_id.in_(those)).values(call_id=None),
    )


def _numbers(tx: Transaction, keys: Keys, cut: Cut) -> int:
    """The request stays as a figure; what was done in its call goes too, because the number may have been keyed."""
    calls_of = tx.execute(CLEARED, {"keys": keys, "before": cut.before}).scalars().all()
    for statement in EMPTY if calls_of else ():
        tx.execute(statement, {"keys": list(calls_of)})
    return len(calls_of)


WITH_NUMBER = and_(ENDED_LONG_AGO, requests.c.number_hash != "")
CLEARED = (
    update(requests)
    .where(requests.c.id.in_(KEYS), WITH_NUMBER)
    .values(number_sealed=NOTHING, number_hash="", details_sealed=NOTHING, code_sealed=None, zone=None, caller_id=None)
    .returning(requests.c.call_id)
)
EMPTY = _emptied(KEYS)
NUMBERS = Old(select(requests.c.id).where(WITH_NUMBER).order_by(requests.c.changed_at), _numbers)


def _callers(tx: Transaction, keys: Keys, cut: Cut) -> int:
    """Locked first: whoever rings at this moment waits, and is then stored anew. Their calls may name the number."""
    ids = list(tx.execute(NOT_SEEN.where(callers.c.id.in_(KEYS)).with_for_update(), _of(keys, cut)).scalars())
    for statement in (*EMPTY_CALLS, UNNAMED_CALLS, UNNAMED_REQUESTS, GONE_CALLERS):
        tx.execute(statement, {"keys": ids})
    return len(ids)


HIS = or_(requests.c.caller_id == callers.c.id, requests.c.number_hash == callers.c.number_hash)
HAS_OPEN = exists(select(1).select_from(requests).where(HIS, ~HAS_ENDED).correlate(callers))
NOT_SEEN = select(callers.c.id).where(callers.c.last_seen < BEFORE, ~HAS_OPEN)
EMPTY_CALLS = _emptied(select(calls.c.id).where(calls.c.caller_id.in_(KEYS)))
UNNAMED_CALLS = update(calls).where(calls.c.caller_id.in_(KEYS)).values(caller_id=None)
UNNAMED_REQUESTS = update(requests).where(requests.c.caller_id.in_(KEYS)).values(caller_id=None)
GONE_CALLERS = delete(callers).where(callers.c.id.in_(KEYS))
CALLERS = Old(NOT_SEEN.order_by(callers.c.last_seen), _callers)


def _turns(tx: Transaction, keys: Keys, cut: Cut) -> int:
    """When, where and how it went stays, and leads to nobody."""
    ids = list(tx.execute(UNLINK, {"keys": keys, "now": cut.now}).scalars())
    for statement in EMPTY if ids else ():
        tx.execute(statement, {"keys": ids})
    return len(ids)


LINKED = calls.c.unlinked_at.is_(None)
UNLINK = (
    update(calls)
    .where(calls.c.id.in_(KEYS), LINKED)
    .values(caller_id=None, external_id="", unlinked_at=bindparam("now"))
    .returning(calls.c.id)
)
TURNS = Old(select(calls.c.id).where(LINKED, calls.c.started_at < BEFORE).order_by(calls.c.started_at), _turns)


def _notes(tx: Transaction, keys: Keys, cut: Cut) -> int:
    return tx.execute(GONE_NOTES, _of(keys, cut)).rowcount


OLD_NOTES = select(request_notes.c.id).join(requests, requests.c.id == request_notes.c.request_id).where(ENDED_LONG_AGO)
GONE_NOTES = delete(request_notes).where(
    request_notes.c.id.in_(KEYS), request_notes.c.request_id.in_(select(requests.c.id).where(ENDED_LONG_AGO))
)
NOTES = Old(OLD_NOTES.order_by(request_notes.c.id), _notes)


def _plainly(table: Any, key: Any, age: Any) -> Old:
    """Rows that go whole when they are old."""
    statement = delete(table).where(key.in_(KEYS), age < BEFORE)

    def gone(tx: Transaction, keys: Keys, cut: Cut) -> int:
        return tx.execute(statement, _of(keys, cut)).rowcount

    return Old(select(key).where(age < BEFORE).distinct().order_by(key), gone)


AUDIT = _plainly(audit, audit.c.id, audit.c.at)
BLOCKED = _plainly(blocked, blocked.c.id, blocked.c.at)
TALLIES = _plainly(tallies, tallies.c.day, tallies.c.day)
REFUSALS = _plainly(text_refusals, text_refusals.c.number_hash, text_refusals.c.at)


def _texts(tx: Transaction, keys: Keys, cut: Cut) -> int:
    """That one was sent, when, about what and how it went stays, and leads to nobody."""
    return tx.execute(NO_TEXT, _of(keys, cut)).rowcount


WITH_TEXT = and_(texts.c.number_hash != "", texts.c.created_at < BEFORE)
NO_TEXT = (
    update(texts)
    .where(texts.c.id.in_(KEYS), WITH_TEXT)
    .values(number_sealed=NOTHING, number_hash="", body_sealed=NOTHING, call_id=None, place_id=None)
)
TEXTS = Old(select(texts.c.id).where(WITH_TEXT).order_by(texts.c.created_at), _texts)


@dataclass(frozen=True, slots=True)
class Sound:
    """A message whose time is over: its file, and the carrier's id of the recording where that was never fetched."""

    id: int
    file: str | None
    ref: str | None


SOUND_AGE = func.coalesce(messages.c.stored_at, messages.c.created_at)
WITH_SOUND = and_(messages.c.state != State.FORGOTTEN, SOUND_AGE < BEFORE)
MESSAGES = select(messages.c.id).where(WITH_SOUND).order_by(messages.c.id)
SOUNDS = select(messages.c.id, messages.c.file, messages.c.ref, messages.c.stored_at).where(
    messages.c.id.in_(KEYS), WITH_SOUND
)
FORGOTTEN = (
    update(messages)
    .where(messages.c.id.in_(KEYS))
    .values(
        state=State.FORGOTTEN,
        file=None,
        sha256=None,
        ref=literal("forgotten/").concat(cast(messages.c.id, Text)),
    )
)


def sounds(tx: Transaction, keys: Keys, cut: Cut) -> list[Sound]:
    """Those of the messages that are still too old, held off from everybody else until the commit."""
    rows = tx.execute(SOUNDS.with_for_update(), _of(keys, cut))
    return [Sound(row.id, row.file, row.ref if row.stored_at is None else None) for row in rows]


def forget_sounds(tx: Transaction, ids: Keys) -> None:
    """Their files are gone; that somebody left a message, when and how long it was, stays."""
    tx.execute(FORGOTTEN, {"keys": ids})


CHANNEL: BindParameter[Any] = bindparam("which")
AT_CARRIER = and_(LINKED, calls.c.channel == CHANNEL, calls.c.external_id != "")
OLD_CALLS = select(calls.c.id).where(AT_CARRIER, calls.c.started_at < BEFORE).order_by(calls.c.started_at)
THEIR_REFS = select(calls.c.external_id).where(calls.c.id.in_(KEYS), AT_CARRIER).with_for_update()
NO_REF = update(calls).where(calls.c.id.in_(KEYS), calls.c.channel == CHANNEL).values(external_id="")
WITH_REFS = or_(dials.c.call_ref.is_not(None), dials.c.leg_ref.is_not(None))
OLD_DIALS = select(dials.c.id).where(WITH_REFS, dials.c.created_at < BEFORE).order_by(dials.c.id)
DIAL_REFS = select(dials.c.call_ref, dials.c.leg_ref).where(dials.c.id.in_(KEYS), WITH_REFS).with_for_update()
NO_REFS = update(dials).where(dials.c.id.in_(KEYS)).values(call_ref=None, leg_ref=None)


AT_COMPANY = texts.c.carrier_ref.is_not(None)
OLD_TEXTS = select(texts.c.id).where(AT_COMPANY, texts.c.created_at < BEFORE).order_by(texts.c.id)
TEXT_REFS = select(texts.c.carrier_ref).where(texts.c.id.in_(KEYS), AT_COMPANY).with_for_update()
NO_TEXT_REF = update(texts).where(texts.c.id.in_(KEYS)).values(carrier_ref=None)


def take_text_refs(tx: Transaction, keys: Keys) -> list[str]:
    """The carrier's ids of these texts, which we then know no more."""
    refs = list(tx.execute(TEXT_REFS, {"keys": keys}).scalars())
    tx.execute(NO_TEXT_REF, {"keys": keys})
    return refs


def old_calls(channel: str) -> Select[*tuple[Any, ...]]:
    """The calls of a channel whose ids at the carrier we still know."""
    return OLD_CALLS.params(which=channel)


def take_call_refs(tx: Transaction, keys: Keys, channel: str) -> list[str]:
    """The carrier's ids of these calls, which we then know no more."""
    of = {"keys": keys, "which": channel}
    refs = list(tx.execute(THEIR_REFS, of).scalars())
    tx.execute(NO_REF, of)
    return refs


def take_dial_refs(tx: Transaction, keys: Keys) -> list[str]:
    """The carrier's ids of both legs of these attempts, which we then know no more."""
    refs = [ref for row in tx.execute(DIAL_REFS, {"keys": keys}) for ref in row if ref]
    tx.execute(NO_REFS, {"keys": keys})
    return refs


def _of(keys: Keys, cut: Cut) -> dict[str, Any]:
    return {"keys": keys, "before": cut.before}
