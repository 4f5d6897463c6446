import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ivr.audio.loudness import CEILING, SILENT, TARGET, even, loudness, true_peak
from ivr.audio.samples import RATE, Samples, silence, to_samples
from ivr.audio.wav import wav_bytes


def tone(hertz: float, rate: int, dbfs: float, seconds: float = 4) -> Samples:
    times = np.arange(int(rate * seconds)) / rate
    return to_samples(10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * times))


def babble(seconds: float = 4, seed: int = 1) -> Samples:
    """Noise that comes and goes like syllables."""
    noise = np.random.default_rng(seed).normal(size=int(RATE * seconds))
    return to_samples(0.05 * noise * (1 + np.sin(2 * np.pi * 4 * np.arange(len(noise)) / RATE)))


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_the_standard_s_own_example_holds_at_each_rate(rate: int) -> None:
    # BS.1770: "If a 0 dB FS 997 Hz sine wave is applied to the left, centre, or right channel input, the indicated
    # loudness will equal -3.01 LKFS."
    assert loudness(tone(997, rate, 0), rate) == pytest.approx(-3.01, abs=0.05)


def test_ffmpeg_s_meter_says_the_same(tmp_path: Path) -> None:
    sound = np.concatenate([babble(), silence(3000), babble(seed=2) // 3])
    file = tmp_path / "sound.wav"
    file.write_bytes(wav_bytes(sound))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-i", str(file), "-af", "ebur128", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    theirs = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])
    assert loudness(sound) == pytest.approx(theirs, abs=0.3)


def test_silence_between_words_does_not_make_a_voice_quieter() -> None:
    assert loudness(np.concatenate([babble(), silence(8000)])) == pytest.approx(loudness(babble()), abs=0.3)


def test_a_single_short_word_has_a_loudness() -> None:
    assert loudness(tone(1000, RATE, -20, seconds=0.2)) == pytest.approx(-23, abs=1)


@pytest.mark.parametrize("nothing", [silence(0), silence(100), silence(2000), np.ones(8000, dtype=np.int16)])
def test_nothing_has_no_loudness_and_stays_what_it_is(nothing: Samples) -> None:
    assert loudness(nothing) == SILENT
    assert np.array_equal(even(nothing), nothing)


def test_a_peak_between_two_samples_is_seen() -> None:
    times = np.arange(RATE) / RATE
    between = to_samples(0.5 * np.sin(2 * np.pi * 2000 * times + np.pi / 4))  # its samples reach .354 only
    assert true_peak(between) == pytest.approx(-6.02, abs=0.2)
    assert true_peak(silence(100)) == true_peak(silence(0)) == float("-inf")


@pytest.mark.parametrize("dbfs", [-45, -30, -12, 0])
def test_quiet_and_loud_become_even(dbfs: float) -> None:
    assert loudness(even(tone(700, RATE, dbfs))) == pytest.approx(TARGET, abs=0.1)


def test_a_knock_is_pressed_down_and_the_voice_keeps_its_loudness() -> None:
    sound = babble()
    sound[9000:9040] = 32767
    made = even(sound)
    assert loudness(made) == pytest.approx(TARGET, abs=0.5)
    assert true_peak(made) <= CEILING + 0.1


@given(arrays.arrays(np.int16, st.integers(1, 3000)))
def test_no_sound_whatever_comes_out_over_the_ceiling(samples: Samples) -> None:
    made = even(samples)
    assert len(made) == len(samples)
    assert loudness(samples) == SILENT or true_peak(made) <= CEILING + 0.1
