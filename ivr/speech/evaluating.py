"""Labelled recordings through a telephone: what was right, wrong or not understood, and one figure for all of it."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zlib import crc32

import numpy as np

from ivr.audio import mulaw
from ivr.audio.resample import resample
from ivr.audio.samples import RATE, Samples
from ivr.audio.wav import read_wav
from ivr.engine.engine import advance, expected
from ivr.engine.inputs import Context, Said
from ivr.engine.menu import Book, Language
from ivr.engine.state import State
from ivr.engine.turn import Result
from ivr.engine.words import plain
from ivr.errors import BadInput

LABELS = "labels.csv"
COLUMNS = {"file": ("file",), "language": ("language", "lang"), "word": ("word", "text"), "speaker": ("speaker",)}
"""What each column may be called."""

BEFORE, AFTER = 0.3, 0.5
"""Seconds of the line's own noise around an utterance, as a listening window has them."""


class Verdict(StrEnum):
    """What became of one recording."""

    RIGHT = "right"
    WRONG = "wrong"
    REJECTED = "rejected"
    ACCEPTED = "accepted"  # nothing of it could be meant, and yet something was heard
    IGNORED = "ignored"  # nothing of it could be meant, and nothing was heard


WEIGHTS = {Verdict.WRONG: 5.0, Verdict.ACCEPTED: 3.0, Verdict.REJECTED: 1.0}
"""What each costs a caller; the rest costs nothing."""

WEIGHED = ", ".join(f"{verdict} {weight:g}" for verdict, weight in WEIGHTS.items())


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and what is said in it."""

    file: Path
    language: str
    word: str
    speaker: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was heard of a clip: the words, as far as anything was."""

    clip: Clip
    heard: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Sense:
    """All that is listened for, and what words can mean: nothing, one thing, or several."""

    phrases: tuple[str, ...]
    of: Callable[[str], frozenset[str]]

    def verdict(self, word: str, heard: str) -> Verdict:
        """Whether what was heard means the same as what was said."""
        meant, found = self.of(word), self.of(heard)
        if not meant:
            return Verdict.ACCEPTED if found else Verdict.IGNORED
        if not found:
            return Verdict.REJECTED
        return Verdict.RIGHT if meant & found else Verdict.WRONG


def by_words(ways: Mapping[str, Iterable[str]]) -> Sense:
    """Each meaning with the ways to say it, whatever the menus."""
    means: dict[str, set[str]] = {}
    for id, phrases in ways.items():
        for phrase in phrases:
            means.setdefault(plain(phrase), set()).add(id)
    phrases = dict.fromkeys(phrase for said in ways.values() for phrase in said)
    return Sense(tuple(phrases), lambda words: frozenset(means.get(plain(words), ())))


def at_node(book: Book, node: str, language: str) -> Sense:
    """What can be said where a call stands at this node; words mean what the engine makes of them."""
    state = State(node, 0.0, None if isinstance(book.nodes[node], Language) else language)

    def of(words: str) -> frozenset[str]:
        after, turn = advance(book, state, Said(words), Context(0.0, ""))
        return frozenset() if turn.result is Result.NO_MATCH else frozenset({repr(after)})

    return Sense(expected(book, state).get(language, ()), of)


def labelled(folder: Path) -> tuple[Clip, ...]:
    """The recordings that labels.csv names; BadInput says which line is wrong."""
    file = folder / LABELS
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            names = [_column(rows.fieldnames or (), column) for column in COLUMNS]
            return tuple(_clip(folder, row, names, rows.line_num) for row in rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{file}: {error}") from error


def _column(there: Iterable[str], column: str) -> str:
    for name in COLUMNS[column]:
        if name in there:
            return name
    raise BadInput(f"{LABELS}: there is no column {' or '.join(COLUMNS[column])}")


def _clip(folder: Path, row: Mapping[str, str | None], names: list[str], line: int) -> Clip:
    file, language, word, speaker = ((row[name] or "").strip() for name in names)
    if not file or not language or not word:
        raise BadInput(f"{LABELS}:{line}: a line names a file, its language and what is said in it")
    return Clip(folder / file, language, word, speaker)


def sound(file: Path) -> Samples:
    """A recording at the telephone's rate."""
    try:
        samples, rate = read_wav(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    except BadInput as error:
        raise BadInput(f"{file}: {error}") from error
    return resample(samples, rate, RATE)


def telephoned(samples: Samples, snr: float | None = None, seed: str = "") -> Samples:
    """As it comes through a line of 8 kHz and mu-law; with white noise, `snr` dB below the speech, where told."""
    around = np.pad(samples.astype(np.float64), (int(BEFORE * RATE), int(AFTER * RATE)))
    if snr is not None and len(samples):
        noise = np.random.default_rng(crc32(seed.encode())).standard_normal(len(around))
        around += noise * _level(samples) / 10 ** (snr / 20)
    return mulaw.decode(mulaw.encode(np.clip(np.rint(around), -32768, 32767).astype(np.int16)))


def _level(samples: Samples) -> float:
    """How strong the speech is, pauses aside."""
    size = RATE // 50
    frames = np.pad(samples, (0, -len(samples) % size)).astype(np.float64).reshape(-1, size)
    power = np.mean(frames**2, axis=1)
    return float(np.sqrt(np.mean(power[power >= power.max() / 100])))


def evaluate(
    clips: Iterable[Clip], sense: Sense, hear: Callable[[Samples], str], snr: float | None = None
) -> list[Outcome]:
    """What is heard of each clip at this noise; the same clips get the same noise each time."""
    outcomes = []
    for clip in clips:
        heard = hear(telephoned(sound(clip.file), snr, clip.file.name))
        outcomes.append(Outcome(clip, heard, sense.verdict(clip.word, heard)))
    return outcomes


def cost(outcomes: Iterable[Outcome]) -> float:
    """What the mean clip costs: 0 is perfect; a helpline that never hears anything has 1 for what it should hear."""
    each = [WEIGHTS.get(outcome.verdict, 0.0) for outcome in outcomes]
    return sum(each) / len(each) if each else 0.0


def counted(outcomes: Iterable[Outcome], of: Callable[[Clip], str]) -> dict[str, Counter[Verdict]]:
    """How often each verdict came, by word or speaker or whatever else `of` names."""
    table: dict[str, Counter[Verdict]] = {}
    for outcome in outcomes:
        table.setdefault(of(outcome.clip), Counter())[outcome.verdict] += 1
    return dict(sorted(table.items()))
