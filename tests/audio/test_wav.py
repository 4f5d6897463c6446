import wave
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ivr.audio.samples import Samples, duration
from ivr.audio.wav import HEADER, read_wav, wav_bytes
from ivr.errors import BadInput


def file_of(frames: bytes, width: int = 2, channels: int = 1, rate: int = 16000) -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(frames)
    return out.getvalue()


@given(arrays.arrays(np.int16, st.integers(0, 500)))
def test_what_was_written_is_read(samples: Samples) -> None:
    data = wav_bytes(samples)
    read, rate = read_wav(data)
    assert rate == 8000
    assert np.array_equal(read, samples)
    assert len(data) == HEADER + 2 * len(samples)


def test_two_channels_become_one_and_the_rate_is_told() -> None:
    samples, rate = read_wav(file_of(np.array([100, 300, -32768, -32768], dtype="<i2").tobytes(), channels=2))
    assert samples.tolist() == [200, -32768]
    assert duration(samples, rate) == 2 / 16000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"not a sound at all",
        file_of(b"\0" * 30, width=1),
        file_of(b"\0" * 30)[:-5],
        file_of(b"\0" * 30)[:20],
    ],
)
def test_what_is_no_whole_16_bit_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_wav(data)
