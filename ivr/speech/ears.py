"""The ears of all live calls: one model a language, loaded in the background, and a few threads that listen.

Whole utterances are decoded, at their end: that costs a hundredth of their length, and nothing while nobody speaks.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Lock, Thread
from time import monotonic

from ivr.audio.samples import Samples, duration
from ivr.speech.heard import Heard
from ivr.speech.recognizer import Recognizer, recognizer

log = logging.getLogger("ivr.speech")


class Ears:
    """Made once a process; safe to use from any thread."""

    def __init__(
        self, models: Path, names: Mapping[str, str | None], threads: int = 2, clock: Callable[[], float] = monotonic
    ) -> None:
        """`names`: the speech model of each language; None, or one that is not there or broken: keys only."""
        self._clock = clock
        self._ready: dict[str, Recognizer] = {}
        self._since: dict[int, float] = {}  # when each utterance that is not answered was handed in
        self._numbers, self._lock = count(), Lock()
        self._closed = False
        self._pool = ThreadPoolExecutor(threads, "ears")
        self._loading = [
            Thread(target=self._load, args=(models, language, name), name=f"ear {language}", daemon=True)
            for language, name in names.items()
            if name
        ]
        for thread in self._loading:
            thread.start()

    def _load(self, models: Path, language: str, name: str) -> None:
        began = self._clock()
        ear = recognizer(models, name)
        if ear is None:
            log.warning("speech model %s of %s cannot be used: this language is answered by keys", name, language)
            return
        self._ready[language] = ear
        log.info("speech model %s of %s is ready after %.1f s", name, language, self._clock() - began)

    def ready(self, timeout: float | None = None) -> bool:
        """Wait until every model is loaded or given up; False when one took longer than so many seconds."""
        for thread in self._loading:
            thread.join(timeout)
        return not any(thread.is_alive() for thread in self._loading)

    def languages(self) -> frozenset[str]:
        """Whose models are ready now."""
        return frozenset(self._ready)

    def missing(self, language: str, phrases: Iterable[str]) -> tuple[str, ...]:
        """The phrases that can never be heard, since the model lacks a word of them; none while it is not ready."""
        ear = self._ready.get(language)
        return ear.missing(phrases) if ear else ()

    def submit(self, samples: Samples, phrases: Mapping[str, tuple[str, ...]]) -> Future[dict[str, Heard]]:
        """What each language's model hears of its phrases; it never throws: a language that cannot, hears nothing."""
        with self._lock:
            if self._closed:
                return _deaf(phrases)
            number = next(self._numbers)
            self._since[number] = self._clock()
            job = self._pool.submit(self._listen, samples, dict(phrases))
        job.add_done_callback(lambda _: self._answered(number))  # also when it is cancelled
        return job

    @property
    def waiting(self) -> int:
        """Utterances handed in and not yet answered."""
        return len(self._since)

    @property
    def late(self) -> float:
        """Seconds that the oldest of them has been waiting."""
        with self._lock:
            return max(0.0, self._clock() - next(iter(self._since.values()))) if self._since else 0.0

    def close(self) -> None:
        """No more work is taken; what waits hears nothing, what runs is waited for."""
        with self._lock:
            self._closed = True
        self._pool.shutdown()

    def _answered(self, number: int) -> None:
        with self._lock:
            del self._since[number]

    def _listen(self, samples: Samples, phrases: Mapping[str, tuple[str, ...]]) -> dict[str, Heard]:
        return {language: self._understood(language, samples, asked) for language, asked in phrases.items()}

    def _understood(self, language: str, samples: Samples, phrases: tuple[str, ...]) -> Heard:
        ear = self._ready.get(language)
        if ear is None or self._closed:
            return Heard()
        try:
            return ear.understand(samples, phrases)
        except Exception:  # whatever one language's model does, the call goes on
            log.exception("an utterance of %.1f s could not be heard with the model of %s", duration(samples), language)
            return Heard()


def _deaf(languages: Iterable[str]) -> Future[dict[str, Heard]]:
    done: Future[dict[str, Heard]] = Future()
    done.set_result(dict.fromkeys(languages, Heard()))
    return done
