"""Plays the sounds of a turn, never more than a second ahead of the caller's ear, and knows what was heard of them.

A mark follows every piece that is sent; it comes back when the caller has heard so much. After a `clear` all marks come
back at once: those of an earlier playing mean nothing.
"""

import asyncio
from collections.abc import Callable, Sequence

from ivr.audio.samples import RATE
from ivr.channels.live.wire import Wire

CHUNK = RATE // 5
"""Bytes that are sent at a time: 200 ms."""
AHEAD = 1.0
"""Seconds that the other end holds at most."""
GRACE = 3.0
"""Seconds after which a mark that does not come back is taken for heard."""
STEP_BACK = RATE
"""Bytes that are said again where a playing goes on that was stopped."""


class Player:
    """One call's voice; `ended` is called when all was heard."""

    def __init__(self, wire: Wire, ended: Callable[[], None]) -> None:
        self._wire, self._ended = wire, ended
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._playing = 0  # counts the playings; an even one is silence
        self._sound = b""
        self._whole = True  # nothing is added any more
        self._starts: tuple[int, ...] = ()
        self._sent = self._heard = 0
        self._began = 0.0

    @property
    def is_playing(self) -> bool:
        """Whether the caller hears something that was not stopped."""
        return bool(self._playing % 2)

    def play(self, sounds: Sequence[bytes], whole: bool = True) -> None:
        """From the beginning, one after the other; what is not whole ends when the rest was added and heard."""
        self._sound, self._starts, self._whole = b"", (), whole
        self._join(sounds)
        self._go(0)

    def add(self, sounds: Sequence[bytes]) -> None:
        """The rest of what is played, or was stopped."""
        self._join(sounds)
        self._whole = True
        if self.is_playing:
            self._began = max(self._began, self._loop.time() - self._sent / RATE)
            self._cancel()
            self._send()

    def go_on(self) -> None:
        """A little before the place where it was stopped, but in the same sound."""
        start = max((start for start in self._starts if start <= self._heard), default=0)
        self._go(max(start, self._heard - STEP_BACK))

    def stop(self) -> None:
        """At once; nothing when nothing plays."""
        if self.is_playing:
            self._playing += 1
            self._cancel()
            self._wire.clear()

    def played(self, name: str) -> bool:
        """A mark came back."""
        playing, _, position = name.partition(".")
        if not self.is_playing or playing != str(self._playing) or not position.isdecimal():
            return False
        self._heard = max(self._heard, min(int(position), self._sent))
        if self._whole and self._heard >= len(self._sound):
            self._over()
        return True

    def close(self) -> None:
        """Nothing more happens, and whoever was to be told is let go."""
        self._playing += self._playing % 2
        self._cancel()
        self._ended = _nobody

    def _join(self, sounds: Sequence[bytes]) -> None:
        start = len(self._sound)
        self._starts += tuple(start + sum(map(len, sounds[:n])) for n in range(len(sounds)))
        self._sound += b"".join(sounds)

    def _go(self, start: int) -> None:
        self._cancel()
        self._playing += 1 if self._playing % 2 == 0 else 2
        self._sent = self._heard = start
        self._began = self._loop.time() - start / RATE
        self._send()

    def _send(self) -> None:
        """What may be sent now; then again when the caller has heard a piece more."""
        ahead = self._sent / RATE - (self._loop.time() - self._began)
        while self._sent < len(self._sound) and ahead < AHEAD:
            chunk = self._sound[self._sent : self._sent + CHUNK]
            self._wire.sound(chunk)
            self._sent += len(chunk)
            ahead += len(chunk) / RATE
            self._wire.mark(f"{self._playing}.{self._sent}")
        if self._sent < len(self._sound):
            self._timer = self._loop.call_later(ahead - AHEAD + CHUNK / RATE / 2, self._send)
        elif self._whole and self._heard >= len(self._sound):
            self._loop.call_soon(self._late, self._playing)
        elif self._whole:
            self._timer = self._loop.call_later(max(ahead, 0) + GRACE, self._late, self._playing)

    def _late(self, playing: int) -> None:
        if playing == self._playing:
            self._over()

    def _over(self) -> None:
        self._playing += 1
        self._cancel()
        self._ended()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _nobody() -> None:
    """Told instead of a call that is over: the two would hold each other in memory."""
