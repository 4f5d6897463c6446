"""A sound as a picture: how far it swings, column by column."""

import numpy as np

from ivr.audio.samples import FULL_SCALE, Samples


def peaks(samples: Samples, columns: int) -> list[tuple[float, float]]:
    """The lowest and highest value (-1 to 1) of each column; fewer columns where there are fewer samples."""
    columns = min(columns, len(samples))
    if not columns:
        return []
    starts = np.arange(columns) * len(samples) // columns
    low = np.minimum.reduceat(samples, starts) / FULL_SCALE
    high = np.maximum.reduceat(samples, starts) / FULL_SCALE
    return list(zip(low.tolist(), high.tolist(), strict=True))
