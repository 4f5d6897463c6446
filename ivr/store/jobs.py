"""Jobs: what is to be done outside of a call. Each change asks for the state it expects, under the lock.

waiting ── take ──> running ── finish ──> done <───────────── settle, by a person ──┐
   ^                  │  └──── bury ────> dead ── finish, late, by who held it ─────┤
   └──── postpone ────┴──────────────────── retry, by a person ─────────────────────┘
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from ivr.store import news
from ivr.store.crypto import ID_BYTES, Keyring
from ivr.store.database import Database, Transaction
from ivr.store.schema import jobs
from ivr.store.statements import insert_once

WAITING, RUNNING, DONE, DEAD = "waiting", "running", "done", "dead"
DOUBTFUL = "out of a backup"
FORGOTTEN = b""
"""What is kept of the arguments when a job is done."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """Something to do from `due_at` on, once a `key`. `args` are sealed; the key is not: never put a number into it."""

    kind: str
    key: str
    args: Mapping[str, Any]
    due_at: float
    created_at: float


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that was taken: `attempts` counts this one, `lease` proves that it is ours, until another takes it."""

    id: int
    kind: str
    key: str
    args_sealed: bytes
    attempts: int
    lease: str
    leased_until: float


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that waits for a person; `last_error` is a kind of error, never its values."""

    id: int
    kind: str
    key: str
    attempts: int
    last_error: str
    finished_at: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs there are; `oldest_due` is when the longest waiting one should have begun."""

    waiting: int
    running: int
    dead: int
    oldest_due: float | None


STORED = ("kind", "key", "args_sealed", "state", "due_at", "attempts", "created_at")
HELD = (jobs.c.id, jobs.c.kind, jobs.c.key, jobs.c.args_sealed, jobs.c.attempts, jobs.c.lease, jobs.c.leased_until)
KINDS: BindParameter[Any] = bindparam("kinds", expanding=True)
KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
OURS: ColumnElement[bool] = and_(
    jobs.c.id == bindparam("job"), jobs.c.lease == bindparam("held"), jobs.c.state.in_((RUNNING, DEAD))
)
BY_A_PERSON: ColumnElement[bool] = and_(jobs.c.id == bindparam("job"), jobs.c.state == DEAD)
ADD = insert_once(jobs, STORED).execution_options(preserve_rowcount=True)
ADD_ALONE = (
    insert(jobs)
    .from_select(
        list(STORED),
        select(*(bindparam(name, type_=jobs.c[name].type) for name in STORED)).where(
            ~exists(select(1).where(jobs.c.kind == bindparam("kind"), jobs.c.state.in_((WAITING, RUNNING))))
        ),
    )
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True)
)
KNOWN = select(jobs.c.key).where(jobs.c.key.in_(KEYS))
# SQLite has no SKIP LOCKED and needs none: whoever writes is alone
DUE = (
    select(*HELD)
    .where(jobs.c.state == WAITING, jobs.c.due_at <= bindparam("now"), jobs.c.kind.in_(KINDS))
    .order_by(jobs.c.due_at, jobs.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
TAKE = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.state == WAITING)
    .values(state=RUNNING, attempts=jobs.c.attempts + 1, lease=bindparam("held"), leased_until=bindparam("until"))
)
EXPIRED = (
    select(*HELD)
    .where(jobs.c.state == RUNNING, jobs.c.leased_until < bindparam("now"), jobs.c.kind.in_(KINDS))
    .order_by(jobs.c.id)
    .limit(100)
    .with_for_update(skip_locked=True)
)
NEXT_DUE = select(func.min(jobs.c.due_at)).where(jobs.c.state == WAITING, jobs.c.kind.in_(KINDS))
NEXT_END = select(func.min(jobs.c.leased_until)).where(jobs.c.state == RUNNING, jobs.c.kind.in_(KINDS))
FINISH = (
    update(jobs)
    .where(OURS)
    .values(state=DONE, finished_at=bindparam("now"), args_sealed=FORGOTTEN, last_error=None, leased_until=None)
)
POSTPONE = (
    update(jobs)
    .where(OURS)
    .values(
        state=WAITING,
        due_at=bindparam("due"),
        last_error=bindparam("error"),
        lease=None,
        leased_until=None,
        finished_at=None,
    )
)
BURY = (
    update(jobs)
    .where(OURS)
    .values(state=DEAD, finished_at=bindparam("now"), last_error=bindparam("error"), leased_until=None)
)
GIVE_BACK = (
    update(jobs)
    .where(jobs.c.state == RUNNING, jobs.c.lease == bindparam("held"))
    .values(state=WAITING, attempts=jobs.c.attempts - 1, lease=None, leased_until=None)
)
RETRY = (
    update(jobs)
    .where(BY_A_PERSON)
    .values(state=WAITING, due_at=bindparam("now"), attempts=0, lease=None, finished_at=None)
)
SETTLE = update(jobs).where(BY_A_PERSON).values(state=DONE, lease=None, args_sealed=FORGOTTEN)
DOUBT = (
    update(jobs)
    .where(jobs.c.state == WAITING, jobs.c.due_at <= bindparam("now"), jobs.c.kind.in_(KINDS))
    .values(state=RUNNING, lease=DOUBTFUL, leased_until=0)
)
COUNTS = select(jobs.c.state, func.count()).where(jobs.c.state.in_((WAITING, RUNNING, DEAD))).group_by(jobs.c.state)
OLDEST = select(func.min(jobs.c.due_at)).where(jobs.c.state == WAITING, jobs.c.due_at <= bindparam("now"))
THE_DEAD = (
    select(jobs.c.id, jobs.c.kind, jobs.c.key, jobs.c.attempts, jobs.c.last_error, jobs.c.finished_at)
    .where(jobs.c.state == DEAD)
    .order_by(jobs.c.finished_at, jobs.c.id)
    .limit(bindparam("most"))
)
ONE_DEAD = (
    select(jobs.c.id, jobs.c.kind, jobs.c.key, jobs.c.attempts, jobs.c.last_error, jobs.c.finished_at)
    .where(BY_A_PERSON)
    .with_for_update()
)
OLD_KEY = (
    select(*HELD)
    .where(
        func.substr(jobs.c.args_sealed, 1, ID_BYTES) != bindparam("key", type_=jobs.c.args_sealed.type),
        jobs.c.args_sealed != FORGOTTEN,
        jobs.c.id > bindparam("after"),
    )
    .order_by(jobs.c.id)
)
ANEW = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.args_sealed == bindparam("old"))
    .values(args_sealed=bindparam("sealed"))
)
FORGET = delete(jobs).where(jobs.c.state == DONE, jobs.c.finished_at < bindparam("before"))


