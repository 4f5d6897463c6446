"""Aidants call people back while server, workers and the aidants' own processes are killed at random.

At the end: no attempt rang a caller twice, none that "never rang" rang, and every request came to its end.
"""

import random as chance
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx

from ivr.app import Parts
from ivr.store import calls, dials, requests
from ivr.store.dials import Dial, How, State
from ivr.store.requests import NewRequest, Request, Status, Wish
from tests.doubles.carrier import Carrier
from tests.doubles.outgoing import Outgoing
from tests.doubles.phone import NotNow
from tests.soak import desk_hands
from tests.soak.house import ACCOUNT, NUMBER, REPOSITORY, TOKEN, House, wait_for
from tests.soak.kills import Plan, Tell

REQUESTS_A_KILL = 3
AIDANTS = 8
END_SECONDS = 900
START_SECONDS = 30
SETTINGS = {"TWILIO_NUMBER": NUMBER, "IVR_WORKER": "none", "IVR_MOST_CALLS": "9999/999999", "IVR_CALL_MINUTES": "5"}
NEVER_RANG = {How.BUSY, How.NO_ANSWER, How.FAILED, How.DECLINED, How.WITHDRAWN, How.REFUSED, How.TOO_LATE}


AT_WORK = {"serve": b"startup complete", "work": b'"message": "job"', "call": desk_hands.AT_WORK.encode()}
"""What each says when it is at work."""


