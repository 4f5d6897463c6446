"""Requests for a person: the one promise the helpline makes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select

from ivr.store import callers, news
from ivr.store.calls import UnknownCall
from ivr.store.database import Stored, Transaction
from ivr.store.schema import requests
from ivr.store.statements import insert_once_in_a_call

WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class NewRequest:
    """Somebody wants a person: the number (E.164) to call, and what helps to help, such as path and answers (JSON)."""

    call_id: str
    caller_id: int | None
    number: str
    language: str | None
    topic: str
    details: Mapping[str, Any]
    created_at: float


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A stored request, opened."""

    id: int
    call_id: str
    caller_id: int | None
    number: str
    language: str | None
    topic: str
    details: Mapping[str, Any]
    created_at: float
    status: str


STORED = (
    "call_id",
    "caller_id",
    "number_sealed",
    "number_hash",
    "language",
    "topic",
    "details_sealed",
    "created_at",
    "status",
    "person",
    "phone",
    "woman",
    "due_at",
    "tries",
    "changed_at",
)
OF_CALL = requests.c.call_id == bindparam("call")
ADD = insert_once_in_a_call(requests, STORED).returning(requests.c.id)
SAME = select(requests.c.id).where(requests.c.number_hash == bindparam("hash"), requests.c.person == 1)
LIST = select(requests).where(OF_CALL).order_by(requests.c.id)
COUNT = select(func.count()).select_from(requests)


def add(tx: Transaction, request: NewRequest) -> int:
    """The id of the request, which is stored once a call and topic: asking again changes nothing."""
    hash = tx.keyring.hashes(request.number)[0]
    details = json.dumps(dict(request.details), ensure_ascii=False).encode()
    values = {
        "call_id": request.call_id,
        "caller_id": request.caller_id,
        "number_sealed": tx.keyring.seal(request.number.encode(), callers.about(hash)),
        "number_hash": hash,
        "language": request.language,
        "topic": request.topic,
        "details_sealed": tx.keyring.seal(details, about(request.call_id, request.topic)),
        "created_at": request.created_at,
        "status": WAITING,
        "person": 1,
        "phone": "unknown",
        "woman": False,
        "due_at": request.created_at,
        "tries": 0,
        "changed_at": request.created_at,
    }
    id = tx.execute(ADD, values).scalar()
    if id is not None:
        news.tell(tx, news.REQUESTS)
    else:
        id = tx.execute(SAME, {"hash": hash}).scalar()
    if id is None:
        raise UnknownCall(request.call_id)
    return int(id)


def of_call(tx: Transaction, call_id: str) -> list[RequestRow]:
    """What was asked for in this call, in order."""
    return [_opened(tx, row) for row in tx.execute(LIST, {"call": call_id})]


def count(tx: Transaction) -> int:
    """How many requests were ever stored."""
    return int(tx.execute(COUNT).scalar_one())


def about(call_id: str, topic: str) -> bytes:
    """What the seal of a request's details is bound to."""
    return f"request/{call_id}/{topic}".encode()


def _opened(tx: Transaction, row: Stored) -> RequestRow:
    return RequestRow(
        id=row.id,
        call_id=row.call_id,
        caller_id=row.caller_id,
        number=tx.keyring.open(row.number_sealed, callers.about(row.number_hash)).decode(),
        language=row.language,
        topic=row.topic,
        details=json.loads(tx.keyring.open(row.details_sealed, about(row.call_id, row.topic))),
        created_at=row.created_at,
        status=row.status,
    )
