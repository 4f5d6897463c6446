"""Requests for a person: the one promise the helpline makes. A number has one open request for each of its persons."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, text, update

from ivr.store import callers, news
from ivr.store import calls as talks
from ivr.store.calls import UnknownCall
from ivr.store.database import Stored, Transaction
from ivr.store.schema import OPEN, requests
from ivr.store.statements import insert_once_in_a_call

OWN, SHARED, UNKNOWN = "own", "shared", "unknown"
"""Whose the phone is; all but `own` is flagged."""


class Status(StrEnum):
    """Where a request stands; what leads from one to another is in actions/callbacks.py."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DIALLING = "dialling"
    CHECK = "check"  # may have rung: a person says
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    DONE = "done"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Wish:
    """How and when somebody wants to be called; a window is a local date (ISO) and a part of that day."""

    language: str | None
    phone: str = UNKNOWN
    woman: bool = False
    window: tuple[str, str] | None = None
    zone: str | None = None
    due_at: float | None = None  # None: since the request was made
    due_until: float | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class NewRequest:
    """Somebody wants a person: the number (E.164) to call, and what helps to help, such as path and answers (JSON)."""

    call_id: str
    caller_id: int | None
    number: str
    topic: str
    details: Mapping[str, Any]
    created_at: float
    wish: Wish
    person: int = 1


@dataclass(frozen=True, slots=True)
class Request:
    """A stored request, opened; one that was erased has neither number nor details."""

    id: int
    call_id: str
    caller_id: int | None
    number: str
    language: str | None
    topic: str
    details: Mapping[str, Any]
    created_at: float
    status: Status
    person: int
    phone: str
    woman: bool
    window: tuple[str, str] | None
    zone: str | None
    due_at: float
    due_until: float | None
    tries: int
    changed_at: float
    staff_id: int | None
    dial_id: int | None
    outcome: str | None
    code: str | None

    @property
    def safe(self) -> bool:
        """Whether nobody else answers this phone."""
        return self.phone == OWN


WISHED = (
    "language",
    "topic",
    "details_sealed",
    "phone",
    "woman",
    "window_date",
    "window_part",
    "zone",
    "due_at",
    "due_until",
    "tries",
    "code_sealed",
)
STORED = (
    "call_id",
    "caller_id",
    "number_sealed",
    "number_hash",
    "created_at",
    "status",
    "person",
    "changed_at",
    *WISHED,
)
HASHES: BindParameter[Any] = bindparam("hashes", expanding=True)
THIS = requests.c.id == bindparam("request")
THEIRS = requests.c.number_hash.in_(HASHES)
IS_OPEN = text(OPEN)

ADD = insert_once_in_a_call(requests, STORED).returning(requests.c.id)
THE_OPEN = (
    select(requests)
    .where(THEIRS, requests.c.person == bindparam("person"), IS_OPEN)
    .order_by(requests.c.id)
    .with_for_update()
)
CHANGE = update(requests).where(THIS).values({name: bindparam(name) for name in WISHED})
FIND = select(requests).where(THIS)
ALL_OPEN = select(requests).where(THEIRS, IS_OPEN).order_by(requests.c.person, requests.c.id)
HISTORY = select(requests).where(THEIRS).order_by(requests.c.created_at.desc(), requests.c.id.desc())
OF_CALL = select(requests).where(requests.c.call_id == bindparam("call")).order_by(requests.c.id)
COUNT = select(func.count()).select_from(requests)
IDLE = (Status.CLAIMED, Status.CHECK, Status.WRAP_UP)
"""In somebody's hands, and no call is under way."""


def put(tx: Transaction, new: NewRequest) -> int:
    """The id of the open request of this number and person: a new one, or the one that was there with this wish.

    Its first call, the time of its making and with it its place in the queue never change; attempts count anew.
    """
    whose = {"hashes": tx.keyring.hashes(new.number), "person": new.person}
    while True:  # again only when the other one of two at once was settled in between
        row = tx.execute(THE_OPEN, whose).first()
        if row is not None:
            tx.execute(CHANGE, {"request": row.id, **_wished(tx, new, row.call_id, row.created_at), **_code(new, row)})
            news.tell(tx, news.REQUESTS)
            return int(row.id)
        id = tx.execute(ADD, _values(tx, new)).scalar()
        if id is not None:
            news.tell(tx, news.REQUESTS)
            return int(id)
        if talks.find(tx, new.call_id) is None:
            raise UnknownCall(new.call_id)


