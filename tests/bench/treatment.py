"""A minute of recorded voice, judged and treated, against ffmpeg alone doing the usual recipe for it, in turns."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import imageio_ffmpeg
import numpy as np

from ivr.audio.samples import RATE
from ivr.audio.wav import wav_bytes
from ivr.voice.judging import judge
from tests.voice.awkward import WORDS, ffmpeg, spoken

MINUTE, ROUNDS = 60, 5

_RECIPE = "silenceremove=1:0:-45dB,highpass=f=300,lowpass=f=3400,loudnorm=I=-19:TP=-3"
"""A first pass of it measures and a second one applies: the same work twice."""


@dataclass(frozen=True)
class Measured:
    """Seconds of each round."""

    ours: list[float]
    ffmpeg: list[float]

    @property
    def ratio(self) -> float:
        """How much longer ours takes."""
        return median(self.ours) / median(self.ffmpeg)


def measured() -> Measured:
    """On what a browser records: Opus in WebM."""
    with TemporaryDirectory() as folder:
        minute = _minute(Path(folder))
        found = Measured([], [])
        for _ in range(ROUNDS):
            found.ours.append(_timed(lambda: judge(minute, WORDS)))
            found.ffmpeg.append(_timed(lambda: _twice(minute)))
    return found


def _minute(folder: Path) -> Path:
    voice, wav, minute = spoken(folder).samples, folder / "minute.wav", folder / "minute.webm"
    wav.write_bytes(wav_bytes(np.resize(voice, MINUTE * RATE)))
    ffmpeg("-i", wav, "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", minute)
    return minute


def _twice(file: Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(file), "-af", _RECIPE]
    for _ in range(2):
        subprocess.run([*command, "-ar", str(RATE), "-f", "s16le", "pipe:1"], check=True, capture_output=True)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
