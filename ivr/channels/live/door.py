"""From an input to all that the loop needs of the next turn; runs in threads, for it asks the database and the disk."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path
from threading import Lock

from ivr.actions.calls import Answer, Calls
from ivr.actions.knowledge import Line
from ivr.actions.sounds import Played, caption
from ivr.audio import mulaw
from ivr.audio.wav import read_wav
from ivr.engine.inputs import Input

log = logging.getLogger("ivr.live")

MOST_KEPT = 64_000_000
"""Bytes of sound that are kept ready: two hours."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn with its sounds (mu-law), what they say, and for each language the phrases that mean something now.

    Where something must be waited for, `sounds` are those before it, and `rest` waits in a thread for the others.
    """

    answer: Answer
    sounds: Sequence[bytes]
    captions: Sequence[tuple[str, str]]  # language, words
    phrases: Mapping[str, tuple[str, ...]]
    rest: Callable[[], Sequence[bytes]] | None = None


class Door:
    """The one door of every channel, and the sounds behind it."""

    def __init__(self, calls: Calls, find: Callable[[str], Path | None]) -> None:
        self._calls, self._find = calls, find
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def first(self, line: Line, n: int) -> Spoken:
        """The turn with which the call comes here, as it was given."""
        return self._spoken(self._calls.given(line, n))

    def answer(self, line: Line, before: Answer, input: Input) -> Spoken:
        """The turn that follows."""
        return self._spoken(self._calls.answer(line, before.n, before.token, input))

    def ended(self, line: Line) -> None:
        """The caller hung up."""
        self._calls.ended(line)

    def _spoken(self, answer: Answer) -> Spoken:
        pieces = self._calls.sounds(answer)
        ready = list(takewhile(lambda piece: piece.speech is None, pieces))
        late = pieces[len(ready) :]
        return Spoken(
            answer,
            self._all(ready),
            [(piece.tongue, words) for piece in pieces if (words := caption(answer.release, piece))],
            self._calls.expected(answer),
            partial(self._all, late) if late else None,
        )

    def _all(self, pieces: Sequence[Played]) -> list[bytes]:
        return [self._said(piece) for piece in pieces]

    def _said(self, piece: Played) -> bytes:
        if piece.speech is None:
            return self._sound(piece.sound.hash)
        aloud = self._calls.world.aloud
        path = None if aloud is None else aloud.wait(piece.sound.hash) or aloud.instead(piece.language)
        return b"" if path is None else _encoded(path)

    def _sound(self, hash: str) -> bytes:
        with self._lock:
            kept = self._kept.get(hash)
            if kept is not None:
                self._kept.move_to_end(hash)
                return kept
        path = self._find(hash)
        if path is None:
            log.error("a sound is gone", extra={"sound": hash})
            return b""
        return self._keep(hash, _encoded(path))

    def _keep(self, hash: str, sound: bytes) -> bytes:
        with self._lock:
            if hash not in self._kept:
                self._kept[hash] = sound
                self._size += len(sound)
            while self._size > MOST_KEPT:
                self._size -= len(self._kept.popitem(last=False)[1])
        return sound


def _encoded(path: Path) -> bytes:
    samples, _ = read_wav(path.read_bytes())
    return mulaw.encode(samples)
