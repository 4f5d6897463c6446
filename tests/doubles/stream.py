"""The telephone company's end of a Media Stream: it opens the socket that a document names, signs, speaks and listens.

What is sent to it is played in real time; a mark comes back when all before it was played, or was cleared.
"""

import json
import time
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ivr.audio import mulaw
from ivr.audio.samples import RATE, Samples, silence
from tests.doubles.signer import signature

FRAME, TICK = 160, 0.02
QUIET = mulaw.encode(silence(20))


@dataclass
class Stream:
    """An open stream. `messages` are all that came; `turn` and the rest only from a browser's point of view."""

    socket: ClientConnection
    call_sid: str
    sid: str = "MZ1"
    messages: list[dict[str, Any]] = field(default_factory=list)
    played: int = 0
    closed: bool = False
    _buffer: deque[bytes | str] = field(default_factory=deque)
    _mouth: bytearray = field(default_factory=bytearray)
    _sent: int = 0
    _due: float = field(default_factory=time.monotonic)

    def start(self, parameters: dict[str, str], **more: Any) -> None:
        """Says what the company says first."""
        self.tell({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        form = {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1}
        start = {
            "accountSid": "AC1",
            "streamSid": self.sid,
            "callSid": self.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": form,
            "customParameters": parameters,
            **more,
        }
        self.tell({"event": "start", "start": start})

    def tell(self, message: dict[str, Any] | str) -> None:
        """Sends a message; numbers are strings, as the company writes them."""
        if isinstance(message, dict) and message["event"] != "connected":
            self._sent += 1
            message = {**message, "sequenceNumber": str(self._sent), "streamSid": self.sid}
        try:
            self.socket.send(message if isinstance(message, str) else json.dumps(message))
        except ConnectionClosed:
            self.closed = True

    def presses(self, digits: str) -> None:
        for digit in digits:
            self.tell({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": digit}})

    def says(self, samples: Samples) -> None:
        self._mouth += mulaw.encode(samples)

    def until(self, what: Callable[[], bool], seconds: float = 60) -> None:
        """Goes on until this is so; AssertionError when it is not in time, which is for machines that hang."""
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, f"it did not happen: {self.messages[-3:]}"
            self.tick()

    def tick(self) -> None:
        """20 ms: a frame of the microphone's, and what came meanwhile."""
        self._due += TICK
        time.sleep(max(0.0, self._due - time.monotonic()))
        self._play()
        frame = bytes(self._mouth[:FRAME]).ljust(FRAME, b"\xff") if self._mouth else QUIET
        del self._mouth[:FRAME]
        chunk = {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": b64encode(frame).decode()}
        self.tell({"event": "media", "media": chunk})
        self.take()

    def take(self) -> None:
        """Everything that has come."""
        try:
            while not self.closed:
                self._came(json.loads(self.socket.recv(timeout=0)))
        except TimeoutError:
            return
        except ConnectionClosed:
            self.closed = True

    @property
    def nodes(self) -> list[str]:
        """What a browser is told of."""
        return [message["node"] for message in self.messages if message["event"] == "turn"]

    def _came(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        match message["event"]:
            case "media":
                self._buffer.append(b64decode(message["media"]["payload"]))
            case "mark":
                self._buffer.append(message["mark"]["name"])
            case "clear":
                names = [each for each in self._buffer if isinstance(each, str)]
                self._buffer.clear()
                for name in names:
                    self._give_back(name)

    def _play(self) -> None:
        left = FRAME
        while self._buffer and left > 0:
            first = self._buffer.popleft()
            if isinstance(first, str):
                self._give_back(first)
                continue
            if len(first) > left:
                self._buffer.appendleft(first[left:])
            self.played += min(left, len(first))
            left -= len(first)
        while self._buffer and isinstance(self._buffer[0], str):
            self._give_back(str(self._buffer.popleft()))

    def _give_back(self, name: str) -> None:
        self.tell({"event": "mark", "mark": {"name": name}})


@contextmanager
def opened(base: str, url: str, token: str, call_sid: str, signed: str | None = None) -> Iterator[Stream]:
    """The socket of a document's stream, on a server at `base`; signed over the address in the document."""
    path = "/" + url.split("/", 3)[3]
    header = {"x-twilio-signature": signature(token, url, []) if signed is None else signed}
    with connect(base.replace("http", "ws", 1) + path, additional_headers=header, compression=None) as socket:
        yield Stream(socket, call_sid)
