"""The other end of a live call: it plays what comes as a telephone would, and speaks fifty times a second.

What is sent waits in a buffer and is heard in real time (of the loop's clock); a mark comes back when all before it was
heard, or at once when there is nothing to hear; a clear empties the buffer and gives its marks back. (Media Streams:
"Twilio sends the mark event ... when the audio before it has been played, or when the buffer is cleared".)
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.audio import mulaw
from ivr.audio.samples import RATE, Samples, silence
from ivr.channels.live.door import Spoken
from ivr.channels.live.talk import FRAME, Talk

TICK = FRAME / RATE
QUIET = mulaw.encode(silence(20))


@dataclass
class Handset:
    """What a caller hears and does. `line` stands in for the wire of a `Talk`."""

    talk: Talk | None = None
    turns: list[Spoken] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)  # by, words
    heard: bytearray = field(default_factory=bytearray)  # since the last turn
    sent: int = 0
    most_ahead: float = 0.0
    clears: list[float] = field(default_factory=list)
    closed: bool = False
    listens: bool = False
    marks: bool = True  # a company that gives none back
    room: Callable[[int], bytes] = lambda _: QUIET  # what the microphone hears while nobody speaks
    _buffer: deque[bytes | str] = field(default_factory=deque)
    _mouth: bytearray = field(default_factory=bytearray)
    _ticks: int = 0

    # the wire

    def sound(self, data: bytes) -> None:
        self._buffer.append(data)
        self.sent += len(data)
        self.most_ahead = max(self.most_ahead, self._waiting() / RATE)

    def mark(self, name: str) -> None:
        self._buffer.append(name)

    def clear(self) -> None:
        self.clears.append(self.now)
        names = [each for each in self._buffer if isinstance(each, str)]
        self._buffer.clear()
        for name in names:
            self._give_back(name)

    def turn(self, spoken: Spoken, listens: bool) -> None:
        self.listens = listens
        self.turns.append(spoken)
        self.heard.clear()

    def heard_(self, words: str, by: str) -> None:
        self.told.append((by, words))

    def close(self) -> None:
        self.closed = True

    # the caller

    def says(self, samples: Samples) -> None:
        """Speaks from now on, through a telephone."""
        self._mouth += mulaw.encode(samples)

    def presses(self, digits: str) -> None:
        for digit in digits:
            assert self.talk is not None
            self.talk.key(digit)

    async def passes(self, seconds: float) -> None:
        """So long goes by on the line."""
        for _ in range(round(seconds / TICK)):
            await self.tick()

    async def until(self, what: Callable[[], bool], seconds: float = 120) -> None:
        """Until this is so; AssertionError when it is not in time."""
        for _ in range(round(seconds / TICK)):
            if what():
                return
            await self.tick()
        raise AssertionError("it did not happen")

    async def tick(self) -> None:
        """20 ms."""
        await asyncio.sleep(TICK)
        self._ticks += 1
        self._hear()
        frame = bytes(self._mouth[:FRAME]).ljust(FRAME, b"\xff") if self._mouth else self.room(self._ticks)
        del self._mouth[:FRAME]
        if self.talk is not None and not self.talk.is_over:
            self.talk.voice(frame)

    @property
    def node(self) -> str:
        return self.turns[-1].answer.turn.node

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def plays(self) -> bool:
        """Whether something is in the buffer."""
        return self._waiting() > 0

    def _hear(self) -> None:
        left = FRAME
        while self._buffer and left:
            first = self._buffer.popleft()
            if isinstance(first, str):
                self._give_back(first)
                continue
            self.heard += first[:left]
            if len(first) > left:
                self._buffer.appendleft(first[left:])
            left -= min(left, len(first))
        while self._buffer and isinstance(self._buffer[0], str):
            self._give_back(str(self._buffer.popleft()))

    def _give_back(self, name: str) -> None:
        if self.marks and self.talk is not None:
            asyncio.get_running_loop().call_soon(self.talk.played, name)

    def _waiting(self) -> int:
        return sum(len(each) for each in self._buffer if isinstance(each, bytes))


@dataclass
class Earpiece:
    """The handset as a `Wire`: its own `heard` is what was played, the wire's is what was understood."""

    handset: Handset

    def sound(self, data: bytes) -> None:
        self.handset.sound(data)

    def mark(self, name: str) -> None:
        self.handset.mark(name)

    def clear(self) -> None:
        self.handset.clear()

    def turn(self, spoken: Spoken, listens: bool) -> None:
        self.handset.turn(spoken, listens)

    def heard(self, words: str, sure: float, by: str) -> None:
        self.handset.heard_(words, by)

    def close(self) -> None:
        self.handset.close()
