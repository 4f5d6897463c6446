"""Free text of a call: rendered in threads while something else is said, kept on disk, and found there by its name.

Nothing here is needed for a call to go on: what did not succeed in time is not there, and somebody says so instead.
"""

import logging
from collections import OrderedDict, deque
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread

from ivr.voice.engines import Voice
from ivr.voice.sounds import Sounds, text_key

log = logging.getLogger("ivr.voice")

AT_ONCE = 4
"""Renders under way in a process; stuck ones keep their place, so that they cannot become many."""
QUEUED = 64
"""Texts that wait for a place; more of them nobody would wait for."""
REMEMBERED = 256
"""Renders of which it is remembered how they went."""
MOST_BYTES = 32_000_000
"""Sounds that are kept: some four hundred addresses; those that were used longest ago go first."""
DAYS = 30
"""What nobody was read for so long goes too: when it was used last tells when somebody asked."""


class FreeSpeech:
    """The texts that callers were read; `sounds` holds nothing else."""

    def __init__(self, sounds: Sounds, most: int = MOST_BYTES) -> None:
        self._sounds, self._most = sounds, most
        with suppress(OSError):  # of a folder that this process may only read
            sounds.sweep()
            sounds.trim(most, DAYS * 86_400)
        self._hands = 0  # threads
        self._queue: deque[tuple[Future[None], str, Voice]] = deque()
        self._renders: OrderedDict[str, Future[None]] = OrderedDict()
        self._lock = Lock()

    def begin(self, text: str, voice: Voice) -> str:
        """The name under which this text is found in this voice; what is not there is rendered from now on."""
        key = text_key(text, voice)
        if self._sounds.use(key) is None:
            with self._lock:
                self._start(key, text, voice)
        return key

    def find(self, key: str) -> Path | None:
        """The sound, where it is there now, whichever process made it."""
        return self._sounds.of_key(key)

    def is_hopeless(self, key: str) -> bool:
        """Whether this process knows that the sound will not come. What it did not begin, another one may have."""
        with self._lock:
            render = self._renders.get(key)
        return render is not None and render.done() and render.exception() is not None

    def wait(self, key: str, seconds: float) -> Path | None:
        """The sound, once it is there; None when this process does not make it in time."""
        with self._lock:
            render = self._renders.get(key)
        if render is not None:
            try:
                render.exception(timeout=seconds)
            except OutOfTime:
                return None
        return self.find(key)

    def _start(self, key: str, text: str, voice: Voice) -> None:
        before = self._renders.get(key)
        if before is not None and not before.done():
            return
        render: Future[None] = Future()
        self._renders[key] = render
        self._renders.move_to_end(key)
        while len(self._renders) > REMEMBERED:
            self._renders.popitem(last=False)
        if len(self._queue) >= QUEUED:
            render.set_exception(RuntimeError("too many texts wait to be spoken"))
            log.error("too many texts at once: one is not spoken")
            return
        self._queue.append((render, text, voice))
        if self._hands < AT_ONCE:
            self._hands += 1
            try:
                # A daemon, not a pool's thread: the process's exit waits for those of a pool.
                Thread(target=self._work, daemon=True, name="free speech").start()
            except RuntimeError as error:  # the system has no more
                self._hands -= 1
                self._queue.pop()
                render.set_exception(error)

    def _work(self) -> None:
        while (task := self._next()) is not None:
            self._render(*task)

    def _next(self) -> "tuple[Future[None], str, Voice] | None":
        with self._lock:
            if self._queue:
                return self._queue.popleft()
            self._hands -= 1
            return None

    def _render(self, render: "Future[None]", text: str, voice: Voice) -> None:
        try:
            self._sounds.from_text(text, voice)
            self._sounds.trim(self._most, DAYS * 86_400)
        except BaseException as error:  # whatever it is: the call goes on without this sound
            # Never its words: they may be the text, which tells where somebody lives.
            log.error("a text could not be spoken", extra={"voice": voice.name, "why": type(error).__name__})
            render.set_exception(error)
        else:
            render.set_result(None)
