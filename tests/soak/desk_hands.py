"""`python -m tests.soak.desk_hands serve|work|call MEMBERS TRUTH`: the real server or worker, or some aidants.

Everything that waits for minutes in earnest waits for seconds here. `TRUTH` is a folder with a file for each attempt
whose caller was rung, which an aidant who must say so looks at: they hear it in their own phone.
"""

import dataclasses
import os
import random
import sys
import time
from pathlib import Path

from ivr import duties, outward
from ivr.actions import callbacks, dialling, looking, placing
from ivr.actions.audit import Actor, Deed
from ivr.actions.jobs import Backoff
from ivr.actions.machine import NotPossible
from ivr.actions.outcomes import Rule, Rules, Then, Wrap
from ivr.actions.schedule import Every, Recurring
from ivr.app import Parts, application, parts, worker
from ivr.errors import StorageAway
from ivr.observing import log_as_json
from ivr.server import serve_forever
from ivr.settings import load
from ivr.store import desk, dials, staff
from ivr.store.dials import How
from ivr.store.requests import Status
from ivr.store.staff import Member
from ivr.worker import work_until_told

QUIET, LEASE, TALK, LOOK = 4.0, 3.0, 3, 1.0
AT_WORK = "at work"
OUTCOMES = {How.TALKED: "helped", How.CALLER_FAILED: "out_of_service"}
RULES = {"helped": Rule(Then.DONE), "declined": Rule(Then.CLOSE), "out_of_service": Rule(Then.CLOSE)}


def in_a_hurry() -> Parts:
    """The helpline of the environment, with seconds for minutes."""
    looking.QUIET_SECONDS, looking.HOPELESS_SECONDS = QUIET, 20  # type: ignore[misc]
    placing.LOOK_SECONDS = LOOK  # type: ignore[misc]
    made, plan = outward.trunk, duties.recurring

    def trunk(*args: object) -> placing.Trunk | None:
        found = made(*args)  # type: ignore[arg-type]
        return None if found is None else dataclasses.replace(found, call_seconds=TALK)

    def recurring(zone: object) -> tuple[Recurring, ...]:
        return (*(each for each in plan(zone) if each.kind != "watch-dials"), Every("watch-dials", 1))  # type: ignore[arg-type]

    outward.trunk, duties.recurring = trunk, recurring  # type: ignore[assignment]
    joined = parts(load(os.environ))
    quick = {
        name: dataclasses.replace(kind, lease=LEASE, backoff=Backoff(0.2, 1)) for name, kind in joined.kinds.items()
    }
    return dataclasses.replace(joined, kinds=quick)


def main(role: str, *more: str) -> None:
    """Serves, works or calls until it is killed."""
    made = in_a_hurry()
    log_as_json()
    if role == "serve":
        serve_forever(application(made), made.settings)
    elif role == "work":
        work_until_told(worker(made))
    else:
        ids, truth = more
        call(made, [int(id) for id in ids.split(",")], Path(truth))


def call(made: Parts, ids: list[int], truth: Path) -> None:
    """Each of these aidants takes a request, calls, says what came of it, and takes the next."""
    while True:
        for id in ids:
            try:
                if act(made, id, truth):
                    print(AT_WORK, flush=True)
            except (NotPossible, StorageAway) as error:
                print(type(error).__name__, flush=True)
        time.sleep(random.uniform(0.02, 0.1))


def act(made: Parts, id: int, truth: Path) -> bool:
    """The next thing that this aidant can do, in one transaction; whether there was one."""
    now = time.time()
    deed = Deed(Actor(id), now)
    with made.database.transaction() as tx:
        member = staff.find(tx, id)
        assert member is not None
        mine = desk.queue(tx, desk.Wanted(desk.View.MINE, staff_id=id), now)
        if not mine:
            return callbacks.claim_next(tx, member, deed) is not None
        return go_on(made, tx, mine[0], deed, truth)


def go_on(made: Parts, tx: object, row: desk.Row, deed: Deed, truth: Path) -> bool:
    match row.status:
        case Status.CLAIMED:
            dialling.call_back(tx, row.id, deed, anyway=True)  # type: ignore[arg-type]
        case Status.CHECK:
            # whoever sees this page late has had the time to hear the other phone ring
            if deed.now - row.changed_at < 1:
                return False
            callbacks.judge(tx, row.id, (truth / str(row.dial_id)).exists(), deed)  # type: ignore[arg-type]
        case Status.WRAP_UP:
            dial = dials.find(tx, row.dial_id or 0)  # type: ignore[arg-type]
            outcome = OUTCOMES.get(dial.how, "declined") if dial is not None and dial.how else "declined"
            rules = Rules(RULES, {}, frozenset(), made.settings.zone)  # type: ignore[arg-type]
            callbacks.wrap_up(tx, row.id, Wrap(outcome), rules, deed)  # type: ignore[arg-type]
        case _:
            return False
    return True


def members(made: Parts, count: int) -> list[Member]:
    """The aidants of a soak, with a phone each."""
    found = []
    with made.database.transaction() as tx:
        for n in range(count):
            new = staff.NewMember(f"aidant{n}@example.org", f"A{n}", frozenset({"aidant"}), ("fa",), time.time())
            id = staff.add(tx, new)
            assert id is not None
            staff.set_phone(tx, id, f"+331990090{n:02d}")
            member = staff.find(tx, id)
            assert member is not None
            found.append(member)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
