"""Two workers and a server are killed at random; each effect that leaves the building happens at most once.

At the end a person decides on what "may have happened": it is done again where nothing was seen outside.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import text

from ivr.store import jobs
from ivr.store.database import Database
from ivr.store.jobs import NewJob
from tests.errands import HARMLESS, LEASE, OUTWARD, effects
from tests.soak.house import REPOSITORY, House
from tests.soak.kills import Plan, Tell

JOBS_A_KILL = 10
END_SECONDS = 120


@dataclass
class Hand:
    """A server or a worker that can be killed and started again."""

    role: str
    name: str
    house: House
    outside: Path
    process: subprocess.Popen[bytes] = field(init=False)
    since: int = 0

    @property
    def log(self) -> Path:
        return self.house.folder / f"{self.name}.log"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.soak.hands", self.role, str(self.outside)]
        with self.log.open("ab") as log:
            self.since = log.tell()
            self.process = subprocess.Popen(
                command, env=self.house.environment(), stdout=log, stderr=log, cwd=REPOSITORY
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """As an operator stops it."""
        self.process.terminate()
        self.process.wait(60)

    def works(self) -> bool:
        """Whether it has ended a job in this life."""
        if (code := self.process.poll()) is not None:
            raise RuntimeError(f"{self.name} ended by itself: {code}, see {self.log}")
        with self.log.open("rb") as log:
            log.seek(self.since)
            return b'"message": "job"' in log.read()


CREW = {"server": "serve", "w1": "work", "w2": "work"}


@contextmanager
def crew(house: House, outside: Path, *names: str) -> Iterator[list[Hand]]:
    """These of the server and the two workers on one database, started; none is left behind."""
    hands = [Hand(CREW[name], name, house, outside) for name in names]
    with ExitStack() as stack:
        for hand in hands:
            hand.start()
            stack.callback(hand.kill)
        yield hands


def soak(house: House, plan: Plan, tell: Tell) -> list[str]:
    """What went wrong; nothing, one hopes."""
    random, began, outside = Random(plan.seed), time.monotonic(), house.folder / "outside"
    database = house.parts().database
    with crew(house, outside, *CREW) as hands:
        for n in range(1, plan.rounds + 1):
            store(database, n, random)
            time.sleep(random.uniform(0.1, 0.8))
            victim = random.choice(hands)
            until(partial(at_work, database, victim), "a worker that was started does nothing")
            victim.kill()
            victim.start()
            if n % 20 == 0 or n == plan.rounds:
                tell(f"{n} kills, {effects(outside).total()} effects, {time.monotonic() - began:.0f} s")
        until(lambda: not states(database, jobs.WAITING, jobs.RUNNING), "jobs are left undone")
        found = wrong(database, outside, tell)
        # who was killed or was slow is gone for good before anybody decides
        for hand in hands:
            hand.stop()
        found += [f"{key} is left running by a graceful stop" for key in states(database, jobs.RUNNING)]
    with crew(house, outside, "w1"):
        decide(database, outside)
        until(lambda: not states(database, jobs.WAITING, jobs.RUNNING), "jobs are left undone")
    return found + in_the_end(database, outside, plan.rounds * JOBS_A_KILL)


def store(database: Database, n: int, random: Random) -> None:
    """Stores the jobs of a round, one in ten twice."""
    with database.transaction() as tx:
        for i in range(JOBS_A_KILL):
            kind = random.choice((OUTWARD, HARMLESS))
            job = NewJob(kind, f"{kind}-{n}-{i}", {"n": n}, time.time(), time.time())
            jobs.enqueue(tx, job)
            if random.random() < 0.1:
                assert not jobs.enqueue(tx, job)


def at_work(database: Database, victim: Hand) -> bool:
    """Whether the victim has ended a job in this life; where nothing is left to do, a harmless job is added."""
    if victim.works():
        return True
    if not states(database, jobs.WAITING):
        with database.transaction() as tx:
            at = time.time()
            jobs.enqueue(tx, NewJob(HARMLESS, f"{HARMLESS}-extra-{at}", {}, at, at))
    return False


def until(true: Callable[[], bool], otherwise: str) -> None:
    """Returns when it is true; TimeoutError when it never is."""
    end = time.monotonic() + END_SECONDS
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(otherwise)
        time.sleep(0.05)


def states(database: Database, *wanted: str) -> dict[str, str]:
    """The state of each job of ours that is in one of these states."""
    with database.reading() as tx:
        rows = tx.execute(text("SELECT key, state FROM jobs WHERE kind IN ('ring', 'tidy')")).all()
    return {key: state for key, state in rows if state in wanted}


def wrong(database: Database, outside: Path, tell: Tell) -> list[str]:
    """Before a person decides: at most once outside, at least once inside, and nothing happened unasked."""
    seen, ended = effects(outside), states(database, jobs.DONE, jobs.DEAD)
    dead = [key for key, state in ended.items() if state == jobs.DEAD]
    twice = sum(count > 1 for key, count in seen.items() if key.startswith(HARMLESS))
    tell(f"{len(ended)} jobs, {len(dead)} for a person to decide, {twice} harmless ones done more than once")
    found = [f"{key} happened {n} times" for key, n in seen.items() if key.startswith(OUTWARD) and n > 1]
    found += [
        f"{key} is done and never happened" for key, state in ended.items() if state == jobs.DONE and not seen[key]
    ]
    found += [f"{key} is harmless and dead" for key in dead if key.startswith(HARMLESS)]
    return found + [f"{key} happened and is unknown" for key in seen if key not in ended]


def decide(database: Database, outside: Path) -> None:
    """A person looks outside: what was seen there is settled, the rest is done again."""
    time.sleep(LEASE)
    seen = effects(outside)
    with database.transaction() as tx:
        for job in jobs.dead(tx, most=10_000):
            if seen[job.key]:
                jobs.settle(tx, job.id)
            else:
                jobs.retry(tx, job.id, time.time())


def in_the_end(database: Database, outside: Path, stored: int) -> list[str]:
    """After a person has decided: everything is done, outside exactly once."""
    seen, done = effects(outside), states(database, jobs.DONE)
    of_rounds = [key for key in done if "extra" not in key]
    found = [] if len(of_rounds) == stored else [f"{len(of_rounds)} of {stored} jobs are done"]
    return found + [f"{key} happened {seen[key]} times" for key in done if key.startswith(OUTWARD) and seen[key] != 1]
