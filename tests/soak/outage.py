"""PostgreSQL goes away in the middle of calls, in every way it can: explanations go on, nothing is promised or lost."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

import httpx

from ivr.store import calls
from ivr.store.database import Database
from tests.databases import PostgresServer
from tests.soak.callers import Crowd, Heard, Told, call
from tests.soak.house import House
from tests.soak.kills import Plan, Tell
from tests.soak.verdict import wrong

Mend = Callable[[], None]
LINE_SECONDS = 15
"""The telephone company waits no longer for an answer."""

RETURN_SECONDS = 60


@dataclass(frozen=True)
class Outage:
    """When the database was away, by this process's clock, and when calls must be known to it again."""

    kind: str
    gone: float
    back: float
    well: float


def immediately(server: PostgresServer) -> Mend:
    """Every process of it ends at once, as in a crash."""
    os.kill(server.pids()[0], signal.SIGQUIT)
    while server.running:
        time.sleep(0.05)
    return server.start


def in_order(server: PostgresServer) -> Mend:
    """An operator's stop: what runs is undone, connections are closed."""
    server.stop()
    return server.start


def smartly(server: PostgresServer) -> Mend:
    """Who is connected may go on, nobody else is let in; in the end it is ended."""
    os.kill(server.pids()[0], signal.SIGTERM)

    def mend() -> None:
        immediately(server)
        server.start()

    return mend


def frozen(server: PostgresServer) -> Mend:
    """Every process of it stands still, its sockets are open and nobody answers."""
    pids = server.pids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)

    def mend() -> None:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    return mend


KINDS: Mapping[str, Callable[[PostgresServer], Mend]] = {
    "immediate": immediately,
    "frozen": frozen,
    "in order": in_order,
    "smart": smartly,
}

EXTRA: Mapping[str, float] = {"frozen": 6.0}
"""Seconds more: longer than the store waits for a server that says nothing."""


def soak(house: House, server: PostgresServer, plan: Plan, tell: Tell) -> list[str]:
    """What went wrong; one outage of each kind after the other."""
    random, outages = Random(plan.seed), list[Outage]()
    house.start()
    with Crowd(house.base, plan.phones, plan.seed, pause=0.1) as crowd:
        for n in range(plan.rounds):
            time.sleep(random.uniform(1.0, 2.0))
            kind = list(KINDS)[n % len(KINDS)]
            outages.append(_outage(house, server, kind, random.uniform(3.0, 5.0) + EXTRA.get(kind, 0.0)))
            tell(f"outage {n + 1}, {kind}: {len(crowd.calls)} calls")
        time.sleep(1)
    crowd.calls += [call(house.base, f"+33639985{n:03}", random, lambda: True, keys="0") for n in range(plan.phones)]
    found = wrong(house.parts().database, crowd.calls, outages=True)
    found += _unkept(house.parts().database, crowd.calls, outages)
    found += [
        f"{told.id}: the database is back and nothing is promised"
        for told in crowd.calls[-plan.phones :]
        if not told.promised
    ]
    return found + _silent(crowd.calls, outages, tell)


def _outage(house: House, server: PostgresServer, kind: str, seconds: float) -> Outage:
    mend = KINDS[kind](server)
    gone = time.monotonic()
    time.sleep(seconds)
    back = time.monotonic()
    mend()
    while httpx.get(f"{house.base}/readyz", timeout=30).json()["database"] != "ok":
        if time.monotonic() > back + RETURN_SECONDS:
            raise RuntimeError(f"{kind}: the database is back and the server does not see it")
        time.sleep(0.1)
    time.sleep(4)  # the server may take a breath before it tries again
    return Outage(kind, gone, back, time.monotonic())


def _unkept(database: Database, told: list[Told], outages: list[Outage]) -> list[str]:
    """A call that went on after an outage is in the store with its last turn."""
    found = []
    with database.reading() as tx:
        for one in told:
            last = one.turns[-1]
            if any(outage.gone - LINE_SECONDS < last.asked < outage.well for outage in outages):
                continue
            kept = calls.latest(tx, one.id)
            if kept is None or kept.n != last.n:
                found.append(f"{one.id}: heard {last.n} turns, the last stored is {kept and kept.n}")
    return found


def _silent(told: list[Told], outages: list[Outage], tell: Tell) -> list[str]:
    """What was heard while the database was away: explanations, and no promise that was not made before."""
    found, unavailable = [], 0
    for outage in outages:
        during = [
            turn for one in told for turn in one.turns if outage.gone < turn.asked and turn.answered < outage.back
        ]
        unavailable += sum(turn.says("person.unavailable") for turn in during)
        longest = max(
            (turn.answered - turn.asked for one in told for turn in one.turns if _overlaps(turn, outage)), default=0.0
        )
        tell(f"{outage.kind}: {len(during)} turns in {outage.back - outage.gone:.1f} s, the longest {longest:.1f} s")
        if not during:
            found.append(f"{outage.kind}: explanations did not go on")
        if longest > LINE_SECONDS:
            found.append(f"{outage.kind}: a caller waited {longest:.1f} s")
        if outage.kind != "smart":
            found += [f"{one.id}: promised while the database was away" for one in told if _first(one) in during]
    return found if unavailable else [*found, "nobody heard that a person cannot be asked for now"]


def _overlaps(turn: Heard, outage: Outage) -> bool:
    return turn.asked < outage.back and outage.gone < turn.answered


def _first(told: Told) -> Heard | None:
    """The turn in which the promise was made."""
    return next((turn for turn in told.turns if turn.says("person.noted")), None)
