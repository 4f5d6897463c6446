"""Calls and their turns. Turns are only ever added: the current one has the greatest number."""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import bindparam, func, select, update

from ivr.errors import HelplineError
from ivr.store.database import Stored, Transaction
from ivr.store.schema import calls, turns
from ivr.store.statements import insert_once, insert_once_in_a_call


class AlreadyAnswered(HelplineError):
    """This turn of the call is stored; the stored one is the answer."""


class UnknownCall(HelplineError):
    """There is no such call."""


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that begins; `external_id` is its provider's id, `caller_id` None when the number is withheld."""

    id: str
    channel: str
    external_id: str
    caller_id: int | None
    release_id: str
    started_at: float


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call; `ended_how` is finished, hung_up, passed_on, silent, limit or error."""

    id: str
    channel: str
    external_id: str
    caller_id: int | None
    release_id: str
    started_at: float
    ended_at: float | None
    ended_how: str | None
    ended_node: str | None


@dataclass(frozen=True, slots=True)
class NewTurn:
    """An answer of the helpline; `payload` is sealed before it is stored."""

    call_id: str
    n: int
    node: str
    result: str
    at: float
    payload: bytes


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as it was given to `add_turn`."""

    call_id: str
    n: int
    node: str
    result: str
    at: float
    payload: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """How, at which node and when a call ended."""

    how: str
    node: str | None
    at: float


OF_CALL = turns.c.call_id == bindparam("call")
LOG = insert_once(calls, ("id", "channel", "external_id", "caller_id", "release_id", "started_at"))
ADD = insert_once_in_a_call(turns, ("call_id", "n", "node", "result", "at", "payload"))
FIND = select(*(calls.c[name] for name in CallRow.__dataclass_fields__)).where(calls.c.id == bindparam("call"))
TURN = select(turns).where(OF_CALL, turns.c.n == bindparam("number"))
LATEST = select(turns).where(OF_CALL).order_by(turns.c.n.desc()).limit(1)
PATH = select(turns.c.node).where(OF_CALL).order_by(turns.c.n)
END = (
    update(calls)
    .where(calls.c.id == bindparam("call"), calls.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"), ended_how=bindparam("how"), ended_node=bindparam("node"))
)
BEFORE = (
    select(*(calls.c[name] for name in CallRow.__dataclass_fields__))
    .where(calls.c.caller_id == bindparam("caller"), calls.c.id != bindparam("call"))
    .order_by(calls.c.started_at.desc(), calls.c.id)
    .limit(1)
)
STREAM = (
    update(calls)
    .where(calls.c.id == bindparam("call"), calls.c.streamed_at.is_(None), calls.c.ended_at.is_(None))
    .values(streamed_at=bindparam("at"))
)
IN_PROGRESS = select(func.count()).select_from(calls).where(calls.c.ended_at.is_(None))
RELEASES = select(calls.c.release_id).where(calls.c.ended_at.is_(None)).distinct()

OF_ROW = turns.c.call_id == calls.c.id
LAST_AT = select(turns.c.at).where(OF_ROW).order_by(turns.c.n.desc()).limit(1).correlate(calls).scalar_subquery()
LAST_NODE = select(turns.c.node).where(OF_ROW).order_by(turns.c.n.desc()).limit(1).correlate(calls).scalar_subquery()
FORGOTTEN = (
    update(calls)
    .where(calls.c.ended_at.is_(None), func.coalesce(LAST_AT, calls.c.started_at) < bindparam("before"))
    .values(ended_at=func.coalesce(LAST_AT, calls.c.started_at), ended_how="hung_up", ended_node=LAST_NODE)
)


def log_call(tx: Transaction, call: NewCall) -> None:
    """Store the call; nothing when it is there."""
    tx.execute(LOG, asdict(call))


def add_turn(tx: Transaction, turn: NewTurn) -> None:
    """Store one answer, in one statement; `AlreadyAnswered` or `UnknownCall` leave the transaction usable."""
    values = {
        "call_id": turn.call_id,
        "n": turn.n,
        "node": tx.keyring.seal_word(turn.node),
        "result": turn.result,
        "at": turn.at,
        "payload": tx.keyring.seal(turn.payload, about(turn.call_id, turn.n)),
    }
    if tx.insert(ADD, values) != 1:
        raise UnknownCall(turn.call_id) if find(tx, turn.call_id) is None else AlreadyAnswered(f"turn {turn.n}")


def turn(tx: Transaction, call_id: str, n: int) -> StoredTurn | None:
    """The turn of this number, if it was answered."""
    return _opened(tx, tx.execute(TURN, {"call": call_id, "number": n}).first())


def latest(tx: Transaction, call_id: str) -> StoredTurn | None:
    """The current turn of the call."""
    return _opened(tx, tx.execute(LATEST, {"call": call_id}).first())


def find(tx: Transaction, call_id: str) -> CallRow | None:
    """The call of this id."""
    return _call(tx, tx.execute(FIND, {"call": call_id}).first())


def before(tx: Transaction, caller_id: int, call_id: str) -> CallRow | None:
    """The latest other call of this caller."""
    return _call(tx, tx.execute(BEFORE, {"caller": caller_id, "call": call_id}).first())


def end_call(tx: Transaction, call_id: str, ended: Ended) -> bool:
    """The first end of a call stays; whether this was it."""
    node = None if ended.node is None else tx.keyring.seal_word(ended.node)
    values = {"call": call_id, "at": ended.at, "how": ended.how, "node": node}
    return tx.execute(END, values).rowcount == 1


def stream(tx: Transaction, call_id: str, now: float) -> bool:
    """The call's sound is opened as a stream; False when it was before, or the call is over or unknown."""
    return tx.execute(STREAM, {"call": call_id, "at": now}).rowcount == 1


def path(tx: Transaction, call_id: str) -> list[str]:
    """The nodes the call came through, each where it was first reached."""
    sealed = dict.fromkeys(tx.execute(PATH, {"call": call_id}).scalars())
    return [tx.keyring.open_word(node) for node in sealed]


def in_progress(tx: Transaction) -> int:
    """How many calls have not ended."""
    return int(tx.execute(IN_PROGRESS).scalar_one())


def releases_in_use(tx: Transaction) -> set[str]:
    """The releases that calls which have not ended began with."""
    return set(tx.execute(RELEASES).scalars())


def close_forgotten(tx: Transaction, before: float) -> int:
    """End calls without a turn since `before` as hung up, at their last node and its time; how many."""
    return tx.execute(FORGOTTEN, {"before": before}).rowcount


def about(call_id: str, n: int) -> bytes:
    """What the seal of a turn is bound to."""
    return f"{call_id}/{n}".encode()


def _call(tx: Transaction, row: Stored | None) -> CallRow | None:
    if row is None:
        return None
    call = CallRow(*row)
    return call if call.ended_node is None else replace(call, ended_node=tx.keyring.open_word(call.ended_node))


def _opened(tx: Transaction, row: Stored | None) -> StoredTurn | None:
    if row is None:
        return None
    call_id, n, node, result, at, payload = row
    if not payload:  # it was forgotten
        return None
    opened = tx.keyring.open(payload, about(call_id, n))
    return StoredTurn(call_id, n, tx.keyring.open_word(node), result, at, opened)
