"""The worker: takes what is due, survives outages and mistakes, and leaves nothing half-known behind."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.actions.jobs import Backoff, Board, Job, Kind, Written
from ivr.actions.schedule import Every, Schedule
from ivr.errors import StorageAway
from ivr.store import jobs
from ivr.store.database import Database
from ivr.store.jobs import NewJob
from ivr.worker import HANGING_MOST, Pace, Worker
from tests import errands
from tests.databases import PostgresServer, opened
from tests.errands import HARMLESS, OUTWARD

PATIENCE = 20


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def once_it_answers(true: Callable[[], bool]) -> bool:
    """Whether it is true; not yet, while the database is away or its breaker still thinks so."""
    try:
        return true()
    except StorageAway:
        return False


class Bench:
    """A worker over a handler that does what a test tells it to."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.began: list[str] = []
        self.go_on = threading.Event()
        self.slow: set[str] = set()
        self.raises: dict[str, Exception] = {}
        self.written: Written | None = None
        self.lease = 60.0
        self.recurring: list[Every] = []
        self.watched: list[tuple[str, str]] = []

    def handle(self, job: Job) -> Written | None:
        self.began.append(job.key)
        if job.key in self.slow:
            assert self.go_on.wait(PATIENCE)
        if error := self.raises.pop(job.key, None):
            raise error
        return self.written

    def worker(self, threads: int = 2, poll: float = 0.02, grace: float = 5) -> Worker:
        quick = Backoff(0.01, 0.01)
        kinds = {
            "tidy": Kind(self.handle, repeats=True, backoff=quick, lease=self.lease),
            "text": Kind(self.handle, repeats=False, backoff=quick, lease=self.lease),
        }
        board = Board(self.database, kinds, time.time, lambda *told: self.watched.append(told))
        return Worker(board, Schedule(self.recurring), threading.Event(), Pace(threads, poll, grace))

    @contextmanager
    def working(self, threads: int = 2, poll: float = 0.02, grace: float = 5) -> Iterator[Worker]:
        worker = self.worker(threads, poll, grace)
        worker.start()
        try:
            yield worker
        finally:
            self.go_on.set()
            worker.stop()

    def put(self, *keys: str, kind: str = "tidy") -> None:
        with self.database.transaction() as tx:
            for key in keys:
                jobs.enqueue(tx, NewJob(kind, key, {}, 0, 0))

    def states(self) -> dict[str, str]:
        with self.database.reading() as tx:
            return {key: state for key, state in tx.execute(text("SELECT key, state FROM jobs"))}

    def state(self, key: str) -> str:
        return self.states()[key]


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_due_jobs_are_done_several_at_once_and_never_more_than_threads(bench: Bench) -> None:
    bench.put("a", "b", "c", "d")
    bench.slow = {"a", "b"}
    with bench.working(threads=2):
        until(lambda: len(bench.began) == 2)
        time.sleep(0.1)
        assert bench.began == ["a", "b"]
        bench.go_on.set()
        until(lambda: set(bench.states().values()) == {"done"})
    assert sorted(bench.began) == ["a", "b", "c", "d"]


def test_the_bell_wakes_a_worker_that_would_look_much_later(bench: Bench) -> None:
    with bench.working(poll=3600) as worker:
        time.sleep(0.2)
        bench.put("a")
        worker.bell.set()
        until(lambda: bench.began == ["a"])
        until(lambda: bench.state("a") == "done")


def test_what_another_process_stored_is_seen_without_a_bell(bench: Bench) -> None:
    with bench.working():
        bench.put("a")
        until(lambda: bench.states() == {"a": "done"})


def test_a_handler_that_raises_stops_neither_the_worker_nor_the_other_jobs(bench: Bench) -> None:
    bench.put("a", "b")
    bench.put("c", kind="text")
    bench.raises = {"a": ValueError("x"), "c": ValueError("x")}
    with bench.working(threads=1):
        until(lambda: bench.states() == {"a": "done", "b": "done", "c": "dead"})
    assert sorted(bench.began) == ["a", "a", "b", "c"]
    assert sorted(bench.watched) == [("text", "dead"), ("tidy", "again"), ("tidy", "done"), ("tidy", "done")]


