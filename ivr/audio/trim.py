"""Silence before and after a sound, away."""

import numpy as np

from ivr.audio.samples import RATE, Samples, Signal, to_signal

FRAME = RATE // 100
"""Ten milliseconds."""

_CLICK, _ALONE = 6, 30
"""Frames that a click lasts and is away from the voice; a t at the end of a word comes up to 24 after it."""


def levels(samples: Samples, frame: int = FRAME) -> Signal:
    """dBFS of each whole frame; -120 where nothing is."""
    frames = len(samples) // frame
    power = np.mean(to_signal(samples[: frames * frame]).reshape(frames, frame) ** 2, axis=1)
    return np.asarray(10 * np.log10(power + 1e-12))


def bounds(samples: Samples, floor: float, clicks: bool = True) -> tuple[int, int]:
    """First sample of what is at or above `floor` (dBFS in 10 ms), and the one after it; (0, 0) where nothing is.

    Without `clicks`: not what is short and alone at either end, such as the button that began or ended a recording.
    """
    heard = np.flatnonzero(levels(samples) >= floor)
    islands = np.split(heard, np.flatnonzero(np.diff(heard) > _ALONE) + 1)
    for end in (0, -1):
        while not clicks and len(islands) > 1 and len(islands[end]) <= _CLICK:
            del islands[end]
    return (int(islands[0][0]) * FRAME, (int(islands[-1][-1]) + 1) * FRAME) if len(heard) else (0, 0)


def trim(samples: Samples, floor: float = -45.0, margin: int = 40) -> Samples:
    """Cut to what is at or above `floor` (dBFS in 10 ms), `margin` milliseconds around; nothing where nothing is."""
    start, end = bounds(samples, floor)
    room = margin * RATE // 1000 if end else 0
    return samples[max(0, start - room) : end + room]
