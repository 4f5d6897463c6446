"""Names and streets are spoken by the voice of their language; where that cannot be, it is said so."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.actions.aloud import Aloud
from ivr.actions.sounds import NOTHING
from ivr.engine.turn import Speech
from ivr.release.release import Release
from ivr.voice.engines import ENGINES
from ivr.voice.free_speech import FreeSpeech
from ivr.voice.sounds import Sounds
from tests.actions.tiny import TONE, content, release

PICO = {"engine": "pico", "voice": "fr-FR"}


def made(*voices: dict[str, Any]) -> Release:
    """A release whose second language has these voices."""
    data = content()
    data["languages"]["bb"]["language"]["voices"] = list(voices)
    return release(data)


@pytest.fixture(autouse=True)
def _no_render_outlives_its_test() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name == "free speech":
            thread.join(30)


def aloud(folder: Path, current: Release) -> Aloud:
    return Aloud(FreeSpeech(Sounds(folder)), lambda: current, Path, folder)


def test_a_street_is_spoken_by_the_first_voice_that_works_in_its_language(tmp_path: Path) -> None:
    current = made({"engine": "piper", "voice": "nobody"}, PICO)
    speaker = aloud(tmp_path, current)
    sound = speaker.begin(current, Speech("12 rue des Lilas", "bb", "aa"))
    assert sound.seconds > 0
    assert speaker.wait(sound.hash) == speaker.find(sound.hash) is not None
    assert not speaker.is_hopeless(sound.hash)


def test_a_voice_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int | None] = []
    real = ENGINES["pico"]
    monkeypatch.setitem(ENGINES, "pico", lambda choice, models: built.append(choice.rate) or real(choice, models))
    current = made(PICO)
    speaker = aloud(tmp_path, current)
    keys = {speaker.begin(current, Speech(street, "bb", "aa")).hash for street in ("un", "deux", "un")}
    assert (len(keys), built) == (2, [80])  # slowly


@pytest.mark.parametrize("language", ["bb", "cc"])
def test_where_no_voice_speaks_a_language_nothing_is_begun(language: str, tmp_path: Path) -> None:
    current = made()
    speaker = aloud(tmp_path, current)
    sound = speaker.begin(current, Speech("12 rue des Lilas", language, "aa"))
    assert sound == NOTHING
    assert (speaker.find(sound.hash), speaker.wait(sound.hash), speaker.is_hopeless(sound.hash)) == (None, None, True)


def test_in_its_place_it_is_said_that_it_cannot_be_said(tmp_path: Path) -> None:
    speaker = aloud(tmp_path, made(PICO))
    assert (speaker.instead("aa"), speaker.instead("zz")) == (Path(TONE), None)


def test_names_are_read_as_the_language_says_that_they_are(tmp_path: Path) -> None:
    data = content()
    data["languages"]["bb"]["language"].update(voices=[PICO], pronounce={"CPAM": "C P A M"})
    current = release(data)
    speaker = aloud(tmp_path, current)
    sounds = [speaker.begin(current, Speech(f"{name} de Paris", "bb", "aa")) for name in ("CPAM", "C P A M")]
    assert len({sound.hash for sound in sounds}) == 1
