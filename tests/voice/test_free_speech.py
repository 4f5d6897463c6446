import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.audio.samples import Samples
from ivr.errors import VoiceFailed
from ivr.voice.engines import VoiceChoice, best_voice
from ivr.voice.free_speech import AT_ONCE, speak_in_time
from ivr.voice.sounds import Sounds

PICO = VoiceChoice("pico", "fr-FR")


class Stuck:
    """A voice that says nothing until it is let go."""

    name = "stuck"

    def __init__(self) -> None:
        self.free, self.pico = threading.Event(), best_voice([PICO])

    def speak(self, text: str) -> Samples:
        self.free.wait()
        return self.pico.speak(text)


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "free speech":
            thread.join(30)


@pytest.fixture(autouse=True)
def _all_places_are_free_again() -> Iterator[None]:
    yield
    wait_for_threads()


class Wrong:
    name = "wrong"

    def speak(self, text: str) -> Samples:
        raise ZeroDivisionError


def test_free_speech_is_a_sound_like_any_other(tmp_path: Path) -> None:
    sounds, voice = Sounds(tmp_path), best_voice([PICO])
    sound = speak_in_time("Il est dix heures.", voice, sounds, 30)
    assert sound == sounds.known("Il est dix heures.", voice)
    assert speak_in_time("Il est dix heures.", voice, sounds, 0) == sound  # no time needed now


def test_a_voice_that_is_too_slow_fails_in_time_and_what_it_made_later_is_kept(tmp_path: Path) -> None:
    sounds, voice = Sounds(tmp_path), Stuck()
    with pytest.raises(VoiceFailed, match=r"stuck took longer than 0\.01 seconds"):
        speak_in_time("Bonjour", voice, sounds, 0.01)
    voice.free.set()
    assert speak_in_time("Bonjour", voice, sounds, 30) == sounds.known("Bonjour", voice)


def test_stuck_voices_cannot_become_many(tmp_path: Path) -> None:
    sounds, voice = Sounds(tmp_path), Stuck()
    for n in range(AT_ONCE):
        with pytest.raises(VoiceFailed, match="took longer"):
            speak_in_time(f"Texte {n}", voice, sounds, 0)
    with pytest.raises(VoiceFailed, match="already"):
        speak_in_time("Bonjour", best_voice([PICO]), sounds, 30)
    voice.free.set()
    wait_for_threads()
    assert speak_in_time("Bonjour", best_voice([PICO]), sounds, 30).seconds > 0


def test_what_goes_wrong_in_a_voice_is_told_to_the_one_who_asked(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        speak_in_time("Bonjour", Wrong(), Sounds(tmp_path), 30)


STUCK_AT_EXIT = """
import sys, time
from pathlib import Path
from ivr.errors import VoiceFailed
from ivr.voice.free_speech import speak_in_time
from ivr.voice.sounds import Sounds

class Stuck:
    name = "stuck"
    def speak(self, text):
        time.sleep(600)

try:
    speak_in_time("Bonjour", Stuck(), Sounds(Path(sys.argv[1])), 0.01)
except VoiceFailed:
    print("failed")
"""


def test_a_stuck_voice_does_not_keep_the_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STUCK_AT_EXIT, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "failed\n")
