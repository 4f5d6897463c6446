"""Attempts to call: a row each, whose id is all that the telephone company is told of it.

new ── placing ── ringing ── answered ── accepted ── calling ── bridged ── over
 └────────┘ refused for the moment          unknown ───────────────────────┘

To the left of `accepted` only the aidant's own phone can have rung. From `accepted` on the caller's number has been
named, from `calling` on it is known to have been rung. A state only ever moves to the right: webhooks come twice, late
and in any order. `unknown` is for a person; what comes to light later still ends it.

A direct one rings an aidant while the caller is on the line: the key 1 leads to `bridged`, and it is never `unknown`.
Its `ended_at` may stand there before it is over: the aidant's leg has ended, and what the end of the caller's `<Dial>`
says of it, whether the two were connected, is still to come.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam, case, func, insert, select, update

from ivr.store import news
from ivr.store.database import Stored, Transaction
from ivr.store.schema import dials


class Kind(StrEnum):
    """What it is for: calling somebody back, trying one's own phone, recording by it, or putting through a caller."""

    CALLBACK = "callback"
    TEST = "test"
    STUDIO = "studio"
    DIRECT = "direct"


OWN = (Kind.TEST, Kind.STUDIO)
"""What rings nobody's phone but one's own."""


class State(StrEnum):
    """How far it came."""

    NEW = "new"
    PLACING = "placing"
    RINGING = "ringing"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    CALLING = "calling"
    BRIDGED = "bridged"
    OVER = "over"
    UNKNOWN = "unknown"


class How(StrEnum):
    """How it ended; a value is stored for years: it never changes its meaning."""

    TALKED = "talked"  # accepted by key, answered by the caller, and both were connected
    VOICEMAIL = "voicemail"  # the aidant said that a machine answered
    CALLER_BUSY = "caller-busy"
    CALLER_NO_ANSWER = "caller-no-answer"
    CALLER_FAILED = "caller-failed"  # the number cannot be reached
    NOT_CONNECTED = "not-connected"  # the caller's phone rang, and nobody spoke with nobody
    BUSY = "busy"  # from here on: the aidant's own phone, the caller's never rang
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    DECLINED = "declined"  # picked up, and 1 was not pressed
    WITHDRAWN = "withdrawn"  # the request was not waiting for this call any more
    NO_PHONE = "no-phone"
    NOT_ALLOWED = "not-allowed"  # a blocked number, or enough for today
    REFUSED = "refused"  # by the telephone company
    TOO_LATE = "too-late"  # nobody could place it in time
    TESTED = "tested"  # a test went well
    RECORDED = "recorded"  # somebody keyed their PIN, to record
    ENDED = "ended"  # by the aidant, before anything was dialled
    CALLER_LEFT = "caller-left"  # who waited on the line hung up
    LOST = "lost"  # nobody picked up who waited on the line, as far as we heard


OPEN = tuple(state for state in State if state not in (State.OVER, State.UNKNOWN))
BEFORE_ACCEPTED = (State.NEW, State.PLACING, State.RINGING, State.ANSWERED)


@dataclass(frozen=True, slots=True)
class NewDial:
    """An attempt to make; a test belongs to no request."""

    kind: Kind
    staff_id: int
    request_id: int | None
    created_at: float


@dataclass(frozen=True, slots=True)
class Dial:
    """An attempt; `call_ref` is the carrier's id of the aidant's leg, `leg_ref` that of the caller's."""

    id: int
    kind: Kind
    request_id: int | None
    staff_id: int
    state: State
    created_at: float
    changed_at: float
    call_ref: str | None
    leg_ref: str | None
    accepted_at: float | None
    answered_at: float | None
    ended_at: float | None
    how: How | None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in (State.OVER, State.UNKNOWN)

    @property
    def spoken(self) -> bool:
        """Whether the aidant spoke with the caller, by our own record: accepted by key, answered, and connected."""
        return self.accepted_at is not None and self.answered_at is not None and self.how is How.TALKED