def test_recurring_jobs_are_made_by_whoever_works(bench: Bench) -> None:
    bench.recurring = [Every("tidy", 10**9)]
    with bench.working(), bench.working():
        until(lambda: list(bench.states().values()) == ["done"])
    assert len(bench.began) == 1


def test_a_harmless_handler_that_hangs_past_its_lease_is_replaced_and_its_late_end_ignored(bench: Bench) -> None:
    bench.lease = 1
    bench.slow = {"a"}
    bench.put("a")
    with bench.working(threads=1):
        until(lambda: len(bench.began) == 1)
        bench.slow = set()
        until(lambda: bench.state("a") == "done")
        bench.go_on.set()
        until(lambda: ("tidy", "lost") in bench.watched)
    assert bench.began == ["a", "a"]
    assert bench.watched == [("tidy", "again"), ("tidy", "done"), ("tidy", "lost")]


def test_an_outward_handler_that_hangs_past_its_lease_is_never_begun_again_and_may_still_end(bench: Bench) -> None:
    bench.lease = 0.2
    bench.slow = {"a"}
    bench.put("a", kind="text")
    with bench.working(threads=1):
        until(lambda: bench.states() == {"a": "dead"})
        bench.go_on.set()
        until(lambda: bench.state("a") == "done")
    assert bench.began == ["a"]


def test_handlers_that_hang_do_not_pile_up_without_end(bench: Bench) -> None:
    bench.lease = 0.05
    keys = [f"k{n}" for n in range(HANGING_MOST + 4)]
    bench.slow = set(keys)
    bench.put(*keys, kind="text")
    with bench.working(threads=1):
        until(lambda: len(bench.began) == HANGING_MOST)
        time.sleep(0.3)
        assert len(bench.began) == HANGING_MOST


def test_a_worker_that_stops_lets_what_is_running_end_and_takes_nothing_new(bench: Bench) -> None:
    bench.put("a", "b")
    bench.slow = {"a"}
    worker = bench.worker(threads=1)
    worker.start()
    until(lambda: bench.began == ["a"])
    worker.ask_to_stop()
    bench.go_on.set()
    worker.stop()
    assert bench.states() == {"a": "done", "b": "waiting"}


def test_a_worker_that_stops_gives_back_what_does_not_end_in_time(bench: Bench) -> None:
    bench.put("a")
    bench.put("b", kind="text")
    bench.slow = {"a", "b"}
    worker = bench.worker(grace=0.1)
    worker.start()
    until(lambda: len(bench.began) == 2)
    worker.stop()
    assert bench.states() == {"a": "waiting", "b": "dead"}
    bench.go_on.set()


def test_a_worker_that_never_began_can_be_stopped(bench: Bench) -> None:
    bench.worker().stop()


