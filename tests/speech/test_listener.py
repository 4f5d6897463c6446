"""Made sounds; people's voices are in test_clips.py. The clock is the count of frames: ten minutes take a second."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.audio.samples import RATE
from ivr.audio.voice_activity import FRAME
from ivr.speech.listener import Began, Listener, Tuning, Utterance
from tests.speech.noises import (
    KEYS,
    Wave,
    at,
    babble,
    click,
    cough,
    frames,
    heard,
    join,
    key,
    rumble,
    still,
    street,
    tone,
    voice,
    white,
)

MINUTES = 10 * 60


def hear(wave: Wave, playing: bool = False, ear: Listener | None = None) -> list[tuple[float, Began | Utterance]]:
    """What happens, and after how many seconds."""
    ear = ear or Listener(Tuning())
    found = [(n * FRAME / RATE, ear.hear(frame, playing)) for n, frame in enumerate(frames(wave), 1)]
    return [(when, event) for when, event in found if event is not None]


def test_somebody_speaks_and_ends() -> None:
    wave = join(still(1), voice(0.5), still(1))
    (began, first), (ended, said) = hear(wave)
    assert first == Began()
    assert 1.15 <= began <= 1.2  # 0.15 s of voice
    assert isinstance(said, Utterance)
    assert ended == pytest.approx(1.5 + 0.6)
    assert (said.seconds, said.silence, said.cut) == (pytest.approx(0.5), pytest.approx(0.6), False)
    assert np.array_equal(said.samples, heard(wave)[round(0.7 * RATE) : round(1.8 * RATE)])  # 0.3 s before and after


def test_a_pause_within_what_is_said_does_not_end_it() -> None:
    words = join(still(1), *[join(voice(0.3), still(0.5))] * 3, still(1))
    assert [type(event) for _, event in hear(words)] == [Began, Utterance]
    assert [type(event) for _, event in hear(words, ear=Listener(Tuning(silence=0.4)))] == [Began, Utterance] * 3


def test_who_goes_on_and_on_is_cut_and_heard_further() -> None:
    wave = join(still(1), *[join(voice(0.4), still(0.1))] * 38, still(1))
    found = hear(wave)
    assert [type(event) for _, event in found] == [Began, Utterance] * 3
    said = [event for _, event in found if isinstance(event, Utterance)]
    assert [one.cut for one in said] == [True, True, False]
    assert [round(one.seconds) for one in said] == [8, 8, 3]
    assert np.array_equal(np.concatenate([one.samples for one in said])[: 16 * RATE], heard(wave)[5600:][: 16 * RATE])


def test_it_takes_more_to_stop_a_prompt() -> None:
    brief, long = join(still(1), voice(0.24), still(1)), join(still(1), voice(0.4), still(1))
    assert [type(event) for _, event in hear(brief)] == [Began, Utterance]
    assert hear(brief, playing=True) == []
    (began, _), _ = hear(long, playing=True)
    assert 1.3 <= began <= 1.34
    assert hear(at(long, -45), playing=True) == []
    assert [type(event) for _, event in hear(at(long, -45))] == [Began, Utterance]


def test_what_is_decoded_is_what_stands_out_and_a_little_around_it() -> None:
    wave = join(still(1), voice(0.4, -38), voice(0.4), still(1))
    _, (_, said) = hear(wave, playing=True)
    assert isinstance(said, Utterance)
    assert 0.8 * RATE < len(said.tight) <= (0.8 + 0.4) * RATE < len(said.samples)
    start = len(said.samples) - len(said.tight)
    assert any(np.array_equal(said.tight, said.samples[at : at + len(said.tight)]) for at in range(start + 1))


def test_what_was_said_below_the_echo_s_level_is_kept_too() -> None:
    wave = join(still(1), voice(0.4, -38), voice(0.4), still(1))
    _, (_, said) = hear(wave, playing=True)
    assert isinstance(said, Utterance)
    assert np.array_equal(said.samples[: round(0.6 * RATE)], heard(wave)[round(0.8 * RATE) : round(1.4 * RATE)])


def test_a_key_ends_the_utterance_under_way_and_what_is_known_of_the_line_stays() -> None:
    ear, line = Listener(Tuning()), white(3, -40)
    assert hear(line, ear=ear) == []
    assert [type(event) for _, event in hear(voice(0.3), ear=ear)] == [Began]
    ear.reset()
    assert hear(line, ear=ear) == []
    assert [type(event) for _, event in hear(join(voice(0.3), still(1)), ear=ear)] == [Began, Utterance]
    hear(voice(0.12), ear=ear)  # nearly enough
    ear.reset()
    assert hear(join(voice(0.08), still(1)), ear=ear) == []


@pytest.mark.parametrize("playing", [False, True])
@pytest.mark.parametrize(
    "sound",
    [
        *(key(name) for name in KEYS),
        join(*[join(key(name, 0.08), still(0.08)) for name in KEYS]),
        join(*[join(key(name, 0.05), still(0.05)) for name in "0612345678"]),
        key("5", 2),
        tone(1),
        tone(3, pitch=1400),
        join(*[join(click(n), still(0.3)) for n in range(10)]),
        *(cough(0.24, seed=n) for n in range(3)),
        join(cough(seed=4), still(0.2), cough(seed=5)),
        white(1, -15),
        rumble(1, -15),
    ],
    ids=str,
)
def test_keys_beeps_clicks_coughs_and_gusts_are_nobody(sound: Wave, playing: bool) -> None:
    assert hear(join(still(0.5), sound, still(1)), playing) == []


@pytest.mark.parametrize(
    "line",
    [
        lambda: still(MINUTES),
        lambda: white(MINUTES, -72),  # a line's hiss
        lambda: white(MINUTES, -40.8),  # 300 of 32768
        lambda: white(MINUTES, -20.8),  # 3000
        lambda: rumble(MINUTES, -27),
        lambda: np.tile(street(60, -30), 10),
        lambda: np.tile(street(60, -20, seed=2), 10),
        lambda: tone(MINUTES, -30, 50) + tone(MINUTES, -38, 150),
    ],
    ids=["silence", "hiss", "noise", "loud noise", "rumble", "street", "loud street", "hum"],
)
def test_ten_minutes_of_it_are_nobody(line: Callable[[], Wave]) -> None:
    wave = line()
    assert len(wave) == MINUTES * RATE
    assert hear(wave) == hear(wave, playing=True) == []


def test_many_people_far_away_are_nobody_and_one_near_is() -> None:
    people = [join(voice(0.2 + 0.05 * n, pitch=90 + 15 * n), still(0.1)) for n in range(12)]
    far = babble(people, 20, 60, -40)
    near = join(still(30), voice(0.6, -22), still(29.4))
    assert hear(far) == []
    assert [(round(when), type(event)) for when, event in hear(far + near)] == [(30, Began), (31, Utterance)]


KINDS: dict[str, Callable[[int], Wave]] = {
    "still": lambda n: still(n / 50),
    "voice": lambda n: voice(n / 50),
    "soft": lambda n: voice(n / 50, -40, 200),
    "noise": lambda n: white(n / 50, -30),
    "full": lambda n: np.random.default_rng(n).choice([-32768.0, 32767.0], n * FRAME),
    "flat": lambda n: np.full(n * FRAME, 32767.0),
}
PARTS = st.lists(
    st.tuples(
        st.sampled_from(sorted(KINDS)), st.integers(1, 120), st.booleans(), st.sampled_from([False, False, True])
    ),
    max_size=12,
)
TUNINGS = st.builds(
    Tuning,
    silence=st.floats(0.1, 1.5),
    barge_in=st.floats(0.02, 0.6),
    pre_roll=st.floats(0, 0.5),
    longest=st.floats(0.5, 8),
    least=st.floats(0.02, 0.3),
)


@given(parts=PARTS, tuning=TUNINGS)
@settings(max_examples=60, deadline=None)
def test_whatever_is_heard(parts: list[tuple[str, int, bool, bool]], tuning: Tuning) -> None:
    """Began and Utterance take turns; an utterance is a piece of what was heard, and no sample is in two of them."""
    ear, stream, speaking, after = Listener(tuning), b"", False, 0
    window = max(0.8, 2 * tuning.barge_in) + 0.04
    for kind, count, playing, forget in parts:
        if forget:
            ear.reset()
            speaking = False
        for frame in frames(KINDS[kind](count)):
            stream += frame.tobytes()
            event = ear.hear(frame, playing)
            if event is None:
                continue
            assert isinstance(event, Began) is not speaking
            speaking = not speaking
            if isinstance(event, Utterance):
                assert len(event.samples) / RATE <= max(tuning.longest, window) + 2 * tuning.pre_roll + 0.04
                assert 0 < event.seconds < len(event.samples) / RATE + 0.01
                assert event.cut or event.silence >= tuning.silence - 0.02
                start = stream.find(event.samples.tobytes(), after)
                assert start >= 0
                after = start + 2 * len(event.samples)
