"""The one shape of sound: a one-dimensional int16 array, 8000 samples a second."""

import numpy as np
from numpy.typing import NDArray

RATE = 8000
"""Samples a second, mono, in the whole house: what a telephone carries."""

FULL_SCALE = 32768.0

Samples = NDArray[np.int16]
Signal = NDArray[np.float64]
"""Sound while it is worked on: 1.0 is full scale."""


def duration(samples: Samples, rate: int = RATE) -> float:
    """Seconds."""
    return len(samples) / rate


def silence(milliseconds: int) -> Samples:
    """A pause."""
    return np.zeros(RATE * milliseconds // 1000, dtype=np.int16)


def tone(hertz: float, seconds: float) -> Samples:
    """A beep of -14 dBFS."""
    return to_samples(0.2 * np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE))


def to_signal(samples: Samples) -> Signal:
    """Full scale becomes 1.0."""
    return samples.astype(np.float64) / FULL_SCALE


def to_samples(signal: Signal) -> Samples:
    """Rounded; what is beyond full scale is clipped."""
    return np.clip(np.rint(signal * FULL_SCALE), -32768, 32767).astype(np.int16)


def decibels(amplitude: float) -> float:
    """dBFS of an amplitude; -inf for nothing."""
    return float(20 * np.log10(amplitude)) if amplitude > 0 else float("-inf")
