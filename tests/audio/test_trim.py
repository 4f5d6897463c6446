import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.samples import Samples, duration, silence
from ivr.audio.trim import bounds, trim

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


CLICK = VOICE[:240]


def joined(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def test_a_button_that_clicks_before_or_after_a_voice_is_no_part_of_it() -> None:
    sound = joined(CLICK, silence(500), VOICE, silence(500), CLICK, silence(400), CLICK)
    assert bounds(sound, -45) == (0, len(sound))
    assert bounds(sound, -45, clicks=False) == (4240, 4240 + len(VOICE))


def test_the_last_letter_of_a_word_is_no_click() -> None:
    sound = joined(VOICE, silence(200), CLICK)
    assert bounds(sound, -45, clicks=False) == (0, len(sound))


def test_where_there_is_only_a_click_it_stays() -> None:
    assert bounds(joined(silence(500), CLICK), -45, clicks=False) == (4000, 4240)
    assert bounds(silence(500), -45, clicks=False) == (0, 0)
