"""A lock that is given to threads in the order in which they asked, so that a long job cannot starve a call."""

import threading
from collections import deque


class Queue:
    """`threading.Lock` lets whoever is quickest in; this hands over to who waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._busy = False

    def acquire(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds; whether it is ours now."""
        with self._guard:
            if not self._busy:
                self._busy = True
                return True
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        if gate.acquire(timeout=timeout):
            return True
        with self._guard:
            if gate not in self._waiting:
                return True  # it was handed over at the last moment
            self._waiting.remove(gate)
            return False

    def release(self) -> None:
        """Hand over to who waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False
