"""Silence before and after a sound, away."""

import numpy as np

from ivr.audio.samples import RATE, Samples, to_signal

FRAME = RATE // 100
"""Ten milliseconds."""


def trim(samples: Samples, floor: float = -45.0, margin: int = 40) -> Samples:
    """Cut to what is at or above `floor` (dBFS in 10 ms), `margin` milliseconds around; nothing where nothing is."""
    frames = len(samples) // FRAME
    power = np.mean(to_signal(samples[: frames * FRAME]).reshape(frames, FRAME) ** 2, axis=1)
    heard = np.flatnonzero(power >= 10 ** (floor / 10))
    if not len(heard):
        return samples[:0]
    room = margin * RATE // 1000
    return samples[max(0, int(heard[0]) * FRAME - room) : (int(heard[-1]) + 1) * FRAME + room]