COLUMNS = tuple(dials.c[name] for name in Dial.__dataclass_fields__)
THIS = dials.c.id == bindparam("dial")
ADD = (
    insert(dials)
    .values({name: bindparam(name) for name in ("kind", "request_id", "staff_id", "created_at")})
    .values(state=State.NEW.value, changed_at=bindparam("created_at"))
    .returning(dials.c.id)
)
FIND = select(*COLUMNS).where(THIS)
LOCK = FIND.with_for_update()
OF_REQUEST = select(*COLUMNS).where(dials.c.request_id == bindparam("request")).order_by(dials.c.id)
LAST_OWN = (
    select(*COLUMNS)
    .where(dials.c.staff_id == bindparam("member"), dials.c.kind == bindparam("purpose"))
    .order_by(dials.c.id.desc())
    .limit(1)
)
STILL = (
    select(dials.c.id)
    .where(
        dials.c.state.in_(OPEN),
        func.coalesce(dials.c.ended_at, dials.c.changed_at)
        < case(
            (and_(dials.c.state == State.BRIDGED, dials.c.ended_at.is_(None)), bindparam("talking")),
            else_=bindparam("before"),
        ),
    )
    .order_by(dials.c.changed_at)
    .limit(100)
)
REFS = select(dials.c.call_ref).where(dials.c.staff_id == bindparam("member"), dials.c.call_ref.is_not(None))
OFTEN = (
    select(func.count())
    .select_from(dials)
    .where(
        dials.c.staff_id == bindparam("member"),
        dials.c.kind == bindparam("purpose"),
        dials.c.created_at > bindparam("since"),
    )
)


def add(tx: Transaction, new: NewDial) -> int:
    """The id of the new attempt; whoever adds it also enqueues its job (see actions/dialling.py)."""
    values = {"kind": new.kind.value, "request_id": new.request_id, "staff_id": new.staff_id}
    id = int(tx.execute(ADD, values | {"created_at": new.created_at}).scalar_one())
    news.tell(tx, topic(new.staff_id))
    return id


def find(tx: Transaction, id: int) -> Dial | None:
    """The attempt of this id."""
    return _opened(tx.execute(FIND, {"dial": id}).first())


def lock(tx: Transaction, id: int) -> Dial | None:
    """The same, held off from everybody else until the commit."""
    return _opened(tx.execute(LOCK, {"dial": id}).first())


def move(tx: Transaction, dial: Dial, frm: Collection[State], to: State, now: float, **columns: Any) -> bool:
    """From one of these states to another, with what else became known; False when it is in none of them."""
    values = {"state": to.value, "changed_at": now} | columns
    moved = tx.execute(update(dials).where(dials.c.id == dial.id, dials.c.state.in_(frm)).values(values)).rowcount == 1
    if moved:
        news.tell(tx, topic(dial.staff_id))
    return moved


def learn(tx: Transaction, dial: Dial, **columns: Any) -> None:
    """Keeps what became known, in whatever state it is."""
    tx.execute(update(dials).where(dials.c.id == dial.id).values(columns))


def of_request(tx: Transaction, request_id: int) -> list[Dial]:
    """Every attempt for a request, the first one first."""
    return [dial for row in tx.execute(OF_REQUEST, {"request": request_id}) if (dial := _opened(row))]


def last_own(tx: Transaction, staff_id: int, kind: Kind) -> Dial | None:
    """The latest call to somebody's own phone of this kind."""
    return _opened(tx.execute(LAST_OWN, {"member": staff_id, "purpose": kind.value}).first())


def still(tx: Transaction, before: float, talking: float) -> list[int]:
    """Attempts that are not over and of which nothing was heard since `before`; those who talk, since `talking`."""
    return [int(id) for id in tx.execute(STILL, {"before": before, "talking": talking}).scalars()]


def refs(tx: Transaction, staff_id: int) -> set[str]:
    """The carrier's ids of all the calls to somebody of the staff that we know."""
    return set(tx.execute(REFS, {"member": staff_id}).scalars())


def often(tx: Transaction, staff_id: int, kind: Kind, since: float) -> int:
    """How often somebody had their own phone rung for this since then."""
    return int(tx.execute(OFTEN, {"member": staff_id, "purpose": kind.value, "since": since}).scalar_one())


def topic(staff_id: int) -> str:
    """The news of somebody's calls."""
    return f"dials/{staff_id}"


def _opened(row: Stored | None) -> Dial | None:
    if row is None:
        return None
    how = None if row.how is None else How(row.how)
    return Dial(**{**row._mapping, "kind": Kind(row.kind), "state": State(row.state), "how": how})
