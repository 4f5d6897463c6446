"""Is there a voice in these 20 ms of telephone sound?

Loudness tells: a frame counts from so many decibels above what this line's noise is. Steady noise, however loud, is
part of that floor after two seconds. What stands above it is a voice where it has a pitch: noise, coughs, clicks have
none, and in keys and beeps hardly anything but one or two tones sounds. How this was found: docs/speech.md.
"""

from enum import IntEnum
from math import log10

import numpy as np
from numpy.typing import NDArray

from ivr.audio.samples import FULL_SCALE, RATE, Samples, Signal

FRAME = RATE // 50
"""Samples in 20 ms."""

QUIETEST = -48.0
"""dBFS: what is softer is never loud, however still the line."""

_MEMORY, _LOW = 100, 0.1  # frames that the floor is taken from, two seconds; the share of them that lies below it
_EVERY, _PACE = 5, 0.1  # frames between two looks at them; how much of a change is believed at once
_START = -60.0  # dBFS, for the first tenth of a second
_ABOVE, _STILL = 6.0, 5.0  # dB above the floor: what begins to be loud, and what still is
_CREST = 5.0  # dB above what the noise itself reaches
_HIGHEST_CREST = 12.0  # dB, or somebody who never stops talking would be taken for noise

_SPAN, _SIZE = 2 * FRAME, 512  # a pitch is looked for in 40 ms
_PERIODS = slice(RATE // 400, RATE // 72)  # of voices, in samples
_EMPHASIS = 0.6  # of the high: what is low is like itself in any noise
_WINDOW = np.hanning(_SPAN)
_FALL = np.fft.irfft(np.abs(np.fft.rfft(_WINDOW, 2 * _SIZE)) ** 2)[_PERIODS] / (_WINDOW**2).sum()
_ALIKE = 0.4  # how like itself a sound is, a period later
_TONES, _TONAL = 12, 0.985  # so much of the energy in as many of the bins is one tone or two
_NOTHING = 1.0  # energy: no sound at all


class Sound(IntEnum):
    """What a frame is."""

    QUIET = 0
    LOUD = 1
    VOICE = 2


class Activity:
    """One line's noise, and what stands out from it. Some microseconds a frame, and thirty where a pitch is sought."""

    def __init__(self) -> None:
        self._levels = np.full(_MEMORY, _START)
        self._count = 0
        self._floor, self._crest = _START, _HIGHEST_CREST
        self._before: Signal = np.zeros(FRAME)

    def soft(self, frames: Samples) -> NDArray[np.bool_]:
        """Which of these frames, one after the other, hold nothing but the line's noise."""
        rows = frames.reshape(-1, FRAME).astype(np.float64)
        levels = 10 * np.log10(np.einsum("ij,ij->i", rows, rows) / FRAME / FULL_SCALE**2 + 1e-12)
        return np.asarray(levels < max(QUIETEST - _STILL, self._floor + _STILL))

    def hear(self, frame: Samples, least: float, speaking: bool) -> Sound:
        """`least`: dBFS of anything loud; `speaking`: somebody is, so noise is not learned, nor a pitch sought."""
        now = frame.astype(np.float64)
        level = 10 * log10(float(now @ now) / FRAME / FULL_SCALE**2 + 1e-12)
        loud = level >= max(least, self._floor + max(_STILL if speaking else _ABOVE, self._crest + _CREST))
        self._learn(level, speaking)
        before, self._before = self._before, now
        if not loud:
            return Sound.QUIET
        return Sound.VOICE if not speaking and _pitched(np.concatenate((before, now))) else Sound.LOUD

    def _learn(self, level: float, speaking: bool) -> None:
        self._levels[self._count % _MEMORY] = level
        self._count += 1
        if self._count % _EVERY:
            return
        ordered = np.sort(self._levels[: self._count])
        low = int(len(ordered) * _LOW)
        self._floor = float(ordered[low])
        if not speaking:
            crest = min(float(ordered[-1 - low]) - self._floor, _HIGHEST_CREST)
            self._crest += _PACE * (crest - self._crest)


def _pitched(sound: Signal) -> bool:
    """Whether it repeats itself as a voice does, and is not a tone or two."""
    sound[1:] -= _EMPHASIS * sound[:-1]
    power = np.abs(np.fft.rfft(sound * _WINDOW, _SIZE)) ** 2
    whole = float(power.sum())
    if whole < _NOTHING or float(np.partition(power, -_TONES)[-_TONES:].sum()) > _TONAL * whole:
        return False
    likeness = np.fft.irfft(power)
    return bool((likeness[_PERIODS] / _FALL).max() > _ALIKE * likeness[0])
