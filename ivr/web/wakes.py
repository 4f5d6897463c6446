"""Wakes the open streams of this process when something was committed; one thread, and only while a page listens."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ivr.errors import StorageAway
from ivr.store import news

TICK_SECONDS = 1.0


class Wakes:
    """`address` is the database's; its watcher has a connection of its own."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._guard = threading.Lock()
        self._listening: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._running = False
        self.leaving = False

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever something may have changed; the listener clears it."""
        event = asyncio.Event()
        with self._guard:
            self._listening[event] = asyncio.get_running_loop()
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="news", daemon=True).start()
        try:
            yield event
        finally:
            with self._guard:
                del self._listening[event]

    def leave(self) -> None:
        """The server is about to stop: streams end now, so that nobody waits for them."""
        self.leaving = True
        self._ring()

    def _run(self) -> None:
        while self._wanted():
            try:
                with news.watching(self._address) as watch:
                    self._ring()  # what was missed before this connection
                    while self._wanted():
                        if watch.changed(TICK_SECONDS):
                            self._ring()
            except StorageAway:
                time.sleep(TICK_SECONDS)

    def _wanted(self) -> bool:
        with self._guard:
            self._running = bool(self._listening) and self._running
            return self._running

    def _ring(self) -> None:
        with self._guard:
            for event, loop in self._listening.items():
                loop.call_soon_threadsafe(event.set)
