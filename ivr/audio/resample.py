"""Another sample rate: the spectrum is cut or continued, with a soft edge below the lower half rate."""

from math import gcd

import numpy as np

from ivr.audio.samples import Samples, Signal, to_samples, to_signal

EDGE = 0.92
"""From this share of the lower half rate on, the spectrum fades out; a hard edge would ring."""

TAIL = 0.02
"""Seconds of silence behind the sound, because a transform runs in a circle: the end would ring into the start."""


def resample(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    """The same sound at another rate (both in Hz); its length is rounded up to a whole sample."""
    if from_rate == to_rate or not len(samples):
        return samples
    return to_samples(resampled(to_signal(samples), from_rate, to_rate))


def resampled(signal: Signal, from_rate: int, to_rate: int) -> Signal:
    """As `resample`, without rounding or clipping."""
    step = from_rate // gcd(from_rate, to_rate)
    blocks = 1 << (-(-(len(signal) + int(TAIL * from_rate)) // step)).bit_length()  # quick to transform
    size, new_size = blocks * step, blocks * to_rate // gcd(from_rate, to_rate)
    spectrum = np.fft.rfft(signal, size)
    kept = min(size, new_size) // 2 + 1
    position = np.linspace(0.0, 1.0, kept)
    fade = 0.5 + 0.5 * np.cos(np.pi * np.clip((position - EDGE) / (1 - EDGE), 0.0, 1.0))
    result = np.fft.irfft(spectrum[:kept] * fade, new_size) * (new_size / size)
    wanted = -(-len(signal) * to_rate // from_rate)
    return np.asarray(result[:wanted], dtype=np.float64)
