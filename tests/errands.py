"""A worker process with kinds of its own, for tests that kill it: `python -m tests.errands URL OUTSIDE BEFORE AFTER`.

The outside is a file to which each effect adds a line in one write: what a killed process did stays done.
"""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ivr.actions.jobs import Backoff, Board, Job, Kind
from ivr.actions.schedule import Schedule
from ivr.store.database import Database
from ivr.worker import Pace, Worker, work_until_told
from tests.databases import keyring

OUTWARD, HARMLESS = "ring", "tidy"
LEASE = 2.0


Pause = Callable[[], float]


def effect(outside: Path, before: Pause, after: Pause) -> Callable[[Job], None]:
    """Takes a while before and after, so that a kill strikes on either side of the effect, too."""

    def handle(job: Job) -> None:
        time.sleep(before())
        with outside.open("ab", buffering=0) as file:
            file.write(f"{job.key}\n".encode())
        time.sleep(after())

    return handle


def effects(outside: Path) -> Counter[str]:
    """How often each key happened."""
    return Counter(outside.read_text().split()) if outside.exists() else Counter()


def kinds(handle: Callable[[Job], None]) -> dict[str, Kind]:
    """One kind whose effect leaves the building and one that is harmless; neither ever gives up."""
    quick = Backoff(first=0.01, most=0.1)
    return {
        OUTWARD: Kind(handle, repeats=False, attempts=10_000, backoff=quick, lease=LEASE),
        HARMLESS: Kind(handle, repeats=True, attempts=10_000, backoff=quick, lease=LEASE),
    }


def main(url: str, outside: str, before: str, after: str) -> None:
    """Works off both kinds, four jobs at once, until SIGTERM; says when it is ready."""
    handle = effect(Path(outside), lambda: float(before), lambda: float(after))
    board = Board(Database(url, keyring()), kinds(handle), time.time)
    worker = Worker(board, Schedule([]), threading.Event(), Pace(threads=4, poll=0.05, grace=5))
    os.write(1, b"ready\n")
    work_until_told(worker)


if __name__ == "__main__":
    main(*sys.argv[1:])
