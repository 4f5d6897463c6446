import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ivr.audio.samples import Samples
from ivr.audio.waveform import peaks


def test_each_column_has_its_lowest_and_highest_value() -> None:
    samples = np.array([0, 16384, -16384, 0, 0, -32768], dtype=np.int16)
    assert peaks(samples, 2) == [(-0.5, 0.5), (-1.0, 0.0)]


@given(arrays.arrays(np.int16, st.integers(0, 400)), st.integers(0, 100))
def test_no_sample_is_left_out(samples: Samples, columns: int) -> None:
    drawn = peaks(samples, columns)
    assert len(drawn) == min(columns, len(samples))
    if drawn:
        assert min(low for low, _ in drawn) * 32768 == samples.min()
        assert max(high for _, high in drawn) * 32768 == samples.max()
