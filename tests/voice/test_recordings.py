import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import imageio_ffmpeg
import numpy as np
import pytest

from ivr.audio.loudness import CEILING, TARGET, loudness, true_peak
from ivr.audio.samples import RATE, Samples, duration, silence, to_samples
from ivr.audio.wav import read_wav, wav_bytes
from ivr.errors import BadContent, VoiceFailed
from ivr.voice import decoding, sounds
from ivr.voice.engines import VoiceChoice, best_voice
from ivr.voice.judging import judge
from ivr.voice.recordings import FORMATS, recorded
from ivr.voice.sounds import Sounds

_OPUS, _AMR = ("-c:a", "libopus", "-ar", "48000", "-ac", "2"), ("-c:a", "libopencore_amrnb", "-ar", "8000", "-ac", "1")
CODECS = {"webm": _OPUS, "ogg": _OPUS, "opus": _OPUS, "amr": _AMR, "3gp": _AMR}


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
    codec = CODECS.get(format, ("-ar", "44100", "-ac", "2"))
    kept = Sounds(tmp_path / "sounds")
    sound = kept.from_file(convert(source, tmp_path / f"prompt.{format}", *codec))
    path = kept.path(sound.hash)
    assert path is not None
    samples, rate = read_wav(path.read_bytes())
    assert (sound.kind, rate) == ("recorded", 8000)
    assert abs(sound.seconds - duration(speech)) < 1
    assert sound.seconds < duration(speech) + 0.2
    assert abs(loudness(samples) - TARGET) < 1
    assert true_peak(samples) <= CEILING + 0.1


def test_a_recording_is_treated_once_whatever_its_name(
    speech: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(tmp_path / "one.wav", speech)
    sound = Sounds(tmp_path / "sounds").from_file(first)
    monkeypatch.setattr(sounds, "recorded", None)  # from here on nothing can be decoded
    assert Sounds(tmp_path / "sounds").from_file(first.rename(tmp_path / "two.wav")) == sound


def test_another_recording_under_the_same_name_is_another_sound(speech: Samples, tmp_path: Path) -> None:
    kept, path = Sounds(tmp_path / "sounds"), tmp_path / "one.wav"
    first = kept.from_file(write(path, speech))
    assert kept.from_file(write(path, speech, speech)).seconds > first.seconds + 1


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
        (wav_bytes(np.concatenate([silence(1000), tone(0.05, 0.3), silence(1000)])), "only 0.06 seconds"),
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
    with pytest.raises(BadContent, match="a film"):
        Sounds(tmp_path / "sounds").from_file(tmp_path / "film.webm")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadContent, match=r"gone\.wav: cannot be read: No such file"):
        Sounds(tmp_path).from_file(tmp_path / "gone.wav")


def test_a_recording_that_is_too_long_is_refused(
    speech: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "LONGEST", 1)
    with pytest.raises(BadContent, match="longer than"):
        Sounds(tmp_path / "sounds").from_file(write(tmp_path / "long.wav", speech))


def test_where_ffmpeg_cannot_run_it_is_said(speech: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "no-ffmpeg"))
    with pytest.raises(VoiceFailed, match="ffmpeg cannot run"):
        Sounds(tmp_path / "sounds").from_file(write(tmp_path / "one.wav", speech))


def test_a_name_that_looks_like_an_option_or_an_address_is_a_name(speech: Samples, tmp_path: Path) -> None:
    os_path = write(tmp_path / "-i http:x.wav", speech)
    assert Sounds(tmp_path / "sounds").from_file(os_path).seconds > 1


def test_importing_warns_of_nothing_even_where_warnings_are_errors() -> None:
    program = [sys.executable, "-W", "error", "-c", "import ivr.voice.recordings"]
    environment = {**os.environ, "PATH": "/nonexistent"}
    assert subprocess.run(program, env=environment, capture_output=True, text=True, check=False).stderr == ""


def test_a_file_that_takes_too_long_is_given_up(
    speech: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "prompt.wav"
    os.mkfifo(path)  # whoever opens it waits for ever
    monkeypatch.setattr(decoding, "PATIENCE", 0.2)
    with pytest.raises(BadContent, match="not a recording"):
        recorded(path)


def test_the_same_bytes_are_the_same_sound_wherever_they_come_from(speech: Samples, tmp_path: Path) -> None:
    path = write(tmp_path / "one.wav", speech)
    from_file, from_bytes = Sounds(tmp_path / "first"), Sounds(tmp_path / "second")
    assert from_file.from_file(path) == from_bytes.from_bytes(path.read_bytes())
    assert from_bytes.from_bytes(path.read_bytes()) == from_bytes.from_file(path)


def test_bytes_that_are_no_recording_are_refused() -> None:
    with TemporaryDirectory() as folder, pytest.raises(BadContent, match="not a recording"):
        Sounds(Path(folder)).from_bytes(b"nothing")


def test_what_was_judged_is_what_a_release_plays(speech: Samples, tmp_path: Path) -> None:
    path = write(tmp_path / "one.wav", silence(500), speech, silence(700))
    source = sha256(path.read_bytes()).hexdigest()
    judged, released = Sounds(tmp_path / "judged"), Sounds(tmp_path / "released")
    samples = judge(path, "x").samples
    assert samples is not None
    assert judged.of(source) is None
    sound = judged.keep(samples, source)
    assert sound == released.from_file(path) == judged.of(source)
