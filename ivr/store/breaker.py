"""After an outage that was waited for, nobody waits again at once: a caller hears silence while we wait."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ivr.errors import StorageAway

LONG = 0.5
"""Seconds of waiting in vain that trip it. A refused connection costs nothing: the next turn may well try again."""

PAUSE = 2.0
"""Seconds before somebody tries again; meanwhile, and while that one tries, everybody else goes on without."""


class Breaker:
    """Shared by the threads of a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._closed_until = 0.0

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Around everything that may wait for the database; StorageAway at once while it is known to be away."""
        began = self._clock()
        self._admit(began)
        try:
            yield
        except StorageAway:
            ended = self._clock()
            self._closed_until = ended + PAUSE if ended - began >= LONG else 0.0
            raise
        self._closed_until = 0.0

    def _admit(self, now: float) -> None:
        with self._guard:
            if now < self._closed_until:
                raise StorageAway("The database did not answer a moment ago.")
            if self._closed_until:
                self._closed_until = now + 2 * PAUSE  # this one tries, for all
