"""Alive, ready, counted: each state of readiness has its name, and nothing personal is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions.tiny import TONE, Tiny, running
from tests.databases import PostgresServer, opened


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    with running(tmp_path, sqlite_url) as started:
        yield started


def ready(tiny: Tiny) -> tuple[int, dict[str, object]]:
    answer = tiny.client.get("/readyz")
    return answer.status_code, answer.json()


def test_a_whole_helpline_is_alive_and_ready(tiny: Tiny) -> None:
    assert tiny.client.get("/healthz").json() == {"alive": True}
    assert ready(tiny) == (200, {"ready": True, "database": "ok", "release": "ok", "sounds": "ok"})


def test_without_a_sound_it_is_not_ready(tiny: Tiny) -> None:
    tiny.parts.settings.data_dir.joinpath("sounds", f"{TONE}.wav").unlink()
    assert ready(tiny) == (503, {"ready": False, "database": "ok", "release": "ok", "sounds": "LookupError"})


def test_without_a_release_it_is_not_ready_but_alive(tiny: Tiny) -> None:
    tiny.parts.shelf.folder.joinpath("current").unlink()
    assert ready(tiny) == (503, {"ready": False, "database": "ok", "release": "BadContent", "sounds": "BadContent"})
    assert tiny.client.get("/healthz").status_code == 200


def test_without_the_database_it_is_not_ready_until_it_is_back(tmp_path: Path, postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
    with running(tmp_path, postgres_server.url) as tiny:
        postgres_server.stop()
        assert ready(tiny) == (503, {"ready": False, "database": "StorageAway", "release": "ok", "sounds": "ok"})
        assert tiny.client.get("/healthz").status_code == 200
        postgres_server.start()
        assert ready(tiny)[0] == 200


def test_turns_and_webhooks_and_calls_are_counted(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring()
    phone.press("1")
    phone.press("9")
    answer = tiny.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        "ivr_calls_in_progress 1.0",
        'ivr_turns_total{node="start",result="reached"} 1.0',
        'ivr_turns_total{node="main",result="chose"} 1.0',
        'ivr_turns_total{node="main",result="again"} 1.0',
        'ivr_webhook_seconds_count{kind="turn"} 2.0',
        'ivr_webhook_seconds_count{kind="voice"} 1.0',
    ):
        assert line in answer.text.splitlines()
    assert "33639980001" not in answer.text
    phone.hang_up()
    assert "ivr_calls_in_progress 0.0" in tiny.client.get("/metrics").text.splitlines()


def test_nothing_tells_a_stranger_which_pages_there_are(tiny: Tiny) -> None:
    nowhere = tiny.client.get("/no-such-page", follow_redirects=False)
    for path in ("/docs", "/redoc", "/openapi.json"):
        found = tiny.client.get(path, follow_redirects=False)
        assert (found.status_code, found.text) == (nowhere.status_code, nowhere.text)
