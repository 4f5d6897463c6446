"""Whether a recording can be published: what is wrong with it, and the sound that callers would hear.

code            level    measured                                                                      figure
unreadable      error    a known format that gives no sound, or an empty file                          ffmpeg
not-audio       error    no known format, or no sound in it                                            ffmpeg
video           error    a picture that moves (a cover does not)                                       ffmpeg
too-long        error    minutes, as it came                                                           > 10
silent          error    loudness of a telephone's band                                                < -45 LUFS
too-short       error    first to last 10 ms within 26 dB of the voice's loudness, without clicks      < 0.15 s
too-quiet       warning  loudness of a telephone's band                                                < -38 LUFS
clipped         warning  share of its time in flat tops, at its own rate                               >= 1 per mille
noisy           warning  decibels from its quietest tenth to the voice                                 < 18 dB
cut-start/-end  warning  first/last 20 ms, beside the voice's loudness (and 8 dB over the quietest)    >= -18 dB
pause-inside    warning  longest time in it without voice                                              >= 1.5 s
long-for-text   warning  seconds beside the placeholder voice's or calm reading's, the longer         > 1.8 x and 1.5 s
short-for-text  warning  seconds beside the placeholder voice's, or else calm reading's               < 0.5 x and 0.5 s

`decoding` and `recordings` refuse by the errors, here as in a release's folder. docs/studio-checks.md tells how the
figures were found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ivr.audio.samples import RATE, Samples, duration
from ivr.audio.trim import FRAME, levels
from ivr.voice.findings import Code, Finding, Level, Unusable
from ivr.voice.recordings import BELOW_VOICE, Recording, read, treated

__all__ = ["Code", "Finding", "Level", "Verdict", "judge"]

TOO_QUIET, CLIPPED, NOISY, PAUSE = -38.0, 1.0, 18.0, 1.5
CUT, CUT_OVER_NOISE = -18.0, 8.0
LONG, LONG_BY = 1.8, 1.5
SHORT, SHORT_BY = 0.5, 0.5
_EDGE = 2 * FRAME
_CHARACTERS_A_SECOND = 13.0  # spoken calmly; of the two languages measured, one has a third fewer, one a third more
_BREATH = 0.3  # seconds that every recording has beside its characters
_DIGIT = 4  # more characters than one: digits are written short and said long


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. Both sounds are 8 kHz, mono; `samples` is missing with an error, `before` if nothing was decoded.

    `samples` is what callers hear, exactly what `Sounds.from_file` keeps; `before` is the recording as it came.
    `measures`: lufs, snr, pause, flat, start, end, seconds, expected, as far as they could be taken.
    """

    findings: tuple[Finding, ...]
    samples: Samples | None = None
    before: Samples | None = None
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """bad with an error, doubtful with a warning, else good."""
        found = {finding.level for finding in self.findings}
        return "bad" if Level.ERROR in found else "doubtful" if found else "good"


def judge(path: Path, words: str, expected_seconds: float | None = None) -> Verdict:
    """The recording beside the words it should say; `expected_seconds`: how long a placeholder voice takes for them.

    VoiceFailed when this machine cannot decode at all: that is no fault of the recording, and trying again helps.
    """
    try:
        recording = read(path)
    except Unusable as refused:
        return Verdict((refused.finding,))
    measures = _measured(recording)
    try:
        samples = treated(recording, path)
    except Unusable as refused:
        return Verdict((refused.finding,), None, recording.before, measures)
    measures |= {"seconds": duration(samples), "expected": expected_seconds or expected(words)}
    return Verdict(
        (*_about_sound(measures), *_about_length(measures, words)),
        samples,
        recording.before,
        {name: round(value, 3) for name, value in measures.items()},
    )


def expected(words: str) -> float:
    """Seconds that somebody needs for these words, in whatever language."""
    said = len(words) + _DIGIT * sum(character.isdigit() for character in words)
    return _BREATH + said / _CHARACTERS_A_SECOND


def _about_sound(measures: Mapping[str, float]) -> Iterator[Finding]:
    if measures["lufs"] < TOO_QUIET:
        yield _found(Code.TOO_QUIET, measures, "lufs")
    if measures["flat"] >= CLIPPED:
        yield _found(Code.CLIPPED, measures, "flat")
    if measures["snr"] < NOISY:
        yield _found(Code.NOISY, measures, "snr")
    for code, name in ((Code.CUT_START, "start"), (Code.CUT_END, "end")):
        if measures[name] >= CUT and measures[name] + measures["snr"] >= CUT_OVER_NOISE:
            yield _found(code, measures, name)
    if measures["pause"] >= PAUSE:
        yield _found(Code.PAUSE_INSIDE, measures, "pause")


def _about_length(measures: Mapping[str, float], words: str) -> Iterator[Finding]:
    """A placeholder may speak fast: only what is long for a calm person, too, is long."""
    seconds, short_of = measures["seconds"], measures["expected"]
    calm = max(short_of, expected(words))
    if seconds > LONG * calm and seconds > calm + LONG_BY:
        yield _found(Code.LONG_FOR_TEXT, {**measures, "expected": calm}, "seconds", "expected")
    if seconds < SHORT * short_of and seconds < short_of - SHORT_BY:
        yield _found(Code.SHORT_FOR_TEXT, measures, "seconds", "expected")


def _found(code: Code, measures: Mapping[str, float], *names: str) -> Finding:
    return Finding(code, {name: round(measures[name], 1) for name in names})


def _measured(recording: Recording) -> dict[str, float]:
    level, room = max(recording.level, -120.0), _room(recording.band)
    start, end = _ends(recording)
    voice = recording.band[slice(*recording.voice)]
    return {
        "lufs": level,
        "snr": level - room,
        "pause": _longest_pause(voice, max(level - BELOW_VOICE, room + 6)),
        "flat": 1000 * recording.flat / max(duration(recording.before), 0.001),
        "start": start - level,
        "end": end - level,
    }


def _ends(recording: Recording) -> tuple[float, float]:
    """dBFS of the first and the last 20 ms, where the voice reaches them."""
    samples, (start, end) = recording.band, recording.voice
    parts = (
        samples[:_EDGE] if start < _EDGE else samples[:0],
        samples[-_EDGE:] if end > len(samples) - _EDGE else samples[:0],
    )
    first, last = (float(levels(np.pad(part, (0, _EDGE - len(part))), _EDGE)[0]) for part in parts)
    return first, last


def _room(samples: Samples) -> float:
    """dBFS of the quietest tenth of it, where nobody speaks."""
    frames = levels(samples, _EDGE)
    return float(np.percentile(frames, 10)) if len(frames) else -120.0


def _longest_pause(samples: Samples, floor: float) -> float:
    heard = np.flatnonzero(levels(samples) >= floor)
    return float((np.diff(heard).max(initial=1) - 1) * FRAME / RATE)
