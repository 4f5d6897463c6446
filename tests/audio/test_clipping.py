import numpy as np
import pytest

from ivr.audio.clipping import flat_tops

SLOW = np.sin(2 * np.pi * 200 * np.arange(48000) / 48000).astype(np.float32)


@pytest.mark.parametrize("scale", [1.0, 0.3])
def test_cut_tops_are_found_at_whatever_level_they_lie(scale: float) -> None:
    cut = np.clip(SLOW, -0.5, 0.5) * np.float32(scale)
    assert flat_tops(cut, 48000, exact=True) == pytest.approx(2 / 3, abs=0.01)  # a sine is over its half for so long


def test_round_tops_and_silence_are_not_flat() -> None:
    assert flat_tops(SLOW, 48000, exact=True) == 0
    assert flat_tops(SLOW * 0, 48000, exact=True) == flat_tops(SLOW[:0], 48000, exact=True) == 0


def test_what_a_codec_pushed_over_full_scale_was_cut_before() -> None:
    assert flat_tops(SLOW * 2, 48000, exact=False) > 0.6
    assert flat_tops(SLOW * 2, 48000, exact=True) == 0
    assert flat_tops(np.clip(SLOW, -0.2, 0.2), 48000, exact=False) == 0