def enqueue(tx: Transaction, job: NewJob) -> bool:
    """Store the job in the caller's transaction; whether it is new: the same key again is nothing."""
    return tx.execute(ADD, _values(tx, job)).rowcount == 1


def enqueue_alone(tx: Transaction, job: NewJob) -> bool:
    """The same, and nothing either while another of its kind waits or runs."""
    return tx.execute(ADD_ALONE, _values(tx, job)).rowcount == 1


def known(tx: Transaction, keys: Iterable[str]) -> set[str]:
    """Those of the keys that belong to a job, whatever became of it."""
    return set(tx.execute(KNOWN, {"keys": list(keys)}).scalars())


def next_at(tx: Transaction, kinds: Iterable[str]) -> float | None:
    """When there will be something to do: a job is due, or a lease ends."""
    of = {"kinds": list(kinds)}
    ends = [at for query in (NEXT_DUE, NEXT_END) if (at := tx.execute(query, of).scalar()) is not None]
    return min(ends, default=None)


def take(tx: Transaction, seconds: Mapping[str, float], lease: str, now: float) -> HeldJob | None:
    """The job that is due for the longest, held for the seconds of its kind; it begins after the commit, not before."""
    row = tx.execute(DUE, {"now": now, "kinds": list(seconds)}).first()
    if row is None:
        return None
    until = now + seconds[row.kind]
    if tx.execute(TAKE, {"job": row.id, "held": lease, "until": until}).rowcount != 1:
        return None
    return HeldJob(row.id, row.kind, row.key, row.args_sealed, row.attempts + 1, lease, until)


def expired(tx: Transaction, kinds: Iterable[str], now: float) -> list[HeldJob]:
    """Running jobs whose worker let the lease end: killed, or hanging. They stay locked until the commit."""
    return [HeldJob(*row) for row in tx.execute(EXPIRED, {"kinds": list(kinds), "now": now})]


def opened(keyring: Keyring, job: HeldJob) -> Mapping[str, Any]:
    """The arguments as they were given; `Forged` when no key of ours opens them."""
    return dict(json.loads(keyring.open(job.args_sealed, about(job.kind, job.key))))


