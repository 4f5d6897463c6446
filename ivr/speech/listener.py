"""When somebody speaks and when they have ended: frames in, `Began` and `Utterance` out.

Whoever speaks is first noticed (`Began`): enough loud frames within a short while, some of them with a pitch. From
then on all is kept until it was quiet for the set time (`Utterance`). What never becomes a voice is forgotten. While a
prompt plays more is needed: it must last longer and be louder than the prompt's echo.
"""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ivr.audio.samples import RATE, Samples
from ivr.audio.voice_activity import FRAME, QUIETEST, Activity, Sound

ECHO = -32.0
"""dBFS: an echo 20 dB below our prompts (-19 LUFS) does not stay above it."""

_SECONDS = FRAME / RATE
_WHILE = 0.8  # seconds within which enough must be heard
_PITCHED, _LEAST_PITCHED = 0.2, 2  # the share of them that must have a pitch, and how many
_KEPT = 0.3  # seconds of silence that stay behind an utterance
_LEFT = 8  # frames of the line's noise that stay before and behind what is decoded


@dataclass(frozen=True, slots=True)
class Tuning:
    """Seconds."""

    silence: float = 0.6
    """Without a voice: the utterance has ended."""
    barge_in: float = 0.3
    """Of voice until a prompt that plays is stopped."""
    pre_roll: float = 0.3
    """Kept from before the voice was noticed."""
    longest: float = 8.0
    """An utterance is cut here (its pre-roll is not counted)."""
    least: float = 0.15
    """Of voice in an utterance while nothing plays: what is shorter is a noise."""


@dataclass(frozen=True, slots=True)
class Began:
    """Somebody speaks: a prompt stops, the time for an answer no longer runs. Exactly once before each Utterance."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said, with the pre-roll and a little of the silence behind it."""

    samples: Samples
    seconds: float
    """From the first loud frame to the last."""
    cut: bool
    """By the limit, in mid-speech."""
    silence: float
    """Seconds since the last loud frame: 0 or little when cut."""
    tight: Samples
    """The samples without most of the line's noise before and behind, which would be decoded for nothing."""


class Listener:
    """The ear of one call; its clock is the count of frames."""

    def __init__(self, tuning: Tuning) -> None:
        self._silence, self._longest = _frames(tuning.silence), _frames(tuning.longest)
        self._least, self._barge_in = _frames(tuning.least), _frames(tuning.barge_in)
        self._pre_roll, self._kept = _frames(tuning.pre_roll), _frames(min(_KEPT, tuning.silence))
        self._activity = Activity()
        self._sounds: deque[Sound] = deque(maxlen=max(_frames(_WHILE), 2 * self._barge_in))
        self._recent: deque[Samples] = deque(maxlen=2 * self._pre_roll + (self._sounds.maxlen or 0))
        self._said: list[Samples] = []
        self._first = self._last = 0  # of what is said: the first loud frame, and the one after the last

    def reset(self) -> None:
        """Forget the utterance under way (a key was pressed, a new turn begins); what is known of the noise stays."""
        self._begin_anew([])

    def hear(self, frame: Samples, playing: bool) -> Began | Utterance | None:
        """One frame of 20 ms (160 samples); `playing`: a prompt sounds, so this may be its echo."""
        sound = self._activity.hear(frame, ECHO if playing else QUIETEST, bool(self._said))
        if self._said:
            return self._go_on(frame, sound)
        self._recent.append(frame)
        self._sounds.append(sound)
        return self._notice(playing) if sound is Sound.VOICE else None

    def _notice(self, playing: bool) -> Began | None:
        loud = len(self._sounds) - self._sounds.count(Sound.QUIET)
        if loud < (self._barge_in if playing else self._least) or self._pitched() < max(
            _LEAST_PITCHED, _PITCHED * loud
        ):
            return None
        self._said = list(self._recent)
        quiet = next(at for at, sound in enumerate(self._sounds) if sound)
        self._first = len(self._said) - len(self._sounds) + quiet
        before = 2 * self._pre_roll if playing else self._pre_roll  # its soft beginning was below the echo
        del self._said[: max(0, self._first - before)]
        self._first = min(self._first, before)
        self._last = len(self._said)
        return Began()

    def _pitched(self) -> int:
        return sum(one is two is Sound.VOICE for one, two in pairwise(self._sounds))

    def _go_on(self, frame: Samples, sound: Sound) -> Utterance | None:
        self._said.append(frame)
        if sound:
            self._last = len(self._said)
        quiet = len(self._said) - self._last
        if quiet >= self._silence:
            return self._end(quiet, False)
        return self._end(quiet, True) if len(self._said) - self._first >= self._longest else None

    def _end(self, quiet: int, cut: bool) -> Utterance:
        end = self._last + min(quiet, self._kept)
        samples, seconds = np.concatenate(self._said[:end]), (self._last - self._first) * _SECONDS
        self._begin_anew(self._said[end:])
        return Utterance(samples, seconds, cut, quiet * _SECONDS, self._tight(samples))

    def _tight(self, samples: Samples) -> Samples:
        """From a little before the first frame that is not the line's noise to a little behind the last."""
        told = np.flatnonzero(~self._activity.soft(samples))
        if not len(told):
            return samples
        first, last = max(0, int(told[0]) - _LEFT), int(told[-1]) + 1 + _LEFT
        return samples[first * FRAME : last * FRAME]

    def _begin_anew(self, kept: list[Samples]) -> None:
        self._said = []
        self._sounds.clear()
        self._recent.clear()
        self._recent.extend(kept)


def _frames(seconds: float) -> int:
    return round(seconds / _SECONDS)
