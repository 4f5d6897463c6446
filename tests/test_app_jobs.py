"""The jobs of the whole helpline: done inside the server or by `ivr worker`, listed and decided on by commands."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from ivr import cli
from ivr.actions.chores import FORGOTTEN_SECONDS
from ivr.actions.schedule import Every
from ivr.app import Parts, application, parts
from ivr.duties import recurring
from ivr.settings import load
from ivr.store import audit, jobs
from ivr.store import calls as stored_calls
from ivr.store.audit import Filter
from ivr.store.database import Database
from ivr.store.jobs import NewJob
from tests.actions import tiny as small
from tests.actions.tiny import Tiny
from tests.channels.webhooks import SID
from tests.doubles.serving import in_process
from tests.helpline import PARIS
from tests.store.people import NOW, NUMBER

KEY = "only for tests: a key of enough letters"


def done(database: Database) -> set[str]:
    with database.reading() as tx:
        return set(tx.execute(text("SELECT key FROM jobs WHERE state = 'done'")).scalars())


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    """The small helpline with its server started, which does the jobs as well."""
    clock = small.Clock()
    joined = small.joined(tmp_path, sqlite_url, clock, IVR_WORKER="inside")
    with in_process(application(joined)) as client:
        yield Tiny(joined, clock, client)


def test_a_call_that_the_line_never_ended_is_closed_after_two_hours(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("2")
    for seconds, open_calls in ((FORGOTTEN_SECONDS - 600, 1), (FORGOTTEN_SECONDS + 600, 0)):
        tiny.clock.now = small.OPEN + seconds
        tiny.parts.bell.set()
        until(lambda: Every("close-forgotten-calls", 600).slot(tiny.clock.now).key in done(tiny.parts.database))
        with tiny.parts.database.reading() as tx:
            assert stored_calls.in_progress(tx) == open_calls
    call = tiny.call(SID)
    assert (call and call.ended_how, call and call.ended_node) == ("hung_up", "main")


def test_a_server_does_every_recurring_job_and_says_so(tiny: Tiny) -> None:
    planned = {each.kind for each in recurring(tiny.parts.settings.zone)}
    kinds = planned & set(tiny.parts.kinds)
    assert planned - kinds == {"watch-texts"}  # none are sent here
    until(lambda: {key.split("/")[0] for key in done(tiny.parts.database)} == kinds)
    until(lambda: all(f'kind="{kind}",outcome="done"' in tiny.client.get("/metrics").text for kind in kinds))
    assert 'ivr_jobs{state="dead"} 0.0' in tiny.client.get("/metrics").text


def working(joined: Parts) -> bool:
    with in_process(application(joined)):
        return "worker" in {thread.name for thread in threading.enumerate()}


def test_a_server_that_shall_not_work_leaves_the_jobs_to_others(tmp_path: Path, sqlite_url: str) -> None:
    assert working(small.joined(tmp_path, sqlite_url, small.Clock(), IVR_WORKER="inside"))
    assert not working(small.joined(tmp_path, sqlite_url, small.Clock(), IVR_WORKER="none"))
    assert "worker" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture
def environ(tmp_path: Path, sqlite_url: str) -> dict[str, str]:
    return {"IVR_DATA_DIR": str(tmp_path / "data"), "IVR_DATABASE_URL": sqlite_url, "IVR_SECRET_KEY": KEY}


def ivr(environ: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(cli.main, list(words), env=environ)


def dead(database: Database, error: str, key: str = "text/1") -> int:
    with database.transaction() as tx:
        jobs.enqueue(tx, NewJob("text", key, {"number": NUMBER}, 0, 0))
        held = jobs.take(tx, {"text": 60.0}, "a", NOW)
        assert held is not None
        jobs.bury(tx, held, NOW, error)
    return held.id


def test_a_dead_job_is_listed_without_its_arguments_and_tried_again_on_demand(
    environ: dict[str, str], sqlite_database: Database
) -> None:
    id = dead(sqlite_database, "may have happened")
    listed = ivr(environ, "jobs", "list").output
    assert "0 waiting, 0 running, 1 dead" in listed
    assert f"{id}  2026-05-28 22:26+02:00  text  text/1  attempts: 1  may have happened" in listed
    assert NUMBER not in listed
    assert ivr(environ, "jobs", "retry", str(id)).output == f"job {id} is tried again\n"
    assert ivr(environ, "jobs", "list").output == "1 waiting, 0 running, 0 dead\n"
    again = ivr(environ, "jobs", "retry", str(id))
    assert (again.exit_code, again.output) == (1, f"there is no dead job {id}\n")


def test_a_dead_job_that_needs_no_doing_is_settled(environ: dict[str, str], sqlite_database: Database) -> None:
    id = dead(sqlite_database, "CarrierRefused")
    assert ivr(environ, "jobs", "settle", str(id)).output == f"job {id} is settled\n"
    assert ivr(environ, "jobs", "list").output == "0 waiting, 0 running, 0 dead\n"
    assert ivr(environ, "jobs", "settle", "999").exit_code == 1


def test_what_a_command_decides_is_written_down_as_the_helpline_s_own_deed(
    environ: dict[str, str], sqlite_database: Database
) -> None:
    id = dead(sqlite_database, "may have happened")
    ivr(environ, "jobs", "retry", str(id))
    other = dead(sqlite_database, "CarrierRefused", "text/2")
    ivr(environ, "jobs", "settle", str(other))
    with sqlite_database.reading() as tx:
        rows = audit.page(tx, Filter(), 9)
    assert [(row.what, row.about, row.staff_id) for row in rows] == [
        ("job-settled", f"job/{other}", None),
        ("job-retried", f"job/{id}", None),
    ]


def test_a_worker_alone_shows_its_figures_where_it_is_told(environ: dict[str, str], sqlite_database: Database) -> None:
    dead(sqlite_database, "may have happened")
    with socket.create_server(("127.0.0.1", 0)) as free:
        where = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(Path(sys.executable).parent / "ivr"), "worker"]
    worker = subprocess.Popen(command, env={**os.environ, **environ, "IVR_WORKER_METRICS": where})

    def shown() -> str:
        try:
            with urlopen(f"http://{where}/metrics") as answer:
                return str(answer.read().decode())
        except URLError:
            assert worker.poll() is None
            return ""

    try:
        until(lambda: 'ivr_jobs_ended_total{kind="forget-releases",outcome="done"} 1.0' in shown())
        assert 'ivr_jobs{state="dead"} 1.0' in shown()
        assert "ivr_jobs_late_seconds" in shown()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        assert shown_no_more(where)
    finally:
        worker.kill()
        worker.wait()


def shown_no_more(where: str) -> bool:
    try:
        urlopen(f"http://{where}/metrics")
    except URLError:
        return True
    return False


def test_a_worker_without_tables_says_what_to_do(tmp_path: Path) -> None:
    environ = {"IVR_DATA_DIR": str(tmp_path), "IVR_SECRET_KEY": KEY}
    result = ivr(environ, "worker")
    assert (result.exit_code, "run `ivr migrate`" in result.output) == (1, True)


def test_a_worker_alone_does_the_recurring_jobs_and_stops_when_told(
    environ: dict[str, str], sqlite_database: Database
) -> None:
    joined = parts(load(environ))
    expected = {each.kind for each in recurring(PARIS)} & set(joined.kinds)  # without a telephone company
    joined.database.dispose()
    command = [str(Path(sys.executable).parent / "ivr"), "worker"]
    worker = subprocess.Popen(command, env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
    try:
        until(lambda: {key.split("/")[0] for key in done(sqlite_database)} == expected)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    finally:
        worker.kill()
        worker.wait()
