"""`ivr phone`: a whole call from the keyboard or a list of keys, what it shows, what it leaves behind."""

import builtins
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ivr.actions.calls import Calls
from ivr.app import Parts, application
from ivr.channels.terminal import shell
from ivr.channels.terminal.parse import typed_ahead
from ivr.engine.turn import Speech
from ivr.errors import BadSetting
from ivr.store import requests
from tests import scenarios
from tests.channels.test_terminal_player import soon, stand_in
from tests.doubles.serving import serve
from tests.helpline import ROOT, helpline, phone, surroundings, with_sounds

NUMBER = "+33639980001"


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Parts]:
    joined = helpline(tmp_path)
    yield joined
    joined.database.dispose()


def rings(joined: Parts, keys: str | None, caller: str = NUMBER, **options: object) -> list[str]:
    """The lines that a call shows."""
    shown: list[str] = []
    typed = None if keys is None else typed_ahead(keys)
    shell.run(joined.calls, joined.sounds.path, shell.Options(caller, typed, **options), shown.append)  # type: ignore[arg-type]
    return "\n".join(shown).splitlines()


def ends(joined: Parts) -> list[tuple[str | None, str | None]]:
    """How and where each call from this terminal ended, in order."""
    with joined.database.reading() as tx:
        rows = tx.connection.exec_driver_sql(
            "SELECT ended_how, ended_node FROM calls WHERE channel = 'terminal' ORDER BY started_at, id"
        )
        return [(row[0], row[1] and tx.keyring.open_word(row[1])) for row in rows]


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str | type[BaseException]) -> list[str]:
    """Lets the keyboard give these lines, then its end; returns the prompts that are shown."""
    waiting, prompts = iter(lines), list[str]()

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        line = next(waiting, EOFError)
        if isinstance(line, str):
            return line
        raise line

    monkeypatch.setattr(builtins, "input", typed)
    return prompts


def test_a_list_of_keys_is_played_without_asking(joined: Parts) -> None:
    lines = rings(joined, "2,silence,#")
    places = [line for line in lines if line.startswith(("[", ">", "you"))]
    assert places == [
        "[1] welcome",
        "> 2",
        "[2] firsttime.help",
        "> silence",
        "[3] firsttime.help",
        "> #",
        "[4] main",
        "you hung up",
    ]
    assert ends(joined) == [("hung_up", "main")]


def test_a_call_that_the_helpline_ends_is_over_before_the_keys_are(joined: Parts) -> None:
    lines = rings(joined, "silence,silence,silence,1,1")
    assert lines[-1] == "  -> the helpline hangs up (silent)"
    assert ends(joined) == [("silent", "goodbye")]


