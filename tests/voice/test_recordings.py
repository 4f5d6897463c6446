import csv
import os
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from ivr.audio.loudness import CEILING, TARGET, loudness, true_peak
from ivr.audio.samples import RATE, Samples, duration, silence, to_samples
from ivr.audio.wav import read_wav, wav_bytes
from ivr.errors import BadContent
from ivr.voice import recordings
from ivr.voice.engines import VoiceChoice, best_voice
from ivr.voice.recordings import FORMATS
from ivr.voice.sounds import Sounds

PEOPLE = Path(__file__).parents[3] / "shared" / "speech-data"
"""Real voices, beside the project where they are; never part of it."""


@pytest.fixture(scope="module")
def speech() -> Samples:
    return best_voice([VoiceChoice("pico", "fr-FR")]).speak("Bonjour. Pour les papiers, tapez un.") // 4


def convert(source: Path, to: Path, *options: str) -> Path:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", "-i", str(source), *options, str(to)]
    subprocess.run(command, check=True)
    return to


def write(path: Path, *parts: Samples) -> Path:
    path.write_bytes(wav_bytes(np.concatenate(parts)))
    return path


@pytest.mark.parametrize("format", FORMATS)
def test_a_recording_in_any_usual_format_becomes_an_even_sound(format: str, speech: Samples, tmp_path: Path) -> None:
    source = write(tmp_path / "source.wav", silence(900), speech, silence(1200))
    codec = ("-c:a", "libopus", "-ar", "48000") if format in {"webm", "ogg"} else ("-ar", "44100")
    sounds = Sounds(tmp_path / "sounds")
    sound = sounds.from_file(convert(source, tmp_path / f"prompt.{format}", *codec, "-ac", "2"))
    path = sounds.path(sound.hash)
    assert path is not None
    samples, rate = read_wav(path.read_bytes())
    assert (sound.kind, rate) == ("recorded", 8000)
    assert abs(sound.seconds - duration(speech)) < 1
    assert sound.seconds < duration(speech) + 0.15
    assert abs(loudness(samples) - TARGET) < 1
    assert true_peak(samples) <= CEILING + 0.1


def test_a_recording_is_treated_once_whatever_its_name(
    speech: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(tmp_path / "one.wav", speech)
    sound = Sounds(tmp_path / "sounds").from_file(first)
    monkeypatch.setattr(recordings, "_decoded", None)  # from here on nothing can be decoded
    assert Sounds(tmp_path / "sounds").from_file(first.rename(tmp_path / "two.wav")) == sound


def test_another_recording_under_the_same_name_is_another_sound(speech: Samples, tmp_path: Path) -> None:
    sounds, path = Sounds(tmp_path / "sounds"), tmp_path / "one.wav"
    first = sounds.from_file(write(path, speech))
    assert sounds.from_file(write(path, speech, speech)).seconds > first.seconds + 1


def test_a_low_hum_under_a_quiet_voice_is_not_part_of_it(speech: Samples, tmp_path: Path) -> None:
    padded = np.concatenate([silence(1000), speech // 2, silence(1000)])
    hum = to_samples(0.02 * np.sin(2 * np.pi * 50 * np.arange(len(padded)) / RATE))
    sound = Sounds(tmp_path / "sounds").from_file(write(tmp_path / "hum.wav", padded + hum))
    assert sound.seconds < duration(speech) + 0.2


def tone(seconds: float, amplitude: float) -> Samples:
    return to_samples(amplitude * np.sin(2 * np.pi * 700 * np.arange(int(RATE * seconds)) / RATE))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a recording"),
        (b"<html>not found</html>", "not a recording"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "not a recording"),
        (b"ffconcat version 1.0\nfile other.wav\n", "not a recording"),
        (wav_bytes(silence(0)), "not a recording"),
        (wav_bytes(silence(3000)), "nobody speaks"),
        (wav_bytes(tone(3, 0.001)), "nobody speaks"),
        (wav_bytes(np.concatenate([silence(1000), tone(0.05, 0.3), silence(1000)])), "only 0.1"),
    ],
    ids=["empty", "page", "playlist", "concat", "no samples", "silence", "hiss", "click"],
)
def test_what_is_no_usable_recording_is_refused_with_its_reason(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "prompt.wav"
    path.write_bytes(data)
    with pytest.raises(BadContent, match=reason) as error:
        Sounds(tmp_path / "sounds").from_file(path)
    assert str(error.value).startswith(f"{path}: ")


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=s=16x16:d=1"]
    subprocess.run([*command, str(tmp_path / "film.webm")], check=True)
    with pytest.raises(BadContent, match="not a recording"):
        Sounds(tmp_path / "sounds").from_file(tmp_path / "film.webm")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadContent, match=r"gone\.wav: cannot be read: No such file"):
        Sounds(tmp_path).from_file(tmp_path / "gone.wav")


def test_a_recording_that_is_too_long_is_refused(
    speech: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "_LONGEST", 1)
    with pytest.raises(BadContent, match="longer than"):
        Sounds(tmp_path / "sounds").from_file(write(tmp_path / "long.wav", speech))


def test_where_ffmpeg_cannot_run_it_is_said(speech: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "no-ffmpeg"))
    with pytest.raises(BadContent, match="could not be decoded"):
        Sounds(tmp_path / "sounds").from_file(write(tmp_path / "one.wav", speech))


def test_a_name_that_looks_like_an_option_or_an_address_is_a_name(speech: Samples, tmp_path: Path) -> None:
    os_path = write(tmp_path / "-i http:x.wav", speech)
    assert Sounds(tmp_path / "sounds").from_file(os_path).seconds > 1


def test_importing_warns_of_nothing_even_where_warnings_are_errors() -> None:
    program = [sys.executable, "-W", "error", "-c", "import ivr.voice.recordings"]
    environment = {**os.environ, "PATH": "/nonexistent"}
    assert subprocess.run(program, env=environment, capture_output=True, text=True, check=False).stderr == ""


def clips() -> list[str]:
    """A few of each folder, so that every speaker is heard."""
    if not PEOPLE.is_dir():
        return []
    with (PEOPLE / "labels.csv").open(encoding="utf-8", newline="") as file:
        files = sorted(row["file"] for row in csv.DictReader(file))
    folders = sorted({str(Path(file).parent) for file in files})
    return [file for folder in folders for file in [f for f in files if str(Path(f).parent) == folder][::9]]


@pytest.mark.skipif(not PEOPLE.is_dir(), reason=f"no human recordings in {PEOPLE}")
def test_human_voices_become_even_sounds(tmp_path: Path) -> None:
    sounds, heard = Sounds(tmp_path), clips()
    assert len(heard) > 20
    made = sounds.prepare([PEOPLE / clip for clip in heard])
    for sound in made.values():
        path = sounds.path(sound.hash)
        assert path is not None
        samples, _ = read_wav(path.read_bytes())
        assert abs(loudness(samples) - TARGET) < 1
        assert true_peak(samples) <= CEILING + 0.1
        assert sound.kind == "recorded"