def finish(tx: Transaction, job: HeldJob, now: float) -> bool:
    """It is done, and its arguments are forgotten; False when it is not ours any more."""
    return tx.execute(FINISH, _ours(job) | {"now": now}).rowcount == 1


def postpone(tx: Transaction, job: HeldJob, due_at: float, error: str) -> bool:
    """It is tried again later; False when it is not ours any more."""
    return tx.execute(POSTPONE, _ours(job) | {"due": due_at, "error": error}).rowcount == 1


def bury(tx: Transaction, job: HeldJob, now: float, error: str) -> bool:
    """A person must look; who holds the lease may still say that it is done. False when it is not ours any more."""
    return _told(tx, tx.execute(BURY, _ours(job) | {"now": now, "error": error}).rowcount == 1)


def give_back(tx: Transaction, lease: str) -> bool:
    """As if it had never been taken; False when nothing runs under this lease."""
    return tx.execute(GIVE_BACK, {"held": lease}).rowcount == 1


def retry(tx: Transaction, id: int, now: float) -> bool:
    """A person wants a dead job done after all; False when it is not dead."""
    return _told(tx, tx.execute(RETRY, {"job": id, "now": now}).rowcount == 1)


def settle(tx: Transaction, id: int) -> bool:
    """A person says that a dead job needs no doing, or was done; False when it is not dead."""
    return _told(tx, tx.execute(SETTLE, {"job": id}).rowcount == 1)


def doubt(tx: Transaction, kinds: Iterable[str], now: float) -> int:
    """Out of a backup: what was due may have been done since, so these kinds count as those of a lost worker."""
    return tx.execute(DOUBT, {"kinds": list(kinds), "now": now}).rowcount


def counts(tx: Transaction, now: float) -> Counts:
    """How many wait, run and are dead."""
    found: dict[str, int] = {state: number for state, number in tx.execute(COUNTS)}
    oldest = tx.execute(OLDEST, {"now": now}).scalar()
    return Counts(found.get(WAITING, 0), found.get(RUNNING, 0), found.get(DEAD, 0), oldest)


def dead(tx: Transaction, most: int = 100) -> list[DeadJob]:
    """Jobs that wait for a person, the oldest first."""
    return [DeadJob(*row) for row in tx.execute(THE_DEAD, {"most": most})]


def find_dead(tx: Transaction, id: int) -> DeadJob | None:
    """A job that waits for a person; nobody else decides on it before the commit."""
    row = tx.execute(ONE_DEAD, {"job": id}).first()
    return None if row is None else DeadJob(*row)


def forget_done(tx: Transaction, before: float) -> int:
    """Drop what was done before; how many. Their keys are free again."""
    return tx.execute(FORGET, {"before": before}).rowcount


def rotate(database: Database, batch: int = 500) -> int:
    """Seals what an old key sealed anew, each batch its own transaction; how many jobs."""
    count, after = 0, 0
    while True:
        with database.transaction() as tx:
            rows = tx.execute(OLD_KEY.limit(batch), {"key": tx.keyring.current_id, "after": after}).all()
            if not rows:
                return count
            tx.connection.execute(ANEW, [_anew(tx.keyring, HeldJob(*row)) for row in rows])
        count, after = count + len(rows), rows[-1].id


def about(kind: str, key: str) -> bytes:
    """What the seal of the arguments is bound to."""
    return f"job/{kind}/{key}".encode()


def _anew(keyring: Keyring, job: HeldJob) -> dict[str, Any]:
    args = keyring.open(job.args_sealed, about(job.kind, job.key))
    return {"job": job.id, "old": job.args_sealed, "sealed": keyring.seal(args, about(job.kind, job.key))}


def _told(tx: Transaction, changed: bool) -> bool:
    """Open pages hear of it."""
    if changed:
        news.tell(tx, news.JOBS)
    return changed


def _ours(job: HeldJob) -> dict[str, Any]:
    return {"job": job.id, "held": job.lease}


def _values(tx: Transaction, job: NewJob) -> dict[str, Any]:
    args = json.dumps(dict(job.args), ensure_ascii=False).encode()
    return {
        "kind": job.kind,
        "key": job.key,
        "args_sealed": tx.keyring.seal(args, about(job.kind, job.key)),
        "state": WAITING,
        "due_at": job.due_at,
        "attempts": 0,
        "created_at": job.created_at,
    }
