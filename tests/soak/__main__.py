"""`python -m tests.soak PART`: prints what it does, ends with 1 when anything went wrong."""

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.databases import opened, running_postgres
from tests.soak import desk, desk_claims, fuzz, jobs, kills, live, outage, studio
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


def live_calls(plan: Plan) -> list[str]:
    """Hours of live calls, forty at a time, in as many minutes as `fuzz` takes: memory stays flat."""
    return live.soak(live.Plan(rounds=max(4, int(plan.minutes * 60 / 24))), _tell)


def fuzz_on_sqlite(plan: Plan) -> list[str]:
    """Every route as everybody, with all that a hostile client sends; half of the minutes."""
    with tempfile.TemporaryDirectory(prefix="hamrah-soak-") as folder:
        return fuzz.soak(Path(folder), "", fuzz.Plan(plan.seed, plan.minutes * 30), _tell)


def fuzz_on_postgresql(plan: Plan) -> list[str]:
    """The same on the other database; the other half."""
    with running_postgres() as server, tempfile.TemporaryDirectory(prefix="hamrah-soak-") as folder:
        with opened(server.url) as database:
            database.migrate()
        return fuzz.soak(Path(folder), server.url, fuzz.Plan(plan.seed + 1, plan.minutes * 30), _tell)


def desk_on_sqlite(plan: Plan) -> list[str]:
    """Aidants call people back; server, workers and aidants die; no caller is dialled twice, no request is lost."""
    with house(_folder()) as one:
        return desk.soak(one, plan, _tell)


def desk_on_postgresql(plan: Plan) -> list[str]:
    """The same on the other database, a quarter of it."""
    with running_postgres() as server, house(_folder(), server.url) as one:
        make_durable(server)
        return desk.soak(one, replace(plan, rounds=plan.rounds // 4), _tell)


def claims_on_sqlite(plan: Plan) -> list[str]:
    """Twenty aidants in four processes claim 500 requests: each is one person's, none is lost."""
    with tempfile.TemporaryDirectory(prefix="hamrah-soak-") as folder:
        return _claims(f"sqlite:///{folder}/hamrah.db", plan)


def claims_on_postgresql(plan: Plan) -> list[str]:
    """The same on the other database."""
    with running_postgres() as server:
        return _claims(server.url, plan)


def studio_on_sqlite(plan: Plan) -> list[str]:
    """200 recordings in one zip; their worker dies; each is one take with its verdict."""
    with house(_folder()) as one:
        return studio.soak(one, studio.Plan(plan.seed, files=200, kills=max(3, plan.rounds // 20)), _tell)


def studio_on_postgresql(plan: Plan) -> list[str]:
    """The same on the other database, with 40."""
    with running_postgres() as server, house(_folder(), server.url) as one:
        make_durable(server)
        return studio.soak(one, studio.Plan(plan.seed, files=40, kills=3), _tell)


def _claims(url: str, plan: Plan) -> list[str]:
    with opened(url) as database:
        database.migrate()
    return desk_claims.soak(url, desk_claims.Plan(plan.seed, requests=500, aidants=20, processes=4), _tell)


PARTS: Mapping[str, tuple[Callable[[Plan], list[str]], ...]] = {
    "kills": (kills_on_sqlite, kills_on_postgresql),
    "outage": (outages,),
    "jobs": (jobs_on_sqlite, jobs_on_postgresql),
    "desk": (desk_on_sqlite, desk_on_postgresql),
    "claims": (claims_on_sqlite, claims_on_postgresql),
    "studio": (studio_on_sqlite, studio_on_postgresql),
    "live": (live_calls,),
    "fuzz": (fuzz_on_sqlite, fuzz_on_postgresql),
    "all": (
        claims_on_sqlite,
        claims_on_postgresql,
        desk_on_sqlite,
        desk_on_postgresql,
        kills_on_sqlite,
        kills_on_postgresql,
        outages,
        jobs_on_sqlite,
        jobs_on_postgresql,
        studio_on_sqlite,
        studio_on_postgresql,
        live_calls,
        fuzz_on_sqlite,
        fuzz_on_postgresql,
    ),
}


def main() -> None:
    """Runs the parts that were asked for."""
    asked = argparse.ArgumentParser(prog="python -m tests.soak")
    asked.add_argument("part", choices=PARTS, nargs="?", default="all")
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--phones", type=int, default=6)
    asked.add_argument("--minutes", type=float, default=20, help="of the parts fuzz and live")
    asked.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = asked.parse_args()
    plan, found = Plan(given.seed, given.kills, given.phones, given.minutes), list[str]()
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
