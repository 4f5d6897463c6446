"""`python -m tests.bench`: everything in one run. Aims are printed beside what was measured, never asserted."""

import tempfile
from pathlib import Path
from statistics import median

import psycopg

from tests.bench import beside, desk, directory_import, inside, live, lookup, machine, steps, treatment
from tests.bench.against import CALLERS, Compared, compared
from tests.databases import running_postgres
from tests.soak.house import House, house, make_durable

CALLS, PAUSE, SECONDS = 50, 2.0, 20.0


def main() -> None:
    """Prints the machine, then each measurement as it is made."""
    with tempfile.TemporaryDirectory(prefix="hamrah-bench-") as folder:
        for line in machine.described(Path(folder)):
            print(line)
        _treatment(treatment.measured())
        with house(Path(folder) / "sqlite") as one:
            _engine(one)
            _shares(one)
            _calls(one)
            _saturation("SQLite (WAL, synchronous FULL)", compared(one, str(one.folder / "bare.db")))
        with house(Path(folder) / "desk") as one:
            _desk("SQLite", desk.measured(one))
        with house(Path(folder) / "lookup") as one:
            _lookup("SQLite", one)
        with running_postgres() as server, house(Path(folder) / "postgresql", server.url) as one:
            make_durable(server)
            address = f"host={server.socket} user=postgres dbname=postgres"
            with psycopg.connect(address) as connection:
                version = connection.info.server_version // 10_000
            _saturation(f"PostgreSQL {version} (fsync and synchronous_commit on)", compared(one, address))
        with running_postgres() as server, house(Path(folder) / "desk-postgresql", server.url) as one:
            make_durable(server)
            _desk(f"PostgreSQL {version}", desk.measured(one))
        _directory(directory_import.measured())
        with running_postgres() as server, house(Path(folder) / "lookup-postgresql", server.url) as one:
            _lookup(f"PostgreSQL {version}", one)
    live.main()


def _engine(one: House) -> None:
    parts = one.parts()
    book, today = parts.shelf.current().book, parts.today()
    mixed = ", ".join(f"{count} {kind}" for kind, count in inside.kinds(book, today).items())
    _say("engine turns a second, in process", f"{inside.turns_a_second(book, today):,.0f}", "≥ 50,000")
    print(f"  ({mixed})")


def _shares(one: House) -> None:
    parts = one.parts()
    timed = steps.shares(parts)
    parts.database.dispose()
    whole = timed[-1][1]
    print("where the processor's time of one turn goes (SQLite):")
    for name, micro in timed:
        print(f"  {name:<48}{micro:7.0f} µs {micro / whole:6.0%}")


def _calls(one: House) -> None:
    found = beside.measured(one, CALLS, SECONDS, PAUSE)
    (p50, p99), (p50_beside, p99_beside) = _percentiles(found.alone), _percentiles(found.beside)
    what = f"{CALLS} calls, a key every {PAUSE:.0f} s, {len(found.alone)} webhooks: p50 / p99"
    _say(what, f"{p50:.1f} / {p99:.1f} ms", "p99 < 30 ms")
    what = f"  while {found.treated} recordings of {beside.LENGTH} s are treated in the same server"
    _say(what, f"{p50_beside:.1f} / {p99_beside:.1f} ms", "p99 < 30 ms")
    _say("  ratio of the two p99", f"{p99_beside / p99:.1f}", "as low as can be")


def _percentiles(taken: list[float]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    return taken[int(len(taken) * 0.5)] * 1000, taken[int(len(taken) * 0.99)] * 1000


def _saturation(what: str, found: Compared) -> None:
    print(f"saturation, {CALLERS} connections, {what}, turns a second in turns:")
    print(f"  the helpline  {'  '.join(f'{value:6.0f}' for value in found.ours)}")
    print(f"  a bare route  {'  '.join(f'{value:6.0f}' for value in found.bare)}")
    _say("  ratio (median of neighbours)", f"{found.ratio:.2f}", "≥ 0.5")


def _desk(what: str, found: desk.Measured) -> None:
    print(f"the desk on {what}, every request waiting:")
    few, many = desk.p95(found.few) * 1000, desk.p95(found.many) * 1000
    print(f"  the queue's page, p95: {desk.FEW} requests {few:.0f} ms, {desk.MANY} requests {many:.0f} ms")
    _say("  ratio", f"{found.ratio:.2f}", "≤ 2")
    _say("  from a commit to the event on an open screen, median", f"{median(found.shown) * 1000:.0f} ms", "< 1000 ms")


def _lookup(what: str, one: House) -> None:
    parts = one.parts()
    found = lookup.measured(parts.database)
    parts.database.dispose()
    print(f"the directory on {what}, {found.places} places, {found.areas} areas, {len(found.lookups)} look-ups:")
    (p50, p99), (work, most) = _percentiles(sorted(found.lookups)), _percentiles(sorted(found.work))
    bare, worst = _percentiles(sorted(found.bare))
    _say("  from where somebody lives to the place, noted: p50 / p99", f"{p50:.2f} / {p99:.2f} ms", "p99 < 2 ms")
    print(
        f"  (of the processor's time {work:.2f} / {most:.2f} ms; one bare select beside it {bare:.2f} / {worst:.2f} ms)"
    )
    _say("  ratio to the bare select (medians)", f"{found.ratio:.1f}", "as low as can be")
    p50, p99 = _percentiles(sorted(found.codes))
    print(f"  a postal code of {lookup.A_CODE} communes, found or asked which: p50 / p99 {p50:.2f} / {p99:.2f} ms")


def _treatment(found: treatment.Measured) -> None:
    _say("a minute of recording, judged and treated", f"{median(found.ours):.2f} s", "≤ 1.5 s")
    _say("  ratio to ffmpeg alone (two passes of its loudnorm)", f"{found.ratio:.2f}", "≤ 1")


def _directory(found: directory_import.Measured) -> None:
    what = f"{directory_import.RECORDS:,} records of the annuaire: {found.places:,} places, {found.areas:,} areas"
    _say(what, f"{found.seconds:.0f} s", "< 60 s")
    _say("  memory of the importing process", f"{found.megabytes:.0f} MB", "< 300 MB")
    _say("  ratio to only parsing the same archive", f"{found.ratio:.1f}", "as low as can be")
    _say("  of that in the one transaction (SQLite)", f"{found.writing:.1f} s", "< 3 s")


def _say(what: str, measured: str, aim: str) -> None:
    print(f"{what:<64}{measured:>18}   aim {aim}", flush=True)


if __name__ == "__main__":
    main()
