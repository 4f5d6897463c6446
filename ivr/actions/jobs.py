"""What happens outside of a call: what a kind of job is, and how one is taken, performed and recorded.

A harmless kind (`repeats`) is done at least once: a job whose worker was killed is begun again. A kind whose effect
leaves the building is done at most once: when nobody can know whether it happened, a person decides. Both rest on the
lease that is committed before the effect begins. Workers on several machines need clocks that agree within seconds.
"""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.errors import CarrierBusy, CarrierRefused, Forged, HelplineError
from ivr.store import jobs as stored
from ivr.store.database import Database, Transaction
from ivr.store.jobs import HeldJob

log = logging.getLogger("ivr.jobs")

MAY_HAVE_HAPPENED = "may have happened"
WORKER_LOST = "worker lost"
DONE, AGAIN, DEAD, LOST = "done", "again", "dead", "lost"
"""Outcomes; `lost`: the lease had ended and the job is another's."""


class NothingHappened(HelplineError):
    """Raised by a handler that knows that its effect did not happen; any kind may be tried again, as on CarrierBusy."""


class Hopeless(HelplineError):
    """Raised by a handler that knows that trying again does not help: a person must look, as on CarrierRefused."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler is given; `key` is the same each time, `attempt` counts from 1."""

    id: int
    kind: str
    key: str
    args: Mapping[str, Any]
    attempt: int


Written = Callable[[Transaction], object]
"""What a handler wants stored in the transaction that records the end of its job, and in no other case."""

Handler = Callable[[Job], Written | None]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds between attempts: doubled each time up to `most`, each by chance a quarter shorter or longer."""

    first: float = 30
    most: float = 3600

    def seconds(self, attempt: int, chance: float) -> float:
        """How long to wait after this attempt; `chance` is between 0 and 1."""
        doubled = self.first * 2.0 ** min(attempt - 1, 30)
        return min(self.most, doubled) * (0.75 + chance / 2)


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of job is done. `repeats`: doing it twice does no harm. `lease`: more seconds than it ever takes."""

    handler: Handler
    repeats: bool
    attempts: int = 5
    backoff: Backoff = field(default_factory=Backoff)
    lease: float = 120


@dataclass(frozen=True, slots=True)
class Board:
    """Where jobs are taken from: every kind that this program knows, `chance` and `watch(kind, outcome)`."""

    database: Database
    kinds: Mapping[str, Kind]
    clock: Callable[[], float]
    watch: Callable[[str, str], None] = lambda _kind, _outcome: None
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Done:
    """The handler came to its end."""

    written: Written | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The handler raised this."""

    error: Exception


def take(board: Board, lease: str) -> HeldJob | None:
    """A job that is due and now ours under this lease (a fresh token); jobs of lost workers are dealt with first."""
    now = board.clock()
    with board.database.reading() as tx:
        at = stored.next_at(tx, board.kinds)
    if at is None or at > now:
        return None
    seconds = {name: kind.lease for name, kind in board.kinds.items()}
    with board.database.transaction() as tx:
        lost = [(job, _lose(board, tx, job)) for job in stored.expired(tx, board.kinds, now)]
        taken = stored.take(tx, seconds, lease, now)
    for job, outcome in lost:
        _tell(board, job, outcome, WORKER_LOST)
    return taken


def perform(board: Board, held: HeldJob) -> Done | Failed:
    """Runs the handler, in no transaction; whatever it raises is an answer too."""
    try:
        job = Job(held.id, held.kind, held.key, _opened(board, held), held.attempts)
        return Done(board.kinds[held.kind].handler(job))
    except Exception as error:
        log.warning("job failed", extra=_said(held), exc_info=error)
        return Failed(error)


def record(board: Board, held: HeldJob, end: Done | Failed) -> str:
    """Stores how it ended, in one transaction with what the handler wants written; the outcome."""
    with board.database.transaction() as tx:
        outcome = _end(board, tx, held, end)
    _tell(board, held, outcome, _name(end.error) if isinstance(end, Failed) else None)
    return outcome


def abandon(board: Board, held: HeldJob) -> str:
    """The worker stops while the handler is running: a harmless job is given back, of another a person decides."""
    with board.database.transaction() as tx:
        if board.kinds[held.kind].repeats:
            outcome = AGAIN if stored.give_back(tx, held.lease) else LOST
        else:
            outcome = DEAD if stored.bury(tx, held, board.clock(), MAY_HAVE_HAPPENED) else LOST
    _tell(board, held, outcome, "worker stopped")
    return outcome


def give_back(board: Board, lease: str) -> None:
    """The commit of `take` broke: if it was kept nevertheless, nobody began what is held under this lease."""
    with board.database.transaction() as tx:
        stored.give_back(tx, lease)


def _opened(board: Board, held: HeldJob) -> Mapping[str, Any]:
    try:
        return stored.opened(board.database.keyring, held)
    except Forged as error:
        raise Hopeless("no key of ours opens its arguments") from error


def _end(board: Board, tx: Transaction, held: HeldJob, end: Done | Failed) -> str:
    if isinstance(end, Failed):
        return _fail(board, tx, held, end.error)
    if not stored.finish(tx, held, board.clock()):
        return LOST
    if end.written is not None:
        end.written(tx)
    return DONE


def _fail(board: Board, tx: Transaction, held: HeldJob, error: Exception) -> str:
    kind = board.kinds[held.kind]
    name = _name(error)
    if isinstance(error, Hopeless | CarrierRefused):
        return _bury(board, tx, held, name)
    if not kind.repeats and not isinstance(error, NothingHappened | CarrierBusy):
        return _bury(board, tx, held, f"{MAY_HAVE_HAPPENED}: {name}")
    asked = error.retry_after if isinstance(error, CarrierBusy) else None
    return _again(board, tx, held, name, asked or 0)


def _lose(board: Board, tx: Transaction, held: HeldJob) -> str:
    if not board.kinds[held.kind].repeats:
        return _bury(board, tx, held, MAY_HAVE_HAPPENED)
    return _again(board, tx, held, WORKER_LOST)


def _again(board: Board, tx: Transaction, held: HeldJob, why: str, at_least: float = 0) -> str:
    kind = board.kinds[held.kind]
    if held.attempts >= kind.attempts:
        return _bury(board, tx, held, why)
    wait = max(at_least, kind.backoff.seconds(held.attempts, board.chance()))
    return AGAIN if stored.postpone(tx, held, board.clock() + wait, why) else LOST


def _bury(board: Board, tx: Transaction, held: HeldJob, why: str) -> str:
    return DEAD if stored.bury(tx, held, board.clock(), why) else LOST


def _name(error: Exception) -> str:
    """The kind of the error; where a handler judged another one, that one's."""
    judged = isinstance(error, NothingHappened | Hopeless) and error.__cause__ is not None
    return type(error.__cause__ if judged else error).__name__


def _tell(board: Board, held: HeldJob, outcome: str, why: str | None) -> None:
    board.watch(held.kind, outcome)
    level = logging.INFO if outcome == DONE else logging.WARNING
    log.log(level, "job", extra={**_said(held), "outcome": outcome, "why": why})


def _said(held: HeldJob) -> dict[str, object]:
    return {"job": held.id, "kind": held.kind, "attempt": held.attempts}
