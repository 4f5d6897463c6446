"""What recurs: each time has a key, so that of many workers one makes the job. After a break only the latest counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.store import jobs
from ivr.store.database import Database
from ivr.store.jobs import NewJob


@dataclass(frozen=True, slots=True)
class Slot:
    """One time at which a kind is due; `key` names it."""

    key: str
    due_at: float


@dataclass(frozen=True, slots=True)
class Every:
    """Each so many seconds, counted from the epoch."""

    kind: str
    seconds: int

    def slot(self, now: float) -> Slot:
        """The latest time that has come."""
        due = int(now // self.seconds) * self.seconds
        return Slot(f"{self.kind}/{due}", due)


@dataclass(frozen=True, slots=True)
class Daily:
    """Each day at a local time; on the two days when clocks change once as well, at its first or next moment."""

    kind: str
    at: time
    zone: ZoneInfo

    def slot(self, now: float) -> Slot:
        """The latest time that has come."""
        day = datetime.fromtimestamp(now, self.zone).date()
        due = self._moment(day.isoformat())
        if due > now:
            day -= timedelta(days=1)
            due = self._moment(day.isoformat())
        return Slot(f"{self.kind}/{day}", due)

    def _moment(self, day: str) -> float:
        return datetime.combine(datetime.fromisoformat(day), self.at, self.zone).timestamp()


Recurring = Every | Daily


class Schedule:
    """What recurs in this program, and which slots one process knows to be made."""

    def __init__(self, recurring: Sequence[Recurring]) -> None:
        self._recurring = tuple(recurring)
        self._made: dict[str, str] = {}

    def plant(self, database: Database, now: float) -> int:
        """Makes the jobs of the slots that have come; how many. A kind waits while its job before is not done."""
        slots = {each.kind: each.slot(now) for each in self._recurring}
        missing = {kind: slot for kind, slot in slots.items() if self._made.get(kind) != slot.key}
        if not missing:
            return 0
        with database.reading() as tx:
            known = jobs.known(tx, [slot.key for slot in missing.values()])
        new = {kind: slot for kind, slot in missing.items() if slot.key not in known}
        made = _make(database, new, now) if new else 0
        self._made |= {kind: slot.key for kind, slot in missing.items() if slot.key in known}
        return made


def _make(database: Database, slots: dict[str, Slot], now: float) -> int:
    with database.transaction() as tx:
        return sum(jobs.enqueue_alone(tx, NewJob(kind, slot.key, {}, slot.due_at, now)) for kind, slot in slots.items())
