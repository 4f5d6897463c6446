import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from ivr.audio.samples import RATE, Samples, to_samples
from ivr.voice.engines import VoiceChoice, best_voice
from ivr.voice.free_speech import AT_ONCE, DAYS, QUEUED, REMEMBERED, FreeSpeech
from ivr.voice.sounds import Sounds

PICO = VoiceChoice("pico", "fr-FR")
STREET = "Préfecture, 12 rue des Lilas."


class Stuck:
    """A voice that says nothing until it is let go; counts what it was asked to say."""

    name = "stuck"
    every: ClassVar[list["Stuck"]] = []

    def __init__(self) -> None:
        self.free, self.began = threading.Event(), threading.Semaphore(0)
        self.said: list[str] = []
        self.every.append(self)

    def speak(self, text: str) -> Samples:
        self.said.append(text)
        self.began.release()
        self.free.wait()
        return Hums().speak(text)


class Wrong:
    """A voice that breaks until it is mended."""

    name = "wrong"

    def __init__(self) -> None:
        self.broken, self.pico = True, best_voice([PICO])

    def speak(self, text: str) -> Samples:
        if self.broken:
            raise ZeroDivisionError
        return self.pico.speak(text)


class Silent:
    """A voice that says nothing at all."""

    name = "silent"

    def speak(self, _: str) -> Samples:
        return to_samples(np.zeros(RATE))


