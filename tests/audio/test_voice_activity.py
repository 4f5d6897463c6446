import numpy as np
import pytest

from ivr.audio.voice_activity import FRAME, QUIETEST, Activity, Sound
from tests.speech.noises import KEYS, Wave, frames, join, key, rumble, still, tone, voice, white


def sounds(wave: Wave, activity: Activity | None = None, speaking: bool = False) -> list[Sound]:
    ear = activity or Activity()
    return [ear.hear(frame, QUIETEST, speaking) for frame in frames(wave)]


@pytest.mark.parametrize("pitch", [80, 120, 220, 350])
@pytest.mark.parametrize("level", [-12, -35])
def test_a_voice_is_a_voice_however_high_and_loud(pitch: float, level: float) -> None:
    said = sounds(join(still(0.5), voice(0.4, level, pitch)))[25:]
    assert said[2:] == [Sound.VOICE] * 18


def test_silence_and_what_is_very_soft_are_quiet() -> None:
    assert set(sounds(join(still(1), voice(1, -52), white(1, -55)))) == {Sound.QUIET}


@pytest.mark.parametrize("level", [-40, -20, -10])
@pytest.mark.parametrize("noise", [white, rumble])
def test_noise_is_loud_at_first_and_hardly_ever_a_voice_and_after_two_seconds_it_is_the_line(
    noise, level: float
) -> None:
    said = sounds(join(still(3), noise(4, level)))
    assert said[:150] == [Sound.QUIET] * 150
    assert Sound.LOUD in said[150:155]
    assert said.count(Sound.VOICE) < 0.15 * said.count(Sound.LOUD)
    assert set(said[150 + 105 :]) == {Sound.QUIET}


@pytest.mark.parametrize("beep", [*(key(name, 0.5) for name in KEYS), tone(0.5), tone(0.5, pitch=1000)])
def test_keys_and_beeps_are_no_voice(beep: Wave) -> None:
    said = sounds(join(still(0.5), beep))[25:]
    assert said[0] is not Sound.QUIET
    assert said[2:] == [Sound.LOUD] * 23


def test_a_voice_stands_out_of_noise_ten_decibels_below() -> None:
    noise = white(4, -30)
    said = sounds(noise + join(still(3), voice(0.5), still(0.5)))
    assert said[150:].count(Sound.VOICE) >= 20
    assert set(said[100:150]) == set(said[-20:]) == {Sound.QUIET}


def test_what_somebody_says_is_not_taken_for_the_noise_of_the_line() -> None:
    ear = Activity()
    sounds(still(2), ear)
    words = join(*[join(voice(0.3), still(0.1))] * 20)
    assert sounds(words, ear, speaking=True).count(Sound.LOUD) >= 20 * 15
    assert sounds(join(still(0.2), voice(0.2)), ear)[-5:] == [Sound.VOICE] * 5


def test_what_is_softer_than_asked_for_is_quiet() -> None:
    ear, full = Activity(), np.full(FRAME, 32767, np.int16)
    assert ear.hear(full, -1.0, speaking=False) is not Sound.QUIET
    assert ear.hear(full, 1.0, speaking=False) is Sound.QUIET
