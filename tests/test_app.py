"""The parts, joined: what runs beside the requests, and what a server does when it starts and stops."""

from pathlib import Path

import pytest

from ivr.app import application, parts
from ivr.errors import BadContent
from ivr.settings import load
from tests.actions import tiny as small
from tests.actions.tiny import running
from tests.doubles.serving import in_process


def test_the_last_words_are_on_disk_before_the_first_call(tmp_path: Path, sqlite_url: str) -> None:
    joined = small.joined(tmp_path, sqlite_url, small.Clock())
    made = application(joined)
    assert not joined.last_words.exists()
    with in_process(made):
        assert sorted(path.name for path in joined.last_words.iterdir()) == ["aa.wav", "all.wav", "bb.wav"]


def test_a_server_without_a_release_does_not_start(tmp_path: Path, sqlite_url: str) -> None:
    joined = parts(load(small.settings(tmp_path, sqlite_url)))
    with pytest.raises(BadContent, match="run `ivr prepare`"), in_process(application(joined)):
        pass
    joined.database.dispose()


def test_parts_are_joined_where_the_settings_say(tmp_path: Path, sqlite_url: str) -> None:
    joined = parts(load({**small.settings(tmp_path, sqlite_url), "IVR_MENUS_DIR": "m", "IVR_PROMPTS_DIR": "p"}))
    assert (joined.folders.menus, joined.folders.prompts) == (Path("m"), Path("p"))
    assert joined.last_words == tmp_path / "data" / "last-words"
    assert (tmp_path / "data" / "releases").is_dir()
    assert len(joined.today()) == 10
    joined.database.dispose()


def test_no_address_is_redirected(tmp_path: Path, sqlite_url: str) -> None:
    # a redirect would be signed for another address than the one that then arrives
    with running(tmp_path, sqlite_url) as tiny:
        for path in ("/twilio/voice/", "/healthz/", "//twilio/voice"):
            assert tiny.client.post(path).status_code == 404
