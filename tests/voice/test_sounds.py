import hashlib
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ivr.audio.loudness import CEILING, TARGET, loudness, true_peak
from ivr.audio.samples import RATE, Samples, duration, silence, to_samples
from ivr.audio.wav import read_wav
from ivr.errors import BadContent, VoiceFailed
from ivr.voice import sounds as module
from ivr.voice.engines import Voice, VoiceChoice, best_voice
from ivr.voice.sounds import Job, Sound, Sounds

FRENCH = "Bonjour. Pour les papiers, tapez un. Pour parler à quelqu'un, tapez zéro."
PERSIAN = "سلام. برای اسناد، یک را فشار دهید. برای گپ زدن با کسی، صفر را فشار دهید."


class Hummer:
    """A voice that hums as long as the text and counts how often; '…' is said by silence."""

    def __init__(self, name: str = "hummer") -> None:
        self.name, self.said = name, 0

    def speak(self, text: str) -> Samples:
        self.said += 1
        if text == "…":
            return silence(500)
        times = np.arange(RATE * len(text) // 10) / RATE
        return np.concatenate([silence(300), to_samples(0.1 * np.sin(2 * np.pi * 440 * times)), silence(300)])


class Broken:
    name = "broken"

    def speak(self, text: str) -> Samples:
        raise VoiceFailed("no breath")


def played(sounds: Sounds, sound: Sound) -> Samples:
    """The file's samples, after checking that it is what it says."""
    path = sounds.path(sound.hash)
    assert path is not None
    data = path.read_bytes()
    assert hashlib.sha256(data).hexdigest()[:32] == sound.hash
    samples, rate = read_wav(data)
    assert (data[22:24], data[34:36], rate) == (b"\1\0", b"\x10\0", 8000)  # one channel, 16 bits
    assert duration(samples) == sound.seconds
    return samples


@pytest.mark.parametrize(
    ("choice", "text"), [(VoiceChoice("pico", "fr-FR"), FRENCH), (VoiceChoice("espeak", "fa"), PERSIAN)]
)
def test_a_placeholder_voice_makes_an_even_sound(choice: VoiceChoice, text: str, tmp_path: Path) -> None:
    sounds = Sounds(tmp_path)
    sound = sounds.from_text(text, best_voice([choice]))
    samples = played(sounds, sound)
    assert sound.kind == "placeholder"
    assert 3 < sound.seconds < 10
    assert abs(loudness(samples) - TARGET) < 1
    assert true_peak(samples) <= CEILING + 0.1
    assert np.max(np.abs(samples[:800])) > 200  # speech begins within a tenth of a second
    assert np.max(np.abs(samples[-800:])) > 200


def test_a_second_start_renders_nothing(tmp_path: Path) -> None:
    first = Sounds(tmp_path).from_text("Bonjour", Hummer())
    again = Hummer()
    assert Sounds(tmp_path).from_text("Bonjour", again) == first
    assert again.said == 0
    assert Sounds(tmp_path).known("Bonjour", again) == first


@pytest.mark.parametrize(("text", "name"), [("Bonsoir", "hummer"), ("Bonjour", "hummer 2")])
def test_another_text_or_another_voice_is_rendered(text: str, name: str, tmp_path: Path) -> None:
    sounds = Sounds(tmp_path)
    sounds.from_text("Bonjour", Hummer())
    other = Hummer(name)
    assert sounds.known(text, other) is None
    sounds.from_text(text, other)
    assert other.said == 1


def test_another_treatment_makes_everything_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = Hummer()
    Sounds(tmp_path).from_text("Bonjour", voice)
    monkeypatch.setattr(module, "TREATMENT", "next")
    Sounds(tmp_path).from_text("Bonjour", voice)
    assert voice.said == 2


def test_silence_around_a_voice_is_cut(tmp_path: Path) -> None:
    assert Sounds(tmp_path).from_text("x" * 20, Hummer()).seconds == pytest.approx(2, abs=0.1)


def test_a_voice_that_says_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="says nothing"):
        Sounds(tmp_path).from_text("…", Hummer())


def test_a_pause_is_silence_and_nobody_has_to_record_it(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path)
    pause = sounds.pause(150)
    assert not played(sounds, pause).any()
    assert (pause.seconds, pause.kind) == (0.15, "recorded")
    assert sounds.pause(150) == pause != sounds.pause(300)


@pytest.mark.parametrize(
    "hash", ["", "..", "../secret", "a" * 31, "a" * 33, "A" * 32, "a" * 31 + "\n", "a" * 32 + "\n", "a" * 32]
)
def test_only_the_hash_of_a_sound_that_is_there_has_a_path(hash: str, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"")
    assert Sounds(tmp_path / "sounds").path(hash) is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"hash": "x"}', b'{"hash": 1, "seconds": 1, "kind": "recorded"}', b"\xff"]
)
def test_a_damaged_index_entry_is_made_anew(damage: bytes, tmp_path: Path) -> None:
    voice = Hummer()
    sound = Sounds(tmp_path).from_text("Bonjour", voice)
    (entry,) = (tmp_path / "index").iterdir()
    entry.write_bytes(damage)
    assert Sounds(tmp_path).from_text("Bonjour", voice) == sound
    assert voice.said == 2
    assert Sounds(tmp_path).known("Bonjour", voice) == sound


