"""Speech models: which engines there are, and the one shared recognizer of each model.

A model is a folder whose name begins with its engine's: "vosk-model-small-xx-0.1". A process loads each model once,
when it is first asked for, and keeps it: half a gigabyte for some of them.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Protocol

from ivr.audio.samples import Samples
from ivr.errors import SpeechFailed
from ivr.speech.heard import Heard
from ivr.speech.vosk import Vosk

log = logging.getLogger("ivr.speech")


class Recognizer(Protocol):
    """A loaded model; many threads may use it at once."""

    def knows(self, word: str) -> bool:
        """Whether it can ever hear this word, in this spelling."""

    def missing(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Those of the phrases that it can never hear, because it lacks a word of them."""

    def hear(self, samples: Samples, phrases: Iterable[str]) -> tuple[str, ...]:
        """The words that were said, out of those of the phrases, in whatever order; SpeechFailed when it cannot."""

    def understand(self, samples: Samples, phrases: Iterable[str]) -> Heard:
        """The whole phrases that were said, and nothing when anything else was, too; SpeechFailed when it cannot."""


ENGINES: dict[str, Callable[[Path], Recognizer]] = {"vosk": Vosk}
"""Loads a model's folder; SpeechFailed with the reason when that does not work here."""

_loaded: dict[Path, Recognizer | None] = {}
_locks: defaultdict[Path, Lock] = defaultdict(Lock)


def recognizer(models: Path, name: str | None) -> Recognizer | None:
    """The model of this name, loaded at most once; None where it is not installed or does not work, which is logged."""
    if not name or not (models / name).is_dir():
        return None
    folder = (models / name).resolve()
    with _locks[folder]:  # who comes second waits for the one that loads
        if folder not in _loaded:
            _loaded[folder] = _load(folder, name)
        return _loaded[folder]


def _load(folder: Path, name: str) -> Recognizer | None:
    engine = name.partition("-")[0]
    if engine not in ENGINES:
        log.warning("speech model %s: there is no engine %s (there are: %s)", name, engine, ", ".join(ENGINES))
        return None
    try:
        return ENGINES[engine](folder)
    except SpeechFailed as error:
        log.warning("speech model %s is left out: %s", name, error)
        return None
