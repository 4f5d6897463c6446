"""Which text was read? Each text alone is offered to the recognizer, and that one is chosen of which most is heard.

One grammar of many texts finds far fewer wrong recordings: every word of each may then follow every other. How the
figures were found stands in docs/studio-checks.md.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ivr.engine.words import plain

LEAST_WORDS, LEAST_SHARE = 3, 0.6
"""As many words, and this share of a text, must be in the model's vocabulary: what is shorter is heard in anything."""
FITS = 0.75
"""A text of which so much is heard was read, and no other is tried."""
CLEARLY, ENOUGH = 0.25, 0.7
"""So much more must be heard of another text, and so much of it at all."""
RIVALS = 8
"""As many other texts are tried."""

_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u200d]")  # vowels above and below, the long line
_FORMS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "ٱ": "ا", "’": "'", "ʼ": "'"}
)
_PARTS = re.compile("(?<=')|[-\u200c\u2010\u2011]")  # after an elision, at a hyphen, at a word's invisible joint

Knows = Callable[[str], bool]
Hear = Callable[[str], Sequence[str]]
"""The words that are heard where only those of this text can be."""


@dataclass(frozen=True, slots=True)
class Known:
    """The words of a text in the spelling that a model has, and which share of all its words they are."""

    words: tuple[str, ...]
    share: float

    @property
    def enough(self) -> bool:
        """Whether one can tell by them that the text was read."""
        return len(self.words) >= LEAST_WORDS and self.share >= LEAST_SHARE

    @property
    def text(self) -> str:
        """What to listen for."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Choice:
    """How much was heard of the text that should be read, and of the other one that fits clearly better."""

    known: float
    fits: float | None = None  # None: not enough of its words are known, so nothing was listened for
    other: str | None = None
    other_fits: float = 0.0


def choose(own: str, others: Mapping[str, str], knows: Knows, hear: Hear) -> Choice:
    """Whether another text than its own was read; `others` by name, the likeliest first."""
    text = known(own, knows)
    if not text.enough:
        return Choice(text.share)
    fits = fit(text.words, hear(text.text))
    if fits >= FITS:
        return Choice(text.share, fits)
    rivals = ((name, known(words, knows)) for name, words in others.items())
    likely = islice(((name, rival) for name, rival in rivals if rival.enough and rival.words != text.words), RIVALS)
    heard = {name: fit(rival.words, hear(rival.text)) for name, rival in likely}
    best = max(heard, key=lambda name: (heard[name], name), default=None)
    if best is None or heard[best] < max(ENOUGH, fits + CLEARLY):
        return Choice(text.share, fits)
    return Choice(text.share, fits, best, heard[best])


def known(text: str, knows: Knows) -> Known:
    """The words of a text that a model knows, each in the first spelling that it has."""
    written = [word for word in map(stripped, text.split()) if word]
    found = [next((way for way in ways(word) if all(map(knows, way))), ()) for word in written]
    words = tuple(part for way in found for part in way)
    return Known(words, sum(map(bool, found)) / len(written) if written else 0.0)


def ways(word: str) -> Iterator[tuple[str, ...]]:
    """How models may spell a word: as it stands, with other letters of the same sound, in parts, in one."""
    one = unicodedata.normalize("NFC", word)
    for form in dict.fromkeys((one, one.casefold(), _MARKS.sub("", one).translate(_FORMS).casefold())):
        parts = tuple(part for part in _PARTS.split(form) if part)
        bare = tuple(part.rstrip("'") for part in parts)
        yield from (way for way in ((form,), parts, bare, ("".join(parts),)) if way and all(way))


def fit(words: Sequence[str], heard: Sequence[str]) -> float:
    """How much of a text was heard, word by word in its order: 1 is all of it and nothing else."""
    wanted, said = plain(" ".join(words)).split(), plain(" ".join(heard)).split()
    return 1 - _mistakes(wanted, said) / max(len(wanted), len(said), 1)


def stripped(word: str) -> str:
    """Without what is written around it."""
    return re.sub(r"^[^\w]+|[^\w']+$", "", word)


def _mistakes(wanted: Sequence[str], said: Sequence[str]) -> int:
    """Words that are missing, too many or others."""
    row = list(range(len(said) + 1))
    for at, word in enumerate(wanted, 1):
        above, row = row, [at]
        for to, other in enumerate(said, 1):
            row.append(min(above[to] + 1, row[-1] + 1, above[to - 1] + (word != other)))
    return row[-1]
