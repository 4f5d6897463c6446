"""The callback desk's view of requests: the queue, and moving one on. No sealed column is opened here."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exc, exists, false, func, or_, select, tuple_, update

from ivr.store import news
from ivr.store.database import Stored, Transaction
from ivr.store.requests import OWN, Request, Status
from ivr.store.schema import request_notes, requests, staff

TAKEN = (Status.CLAIMED, Status.DIALLING, Status.CHECK, Status.TALKING, Status.WRAP_UP)
"""Somebody has it in hand."""
COUNTED = 1000
"""Where counting ends: who has so many before them does not need to know how many more."""
ENDED = (Status.DONE, Status.CLOSED)


class View(StrEnum):
    """What a list of the desk shows."""

    DUE = "due"
    LATER = "later"
    MINE = "mine"  # in the hands of `staff_id`
    TAKEN = "taken"  # in anybody's hands
    DONE = "done"  # done or closed since `since`


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue. `languages` None is all; `before` is the id of the last row of the page before.

    `asleep` are zones where it is night: what is due there comes later.
    """

    view: View
    languages: frozenset[str] | None = None
    staff_id: int | None = None
    limit: int = 50
    before: int | None = None
    since: float = 0
    asleep: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """A request without anything that is sealed; `staff_name` is whose it is."""

    id: int
    call_id: str
    caller_id: int | None
    language: str | None
    topic: str
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
    erased: bool
    staff_name: str | None = None

    @property
    def safe(self) -> bool:
        """Whether nobody else answers this phone."""
        return self.phone == OWN


HIDDEN = ("number_sealed", "number_hash", "details_sealed", "code_sealed")
PLAIN = [
    *(column for column in requests.c if column.name not in HIDDEN),
    (requests.c.number_hash == "").label("erased"),
]
LOCK = select(*PLAIN).where(requests.c.id == bindparam("request")).with_for_update()
WAITING: ColumnElement[bool] = requests.c.status == Status.WAITING
FIRST = (requests.c.created_at, requests.c.id)


def move(tx: Transaction, id: int, frm: Collection[Status], to: Status, **columns: Any) -> bool:
    """Whether exactly this request stood where it should and now stands at `to`; other columns change with it."""
    change = update(requests).where(requests.c.id == id, requests.c.status.in_([state.value for state in frm]))
    try:
        moved = tx.execute(change.values(status=to.value, **columns)).rowcount == 1
    except exc.IntegrityError:  # a second open request of the same person; the caller gives the transaction up
        return False
    if moved:
        news.tell(tx, news.REQUESTS)
    return moved


def lock(tx: Transaction, id: int) -> Row | None:
    """The request of this id, held until the transaction ends."""
    row = tx.execute(LOCK, {"request": id}).first()
    return None if row is None else _row(row)


def queue(tx: Transaction, wanted: Wanted, now: float) -> list[Row]:
    """A page of the queue: waiting ones by the first request, later ones by the time they are due."""
    return [_row(row) for row in tx.execute(_page(wanted, now))]


def count(tx: Transaction, wanted: Wanted, now: float) -> int:
    """How many requests the whole view holds; COUNTED stands for more, too."""
    some = select(requests.c.id).where(_shown(wanted, now), _spoken(wanted.languages)).limit(COUNTED).subquery()
    return int(tx.execute(select(func.count()).select_from(some)).scalar_one())


def next_due(tx: Transaction, wanted: Wanted, now: float, *, hold: bool = False) -> int | None:
    """The first of the queue; `hold` keeps it for this transaction, and passes over those that others hold."""
    query = _page(wanted, now).with_only_columns(requests.c.id).limit(1)
    if hold:
        query = query.with_for_update(of=requests, skip_locked=True)
    return tx.execute(query).scalar()


