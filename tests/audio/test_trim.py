import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.samples import duration, silence
from ivr.audio.trim import trim

VOICE = np.tile(np.array([8000, -8000], dtype=np.int16), 2000)


def test_silence_before_and_after_goes_but_for_a_margin() -> None:
    cut = trim(np.concatenate([silence(700), VOICE, silence(900)]))
    assert duration(cut) == duration(VOICE) + 2 * 0.04


def test_silence_inside_stays() -> None:
    inside = np.concatenate([VOICE, silence(500), VOICE])
    assert np.array_equal(trim(inside), inside)


def test_hiss_is_silence() -> None:
    hiss = np.tile(np.array([50, -50], dtype=np.int16), 4000)
    assert duration(trim(np.concatenate([hiss, VOICE, hiss]))) == duration(VOICE) + 2 * 0.04


@given(st.integers(0, 2000))
def test_of_silence_nothing_is_left(milliseconds: int) -> None:
    assert not len(trim(silence(milliseconds)))