def test_a_sound_that_lost_its_end_or_its_file_is_made_anew(tmp_path: Path) -> None:
    sounds, voice = Sounds(tmp_path), Hummer()
    sound = sounds.from_text("Bonjour", voice)
    path = tmp_path / f"{sound.hash}.wav"
    path.write_bytes(path.read_bytes()[:-100])
    assert sounds.known("Bonjour", voice) is None
    sounds.from_text("Bonjour", voice)
    played(sounds, sound)
    path.unlink()
    assert sounds.known("Bonjour", voice) is None


def test_the_first_of_two_that_made_the_same_text_wins(tmp_path: Path) -> None:
    class Fickle(Hummer):
        """As a voice that draws lots; meanwhile another process has made the same text."""

        def speak(self, text: str) -> Samples:
            first.append(Sounds(tmp_path).from_text(text, Hummer()))
            return super().speak(text + text)

    first: list[Sound] = []
    sounds = Sounds(tmp_path)
    assert [sounds.from_text("Bonjour", Fickle())] == first
    assert not list(tmp_path.glob("*.part"))


def test_other_users_such_as_a_web_server_may_read_a_sound(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path)
    path = sounds.path(sounds.pause(100).hash)
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_many_are_prepared_once_each_and_progress_is_told(tmp_path: Path) -> None:
    voice, told, jobs = Hummer(), list[tuple[int, int]](), list[Job]()
    for n in range(40):
        jobs.append((f"Texte {n % 20}", voice))
    sounds = Sounds(tmp_path)
    made = sounds.prepare(jobs, lambda done, of: told.append((done, of)))
    assert made == {job: sounds.from_text(job[0], voice) for job in jobs if not isinstance(job, Path)}
    assert voice.said == 20
    assert told == [(n, 20) for n in range(1, 21)]
    assert sounds.prepare([]) == {}


def test_every_unusable_recording_is_listed_after_all_the_others_are_made(tmp_path: Path) -> None:
    voice, sounds = Hummer(), Sounds(tmp_path / "sounds")
    bad = [tmp_path / "a.wav", tmp_path / "b.wav"]
    bad[0].write_bytes(b"not a sound")
    with pytest.raises(BadContent) as error:
        sounds.prepare([*bad, ("Bonjour", voice)])
    lines = str(error.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [str(path) for path in bad]
    assert sounds.known("Bonjour", voice)


def test_a_voice_that_fails_ends_the_preparation(tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="no breath"):
        Sounds(tmp_path).prepare([("Bonjour", Broken())])


def test_what_killed_processes_left_is_swept_but_not_what_is_being_written(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path)
    old, new = tmp_path / "old.part", tmp_path / "new.part"
    old.touch()
    new.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    sounds.prepare([])
    assert (old.exists(), new.exists()) == (False, True)


STOPPED = """
import os, sys, time
from pathlib import Path
from ivr.voice.engines import VoiceChoice, best_voice
from ivr.voice.sounds import Sounds

def stop(*_, **__):
    print("here", flush=True)
    time.sleep(600)

name, left = sys.argv[2], int(sys.argv[3])
real = getattr(os, name)
def now_or_later(*args, **kwargs):
    global left
    left -= 1
    return stop() if left < 0 else real(*args, **kwargs)
setattr(os, name, now_or_later)
Sounds(Path(sys.argv[1])).from_text("Bonjour", best_voice([VoiceChoice("pico", "fr-FR")]))
"""


@pytest.mark.parametrize(("name", "left"), [("fsync", 0), ("replace", 0), ("fsync", 1), ("link", 0)])
def test_a_process_killed_at_any_step_leaves_nothing_half_done(name: str, left: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STOPPED, str(tmp_path), name, str(left)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.kill()
    voice: Voice = best_voice([VoiceChoice("pico", "fr-FR")])
    sounds = Sounds(tmp_path)
    assert sounds.known("Bonjour", voice) is None
    for path in tmp_path.glob("*.wav"):
        assert hashlib.sha256(path.read_bytes()).hexdigest()[:32] == path.stem
    played(sounds, sounds.from_text("Bonjour", voice))


PREPARING = """
import sys
from pathlib import Path
from ivr.voice.engines import VoiceChoice, best_voice
from ivr.voice.sounds import Sounds

voice = best_voice([VoiceChoice("pico", "fr-FR")])
jobs = [(f"Tapez {n}.", voice) for n in range(12)]
made = Sounds(Path(sys.argv[1])).prepare(jobs, lambda *_: print("one", flush=True))
print(*sorted(sound.hash for sound in made.values()), flush=True)
"""


def preparing(root: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", PREPARING, str(root)], stdout=subprocess.PIPE, text=True)


def test_two_processes_prepare_at_once_and_a_third_was_killed_in_between(tmp_path: Path) -> None:
    with preparing(tmp_path) as killed:
        assert killed.stdout is not None
        assert [killed.stdout.readline() for _ in range(4)] == ["one\n"] * 4
        killed.kill()
    with preparing(tmp_path) as one, preparing(tmp_path) as other:
        said = [process.communicate()[0].splitlines()[-1].split() for process in (one, other)]
    assert said[0] == said[1]
    assert len(said[0]) == 12
    for hash in said[0]:
        data = (tmp_path / f"{hash}.wav").read_bytes()
        assert hashlib.sha256(data).hexdigest()[:32] == hash


def test_a_full_disk_is_not_kept_full_by_what_was_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    sounds = Sounds(tmp_path)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        sounds.pause(10)
    assert not list(tmp_path.glob("*.part"))