@pytest.mark.parametrize("last", ["q", EOFError, KeyboardInterrupt])
def test_whoever_types_hears_hangs_up_and_that_is_stored(
    last: str | type[BaseException], joined: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = type_in(monkeypatch, "2", "", last)
    lines = rings(joined, None)
    assert lines[0] == shell.HELP
    assert [line for line in lines if line.startswith("[")] == [
        "[1] welcome",
        "[2] firsttime.help",
        "[3] firsttime.help",
    ]
    assert prompts == ["> "] * 3
    assert ends(joined) == [("hung_up", "firsttime.help")]


def test_a_saved_call_is_a_scenario_that_plays_the_same_on_every_channel(joined: Parts, tmp_path: Path) -> None:
    file = tmp_path / "call.yaml"
    assert rings(joined, "1,#,0,1,silence", save=file)[-1] == f"saved as {file}"
    assert rings(joined, "3,1,0", save=tmp_path / "second.yaml")
    first, second = scenarios.load(file), scenarios.load(tmp_path / "second.yaml")
    assert first.stored.requests == ("general, fa, 06 •• •• 00 01, unknown, unfinished",)
    assert (first.remembered, second.remembered) == (None, first.stored.language)
    for scenario in (first, second):
        for number, (channel, play) in enumerate(scenarios.CHANNELS.items()):
            with scenarios.ready(scenario, tmp_path / f"{scenario.steps[-1].node}-{number}") as fresh:
                steps, kept = play(fresh, scenario)
            assert [scenarios.visible(channel, step) for step in steps] == [
                scenarios.visible(channel, step) for step in scenario.steps
            ]
            assert kept == scenario.stored


def test_a_withheld_number_can_be_saved_too(joined: Parts, tmp_path: Path) -> None:
    rings(joined, "2,#,0,0639980002,1,1,1,1", caller="anonymous", save=tmp_path / "call.yaml")
    scenario = scenarios.load(tmp_path / "call.yaml")
    assert (scenario.caller, scenario.remembered) == ("anonymous", None)
    assert scenario.stored == scenarios.Stored("passed_on at person.noted-open", ("general, fr, 06 •• •• 00 02, own",))


def test_sound_that_was_asked_for_and_cannot_be_is_said(joined: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "player", lambda: None)
    with pytest.raises(BadSetting, match="aplay"):
        rings(joined, "1", sound=True)
    assert rings(joined, "1", sound=False)


def test_each_turn_is_played_and_the_last_to_its_end(
    joined: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = stand_in(tmp_path, f"echo played >> {tmp_path}/log")
    monkeypatch.setattr(shell, "player", lambda: command)
    rings(joined, "silence,silence,silence", sound=True)
    assert soon((tmp_path / "log").exists)


def test_it_rings_beside_a_running_server_on_the_same_data(tmp_path: Path) -> None:
    joined = helpline(tmp_path)
    with serve(application(joined)) as url, httpx.Client(base_url=url) as http:
        handset = phone(http)
        handset.ring("+33639980002")
        done = ivr_phone(tmp_path / "data", "--keys", "2,#,0,1,silence")
        handset.press("2")
        handset.press("#")
        handset.press("0")
        handset.press("1")
        handset.hang_up()
    assert not handset.errors
    assert done.returncode == 0, done.stderr
    assert "[4] person." in done.stdout
    assert done.stderr == ""
    with joined.database.reading() as tx:
        assert requests.count(tx) == 2
    assert [how for how, _ in ends(joined)] == ["passed_on"]
    joined.database.dispose()


def test_a_trial_that_was_never_run_is_made_ready(tmp_path: Path) -> None:
    with_sounds_in(tmp_path)
    done = ivr_phone(tmp_path, "--keys", "2", "--from", "anonymous")
    assert done.returncode == 0, done.stderr
    assert "its tables are made" in done.stderr
    assert "sounds are made" in done.stderr
    assert done.stdout.splitlines()[-1] == "you hung up"
    assert "made" not in ivr_phone(tmp_path, "--keys", "2").stderr


def test_production_is_never_migrated_by_a_phone_call(tmp_path: Path) -> None:
    with_sounds_in(tmp_path)
    done = ivr_phone(tmp_path, "--keys", "1", IVR_ENV="production")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ivr migrate" in done.stderr


def with_sounds_in(data: Path) -> None:
    data.mkdir(exist_ok=True)
    with_sounds(data)


def ivr_phone(data: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from ivr.cli import main; main()", "phone", *arguments]
    known = {"PATH": os.environ["PATH"], **surroundings(data), **environ}
    return subprocess.run(command, env=known, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_free_text_is_heard_as_soon_as_it_was_spoken(joined: Parts, tmp_path: Path) -> None:
    release = joined.shelf.current()
    aloud = joined.calls.world.aloud
    assert aloud is not None
    spoken = aloud.begin(release, Speech("12 rue des Lilas", str(release.content.places), release.book.languages[0]))
    find = shell._finding(joined.sounds.path, joined.calls)
    path = find(spoken.hash)
    assert path is not None
    assert path.parent == joined.settings.data_dir / "spoken"
    known = release.sounds[release.book.languages[0], "main"].hash
    assert find(known) == joined.sounds.path(known)
    nobody = Calls(replace(joined.calls.world, aloud=None))
    assert shell._finding(joined.sounds.path, nobody)(spoken.hash) is None
