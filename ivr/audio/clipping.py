"""Tops that are cut off flat: what a microphone turned up too far does to a voice."""

import numpy as np
from numpy.typing import NDArray

_SHORTEST = 0.00015
"""Seconds that a top must be flat: a voice's own tops are rounder."""


def flat_tops(sound: NDArray[np.float32], rate: int, exact: bool) -> float:
    """Seconds that lie in flat tops (1.0: full scale). `exact`: no codec has bent the sound since it was recorded.

    An exact sound's cut tops are equal, at whatever level; a codec makes them uneven, and pushes some over full scale.
    """
    size = np.abs(sound) if exact else np.minimum(np.abs(sound), 1.0)
    top = float(size.max(initial=0.0))
    loud, within = (0.1, 2 / 32768) if exact else (0.5, 0.05 * top)
    if top < loud:
        return 0.0
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (size >= top - within).astype(np.int8), [0]))))
    runs = edges[1::2] - edges[::2]
    return float(runs[runs >= max(3, round(rate * _SHORTEST))].sum() / rate)