def find(tx: Transaction, id: int) -> Request | None:
    """The request of this id."""
    row = tx.execute(FIND, {"request": id}).first()
    return None if row is None else _opened(tx, row)


def of_number(tx: Transaction, number: str) -> list[Request]:
    """The open requests of this number (E.164), by person."""
    return [_opened(tx, row) for row in tx.execute(ALL_OPEN, {"hashes": tx.keyring.hashes(number)})]


def history(tx: Transaction, number: str) -> list[Request]:
    """Every request of this number (E.164), the newest first."""
    return [_opened(tx, row) for row in tx.execute(HISTORY, {"hashes": tx.keyring.hashes(number)})]


def of_call(tx: Transaction, call_id: str) -> list[Request]:
    """The requests that were first made in this call, in order."""
    return [_opened(tx, row) for row in tx.execute(OF_CALL, {"call": call_id})]


def count(tx: Transaction) -> int:
    """How many requests were ever stored."""
    return int(tx.execute(COUNT).scalar_one())


def about(call_id: str, topic: str) -> bytes:
    """What the seal of a request's details is bound to."""
    return f"request/{call_id}/{topic}".encode()


def about_code(call_id: str) -> bytes:
    """What the seal of a shared phone's code is bound to."""
    return f"code/{call_id}".encode()


def idle_with(tx: Transaction, staff_ids: Collection[int]) -> list[int]:
    """Requests in the hands of these on which no call is under way, held until the transaction ends."""
    theirs = requests.c.staff_id.in_(sorted(staff_ids))
    query = select(requests.c.id).where(theirs, requests.c.status.in_(IDLE)).order_by(requests.c.id)
    return list(tx.execute(query.with_for_update()).scalars())


def _values(tx: Transaction, new: NewRequest) -> dict[str, Any]:
    hash = tx.keyring.hashes(new.number)[0]
    return {
        "call_id": new.call_id,
        "caller_id": new.caller_id,
        "number_sealed": tx.keyring.seal(new.number.encode(), callers.about(hash)),
        "number_hash": hash,
        "created_at": new.created_at,
        "status": Status.WAITING.value,
        "person": new.person,
        "changed_at": new.created_at,
        **_wished(tx, new, new.call_id, new.created_at),
    }


def _wished(tx: Transaction, new: NewRequest, call_id: str, created_at: float) -> dict[str, Any]:
    wish, details = new.wish, json.dumps(dict(new.details), ensure_ascii=False).encode()
    date, part = wish.window or (None, None)
    return {
        "language": wish.language,
        "topic": new.topic,
        "details_sealed": tx.keyring.seal(details, about(call_id, new.topic)),
        "phone": wish.phone,
        "woman": wish.woman,
        "window_date": date,
        "window_part": part,
        "zone": wish.zone,
        "due_at": created_at if wish.due_at is None else wish.due_at,
        "due_until": wish.due_until,
        "tries": 0,
        "code_sealed": None if wish.code is None else tx.keyring.seal(wish.code.encode(), about_code(call_id)),
    }


def _code(new: NewRequest, row: Stored) -> dict[str, bytes]:
    """Who changes the time of a call to a shared phone need not say the code again."""
    kept = new.wish.code is None and new.wish.phone != OWN and row.code_sealed is not None
    return {"code_sealed": row.code_sealed} if kept else {}


def _opened(tx: Transaction, row: Stored) -> Request:
    number, details, code = b"", b"{}", None
    if row.number_hash:
        number = tx.keyring.open(row.number_sealed, callers.about(row.number_hash))
        details = tx.keyring.open(row.details_sealed, about(row.call_id, row.topic))
    if row.code_sealed:
        code = tx.keyring.open(row.code_sealed, about_code(row.call_id)).decode()
    plain = {
        name: getattr(row, name)
        for name in Request.__dataclass_fields__
        if name not in ("number", "details", "status", "window", "code")
    }
    return Request(
        **plain,
        number=number.decode(),
        details=json.loads(details),
        status=Status(row.status),
        window=None if row.window_date is None else (row.window_date, row.window_part),
        code=code,
    )
