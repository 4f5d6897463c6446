"""Server-sent events: what is sent, when, and to whom; over a real server where it takes one."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ivr import app
from ivr.store import sessions
from ivr.web.wakes import Wakes
from tests import helpline
from tests.doubles.serving import serve
from tests.web import people
from tests.web.conftest import House

PATIENCE = 20.0


def test_who_comes_with_the_present_version_is_sent_nothing_and_who_missed_news_is_caught_up(house: House) -> None:
    visit = house.visit("aidant")
    version = visit.get("/live/sessions").text.partition("id: ")[2].partition("\n")[0]
    assert visit.get(f"/live/sessions?since={version}").text == ": here\n\n"
    house.visit("aidant")  # signs in elsewhere
    caught_up = visit.get(f"/live/sessions?since={version}").text
    assert caught_up.startswith(f"id: {int(version) + 1}\ndata: ")
    assert caught_up.count("Firefox · Linux</bdi>") == 2
    again = visit.get(f"/live/sessions?since={version}", headers={"last-event-id": str(int(version) + 1)})
    assert again.text == ": here\n\n"


def test_a_stream_is_no_page_to_keep_and_passes_proxies_at_once(house: House) -> None:
    headers = house.visit("aidant").get("/live/waiting").headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"


def test_there_is_no_such_view(house: House) -> None:
    assert house.visit("aidant").get("/live/everything").status_code == 404


@dataclass
class Served:
    """A server, its address, and what tells it that it will be stopped."""

    joined: app.Parts
    base: str
    leave: Callable[[], None]


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A real server, on either database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    joined = helpline.helpline(tmp_path, clock=people.Clock(), database_url=url)
    made = app.application(joined)
    with serve(made) as base:
        yield Served(joined, base, made.state.leave)


def events(base: str, token: str, view: str) -> Iterator[str]:
    """The lines of a stream, without end."""
    cookie = {"cookie": f"__Host-hamrah={token}"}
    with httpx.stream("GET", f"{base}/live/{view}", headers=cookie, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        yield from answer.iter_lines()


def test_a_page_hears_at_once_what_another_process_commits(served: Served) -> None:
    joined, base = served.joined, served.base
    id = people.hire(joined, "aidant")
    lines = events(base, people.signed_in(joined, id), "sessions")
    first = next(line for line in lines if line.startswith("id: "))
    beside = app.parts(joined.settings, joined.clock)  # as a worker beside the server has it
    people.signed_in(beside, id)
    second = next(line for line in lines if line.startswith("id: "))
    assert int(second[4:]) == int(first[4:]) + 1
    beside.database.dispose()
    lines.close()  # type: ignore[attr-defined]


def test_a_stream_ends_when_its_session_does(served: Served) -> None:
    joined, base = served.joined, served.base
    id = people.hire(joined, "aidant")
    lines = events(base, people.signed_in(joined, id), "waiting")
    assert next(lines).startswith("id: ")
    with joined.database.transaction() as tx:
        sessions.end_all(tx, id)
    assert "event: ended" in list(lines)


def test_streams_end_when_the_server_is_told_to_stop(served: Served) -> None:
    id = people.hire(served.joined, "aidant")
    lines = events(served.base, people.signed_in(served.joined, id), "waiting")
    assert next(lines).startswith("id: ")
    threading.Timer(0.05, served.leave).start()
    assert "event: ended" not in list(lines)


def test_the_watcher_stops_when_nobody_listens_and_starts_again(sqlite_url: str) -> None:
    wakes = Wakes(sqlite_url)

    async def listen() -> None:
        with wakes.listening() as rung:
            await asyncio.wait_for(rung.wait(), PATIENCE)

    for _ in range(2):
        asyncio.run(listen())
        watchers = [thread for thread in threading.enumerate() if thread.name == "news"]
        for watcher in watchers:
            watcher.join(PATIENCE)
            assert not watcher.is_alive()


def test_the_watcher_comes_back_after_an_outage(postgres_server: object) -> None:
    server = postgres_server
    wakes = Wakes(server.url)  # type: ignore[attr-defined]

    async def listen() -> None:
        with wakes.listening() as rung:
            await asyncio.wait_for(rung.wait(), PATIENCE)
            rung.clear()
            await asyncio.to_thread(server.stop)  # type: ignore[attr-defined]
            await asyncio.to_thread(time.sleep, 0.1)
            await asyncio.to_thread(server.start)  # type: ignore[attr-defined]
            await asyncio.wait_for(rung.wait(), PATIENCE)

    asyncio.run(listen())
