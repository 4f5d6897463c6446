"""Callers whose sound is live: frames of 20 ms each, a word every few seconds, a key between; what they wait for."""

import asyncio
import json
import re
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import cast
from urllib.parse import urlencode, urlsplit

import httpx
import numpy as np

from ivr.audio import mulaw
from ivr.audio.samples import Samples, silence
from tests.actions.tiny import ACCOUNT, NUMBER, PUBLIC, TOKEN
from tests.doubles.exchange import call_fields
from tests.doubles.signer import signature
from tests.livehouse import MOTHER
from tests.speech import korean

FRAME, TICK = 160, 0.02
TICKS, KEY_AT, PARTS = 200, 125, 5
"""Of a word and the next one, and of the key between; lines do not tick all at once."""
LOUD = 500


def message(frame: bytes) -> str:
    """A frame as the company sends it."""
    media = {"track": "inbound", "chunk": "2", "timestamp": "5", "payload": b64encode(frame).decode()}
    return json.dumps({"event": "media", "sequenceNumber": "3", "media": media, "streamSid": "MZ1"})


def frames(samples: Samples) -> list[str]:
    """Messages of a sound that ends with its last loud sample, padded to whole frames at its front."""
    loud = np.flatnonzero(np.abs(samples.astype(int)) > LOUD)
    said = mulaw.encode(samples[: int(loud[-1]) + 1])
    said = b"\xff" * (-len(said) % FRAME) + said
    return [message(said[at : at + FRAME]) for at in range(0, len(said), FRAME)]


def framed(text: str) -> bytes:
    """A whole WebSocket frame as a client sends it (RFC 6455, 5.2); its mask is zero, so it is made once for all."""
    data = text.encode()
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
    return b"\x81" + length + bytes(4) + data


QUIET = framed(message(mulaw.encode(silence(20))))
KEY = framed(json.dumps({"event": "dtmf", "streamSid": "MZ1", "dtmf": {"track": "inbound_track", "digit": "*"}}))


class Socket(asyncio.Protocol):
    """As quick as Python can be: thousands of frames a second, beside the server that is measured."""

    def __init__(self, came: Callable[[bytes], None]) -> None:
        self._came, self._got, self._open = came, b"", False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop: the answer to the handshake, then frames."""
        self._got += data
        if not self._open:
            head, found, self._got = self._got.partition(b"\r\n\r\n")
            if not found:
                self._got = head
                return
            self._open = True
            self.ready.set_result(None) if b" 101 " in head else self.ready.set_exception(RuntimeError(head.decode()))
        while (frame := self._next()) is not None:
            self._came(frame)

    def _next(self) -> bytes | None:
        got = self._got
        if len(got) < 2:
            return None
        length, at = got[1], 2
        if length == 126:
            length, at = int.from_bytes(got[2:4]), 4
        if len(got) < at + length:
            return None
        self._got = got[at + length :]
        return got[at : at + length]

    def write(self, frames: bytes) -> None:
        """Sends whole frames."""
        assert self.transport is not None
        self.transport.write(frames)


async def connected(base: str, path: str, header: dict[str, str], came: Callable[[bytes], None]) -> Socket:
    """An open WebSocket."""
    address = urlsplit(base)
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(lambda: Socket(came), address.hostname, address.port)
    lines = {
        "Host": address.netloc,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        **header,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    socket.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
    await socket.ready
    return socket


@dataclass
class Waited:
    """Seconds that callers waited, all together."""

    first: list[float] = field(default_factory=list)
    voice: list[float] = field(default_factory=list)
    key: list[float] = field(default_factory=list)
    asked: int = 0  # words that were said
    refused: int = 0


class Caller:
    """One call."""

    def __init__(self, waited: Waited, word: list[bytes], keys: bool) -> None:
        self.waited, self.word, self.keys = waited, word, keys
        self.socket: Socket | None = None
        self.began = 0.0
        self._left: list[bytes] = []
        self._spoke: float | None = None
        self._pressed: float | None = None
        self._heard = False

    def frame(self, n: int) -> None:
        """The next 20 ms; `n` counts them."""
        assert self.socket is not None
        at = n % TICKS
        if n and at == 0:
            self._left, self._spoke = list(self.word), None
            self.waited.asked += 1
        if self.keys and at == KEY_AT:
            self._pressed = time.perf_counter()
            self.socket.write(KEY)
        ends = len(self._left) == 1
        self.socket.write(self._left.pop(0) if self._left else QUIET)
        if ends:
            self._spoke = time.perf_counter()

    def came(self, data: bytes) -> None:
        """A message of the server's."""
        event = data[:24]
        if b'"media"' in event:
            self._sound(time.perf_counter())
        elif b'"clear"' in event and self._pressed is not None:
            self.waited.key.append(time.perf_counter() - self._pressed)
            self._pressed = None

    def _sound(self, now: float) -> None:
        if not self._heard:
            self._heard = True
            self.waited.first.append(now - self.began)
        if self._spoke is not None:
            self.waited.voice.append(now - self._spoke)
            self._spoke = None


async def rung(http: httpx.AsyncClient, n: int) -> tuple[str, str] | None:
    """Rings by webhook: the call's id and its token; None when it begins by keys."""
    sid = f"CA{n:032}{time.monotonic_ns()}"
    fields = call_fields((sid, ACCOUNT), f"+3363998{n % 10_000:04}", NUMBER, "ringing", "inbound")
    headers = {
        "x-twilio-signature": signature(TOKEN, f"{PUBLIC}/twilio/voice", fields),
        "content-type": "application/x-www-form-urlencoded",
    }
    answer = await http.post("/twilio/voice", content=urlencode(fields), headers=headers)
    answer.raise_for_status()
    found = re.search(r'name="token" value="([^"]+)"', answer.text)
    return (sid, unescape(found[1])) if found else None


async def calls(base: str, count: int, seconds: float, streams: bool = True) -> Waited:
    """So many callers at once; `streams`: on our server, else on one that only answers words."""
    waited, word = Waited(), [framed(text) for text in frames(korean.spoken(MOTHER))]
    header = {"x-twilio-signature": signature(TOKEN, PUBLIC.replace("http", "ws", 1) + "/twilio/stream", [])}
    ready: list[tuple[Caller, int]] = []
    async with httpx.AsyncClient(base_url=base) as http:
        for n in range(count):
            opened = await rung(http, n) if streams else ("", "")
            if opened is None:
                waited.refused += 1
                continue
            caller = Caller(waited, word, streams)
            caller.socket = await connected(base, "/twilio/stream" if streams else "/", header, caller.came)
            caller.began = time.perf_counter()
            if streams:
                start = {"streamSid": "MZ1", "callSid": opened[0], "customParameters": {"token": opened[1]}}
                caller.socket.write(framed(json.dumps({"event": "start", "streamSid": "MZ1", "start": start})))
            ready.append((caller, TICKS * n // count))
    await _speak(ready, seconds)
    for caller, _ in ready:
        if caller.socket is not None and caller.socket.transport is not None:
            caller.socket.transport.abort()
    return waited


async def _speak(ready: list[tuple[Caller, int]], seconds: float) -> None:
    """Everybody's frames, each 20 ms, spread over them as over a day's lines; not all words at once."""
    start = time.monotonic()
    parts = [ready[part::PARTS] for part in range(PARTS)]
    for tick in range(int(seconds / TICK)):
        for part, some in enumerate(parts):
            for caller, offset in some:
                caller.frame(max(0, tick - offset))
            await asyncio.sleep(max(0.0, start + (tick + (part + 1) / PARTS) * TICK - time.monotonic()))
