"""People's voices, where they are: `python -m tests.speech.clips` prints what the listener makes of them, and its cost.

They lie beside the project, not in it (../shared/speech-data), so their tests are skipped elsewhere.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ivr.audio.loudness import even
from ivr.audio.resample import resample
from ivr.audio.samples import RATE
from ivr.audio.voice_activity import FRAME
from ivr.audio.wav import read_wav
from ivr.speech.listener import Began, Listener, Tuning, Utterance
from tests.speech.noises import Wave, babble, frames, join, rumble, still, street, white

FOLDER = Path(__file__).parents[3] / "shared" / "speech-data"
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the recorded voices are not here: {FOLDER}")

LETTERS = "fr-armelle/letters/"
"""Letters of the alphabet, some of 0.2 s: nothing that anybody is asked to say, and lost in noise first."""


@cache
def clips() -> dict[str, Wave]:
    """Every clip at 8 kHz, by its place in the folder."""
    found = {}
    for path in sorted(FOLDER.rglob("*.wav")):
        samples, rate = read_wav(path.read_bytes())
        found[path.relative_to(FOLDER).as_posix()] = resample(samples, rate, RATE).astype(np.float64)
    return found


@cache
def prompt() -> Wave:
    """A minute of what we play, at the loudness of our prompts."""
    said = [even(clip.astype(np.int16)).astype(np.float64) for name, clip in clips().items() if "sentences" in name]
    return np.resize(join(*[join(wave, still(0.2)) for wave in said]), 60 * RATE)


def active(clip: Wave) -> float:
    """The level of the speech in it, in dBFS: what is 30 dB below its loudest is a pause."""
    power = np.mean(clip[: len(clip) // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1)
    return float(10 * np.log10(np.mean(power[power > power.max() / 1000])) - 20 * np.log10(32768))


def bounds(clip: Wave, below: float) -> tuple[int, int]:
    """The first sample of what is not as many decibels softer than its loudest 20 ms, and the one after the last."""
    power = np.mean(clip[: len(clip) // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-below / 10))
    return int(loud[0]) * FRAME, int(loud[-1] + 1) * FRAME


def events(wave: Wave, playing: Callable[[int, bool], bool] = lambda at, began: False) -> list[tuple[int, object]]:
    """What a listener says, and at which frame; `playing`: from the frame and whether somebody has begun."""
    ear, found, began = Listener(Tuning()), [], False
    for at, frame in enumerate(frames(wave)):
        event = ear.hear(frame, playing(at, began))
        if event is not None:
            began = True
            found.append((at, event))
    return found


def utterances(found: list[tuple[int, object]]) -> list[tuple[int, int, Utterance]]:
    """Each with the first of its samples in the stream, and the one after its last."""
    ends = [(at, event) for at, event in found if isinstance(event, Utterance)]
    kept = [((at + 1) * FRAME - round(max(0.0, one.silence - 0.3) * RATE), one) for at, one in ends]
    return [(end - len(one.samples), end, one) for end, one in kept]


NOISES: dict[str, Callable[[float, float], Wave]] = {
    "white noise": white,
    "rumble": rumble,
    "street": street,
    "babble of 16": lambda seconds, level: babble(list(clips().values()), 16, seconds, level),
}


def in_noise(clip: Wave, noise: Callable[[float, float], Wave], below: float) -> Wave:
    """Three seconds of the line, then the clip, then silence for the end to be noticed; the noise is everywhere."""
    wave = join(still(3), clip, still(1.6))
    return wave + noise(len(wave) / RATE, active(clip) - below)[: len(wave)]


def counts(waves: Iterator[tuple[str, Wave]]) -> dict[str, int]:
    """How many utterances each gives."""
    return {name: len(utterances(events(wave))) for name, wave in waves}


def cost(speech: float) -> float:
    """Microseconds of CPU a frame, of a minute in which somebody speaks or nobody."""
    wave = prompt() * speech + white(60, -60)
    heard, ear = list(frames(wave)), Listener(Tuning())
    began = time.process_time()
    for frame in heard:
        ear.hear(frame, False)
    return (time.process_time() - began) / len(heard) * 1e6


def _report() -> None:
    print(f"{len(clips())} clips", dict(Counter(name.split("/")[0] for name in clips())))
    print(f"a frame costs {cost(0):.1f} us of CPU where nobody speaks, {cost(1):.1f} where somebody does all the time")
    found = counts((name, join(still(1), clip, still(1.6))) for name, clip in clips().items())
    print(f"clean: {_said(found)}")
    for name, noise in NOISES.items():
        for below in (20, 10):
            found = counts((clip, in_noise(wave, noise, below)) for clip, wave in clips().items())
            print(f"{name} {below} dB below: {_said(found)}")
    for below in (20, 25, 30):
        stopped = Counter(name.split("/")[0] for name, clip in clips().items() if interrupts(clip, below))
        print(f"interrupts a prompt whose echo is {below} dB down: {dict(stopped)}")


def interrupts(clip: Wave, below: float) -> bool:
    """Whether the clip is noticed, once and not before it is said, while the prompt's echo is heard."""
    wave = join(still(2), clip, still(0.5))
    found = events(wave + prompt()[: len(wave)] * 10 ** (-below / 20), lambda at, began: not began)
    noticed = [at for at, event in found if isinstance(event, Began)]
    return len(noticed) == 1 and noticed[0] * FRAME > 2 * RATE


def _said(found: dict[str, int]) -> str:
    one = [name for name, count in found.items() if count == 1]
    letters = sum(count != 1 and name.startswith(LETTERS) for name, count in found.items())
    none, more = sum(not count for count in found.values()), sum(count > 1 for count in found.values())
    return f"one utterance {len(one)}, none {none}, more {more} (letters of the alphabet among these: {letters})"


if __name__ == "__main__":
    _report()
