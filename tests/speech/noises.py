"""What reaches a telephone, made of numbers: voices, keys, coughs, streets. Levels in dBFS (RMS), always the same."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ivr.audio import mulaw
from ivr.audio.samples import FULL_SCALE, RATE, Samples
from ivr.audio.voice_activity import FRAME

Wave = NDArray[np.float64]
KEYS = "123A456B789C*0#D"


def at(wave: Wave, level: float) -> Wave:
    """The wave at this level."""
    return wave / max(float(np.sqrt(np.mean(wave**2))), 1e-9) * FULL_SCALE * 10 ** (level / 20)


def heard(wave: Wave) -> Samples:
    """Through a telephone."""
    return mulaw.decode(mulaw.encode(np.clip(np.rint(wave), -32768, 32767).astype(np.int16)))


def frames(wave: Wave) -> Iterator[Samples]:
    """As a stream brings it; what is less than a frame at the end is left out."""
    yield from heard(wave)[: len(wave) // FRAME * FRAME].reshape(-1, FRAME)


def still(seconds: float) -> Wave:
    return np.zeros(round(seconds * RATE))


def join(*waves: Wave) -> Wave:
    return np.concatenate(waves)


def voice(seconds: float, level: float = -20.0, pitch: float = 120.0) -> Wave:
    """A vowel, swaying a little."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.05 * np.sin(2 * np.pi * 3 * time))) / RATE
    tones = (np.exp(-(((pitch * n - 600) / 500) ** 2)) * np.sin(n * phase + n * n) for n in range(1, int(3400 / pitch)))
    return at(np.sum(list(tones), axis=0), level)


def white(seconds: float, level: float, seed: int = 1) -> Wave:
    return at(np.random.default_rng(seed).normal(0, 1, round(seconds * RATE)), level)


def rumble(seconds: float, level: float, seed: int = 1, slope: float = -0.8) -> Wave:
    """More low than high, as wind and traffic are."""
    size = round(seconds * RATE)
    tones = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 60.0)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 1, size)) * (tones / 1000) ** slope
    return at(np.fft.irfft(spectrum, size), level)


def street(seconds: float, level: float, seed: int = 1) -> Wave:
    """Rumble; a motor; every few seconds a car passes."""
    chance, size = np.random.default_rng(seed), round(seconds * RATE)
    time = np.arange(size) / RATE
    near = np.full(size, 0.5)
    for _ in range(max(1, int(seconds / 12))):
        near += chance.uniform(0.5, 2) * np.exp(-(((time - chance.uniform(0, seconds)) / chance.uniform(1.5, 4)) ** 2))
    phase = 2 * np.pi * np.cumsum(chance.uniform(60, 110) * (1 + 0.05 * np.sin(2 * np.pi * time / 7))) / RATE
    motor = np.sum([0.25 / n * np.sin(n * phase) for n in range(1, 8)], axis=0)
    return at(near * (rumble(seconds, 0, seed) / FULL_SCALE + motor), level)


def babble(voices: Sequence[Wave], people: int, seconds: float, level: float, seed: int = 1) -> Wave:
    """So many people, each saying one thing after the other."""
    chance, size = np.random.default_rng(seed), round(seconds * RATE)
    whole = np.zeros(size)
    for _ in range(people):
        start = -int(chance.integers(0, RATE))
        while start < size:
            said = at(voices[chance.integers(len(voices))], -20) * chance.uniform(0.5, 1.5)
            begin, end = max(0, -start), min(len(said), size - start)
            whole[start + begin : start + max(begin, end)] += said[begin : max(begin, end)]
            start += len(said) + int(chance.integers(0, 3000))
    return at(whole, level)


def key(name: str, seconds: float = 0.2, level: float = -15.0) -> Wave:
    """A key of the telephone (DTMF)."""
    row, column = divmod(KEYS.index(name), 4)
    time = 2 * np.pi * np.arange(round(seconds * RATE)) / RATE
    return at(np.sin((697, 770, 852, 941)[row] * time) + np.sin((1209, 1336, 1477, 1633)[column] * time), level)


def tone(seconds: float, level: float = -20.0, pitch: float = 440.0) -> Wave:
    return at(np.sin(2 * np.pi * pitch * np.arange(round(seconds * RATE)) / RATE), level)


def click(seed: int = 1) -> Wave:
    return white(0.03, -12, seed)


def cough(seconds: float = 0.24, level: float = -15.0, seed: int = 1) -> Wave:
    """A burst of breath through a mouth."""
    size = round(seconds * RATE)
    tones = np.fft.rfftfreq(size, 1 / RATE)
    mouth = 0.2 + sum(
        gain * np.exp(-(((tones - where) / wide) ** 2))
        for gain, where, wide in ((1, 600, 250), (0.8, 1500, 400), (0.5, 2700, 500))
    )
    breath = np.fft.irfft(np.fft.rfft(np.random.default_rng(seed).normal(0, 1, size)) * mouth, size)
    time = np.arange(size)
    return at(breath * np.minimum(1, time / 80) * np.exp(-time / (0.4 * size)), level)
