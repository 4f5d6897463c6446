"""`python -m tests.voice.people`: every human recording beside the project, treated; then damaged on purpose."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ivr.audio.loudness import CEILING, TARGET, loudness, true_peak
from ivr.audio.samples import RATE, Samples, Signal, to_samples, to_signal
from ivr.audio.wav import wav_bytes
from ivr.voice.findings import Code
from ivr.voice.judging import Verdict, judge
from ivr.voice.recordings import read

PEOPLE = Path(__file__).parents[3] / "shared" / "speech-data"
"""Real voices, beside the project where they are; never part of it."""


@dataclass(frozen=True)
class Clip:
    """A recording and what is said in it."""

    file: Path
    words: str

    @property
    def folder(self) -> str:
        return self.file.relative_to(PEOPLE).parts[0]


def clips() -> list[Clip]:
    """All of them, in the order of their names."""
    with (PEOPLE / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [
            Clip(PEOPLE / row["file"], row["text"]) for row in sorted(csv.DictReader(file), key=lambda r: r["file"])
        ]


def judged(some: Sequence[Clip]) -> list[Verdict]:
    """Each one's verdict, in the same order."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda clip: judge(clip.file, clip.words), some))


def outcome(verdict: Verdict) -> str:
    """How a clip came out of the treatment."""
    if verdict.samples is None:
        return "refused: " + ", ".join(finding.code for finding in verdict.findings)
    if true_peak(verdict.samples) > CEILING + 0.1:
        return "over the true-peak limit"
    if abs(loudness(verdict.samples) - TARGET) <= 1:
        return "within 1 LU"
    return "at the true-peak limit" if true_peak(verdict.samples) > CEILING - 0.5 else "elsewhere"


def outcomes(some: Sequence[Clip], verdicts: Iterable[Verdict]) -> Mapping[tuple[str, str], int]:
    """How many of each folder came out how."""
    return Counter((clip.folder, outcome(verdict)) for clip, verdict in zip(some, verdicts, strict=True))


def _gained(decibels: float) -> Callable[[Signal], Signal]:
    """Its highest peak this far over full scale, where it is cut."""
    return lambda sound: np.clip(sound / np.abs(sound).max() * 10 ** (decibels / 20), -1.0, 32767 / 32768)


def _noised(decibels: float) -> Callable[[Signal], Signal]:
    def noised(sound: Signal) -> Signal:
        scale = 10 ** ((loudness(to_samples(sound)) - decibels) / 20)
        return sound + np.random.default_rng(1).normal(scale=scale, size=len(sound))

    return noised


def _cut(start: float, end: float) -> Callable[[Signal], Signal]:
    return lambda sound: sound[round(start * RATE) : len(sound) - round(end * RATE)]


DAMAGE: Mapping[str, tuple[Callable[[Signal], Signal], Code | None]] = {
    "as it came, the silence around it cut close": (_cut(0, 0), None),
    "peaks 3 dB over full scale": (_gained(3), Code.CLIPPED),
    "peaks 6 dB over full scale": (_gained(6), Code.CLIPPED),
    "noise 25 dB under the voice": (_noised(25), Code.NOISY),
    "noise 15 dB under the voice": (_noised(15), Code.NOISY),
    "0.15 s of the beginning gone": (_cut(0.15, 0), Code.CUT_START),
    "0.25 s of the beginning gone": (_cut(0.25, 0), Code.CUT_START),
    "0.15 s of the end gone": (_cut(0, 0.15), Code.CUT_END),
    "0.25 s of the end gone": (_cut(0, 0.25), Code.CUT_END),
}
"""What is done to a voice with 30 ms of silence around it, and what should be found."""


def voice(clip: Clip) -> Samples:
    """What is spoken in it, with 30 ms around."""
    recording = read(clip.file)
    start, end = recording.voice
    return recording.before[max(0, start - 240) : end + 240]


def noticed(some: Sequence[Clip], damage: str) -> int:
    """How many of the damaged ones are found to be so; of undamaged ones, how many have any warning of their sound."""
    change, code = DAMAGE[damage]
    of_sound = {Code.CLIPPED, Code.NOISY, Code.TOO_QUIET, Code.PAUSE_INSIDE, Code.CUT_START, Code.CUT_END}
    wanted = of_sound if code is None else {code}
    with TemporaryDirectory() as folder:
        files = []
        for number, clip in enumerate(some):
            files.append(Path(folder) / f"{number}.wav")
            files[-1].write_bytes(wav_bytes(to_samples(change(to_signal(voice(clip))))))
        with ThreadPoolExecutor(2) as pool:
            verdicts = list(pool.map(lambda file: judge(file, ""), files))
    return sum(bool(wanted & {finding.code for finding in verdict.findings}) for verdict in verdicts)


def main() -> None:
    """Prints the counts."""
    some = clips()
    verdicts = judged(some)
    for (folder, how), count in sorted(outcomes(some, verdicts).items()):
        print(f"{folder:<14}{how:<40}{count:4}")
    found = Counter((c.folder, f.code) for c, v in zip(some, verdicts, strict=True) for f in v.findings)
    for (folder, found_code), count in sorted(found.items()):
        print(f"{folder:<14}{'warned of ' + found_code:<40}{count:4}")
    for damage, (_, code) in DAMAGE.items():
        sound = [clip for clip in some if clip.folder != "fr-armelle"]  # which is cut as it came
        print(f"{damage:<46}{code or 'any warning':<14}{noticed(sound, damage):4} of {len(sound)}")


if __name__ == "__main__":
    main()