def test_a_mistake_of_ours_while_looking_is_survived(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mistakes: list[Exception] = [ZeroDivisionError(), LookupError()]

    def stumble(self: Schedule, database: Database, now: float) -> int:
        if mistakes:
            raise mistakes.pop()
        return 0

    monkeypatch.setattr(Schedule, "plant", stumble)
    bench.put("a")
    with bench.working():
        until(lambda: bench.state("a") == "done")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["the worker stumbled"] * 2


def test_what_cannot_be_written_at_the_end_makes_the_job_fail(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ValueError("no such column")

    bench.written = broken
    bench.put("a", kind="text")
    with bench.working():
        until(lambda: bench.states() == {"a": "dead"})
    with bench.database.reading() as tx:
        assert [job.last_error for job in jobs.dead(tx)] == ["may have happened: ValueError"]


def test_an_end_that_can_never_be_stored_is_left_to_the_lease(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr("ivr.worker.jobs.record", broken)
    bench.put("a")
    with bench.working():
        until(lambda: bench.began == ["a"])
    assert bench.states() == {"a": "running"}


def test_a_take_whose_commit_broke_is_given_back_and_not_left_to_a_person(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_and_break(board: Board, lease: str) -> None:
        with board.database.transaction() as tx:
            assert jobs.take(tx, {"text": 60.0}, lease, time.time())
        monkeypatch.undo()
        raise StorageAway("the commit was kept, but nobody knows")

    monkeypatch.setattr("ivr.worker.jobs.take", take_and_break)
    bench.put("a", kind="text")
    with bench.working():
        until(lambda: bench.states() == {"a": "done"})
    assert bench.began == ["a"]


def test_a_database_that_goes_away_is_waited_for_and_no_end_is_forgotten(postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
        bench = Bench(database)
        bench.slow = {"a"}
        bench.put("a", kind="text")
        with bench.working():
            until(lambda: bench.began == ["a"])
            postgres_server.stop()
            bench.go_on.set()
            time.sleep(0.5)
            postgres_server.start()
            until(lambda: once_it_answers(lambda: bench.states() == {"a": "done"}))
            bench.put("b")
            until(lambda: bench.state("b") == "done")
        assert bench.began == ["a", "b"]


def test_a_worker_that_stops_while_the_database_is_away_comes_to_its_end(postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
        bench = Bench(database)
        bench.slow = {"a"}
        bench.put("a")
        worker = bench.worker(grace=0.2)
        worker.start()
        until(lambda: bench.began == ["a"])
        postgres_server.stop()
        worker.stop()
        bench.go_on.set()
        postgres_server.start()
        assert bench.states() == {"a": "running"}


@contextmanager
def process(url: str, outside: Path, before: float, after: float) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of its own that has begun; its handlers take that many seconds before and after their effect."""
    command = [sys.executable, "-m", "tests.errands", url, str(outside), str(before), str(after)]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
        yield worker
    finally:
        worker.kill()
        worker.wait()
        assert worker.stdout is not None
        worker.stdout.close()


@pytest.mark.parametrize(("before", "after", "happened"), [(60, 0, 0), (0, 60, 1)], ids=["before", "after"])
def test_of_a_worker_killed_in_the_middle_harmless_jobs_are_done_again_and_outward_ones_never(
    url: str, database: Database, tmp_path: Path, *, before: float, after: float, happened: int
) -> None:
    bench, outside = Bench(database), tmp_path / "outside"
    for n in range(6):
        bench.put(f"{HARMLESS}{n}", kind=HARMLESS)
        bench.put(f"{OUTWARD}{n}", kind=OUTWARD)
    with process(url, outside, before, after) as worker:
        until(lambda: list(bench.states().values()).count("running") == 4)
        until(lambda: errands.effects(outside).total() == 4 * happened)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with process(url, outside, 0, 0):
        until(lambda: not {"running", "waiting"} & set(bench.states().values()))
    states, effects = bench.states(), errands.effects(outside)
    assert {key: state for key, state in states.items() if state != "done"} == {"ring0": "dead", "ring1": "dead"}
    assert (effects["ring0"], effects["ring1"]) == (happened, happened)
    assert (effects["tidy0"], effects["tidy1"]) == (1 + happened, 1 + happened)
    assert all(effects[f"{kind}{n}"] == 1 for kind in (HARMLESS, OUTWARD) for n in range(2, 6))


def test_a_worker_process_that_is_asked_to_stop_ends_well_and_leaves_nothing_running(
    url: str, database: Database, tmp_path: Path
) -> None:
    bench, outside = Bench(database), tmp_path / "outside"
    bench.put(*(f"{OUTWARD}{n}" for n in range(30)), kind=OUTWARD)
    with process(url, outside, 0.1, 0.1) as worker:
        until(lambda: errands.effects(outside).total() >= 3)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0
    states = bench.states()
    assert set(states.values()) == {"done", "waiting"}
    assert {key for key, state in states.items() if state == "done"} == set(errands.effects(outside))
