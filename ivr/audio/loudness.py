"""How loud a sound is to an ear (ITU-R BS.1770-4, one channel), and bringing all sounds to the same loudness.

The K-weighting's two filters are computed for the given rate from their analogue prototypes, as libebur128 does, and
applied in the frequency domain. One simplification: a sound shorter than a 400 ms block is one block of its own length.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ivr.audio.samples import RATE, Samples, Signal, decibels, to_samples, to_signal

TARGET = -19.0
"""LUFS."""

CEILING = -3.0
"""dBFS, of the peaks between the samples too."""

SILENT = float("-inf")

_Spectrum = NDArray[np.complex128]


def _response(b: tuple[float, float, float], a: tuple[float, float, float], delay: _Spectrum) -> _Spectrum:
    """A second-order filter's gain; `delay` is z^-1 on the unit circle."""
    return np.asarray((b[0] + b[1] * delay + b[2] * delay**2) / (a[0] + a[1] * delay + a[2] * delay**2))


@lru_cache(maxsize=16)
def _k_weighting(rate: int, size: int) -> _Spectrum:
    """The head's shelf (+4 dB above 1.7 kHz) and the high pass at 38 Hz, for each bin of a real transform."""
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    k, q = np.tan(np.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf = _response(
        (high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k),
        (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k),
        delay,
    )
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    a = (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k)
    # The standard's numerator is (1, -2, 1) with a denominator that starts with 1.
    return shelf * _response((a[0], -2 * a[0], a[0]), a, delay)


def _weighted(signal: Signal, rate: int) -> Signal:
    size = 1 << (len(signal) + rate).bit_length()  # with a second or more of room for the high pass to ring out
    return np.asarray(np.fft.irfft(np.fft.rfft(signal, size) * _k_weighting(rate, size), size)[: len(signal)])


def _blocks(signal: Signal, rate: int) -> Signal:
    """Mean power of each 400 ms block, a new one every 100 ms."""
    length, step = min(rate * 2 // 5, len(signal)), rate // 10
    summed = np.concatenate(([0.0], np.cumsum(_weighted(signal, rate) ** 2)))
    starts = np.arange(0, len(signal) - length + 1, step)
    return np.asarray((summed[starts + length] - summed[starts]) / length)


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))


def _level(signal: Signal, rate: int) -> float:
    if not len(signal):
        return SILENT
    blocks = _blocks(signal, rate)
    heard = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not len(heard):
        return SILENT
    return _lufs(float(np.mean(heard[heard > np.mean(heard) / 10])))


def loudness(samples: Samples, rate: int = RATE) -> float:
    """Integrated loudness in LUFS; -inf where nothing is above -70."""
    return _level(to_signal(samples), rate)


def true_peak(samples: Samples) -> float:
    """The highest peak in dBFS, looked for between the samples too (four times oversampled)."""
    return decibels(float(_peaks(to_signal(samples)).max(initial=0.0)))


def _interpolator(place: float) -> Signal:
    """Taps for the value at `place` (0 to 1) between a sample and the next, from `_REACH` samples on each side."""
    away = np.arange(_REACH, -_REACH, -1) - place
    return np.asarray(np.sinc(away) * np.cos(np.pi * away / (2 * _REACH + 2)) ** 2)


_REACH = 12
_BETWEEN = [_interpolator(quarter / 4) for quarter in (1, 2, 3)]


def _peaks(signal: Signal) -> Signal:
    """The highest amplitude at and just after each sample."""
    if not len(signal):
        return signal
    highest, padded = np.abs(signal), np.pad(signal, (_REACH - 1, _REACH))
    for taps in _BETWEEN:
        highest = np.maximum(highest, np.abs(np.convolve(padded, taps, mode="valid")))
    return np.asarray(highest)


def _lowest(signal: Signal, width: int) -> Signal:
    """The lowest of each `width` samples in a row; windows double until they are wide enough."""
    done = 1
    while done < width:
        more = min(done, width - done)
        signal, done = np.minimum(signal[:-more], signal[more:]), done + more
    return signal


def _pressed(signal: Signal, peaks: Signal, ceiling: float) -> Signal:
    """Peaks pressed under the ceiling, without a click: the gain falls and rises over 5 ms around each."""
    if peaks.max() <= ceiling:
        return signal
    reach = RATE // 200
    wanted = np.pad(np.minimum(1.0, ceiling / np.maximum(peaks, ceiling)), 2 * reach, constant_values=1.0)
    held = _lowest(wanted, 2 * reach + 1)
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.asarray(signal * np.convolve(held, window / window.sum(), mode="valid"))


def even(samples: Samples, target: float = TARGET, ceiling: float = CEILING) -> Samples:
    """The sound at the target loudness (LUFS), no peak above the ceiling (dBFS); silence stays silence."""
    signal = to_signal(samples)
    level, limit = _level(signal, RATE), 10 ** (ceiling / 20)
    if level == SILENT:
        return samples
    peaks, gain = _peaks(signal), 10 ** ((target - level) / 20)
    result = _pressed(signal * gain, peaks * gain, limit)
    for _ in range(3):  # pressing peaks costs loudness, which the next round gives back
        missing = target - _level(result, RATE)
        if abs(missing) < 0.1:
            break
        gain *= 10 ** (missing / 20)
        result = _pressed(signal * gain, peaks * gain, limit)
    return to_samples(result * min(1.0, limit / _peaks(result).max()))
