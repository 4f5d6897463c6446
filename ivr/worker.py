"""Runs due jobs, each in a thread of its own: inside the server or alone, any number at once."""

import logging
import signal
import threading
import time
from dataclasses import dataclass
from uuid import uuid4

from ivr.actions import jobs
from ivr.actions.jobs import Board, Done, Failed
from ivr.actions.schedule import Schedule
from ivr.errors import StorageAway
from ivr.store.jobs import HeldJob

log = logging.getLogger("ivr.worker")

HANGING_MOST = 8
"""Times `threads`: how many may hang past their lease before no new one begins. Python cannot end a thread."""


SIGNAL_SECONDS = 0.2
"""How often a worker that runs alone looks whether it was told to stop."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`threads` jobs at once, seconds between looks while nothing is to do, seconds to finish when told to stop."""

    threads: int = 4
    poll: float = 1
    grace: float = 20


class Worker:
    """`run` takes jobs until `stop`; `bell.set()` after the commit of an enqueued job makes it look at once."""

    def __init__(self, board: Board, schedule: Schedule, bell: threading.Event, pace: Pace | None = None) -> None:
        self.bell = bell
        self._board = board
        self._schedule = schedule
        self._pace = pace or Pace()
        self._lock = threading.Lock()
        self._running: dict[str, tuple[HeldJob, threading.Thread]] = {}
        self._uncertain: set[str] = set()
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Runs in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Takes jobs until told to stop, then finishes or gives back what is running."""
        while not self._stopping.is_set():
            if not (self._has_room() and self._look()):
                self.bell.wait(self._pace.poll)
                self.bell.clear()
        self._wind_up()

    def ask_to_stop(self) -> None:
        """Takes no more jobs. Not for a signal handler: the thread that it interrupts may hold the bell's lock."""
        self._stopping.set()
        self.bell.set()

    def stop(self) -> None:
        """Takes no more jobs; returns when none is running any more, or what was running is given back."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether `start` was called and `run` has not come to its end."""
        return self._thread is not None and self._thread.is_alive()

    def _has_room(self) -> bool:
        now = self._board.clock()
        with self._lock:
            every = len(self._running)
            timely = sum(held.leased_until > now for held, _ in self._running.values())
        return timely < self._pace.threads and every < self._pace.threads * HANGING_MOST

    def _look(self) -> bool:
        """Whether a job was begun. A mistake of ours is said and survived: it must not end every other kind of job."""
        try:
            return self._begin_one()
        except StorageAway as error:
            log.warning("waiting for the database", extra={"why": type(error).__name__})
        except Exception:
            log.exception("the worker stumbled")
        return False

    def _begin_one(self) -> bool:
        self._return_uncertain()
        self._schedule.plant(self._board.database, self._board.clock())
        lease = uuid4().hex
        self._uncertain.add(lease)
        held = jobs.take(self._board, lease)
        self._uncertain.discard(lease)
        if held is None:
            return False
        thread = threading.Thread(target=self._work, args=(held,), name=f"job-{held.id}", daemon=True)
        with self._lock:
            self._running[lease] = held, thread
        thread.start()
        return True

    def _return_uncertain(self) -> None:
        for lease in tuple(self._uncertain):
            jobs.give_back(self._board, lease)
            self._uncertain.discard(lease)

    def _work(self, held: HeldJob) -> None:
        try:
            self._record(held, jobs.perform(self._board, held))
        finally:
            with self._lock:
                del self._running[held.lease]
            self.bell.set()

    def _record(self, held: HeldJob, end: Done | Failed) -> None:
        """Keeps the outcome in hand until the database takes it."""
        while not self._over.is_set():
            try:
                jobs.record(self._board, held, end)
                return
            except StorageAway:
                self._over.wait(self._pace.poll)
            except Exception as error:
                log.exception("the end of a job could not be stored", extra={"job": held.id, "kind": held.kind})
                if isinstance(end, Failed):
                    return
                end = Failed(error)

    def _wind_up(self) -> None:
        until = time.monotonic() + self._pace.grace
        for _, thread in self._all_running():
            thread.join(max(0, until - time.monotonic()))
        self._over.set()
        for held, _ in self._all_running():
            try:
                jobs.abandon(self._board, held)
            except StorageAway:
                log.warning("not given back", extra={"job": held.id, "kind": held.kind})

    def _all_running(self) -> list[tuple[HeldJob, threading.Thread]]:
        with self._lock:
            return list(self._running.values())


def work_until_told(worker: Worker) -> None:
    """Works until SIGTERM or SIGINT (Ctrl-C), then finishes or gives back what is running."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: told.append(number))
    worker.start()
    while worker.alive and not told:
        time.sleep(SIGNAL_SECONDS)
    worker.stop()
