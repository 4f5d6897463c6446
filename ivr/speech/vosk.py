"""Vosk: decoding with a grammar of known words only.

Traps, all measured with 0.3.45: an empty grammar, a half model and a grammar set in mid-utterance end the process; JSON
with \\u escapes, words that a model lacks and a wrong rate give silence. So a model is first tried in a process of its
own, and only words that it knows reach a grammar.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ivr.audio.resample import resample
from ivr.audio.samples import RATE, Samples
from ivr.errors import SpeechFailed
from ivr.speech.heard import Heard
from ivr.speech.phrases import Spelled, offered, parted

_QUIET = -2  # its warnings go to the standard error stream, one for each unknown word
_UNKNOWN = ("<UNK>", "[unk]", "<unk>")  # what models call a word that is not theirs
_RATES = (RATE, 16_000)
_TRIAL_SECONDS = 120
_CHUNK_SECONDS = 30
_WORDS, _GRAMMARS = 20_000, 1_000  # kept, so that no call looks for them anew


class Vosk:
    """A model in a folder, with its grammar graphs (Gr.fst): the small models have them."""

    def __init__(self, folder: Path) -> None:
        if not any((folder / place / "Gr.fst").is_file() for place in ("graph", ".")):
            raise SpeechFailed(f"there is no Gr.fst in {folder}: no grammar can be given to this model")
        self._rate, self._unknown = _tried(folder)
        self._vosk = _library()
        try:
            self._model = self._vosk.Model(str(folder))
        except Exception as error:  # the library raises nothing more special
            raise SpeechFailed(str(error)) from error
        self._finds = lru_cache(maxsize=_WORDS)(lambda word: _finds(self._model, word))
        self._offered = lru_cache(maxsize=_GRAMMARS)(self._offer)

    def knows(self, word: str) -> bool:
        """Whether the word is in the model's vocabulary."""
        return bool(word) and self._finds(word)

    def missing(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Those that can never be heard, because the model lacks a word of them."""
        return tuple(phrase for phrase in phrases if not offered([phrase], self.knows))

    def understand(self, samples: Samples, phrases: Iterable[str]) -> Heard:
        """The whole phrases that were said, and nothing when anything else was said as well."""
        known, grammar = self._offered(tuple(phrases))
        words = list(self._decoded(samples, grammar)) if known else []
        said = parted([word for word, _ in words], known)
        if not said:
            return Heard()
        return Heard(" ".join(said), sum(sure for _, sure in words) / len(words))

    def _offer(self, phrases: tuple[str, ...]) -> tuple[dict[Spelled, str], str]:
        known = offered(phrases, self.knows)
        return known, self._grammar({" ".join(words) for words in known})

    def hear(self, samples: Samples, phrases: Iterable[str]) -> tuple[str, ...]:
        """The words of the phrases that were said; those that the model lacks are never heard."""
        known = [" ".join(word for word in phrase.split() if self.knows(word)) for phrase in phrases]
        said = {phrase for phrase in known if phrase}
        if not said:
            return ()
        return tuple(word for word, _ in self._decoded(samples, self._grammar(said)) if word not in self._unknown)

    def _grammar(self, said: Iterable[str]) -> str:
        return json.dumps([*sorted(said), *self._unknown], ensure_ascii=False)

    def _decoded(self, samples: Samples, grammar: str) -> Iterator[tuple[str, float]]:
        """Words, and how sure the model is of each."""
        sound, step = resample(samples, RATE, self._rate), self._rate * _CHUNK_SECONDS
        try:
            decoder = self._vosk.KaldiRecognizer(self._model, self._rate, grammar)
            decoder.SetWords(True)
            for start in range(0, len(sound), step):
                if decoder.AcceptWaveform(sound[start : start + step].astype("<i2").tobytes()):
                    yield from _words(decoder.Result())
            yield from _words(decoder.FinalResult())
        except Exception as error:  # the library raises nothing more special
            raise SpeechFailed(str(error)) from error


def _library() -> Any:
    """Loaded only where there is a model: it takes a second and 30 MB."""
    try:
        import vosk  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise SpeechFailed(f"vosk does not work here: {error}") from error
    vosk.SetLogLevel(_QUIET)
    return vosk


def _tried(folder: Path) -> tuple[int, tuple[str, ...]]:
    """The rate that a model takes and its name for unknown words, found out where a crash ends nobody's call."""
    command = [sys.executable, "-m", __name__, str(folder)]
    try:
        run = subprocess.run(command, capture_output=True, timeout=_TRIAL_SECONDS, text=True, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SpeechFailed(f"it could not be tried: {type(error).__name__}") from error
    if run.returncode != 0:
        why = (run.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise SpeechFailed(f"it cannot be loaded (status {run.returncode}: {why})")
    found = json.loads(run.stdout)
    return found["rate"], tuple(found["unknown"])


def _try(folder: str) -> dict[str, int | list[str]]:
    """What the trial finds out."""
    vosk = _library()
    model = vosk.Model(folder)
    unknown = [token for token in _UNKNOWN if _finds(model, token)][:1]
    for rate in _RATES:
        try:
            decoder = vosk.KaldiRecognizer(model, rate, json.dumps(unknown or list(_UNKNOWN)))
            decoder.AcceptWaveform(np.zeros(rate, "<i2").tobytes())
            decoder.FinalResult()
        except Exception:  # noqa: S112 - the library raises nothing more special; the next rate may do
            continue
        return {"rate": rate, "unknown": unknown}
    raise SpeechFailed(f"it takes none of these rates: {_RATES}")


def _finds(model: Any, word: str) -> bool:
    return bool(model.vosk_model_find_word(word) >= 0)


def _words(result: str) -> Iterator[tuple[str, float]]:
    for word in json.loads(result).get("result", ()):  # it is lacking where nothing was heard
        yield str(word["word"]), float(word["conf"])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_try(sys.argv[1])))
