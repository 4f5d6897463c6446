"""Voice messages: a row each, from the moment a caller left one; the sound is a sealed file (see vault.py)."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, select, update

from ivr.store.database import Stored, Transaction
from ivr.store.schema import messages, requests
from ivr.store.statements import insert_once_in_a_call


class State(StrEnum):
    """What became of a message; `silent` is kept too, `lost` could not be fetched, `forgotten` was kept long enough."""

    EXPECTED = "expected"
    STORED = "stored"
    SILENT = "silent"
    LOST = "lost"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that was left in a call; `ref` is the carrier's id of the recording."""

    call_id: str
    ref: str
    state: State
    created_at: float


@dataclass(frozen=True, slots=True)
class Message:
    """A message; file, sha256 (of the sealed file) and seconds once it is here. The `ref` is empty for a lost one."""

    id: int
    call_id: str
    request_id: int | None
    ref: str
    state: State
    created_at: float
    stored_at: float | None
    heard_at: float | None
    file: str | None
    sha256: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A message whose sealed file is on the disk."""

    file: str
    sha256: str
    seconds: float | None
    silent: bool
    at: float


THIS = messages.c.id == bindparam("message")
ADD = insert_once_in_a_call(messages, ("call_id", "ref", "state", "created_at")).returning(messages.c.id)
BY_REF = select(messages.c.id).where(messages.c.ref == bindparam("ref"), messages.c.call_id == bindparam("call"))
FIND = select(messages).where(THIS)
EXPECTED = select(messages.c.id).where(messages.c.ref == bindparam("ref"), messages.c.state == State.EXPECTED)
OF_REQUEST = select(messages).where(messages.c.request_id == bindparam("request")).order_by(messages.c.id)
FILES = select(messages.c.file).where(messages.c.file.is_not(None))
ATTACH = (
    update(messages)
    .where(messages.c.call_id == bindparam("call"), messages.c.request_id.is_(None))
    .values(request_id=bindparam("request"))
)
ASKED = select(requests.c.id).where(requests.c.call_id == bindparam("call")).order_by(requests.c.id.desc()).limit(1)
STORE = (
    update(messages)
    .where(THIS, messages.c.state.in_((State.EXPECTED, State.LOST)))
    .values(
        state=bindparam("kept"),
        file=bindparam("name"),
        sha256=bindparam("digest"),
        seconds=bindparam("length"),
        stored_at=bindparam("at"),
    )
)
LOSE = update(messages).where(THIS, messages.c.state == State.EXPECTED).values(state=State.LOST)
HEAR = update(messages).where(THIS, messages.c.heard_at.is_(None)).values(heard_at=bindparam("at"))


def add(tx: Transaction, new: NewMessage) -> tuple[int, bool] | None:
    """The id of the message and whether it is new; None when there is no such call, or the ref is another call's."""
    values = {"call_id": new.call_id, "ref": new.ref, "state": new.state.value, "created_at": new.created_at}
    id = tx.execute(ADD, values).scalar()
    if id is not None:
        return int(id), True
    id = tx.execute(BY_REF, {"ref": new.ref, "call": new.call_id}).scalar()
    return None if id is None else (int(id), False)


def find(tx: Transaction, id: int) -> Message | None:
    """The message of this id."""
    row = tx.execute(FIND, {"message": id}).first()
    return None if row is None else _message(row)


def is_expected(tx: Transaction, ref: str) -> bool:
    """Whether the message of this ref is still to be fetched."""
    return tx.execute(EXPECTED, {"ref": ref}).first() is not None


def of_request(tx: Transaction, request_id: int) -> list[Message]:
    """The messages that belong to a request, the oldest first."""
    return [_message(row) for row in tx.execute(OF_REQUEST, {"request": request_id})]


def files(tx: Transaction) -> set[str]:
    """The names of every file that a row knows."""
    return set(tx.execute(FILES).scalars())


def attach(tx: Transaction, call_id: str, request_id: int) -> int:
    """Gives the call's messages that belong to no request yet to this one; how many."""
    return tx.execute(ATTACH, {"call": call_id, "request": request_id}).rowcount


def asked_in(tx: Transaction, call_id: str) -> int | None:
    """The last request that was first made in this call."""
    id = tx.execute(ASKED, {"call": call_id}).scalar()
    return None if id is None else int(id)


def store(tx: Transaction, id: int, kept: Kept) -> bool:
    """It is here; False when it was already, or is gone."""
    state = State.SILENT if kept.silent else State.STORED
    values = {"kept": state.value, "name": kept.file, "digest": kept.sha256, "length": kept.seconds, "at": kept.at}
    return tx.execute(STORE, {"message": id, **values}).rowcount == 1


def lose(tx: Transaction, id: int) -> bool:
    """It will not come; False when nobody expects it."""
    return tx.execute(LOSE, {"message": id}).rowcount == 1


def hear(tx: Transaction, id: int, now: float) -> None:
    """Somebody listened; the first time counts."""
    tx.execute(HEAR, {"message": id, "at": now})


def _message(row: Stored) -> Message:
    id, call_id, request_id, ref, state, *rest = row
    return Message(id, call_id, request_id, ref, State(state), *rest)
