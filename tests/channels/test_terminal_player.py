"""Sound on this machine: a stand-in for the player, found on PATH, shows what would be heard."""

import time
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.actions.sounds import Played, played
from ivr.audio.samples import RATE
from ivr.channels.terminal.player import PLAYERS, Mute, Player, player
from ivr.engine.turn import Digits, Prompt
from tests.helpline import SOUNDS, prepared

RELEASE = prepared().release
LANGUAGE = RELEASE.book.languages[0]
TWO = played(RELEASE, [Prompt("bye", LANGUAGE), Digits("0639", LANGUAGE)])


def find(hash: str) -> Path:
    return SOUNDS / f"{hash}.wav"


def stand_in(folder: Path, then: str) -> list[str]:
    """A player that keeps what it was given, says that it has, and then does something."""
    program = folder / "aplay"
    keep = f'for last; do :; done\ncp "$last" {folder}/part\nmv {folder}/part {folder}/heard'
    program.write_text(f"#!/bin/sh\n{keep}\n{then}\n")
    program.chmod(0o755)
    return [str(program), "-q"]


def soon(true: Callable[[], bool]) -> bool:
    """Whether it comes true within ten seconds."""
    until = time.monotonic() + 10
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def test_all_sounds_of_a_turn_are_one_file(tmp_path: Path) -> None:
    speaker = Player(stand_in(tmp_path, ""), find)
    speaker.play(TWO)
    speaker.finish()
    speaker.close()
    with wave.open(str(tmp_path / "heard")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert file.getnframes() == sum(wave_frames(find(sound.sound.hash)) for sound in TWO)


def test_a_key_stops_what_is_playing(tmp_path: Path) -> None:
    speaker = Player(
        stand_in(tmp_path, f"echo $$ > {tmp_path}/pid.part; mv {tmp_path}/pid.part {tmp_path}/pid; exec sleep 60"), find
    )
    speaker.play(TWO)
    assert soon((tmp_path / "pid").exists)
    process = Path("/proc", (tmp_path / "pid").read_text().strip())
    assert process.exists()
    speaker.stop()
    assert not process.exists()
    speaker.close()


def test_the_next_turn_takes_the_place_of_the_last(tmp_path: Path) -> None:
    speaker = Player(stand_in(tmp_path, "exec sleep 60"), find)
    speaker.play(TWO)
    assert soon((tmp_path / "heard").exists)
    (tmp_path / "heard").unlink()
    speaker.play(TWO[:1])
    assert soon((tmp_path / "heard").exists)
    speaker.close()
    assert wave_frames(tmp_path / "heard") == wave_frames(find(TWO[0].sound.hash))


def wave_frames(path: Path) -> int:
    with wave.open(str(path)) as file:
        return file.getnframes()


def test_a_player_on_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = stand_in(tmp_path, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert player() == [command[0], *PLAYERS["aplay"]]


def test_a_machine_without_a_player_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert player() is None


def test_a_muted_phone_plays_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    silent, nothing = Mute(), list[Played]()
    for sounds in (TWO, nothing):
        silent.play(sounds)
        silent.finish()
        silent.stop()
    assert not (tmp_path / "heard").exists()
