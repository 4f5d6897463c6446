"""WAV files as bytes: 16 bits, what every telephone company plays without converting."""

import wave
from io import BytesIO

import numpy as np

from ivr.audio.samples import RATE, Samples
from ivr.errors import BadInput

HEADER = 44
"""Bytes before the first sample in what `wav_bytes` writes."""


def wav_bytes(samples: Samples) -> bytes:
    """A WAV file, 16 bits, 8000 Hz, mono; the same samples give the same bytes."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def read_wav(data: bytes) -> tuple[Samples, int]:
    """Samples (channels mixed to one) and their rate; BadInput for anything but whole 16-bit PCM."""
    try:
        with wave.open(BytesIO(data), "rb") as file:
            rate, channels, width, count = (
                file.getframerate(),
                file.getnchannels(),
                file.getsampwidth(),
                file.getnframes(),
            )
            frames = file.readframes(count)
    except (wave.Error, EOFError) as error:
        raise BadInput(f"not a WAV file: {error or 'it ends too early'}") from error
    if width != 2:
        raise BadInput(f"a WAV file of {8 * width} bits; 16 are read")
    if len(frames) != count * 2 * channels:
        raise BadInput("a WAV file that ends too early")
    samples = np.frombuffer(frames, dtype="<i2").reshape(-1, channels)
    return np.rint(samples.mean(axis=1)).astype(np.int16), rate
