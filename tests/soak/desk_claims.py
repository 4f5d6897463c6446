"""Many aidants claim at once, from several processes: every request becomes one person's, and none is forgotten.

Half of them press "the next one", half pick one of the first in the list, which somebody else has often just taken.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from random import Random

from sqlalchemy import text

from ivr.actions import callbacks
from ivr.actions.audit import Actor, Deed, What
from ivr.actions.machine import NotPossible
from ivr.errors import StorageAway
from ivr.store import calls, desk, requests, staff
from ivr.store.calls import NewCall
from ivr.store.database import Database
from ivr.store.desk import View, Wanted
from ivr.store.requests import NewRequest, Status, Wish
from ivr.store.staff import Member, NewMember
from tests import databases
from tests.soak.kills import Tell

NOON = 1_795_431_600.0  # Monday 2026-11-23 in Paris
LANGUAGES = (("aa",), ("bb",), ("aa", "bb"))
SHOWS = 200
"""Of so many requests some are taken by two at once."""
AWAY_SECONDS = 0.5
"""Whoever reads "try again" does so after a moment. SQLite lets one process write, and does not keep a queue."""
LOOK = 3
"""So many of the first in the list are looked at."""


@dataclass(frozen=True)
class Plan:
    """How many come at once."""

    seed: int
    requests: int
    aidants: int
    processes: int


@dataclass
class Told:
    """What an aidant was told: requests that are theirs, and how often somebody was quicker or the database away."""

    staff_id: int
    theirs: list[int] = field(default_factory=list)
    lost: int = 0
    away: int = 0


gate: Barrier


def soak(url: str, plan: Plan, tell: Tell) -> list[str]:
    """What went wrong on this migrated database; nothing, one hopes."""
    with databases.opened(url) as database:
        people, asked = hire(database, plan.aidants), ask(database, plan.requests)
    shares = [people[n :: plan.processes] for n in range(plan.processes)]
    spawning = multiprocessing.get_context("spawn")
    started = time.monotonic()
    with ProcessPoolExecutor(plan.processes, spawning, open_gate, (spawning.Barrier(plan.aidants),)) as pool:
        told = [each for share in pool.map(work, [(url, share, plan.seed) for share in shares]) for each in share]
    seconds, lost, away = time.monotonic() - started, sum(t.lost for t in told), sum(t.away for t in told)
    tell(f"{plan.aidants} aidants, {plan.requests} requests, {lost} times too late, {away} away, {seconds:.1f} s")
    with databases.opened(url) as database:
        found = list(wrong(database, asked, told))
    return found if lost or plan.requests < SHOWS else [*found, "nobody was ever too late: the soak shows nothing"]


def hire(database: Database, count: int) -> list[int]:
    """Aidants who speak one language, the other, or both."""
    with database.transaction() as tx:
        new = (
            NewMember(f"{n}@example.org", f"Aidant {n}", frozenset({"aidant"}), LANGUAGES[n % 3], NOON)
            for n in range(count)
        )
        return [id for each in new if (id := staff.add(tx, each)) is not None]


def ask(database: Database, count: int) -> set[int]:
    """Requests in two languages, all of them due."""
    with database.transaction() as tx:
        calls.log_call(tx, NewCall("call", "twilio", "CA", None, "r", NOON))
        return {
            requests.put(tx, NewRequest("call", None, f"+3363998{n:04}", "x", {}, NOON + n, Wish(LANGUAGES[n % 2][0])))
            for n in range(count)
        }


def open_gate(shared: Barrier) -> None:
    """In each process: where all the aidants wait for each other."""
    global gate  # noqa: PLW0603
    gate = shared


def work(share: tuple[str, list[int], int]) -> list[Told]:
    """The aidants of one process, each in a thread."""
    url, people, seed = share
    with databases.opened(url) as database, ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(lambda id: claim_all(database, id, Random(seed + id)), people))


def claim_all(database: Database, staff_id: int, random: Random) -> Told:
    """One aidant claims until nothing is left in their languages."""
    told = Told(staff_id)
    gate.wait(60)
    with database.reading() as tx:
        member = staff.find(tx, staff_id)
    assert member is not None
    while True:
        try:
            id = press_next(database, member) if staff_id % 2 else pick(database, member, random)
        except NotPossible:
            told.lost += 1
        except StorageAway:
            told.away += 1
            time.sleep(AWAY_SECONDS)
        else:
            if id is None:
                return told
            told.theirs.append(id)


def press_next(database: Database, member: Member) -> int | None:
    """The next one, whichever it is."""
    with database.transaction() as tx:
        return callbacks.claim_next(tx, member, deed(member))


def pick(database: Database, member: Member, random: Random) -> int | None:
    """One of the first in the list as it was a moment ago."""
    with database.reading() as tx:
        rows = desk.queue(tx, Wanted(View.DUE, frozenset(member.languages), limit=LOOK), NOON + 5000)
    if not rows:
        return None
    chosen = random.choice(rows).id
    with database.transaction() as tx:
        callbacks.claim(tx, chosen, member.id, deed(member))
    return chosen


def deed(member: Member) -> Deed:
    """What this aidant does."""
    return Deed(Actor(member.id), NOON + 5000)


def wrong(database: Database, asked: set[int], told: list[Told]) -> Iterator[str]:
    """Every difference between what the aidants were told and what is stored."""
    counts = Counter(id for each in told for id in each.theirs)
    yield from (f"request {id} was given to {n} aidants" for id, n in counts.items() if n > 1)
    yield from (f"request {id} was given to nobody" for id in asked - set(counts))
    whose = {id: each.staff_id for each in told for id in each.theirs}
    with database.reading() as tx:
        rows = {row.id: row for row in tx.execute(text("SELECT id, status, staff_id FROM requests"))}
        claims = text("SELECT about, count(*) FROM audit WHERE what = :what GROUP BY about")
        audited = {about: n for about, n in tx.execute(claims, {"what": What.REQUEST_CLAIMED})}
    yield from (f"request {id} is lost" for id in asked - set(rows))
    for id, row in rows.items():
        if (row.status, row.staff_id) != (Status.CLAIMED, whose.get(id)):
            yield f"request {id} is {row.status}, of {row.staff_id} instead of {whose.get(id)}"
        if audited.get(f"request/{id}") != 1:
            yield f"the claim of request {id} stands {audited.get(f'request/{id}', 0)} times in the audit"