class Hums:
    """A voice that hums every text for half a second, each at another height."""

    name = "hums"

    def speak(self, text: str) -> Samples:
        return to_samples(0.1 * np.sin(np.arange(RATE // 2) * (0.2 + len(text) / 100)))


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "free speech":
            thread.join(30)


@pytest.fixture(autouse=True)
def _no_render_outlives_its_test() -> Iterator[None]:
    yield
    for voice in Stuck.every:
        voice.free.set()
    wait_for_threads()


def test_a_text_is_found_by_its_name_once_it_was_spoken(tmp_path: Path) -> None:
    sounds, voice = Sounds(tmp_path), best_voice([PICO])
    speech = FreeSpeech(sounds)
    key = speech.begin(STREET, voice)
    path = speech.wait(key, 30)
    sound = sounds.known(STREET, voice)
    assert sound is not None
    assert path == speech.find(key) == sounds.path(sound.hash)
    assert speech.begin(STREET, voice) == key
    assert "Lilas" not in key


def test_another_process_finds_it_too(tmp_path: Path) -> None:
    key = FreeSpeech(Sounds(tmp_path)).begin(STREET, best_voice([PICO]))
    wait_for_threads()
    other = FreeSpeech(Sounds(tmp_path))
    assert other.wait(key, 0) == other.find(key) is not None
    assert not other.is_hopeless(key)


@pytest.mark.parametrize("key", ["0" * 32, "", "..", "x" * 32, "../secret"])
def test_what_nobody_began_is_not_there_and_may_come_from_another_process(key: str, tmp_path: Path) -> None:
    speech = FreeSpeech(Sounds(tmp_path))
    assert (speech.find(key), speech.wait(key, 30), speech.is_hopeless(key)) == (None, None, False)


def test_a_voice_that_is_too_slow_is_not_waited_for_and_what_it_made_later_is_kept(tmp_path: Path) -> None:
    speech, voice = FreeSpeech(Sounds(tmp_path)), Stuck()
    key = speech.begin(STREET, voice)
    assert speech.begin(STREET, voice) == key
    assert (speech.wait(key, 0), speech.is_hopeless(key)) == (None, False)
    voice.free.set()
    assert speech.wait(key, 30) is not None
    assert voice.said == [STREET]


def test_stuck_voices_cannot_become_many(tmp_path: Path) -> None:
    speech, voice = FreeSpeech(Sounds(tmp_path)), Stuck()
    keys = [speech.begin(f"Texte {n}", voice) for n in range(AT_ONCE)]
    assert all([voice.began.acquire(timeout=30) for _ in keys])
    keys += [speech.begin(f"Autre {n}", voice) for n in range(QUEUED)]
    late = speech.begin(STREET, best_voice([PICO]))
    assert (speech.is_hopeless(late), speech.wait(late, 30)) == (True, None)
    assert not any(speech.is_hopeless(key) for key in keys)
    assert len(voice.said) == AT_ONCE
    assert len([thread for thread in threading.enumerate() if thread.name == "free speech"]) == AT_ONCE
    voice.free.set()
    assert all(speech.wait(key, 30) for key in keys)
    wait_for_threads()
    assert speech.wait(speech.begin(STREET, best_voice([PICO])), 30) is not None


def test_a_menu_of_six_names_is_spoken_whole(tmp_path: Path) -> None:
    speech = FreeSpeech(Sounds(tmp_path))
    keys = [speech.begin(f"Saint-Martin numéro {n}", best_voice([PICO])) for n in range(6)]
    assert all(speech.wait(key, 30) for key in keys)


def test_what_goes_wrong_in_a_voice_is_known_at_once_and_tried_again_when_it_is_asked_for_again(tmp_path: Path) -> None:
    speech, voice = FreeSpeech(Sounds(tmp_path)), Wrong()
    key = speech.begin(STREET, voice)
    assert speech.wait(key, 30) is None
    assert speech.is_hopeless(key)
    voice.broken = False
    assert speech.begin(STREET, voice) == key
    assert speech.wait(key, 30) is not None
    assert not speech.is_hopeless(key)


def test_what_could_not_be_spoken_is_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    speech, voice = FreeSpeech(Sounds(tmp_path)), Silent()
    assert speech.wait(speech.begin(STREET, voice), 30) is None
    (record,) = [record for record in caplog.records if record.name == "ivr.voice"]
    assert "Lilas" not in repr(vars(record))


def test_what_was_not_used_for_a_month_is_forgotten_with_what_was_never_finished(tmp_path: Path) -> None:
    sounds, voice = Sounds(tmp_path), Hums()
    speech = FreeSpeech(sounds)
    old, young = speech.begin("a", voice), speech.begin("bb", voice)
    wait_for_threads()
    now = time.time()
    for key, days in ((old, DAYS + 1), (young, DAYS - 1)):
        path = speech.find(key)
        assert path is not None
        os.utime(path, (now, now - days * 86_400))
    (tmp_path / "killed.part").touch()
    os.utime(tmp_path / "killed.part", (now, now - 7200))
    again = FreeSpeech(sounds)
    assert [again.find(key) is not None for key in (old, young)] == [False, True]
    assert len(list((tmp_path / "index").iterdir())) == 1
    assert not list(tmp_path.glob("*.part"))


def test_a_call_goes_on_where_nothing_can_be_noted_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speech, voice = FreeSpeech(Sounds(tmp_path)), Hums()
    key = speech.begin("a", voice)
    wait_for_threads()

    def read_only(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", read_only)
    assert speech.begin("a", voice) == key


def test_a_call_goes_on_where_no_thread_can_be_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speech, voice = FreeSpeech(Sounds(tmp_path)), Hums()

    def no_room(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_room)
        key = speech.begin("a", voice)
        assert speech.is_hopeless(key)
    assert speech.wait(speech.begin("a", voice), 30) is not None


def test_how_renders_went_is_not_remembered_for_ever(tmp_path: Path) -> None:
    speech, voice = FreeSpeech(Sounds(tmp_path)), Wrong()
    first = speech.begin("0", voice)
    for n in range(1, REMEMBERED + 1):
        wait_for_threads()
        speech.begin(str(n), voice)
    assert not speech.is_hopeless(first)


def test_many_callers_of_one_place_are_one_render(tmp_path: Path) -> None:
    speech, voice = FreeSpeech(Sounds(tmp_path)), Stuck()
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: speech.begin(STREET, voice), range(8)))
    voice.free.set()
    wait_for_threads()
    assert (len(set(keys)), voice.said) == (1, [STREET])


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    sounds, voice = Sounds(tmp_path), Hums()
    speech = FreeSpeech(sounds)
    keys = []
    for at, text in enumerate(("a", "bb", "ccc")):
        keys.append(speech.begin(text, voice))
        path = speech.wait(keys[-1], 30)
        assert path is not None
        used = time.time() - 60 + at
        os.utime(path, (used, used))
    speech.begin("a", voice)  # used again
    room = sum(path.stat().st_size for path in tmp_path.glob("*.wav"))
    small = FreeSpeech(sounds, most=room)
    last = small.begin("dddd", voice)
    assert small.wait(last, 30) is not None
    assert [small.find(key) is not None for key in (*keys, last)] == [True, False, True, True]
    assert len(list((tmp_path / "index").iterdir())) == 3


STUCK_AT_EXIT = """
import sys, time
from pathlib import Path
from ivr.voice.free_speech import FreeSpeech
from ivr.voice.sounds import Sounds

class Stuck:
    name = "stuck"
    def speak(self, text):
        time.sleep(600)

speech = FreeSpeech(Sounds(Path(sys.argv[1])))
print(speech.wait(speech.begin("Bonjour", Stuck()), 0.01))
"""


def test_a_stuck_voice_does_not_keep_the_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STUCK_AT_EXIT, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "None\n")
