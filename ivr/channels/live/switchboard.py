"""What all live calls of a process share, and whether one more can be taken without slowing those that run.

A new call is refused (it begins by keys) while there are as many as allowed, while speech waits to be understood, or
while the loop that moves all sound is late. Those that run are never thrown out for it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from ivr.actions.listening import Window
from ivr.audio.samples import Samples
from ivr.channels.live.door import Door
from ivr.channels.live.recorder import Record
from ivr.speech.heard import Heard
from ivr.speech.listener import Tuning

LOOK_SECONDS = 0.1
"""The loop is asked so often whether it is late."""
REMEMBERED = 50
LATE = 0.05
"""Seconds the loop may be late at most of the times that are remembered."""
WAITING = 0.5
"""Seconds an utterance may wait to be decoded."""


class Ears(Protocol):
    """What understands speech (see speech/ears.py)."""

    def languages(self) -> frozenset[str]:
        """Whose models are ready now."""
        ...

    def submit(self, samples: Samples, phrases: Mapping[str, tuple[str, ...]]) -> Future[dict[str, Heard]]:
        """What each language's model hears of its phrases."""
        ...

    @property
    def late(self) -> float:
        """Seconds that the oldest utterance has been waiting."""
        ...


@dataclass(slots=True)
class Switchboard:
    """Made once a process; `most` calls at a time."""

    door: Door
    ears: Ears
    most: int
    tuning: Tuning = field(default_factory=Tuning)
    note: Callable[[Window], None] = lambda _: None
    record: Record | None = None
    clock: Callable[[], float] = time.time
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(16, thread_name_prefix="live"))
    talks: int = 0
    _late: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _watch: asyncio.TimerHandle | None = None

    @property
    def lateness(self) -> float:
        """Seconds that the loop was late lately: the second worst of the last five seconds."""
        return sorted(self._late)[-2] if len(self._late) > 1 else 0.0

    def accepts(self) -> bool:
        """Whether a new call can be live."""
        return (
            self.talks < self.most and bool(self.ears.languages()) and self.ears.late < WAITING and self.lateness < LATE
        )

    def enter(self) -> None:
        """A call is live."""
        self.talks += 1
        if self._watch is None:
            self._look(asyncio.get_running_loop(), None)

    def leave(self) -> None:
        """It is no more."""
        self.talks -= 1

    def close(self) -> None:
        """Nothing more is watched or answered."""
        if self._watch is not None:
            self._watch.cancel()
        self.threads.shutdown(wait=False)

    def _look(self, loop: asyncio.AbstractEventLoop, due: float | None) -> None:
        now = loop.time()
        if due is not None:
            self._late.append(now - due)
        if self.talks == 0:
            self._watch = None
            self._late.clear()
            return
        self._watch = loop.call_at(now + LOOK_SECONDS, self._look, loop, now + LOOK_SECONDS)