@dataclass
class Hand:
    """A process that can be killed and started again."""

    house: House
    name: str
    words: tuple[str, ...]
    process: subprocess.Popen[bytes] = field(init=False)
    since: int = 0

    def start(self) -> None:
        log_file = self.house.folder / f"{self.name}.log"
        command = [sys.executable, "-m", "tests.soak.desk_hands", *self.words]
        with log_file.open("ab") as log:
            self.since = log.tell()
            self.process = subprocess.Popen(
                command, env=self.house.environment(), stdout=log, stderr=log, cwd=REPOSITORY
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def works(self) -> bool:
        """Whether it has done something in this life; RuntimeError when it ended by itself."""
        if (code := self.process.poll()) is not None:
            raise RuntimeError(f"{self.name} ended by itself: {code}, see {self.house.folder}/{self.name}.log")
        with (self.house.folder / f"{self.name}.log").open("rb") as log:
            log.seek(self.since)
            return AT_WORK[self.words[0]] in log.read()


@dataclass
class World:
    """The telephone company and the people behind it: each call to an aidant is played in a thread of its own."""

    house: House
    company: Carrier
    seed: int
    truth: Path
    calls: list[Outgoing] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until told to stop."""
        with ThreadPoolExecutor(AIDANTS * 2) as pool, httpx.Client(base_url=self.house.base, timeout=15) as client:
            while not self._over.is_set():
                for sid, call in list(self.company.kept["Calls"].items()):
                    if call["direction"] == "outbound-api" and sid not in self._seen:
                        self._seen.add(sid)
                        outgoing = Outgoing(self.company, sid, client)
                        self.calls.append(outgoing)
                        pool.submit(self._play, outgoing, Random(f"{self.seed}/{len(self.calls)}"))
                time.sleep(0.02)

    def stop(self) -> None:
        self._over.set()

    def _play(self, call: Outgoing, random: Random) -> None:
        try:
            self._calls(call, random)
        except NotNow:
            pass  # a document that failed has ended the call already
        except Exception as error:
            self.troubles.append(f"{call.sid}: {error!r}")

    def _calls(self, call: Outgoing, random: Random) -> None:
        call.rings()
        time.sleep(random.uniform(0, 0.4))
        if random.random() < 0.1:
            call.nobody_answers(random.choice(("busy", "no-answer")))
            return
        call.answers()
        time.sleep(random.uniform(0, 0.4))
        if random.random() < 0.1:
            call.aidant_hangs_up()
            return
        call.press("1")
        if call.leg is None:
            return
        (self.truth / str(attempt(call))).touch()
        time.sleep(random.uniform(0, 0.4))
        match random.choice(("busy", "no-answer", "gone", "talk", "talk", "talk")):
            case "gone":
                call.aidant_hangs_up(told=random.random() < 0.5)
            case "talk":
                if call.caller_answers():
                    time.sleep(random.uniform(0, 0.4))
                    call.caller_hangs_up() if random.random() < 0.5 else call.aidant_hangs_up()
            case status:
                call.caller_is(status)


def attempt(call: Outgoing) -> int:
    """The attempt that a call was asked for."""
    return int(httpx.URL(str(call._asked["url"])).path.split("/")[3])


@contextmanager
def world(house: House, seed: int) -> Iterator[World]:
    """The company listens before anybody is started."""
    truth = house.folder / "truth"
    truth.mkdir(exist_ok=True)
    with Carrier(account_sid=ACCOUNT, auth_token=TOKEN) as company:
        company.add_number(NUMBER)
        house.more |= {**SETTINGS, "TWILIO_API_URL": company.url}
        made = World(house, company, seed, truth)
        thread = threading.Thread(target=made.run, name="world")
        thread.start()
        try:
            yield made
        finally:
            made.stop()
            thread.join()


@contextmanager
def crew(house: House, ids: list[int], truth: Path) -> Iterator[dict[str, Hand]]:
    """A server, two workers and the aidants in two processes; none is left behind."""
    words = {
        "server": ("serve",),
        "w1": ("work",),
        "w2": ("work",),
        "a1": ("call", ",".join(map(str, ids[::2])), str(truth)),
        "a2": ("call", ",".join(map(str, ids[1::2])), str(truth)),
    }
    hands = {name: Hand(house, name, word) for name, word in words.items()}
    with ExitStack() as stack:
        for hand in hands.values():
            hand.start()
            stack.callback(hand.kill)
        wait_for(house.base, hands["server"].process)
        yield hands


def soak(house: House, plan: Plan, tell: Tell) -> list[str]:
    """What went wrong; nothing, one hopes."""
    random, began = Random(plan.seed), time.monotonic()
    with world(house, plan.seed) as outside:
        made = house.parts()
        aidants = [member.id for member in desk_hands.members(made, AIDANTS)]
        stored: list[int] = []
        with crew(house, aidants, outside.truth) as hands:
            for n in range(1, plan.rounds + 1):
                stored += [ask(made, len(stored) + i) for i in range(REQUESTS_A_KILL)]
                time.sleep(random.uniform(0.1, 0.8))
                victim = random.choice(list(hands.values()))
                at_work(victim)
                victim.kill()
                victim.start()
                if n % 10 == 0 or n == plan.rounds:
                    ended = sum(count for status, count in standing(made).items() if status in ("done", "closed"))
                    tell(f"{n} kills, {len(stored)} requests, {ended} ended, {time.monotonic() - began:.0f} s")
            until_all_ended(made, stored, tell)
        found = [*outside.troubles, *wrong(made, outside, stored)]
        tell(f"{len(outside.calls)} calls to aidants, {sum(bool(call.dialled) for call in outside.calls)} to callers")
        made.database.dispose()
    return found


def at_work(victim: Hand) -> None:
    """Nobody is killed before they have done anything."""
    end = time.monotonic() + START_SECONDS
    while not victim.works() and time.monotonic() < end:
        time.sleep(0.05)


def ask(made: Parts, n: int) -> int:
    """Somebody new asks to be called back."""
    call_id, now = uuid4().hex, time.time()
    phone = chance.choice(("own", "shared"))
    with made.database.transaction() as tx:
        calls.log_call(tx, calls.NewCall(call_id, "twilio", call_id, None, "r", now))
        new = NewRequest(call_id, None, f"+3363998{n:04d}", "permit", {}, now, Wish("fa", phone=phone))
        return requests.put(tx, new)


def standing(made: Parts) -> Counter[str]:
    """How many requests stand where."""
    with made.database.reading() as tx:
        rows = tx.connection.exec_driver_sql("SELECT status, count(*) FROM requests GROUP BY status").all()
    return Counter({str(status): int(count) for status, count in rows})


def until_all_ended(made: Parts, stored: list[int], tell: Tell) -> None:
    """Nobody is killed any more: what is left comes to its end. What does not is found by `wrong`."""
    end = time.monotonic() + END_SECONDS
    while time.monotonic() < end:
        now = standing(made)
        if now["done"] + now["closed"] == len(stored):
            return
        time.sleep(0.2)
    tell(f"not all ended: {dict(standing(made))}")


def wrong(made: Parts, outside: World, stored: list[int]) -> list[str]:
    """Everything that must not be."""
    with made.database.reading() as tx:
        rows = {id: requests.find(tx, id) for id in stored}
        attempts = {dial.id: dial for id in stored for dial in dials.of_request(tx, id)}
    found = [f"request {id} is {row and row.status}" for id, row in rows.items() if not ended(row)]
    rung: dict[int, list[str]] = {}
    placed = Counter(attempt(call) for call in outside.calls)
    for call in outside.calls:
        rung.setdefault(attempt(call), []).extend(call.dialled)
    found += [f"attempt {id} rang the aidant {count} times" for id, count in placed.items() if count > 1]
    for id, dial in attempts.items():
        found += _of_attempt(dial, rung.get(id, []), rows)
    if not any(rung.values()):
        found.append("nobody was called: the soak shows nothing")
    return [*found, *_again(attempts.values(), rung)]


def ended(row: Request | None) -> bool:
    return row is not None and row.status in (Status.DONE, Status.CLOSED)


def _of_attempt(dial: Dial, numbers: list[str], rows: dict[int, Request | None]) -> Iterator[str]:
    request = rows[dial.request_id or 0]
    if len(numbers) > 1:
        yield f"attempt {dial.id} dialled {len(numbers)} times"
    if request is not None and any(number != request.number for number in numbers):
        yield f"attempt {dial.id} dialled somebody else"
    if numbers and dial.how in NEVER_RANG:
        yield f"attempt {dial.id} is {dial.how}, and the caller was rung"
    if numbers and dial.accepted_at is None:
        yield f"attempt {dial.id} was never accepted, and the caller was rung"
    if dial.how is How.TALKED and not numbers:
        yield f"attempt {dial.id} is a talk with nobody"
    if dial.state not in (State.OVER, State.UNKNOWN):
        yield f"attempt {dial.id} hangs in {dial.state}"


def _again(attempts: Iterable[Dial], rung: dict[int, list[str]]) -> Iterator[str]:
    """Here every call that rang is wrapped up for good: so nobody's phone rings a second time."""
    counted = Counter(dial.request_id for dial in attempts if rung.get(dial.id))
    yield from (f"request {id} was dialled {count} times" for id, count in counted.items() if count > 1)
