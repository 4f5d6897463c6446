"""Real people through a telephone: every clip is one utterance, whole. `python -m tests.speech.clips` prints more."""

import numpy as np
import pytest

from ivr.audio.samples import RATE
from ivr.speech.listener import Began
from tests.speech.clips import (
    LETTERS,
    NOISES,
    bounds,
    clips,
    counts,
    events,
    in_noise,
    interrupts,
    needed,
    prompt,
    utterances,
)
from tests.speech.noises import join, still

pytestmark = needed


def test_every_clip_is_one_utterance_that_covers_what_is_said() -> None:
    assert len(clips()) == 263
    covered = {}
    for name, clip in clips().items():
        said = utterances(events(join(still(1), clip, still(1.6))))
        assert len(said) == 1, name
        (start, end, _), (first, last) = said[0], bounds(clip, below=25)
        covered[name] = (min(end, last + RATE) - max(start, first + RATE)) / (last - first)
    assert min(covered.values()) > 0.85
    assert sum(share == 1 for share in covered.values()) >= 255


@pytest.mark.parametrize("noise", sorted(NOISES))
@pytest.mark.parametrize(("below", "lost"), [(20, 0), (10, 3)])
def test_every_word_is_one_utterance_in_noise_too(noise: str, below: float, lost: int) -> None:
    words = [name for name in clips() if not name.startswith(LETTERS)][::4]
    found = counts((name, in_noise(clips()[name], NOISES[noise], below)) for name in words)
    assert len(words) > 50
    assert max(found.values()) == 1
    assert len([name for name, count in found.items() if not count]) <= lost


@pytest.mark.parametrize("below", [20, 25, 30])
def test_the_prompt_s_own_echo_is_nobody(below: float) -> None:
    assert not events(prompt() * 10 ** (-below / 20), lambda at, began: True)


def test_people_interrupt_a_prompt_over_its_echo() -> None:
    words = [name for name in clips() if name.startswith("fa-")]
    stopped = [name for name in words if interrupts(clips()[name], 25)]
    assert len(words) == 103
    assert len(stopped) >= 100


def test_a_prompt_is_stopped_within_half_a_second_of_voice() -> None:
    after = []
    for name in [name for name in clips() if name.startswith("fa-sentences")]:
        clip = clips()[name]
        began = [at for at, event in events(join(still(1), clip), lambda at, began: not began) if event == Began()]
        after.append((began[0] + 1) * 0.02 - 1 - bounds(clip, below=10)[0] / RATE)
    assert np.median(after) < 0.5
