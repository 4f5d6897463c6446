"""A recording in any usual format becomes the sound that callers hear: ffmpeg decodes, pydub cuts the silence."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.audio.loudness import even, loudness
from ivr.audio.samples import RATE, Samples, duration, to_samples
from ivr.audio.trim import bounds
from ivr.voice.decoding import Channels, decode
from ivr.voice.findings import Code, Finding, Unusable

with warnings.catch_warnings():
    # It warns that no ffmpeg is on the PATH (it is not asked to find one) and of audioop's end in Python 3.13 (the lock
    # has its successor).
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

FORMATS = ("wav", "mp3", "ogg", "opus", "m4a", "3gp", "webm", "flac", "aac", "amr")
"""File endings that recordings usually have, without the dot; what is inside counts."""

QUIETEST = -45.0
"""LUFS: what is below is nobody speaking, and would be lifted to full level."""

SHORTEST = 0.15
"""Seconds of voice: the shortest of 257 measured words, a spoken digit, has 0.26."""

BELOW_VOICE = 26.0
"""Decibels under its loudness at which a voice begins and ends."""

_BEFORE, _AFTER = 60, 90  # milliseconds kept around the voice: its breath, and the end of the last sound
_LOST = 10 ** (-4 / 10)  # a mix has lost something when it is 4 dB under the louder side: two voices lose 3


@dataclass(frozen=True, slots=True)
class Recording:
    """One channel at 8 kHz."""

    before: Samples  # as it came
    band: Samples  # what a telephone carries of it
    flat: float  # seconds that its tops were flat, as it came
    level: float  # LUFS of what a telephone carries of it
    voice: tuple[int, int]  # its first sample in `band`, and the one after its last


def read(path: Path) -> Recording:
    """The recording whatever its format; Unusable says what is wrong with it."""
    sound = decode(path)
    side = _side(sound.band)
    only = slice(None) if side is None else slice(side, side + 1)
    band = _one(sound.band[:, only])
    level = loudness(band)
    voice = bounds(band, level - BELOW_VOICE, clicks=False)
    return Recording(_one(sound.plain[:, only]), band, max(sound.flat[only], default=0.0), level, voice)


def treated(recording: Recording, path: Path) -> Samples:
    """What callers hear: the voice without the silence around it, as loud as every other sound."""
    if recording.level < QUIETEST:
        raise Unusable(f"{path}: nobody speaks in it ({recording.level:.0f} LUFS)", Finding(Code.SILENT))
    start, end = recording.voice
    seconds = (end - start) / RATE
    if seconds < SHORTEST:
        found = Finding(Code.TOO_SHORT, {"seconds": round(seconds, 2)})
        raise Unusable(f"{path}: only {seconds:.2f} seconds of voice", found)
    return even(_cut(recording.band, start, end))


def recorded(path: Path) -> Samples:
    """The recording in this file as callers hear it; Unusable says what is wrong with it."""
    return treated(read(path), path)


def _side(band: Channels) -> int | None:
    """The one channel to take, where mixing would lose: a dead side halves the voice, two opposed ones cancel."""
    mixed, powers = np.mean(band.mean(axis=1) ** 2), np.mean(band**2, axis=0)
    return int(powers.argmax()) if mixed < powers.max() * _LOST else None


def _one(channels: Channels) -> Samples:
    """Mixed to one; what was recorded in numbers over full scale is made to fit."""
    mixed = channels.mean(axis=1, dtype=np.float64)
    return to_samples(mixed / max(1.0, float(np.abs(mixed).max(initial=0.0))))


def _cut(samples: Samples, start: int, end: int) -> Samples:
    """From `start` to `end` and a margin that fades in and out."""
    sound = AudioSegment(samples.astype("<i2").tobytes(), sample_width=2, frame_rate=RATE, channels=1)
    first, last = (round(duration(samples[:at]) * 1000) for at in (start, end))
    kept = sound[max(0, first - _BEFORE) : last + _AFTER].fade_in(10).fade_out(10)
    return np.frombuffer(kept.raw_data, dtype="<i2").astype(np.int16)
