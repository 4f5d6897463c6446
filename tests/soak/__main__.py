"""`python -m tests.soak kills|outage|jobs|all`: prints what it does, ends with 1 when anything went wrong."""

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.databases import running_postgres
from tests.soak import jobs, kills, outage
from tests.soak.house import house, make_durable
from tests.soak.kills import Plan


def kills_on_sqlite(plan: Plan) -> list[str]:
    """The server dies; the file stays."""
    with house(_folder()) as one:
        return kills.soak(one, plan, _tell)


def kills_on_postgresql(plan: Plan) -> list[str]:
    """The server dies; the database lives on with what it left half done."""
    with running_postgres() as server, house(_folder(), server.url) as one:
        make_durable(server)
        return kills.soak(one, Plan(plan.seed, plan.rounds // 4, plan.phones), _tell)


def outages(plan: Plan) -> list[str]:
    """The database goes away; one outage of each kind for ten kills."""
    with running_postgres() as server, house(_folder(), server.url) as one:
        make_durable(server)
        return outage.soak(one, server, Plan(plan.seed, max(4, plan.rounds // 10), plan.phones), _tell)


def jobs_on_sqlite(plan: Plan) -> list[str]:
    """A server and two workers die; what leaves the building happens at most once."""
    with house(_folder()) as one:
        return jobs.soak(one, plan, _tell)


def jobs_on_postgresql(plan: Plan) -> list[str]:
    """The same on the other database."""
    with running_postgres() as server, house(_folder(), server.url) as one:
        make_durable(server)
        return jobs.soak(one, plan, _tell)


PARTS: Mapping[str, tuple[Callable[[Plan], list[str]], ...]] = {
    "kills": (kills_on_sqlite, kills_on_postgresql),
    "outage": (outages,),
    "jobs": (jobs_on_sqlite, jobs_on_postgresql),
    "all": (kills_on_sqlite, kills_on_postgresql, outages, jobs_on_sqlite, jobs_on_postgresql),
}


def main() -> None:
    """Runs the parts that were asked for."""
    asked = argparse.ArgumentParser(prog="python -m tests.soak")
    asked.add_argument("part", choices=PARTS, nargs="?", default="all")
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--phones", type=int, default=6)
    asked.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = asked.parse_args()
    plan, found = Plan(given.seed, given.kills, given.phones), list[str]()
    _tell(f"seed {plan.seed}")
    for part in PARTS[given.part]:
        _tell(f"{part.__name__}: {part.__doc__}")
        wrong = part(plan)
        _tell("\n".join([f"WRONG: {len(wrong)}", *wrong[:50]]) if wrong else "nothing is wrong")
        found += wrong
    sys.exit(bool(found))


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="hamrah-soak-")) / "data"


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