def ahead(tx: Transaction, request: Request | Row, now: float) -> int:
    """How many of the same language will be called first: due now where this one is not, or as due and asked before."""
    before = and_(
        requests.c.due_at <= max(now, request.due_at),
        tuple_(*FIRST) < tuple_(request.created_at, request.id),
    )
    first = before if request.due_at <= now else or_(before, requests.c.due_at <= now)
    same = requests.c.language.is_not_distinct_from(request.language)
    query = select(func.count()).select_from(requests).where(WAITING, same, requests.c.id != request.id, first)
    return int(tx.execute(query).scalar_one())


def stale(tx: Transaction, before: float) -> list[int]:
    """Requests that were claimed before, and nothing was noted on them since; held until the transaction ends."""
    noted = exists(
        select(1).where(request_notes.c.request_id == requests.c.id, request_notes.c.at >= before).correlate(requests)
    )
    query = select(requests.c.id).where(requests.c.status == Status.CLAIMED, requests.c.changed_at < before, ~noted)
    return list(tx.execute(query.order_by(requests.c.id).with_for_update(of=requests, skip_locked=True)).scalars())


def asked_again(tx: Transaction, id: int) -> bool:
    """Whether the person of this request has another one open."""
    this, other = requests.alias(), requests
    same = and_(other.c.number_hash == this.c.number_hash, other.c.person == this.c.person, other.c.id != this.c.id)
    query = select(1).select_from(other.join(this, same)).where(this.c.id == id, other.c.status.not_in(ENDED))
    return tx.execute(query).first() is not None


def _page(wanted: Wanted, now: float) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(*PLAIN, staff.c.name.label("staff_name")).outerjoin(
        staff, staff.c.id == requests.c.staff_id
    )
    query = query.where(_shown(wanted, now), _spoken(wanted.languages)).limit(wanted.limit)
    order = _order(wanted.view)
    newest_first = wanted.view is View.DONE
    if wanted.before is not None:
        last = select(*order).where(requests.c.id == wanted.before).subquery()
        here, there = tuple_(*order), select(*last.c).scalar_subquery()
        query = query.where(here < there if newest_first else here > there)
    return query.order_by(*(column.desc() if newest_first else column for column in order))


def _order(view: View) -> tuple[Any, ...]:
    match view:
        case View.DONE:
            return (requests.c.changed_at, requests.c.id)
        case View.LATER:
            return (requests.c.due_at, *FIRST)
        case View.DUE | View.MINE | View.TAKEN:
            return FIRST


def _shown(wanted: Wanted, now: float) -> ColumnElement[bool]:
    night = func.coalesce(requests.c.zone, "").in_(sorted(wanted.asleep)) if wanted.asleep else false()
    mine = requests.c.staff_id == wanted.staff_id if wanted.staff_id is not None else requests.c.id.is_not(None)
    match wanted.view:
        case View.DUE:
            # reckoned with, so that no index on `due_at` is taken instead of the one in the order of the queue
            return and_(WAITING, requests.c.due_at + 0 <= now, ~night)
        case View.LATER:
            return and_(WAITING, or_(requests.c.due_at > now, night))
        case View.MINE | View.TAKEN:
            return and_(requests.c.status.in_(TAKEN), mine)
        case View.DONE:
            return and_(requests.c.status.in_(ENDED), requests.c.changed_at >= wanted.since, mine)


def _spoken(languages: frozenset[str] | None) -> ColumnElement[bool]:
    """A request whose language nobody knows is everybody's."""
    if languages is None:
        return requests.c.id.is_not(None)
    return or_(requests.c.language.in_(sorted(languages)), requests.c.language.is_(None))


def _row(row: Stored) -> Row:
    plain = {
        name: getattr(row, name) for name in Row.__dataclass_fields__ if name not in ("status", "window", "staff_name")
    }
    window = None if row.window_date is None else (row.window_date, row.window_part)
    return Row(**plain, status=Status(row.status), window=window, staff_name=getattr(row, "staff_name", None))
