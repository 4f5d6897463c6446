import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.resample import resample
from ivr.audio.samples import RATE, Samples, to_samples


def tone(hertz: float, rate: int, seconds: float = 0.5, amplitude: float = 0.5) -> Samples:
    return to_samples(amplitude * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate))


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


@pytest.mark.parametrize("rate", [11025, 16000, 22050, 44100, 48000])
def test_a_voice_s_tone_is_the_same_tone_at_the_house_s_rate(rate: int) -> None:
    wanted, got = tone(1000, RATE), resample(tone(1000, rate), rate, RATE)
    middle = slice(400, -400)
    assert np.max(np.abs(wanted[middle].astype(int) - got[: len(wanted)][middle].astype(int))) < 60


@pytest.mark.parametrize("rate", [16000, 48000])
def test_what_a_telephone_cannot_carry_is_not_folded_into_what_it_can(rate: int) -> None:
    assert rms(resample(tone(5000, rate), rate, RATE)[400:-400]) < 10


def test_a_sound_goes_up_and_comes_back() -> None:
    there = resample(tone(1000, RATE), RATE, 48000)
    back = resample(there, 48000, RATE)
    assert len(there) == 6 * len(back)
    assert np.max(np.abs(back[100:-100].astype(int) - tone(1000, RATE)[100:-100].astype(int))) < 30


def test_the_end_does_not_ring_into_the_start() -> None:
    late = np.concatenate([np.zeros(16000, dtype=np.int16), tone(1000, 16000)])
    assert np.max(np.abs(resample(late, 16000, RATE)[:4000].astype(int))) < 10


@given(st.integers(0, 3000), st.sampled_from([8000, 11025, 16000, 22050, 24000, 44100, 48000]))
def test_the_length_follows_the_rate(length: int, rate: int) -> None:
    made = resample(np.full(length, 100, dtype=np.int16), rate, RATE)
    assert len(made) == -(-length * RATE // rate)
    assert made.dtype == np.int16


def test_what_would_be_over_full_scale_is_clipped_not_wrapped() -> None:
    square = np.where(np.arange(16000) // 80 % 2, 32767, -32768).astype(np.int16)
    made = resample(square, 16000, RATE).astype(int)
    assert np.max(np.abs(np.diff(made))) <= 65535
    assert np.all(np.sign(made[10:30]) == np.sign(made[20]))
