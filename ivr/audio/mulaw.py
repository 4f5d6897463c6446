"""mu-law, the telephone's eight bits a sample (ITU-T G.711): for previews and live streams."""

import numpy as np
from numpy.typing import NDArray

from ivr.audio.samples import Samples
from ivr.audio.wav import wav_bytes

_BIAS = 33  # in 14 bits
_CLIP = 8158


def _decoded() -> Samples:
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = (((code & 0x0F).astype(np.int32) * 2 + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return (np.where(code & 0x80, -magnitude, magnitude) * 4).astype(np.int16)


def _encoded() -> NDArray[np.uint8]:
    value = np.arange(-32768, 32768) >> 2
    magnitude = np.minimum(np.abs(value), _CLIP) + _BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 5
    code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F)
    return np.asarray(np.where(value < 0, code ^ 0x7F, code ^ 0xFF), dtype=np.uint8)


_DECODED, _ENCODED = _decoded(), _encoded()


def encode(samples: Samples) -> bytes:
    """One byte a sample."""
    return bytes(_ENCODED[samples.astype(np.int32) + 32768])


def decode(data: bytes) -> Samples:
    """One sample a byte."""
    return _DECODED[np.frombuffer(data, dtype=np.uint8)]


def heard(samples: Samples) -> bytes:
    """A WAV file of what a caller hears, in 16 bits, which every browser plays."""
    return wav_bytes(decode(encode(samples)))
