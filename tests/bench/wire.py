"""A phone company that is as quick as Python can be: signed webhooks over kept connections, no HTTP library."""

import asyncio
import re
import time
import uuid
from html import unescape
from itertools import cycle
from random import Random
from typing import cast
from urllib.parse import urlencode, urlsplit

from tests.doubles.exchange import call_fields
from tests.doubles.signer import signature
from tests.soak.house import ACCOUNT, NUMBER, TOKEN

ACTION = re.compile(rb'<Gather[^>]* action="([^"]*)"')
WALK = "1" + "11" + "1" + "1" + "19" + "71" + "**" + "#" + "3" + "1" + "82" + "*" + "#" + "1411" + "2"
"""Keys of one call: explanations page by page, wrong keys, again, back, another tree."""


class Refused(AssertionError):
    """A webhook was not answered with 200."""


class Connection(asyncio.Protocol):
    """One kept connection; answers come in the order of the questions."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._waiting: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is not one of asyncio's

    def data_received(self, data: bytes) -> None:
        """Called by the event loop: an answer is there when its Content-Length is."""
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head) if found else None
        if length is None or len(body) < int(length[1]) or self._waiting is None:
            return
        self._got, waiting, self._waiting = b"", self._waiting, None
        if head.startswith(b"HTTP/1.1 200 "):
            waiting.set_result(body)
        else:
            waiting.set_exception(Refused(head.decode() + body.decode("utf-8", "replace")))

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the event loop."""
        if self._waiting is not None:
            self._waiting.set_exception(Refused(f"the connection broke: {error}"))

    async def ask(self, request: bytes) -> bytes:
        """Sends a whole request, returns the body of its answer."""
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Ends the connection."""
        if self._transport is not None:
            self._transport.close()


class Caller:
    """Calls again and again over one connection; `seconds` of every webhook, as the client sees them."""

    def __init__(self, base: str, connection: Connection, random: Random) -> None:
        self.base, self.connection, self.random = base, connection, random
        self.seconds: list[float] = []
        self._host = urlsplit(base).netloc
        self._action = ""  # where the next key goes; empty between two calls
        self._hang_up()

    async def next(self) -> bytes:
        """One webhook: the call's first, or the next key of its walk. Its document."""
        if not self._action:
            document = await self._post(f"{self.base}/twilio/voice", ())
        else:
            document = await self._post(self._action, (("Digits", next(self._keys)),))
        self._pressed += 1
        found = ACTION.search(document)
        if found is None or self._pressed > len(WALK):
            self._hang_up()
        else:
            self._action = unescape(found[1].decode())
        return document

    def _hang_up(self) -> None:
        self._action = ""
        self._pressed = 0
        self._keys = cycle(("2", *WALK))
        sid, number = f"CA{uuid.UUID(int=self.random.getrandbits(128)).hex}", self.random.randrange(10_000)
        self._fields = call_fields((sid, ACCOUNT), f"+3363998{number:04}", NUMBER, "in-progress", "inbound")

    async def _post(self, url: str, extra: tuple[tuple[str, str], ...]) -> bytes:
        fields = (*self._fields, *extra)
        body = urlencode(fields).encode()
        path = url.removeprefix(self.base)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {signature(TOKEN, url, fields)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        start = time.perf_counter()
        document = await self.connection.ask(head.encode() + body)
        self.seconds.append(time.perf_counter() - start)
        return document


async def callers(base: str, count: int, seed: int) -> list[Caller]:
    """So many callers, connected."""
    loop, address = asyncio.get_running_loop(), urlsplit(base)
    made = []
    for n in range(count):
        _, connection = await loop.create_connection(Connection, address.hostname or "", address.port or 80)
        made.append(Caller(base, connection, Random(seed * 1000 + n)))
    return made


async def saturate(base: str, count: int, seconds: float, seed: int) -> list[float]:
    """Every caller as fast as it is answered; the seconds of each webhook."""
    ringing = await callers(base, count, seed)
    until = time.monotonic() + seconds

    async def go_on(caller: Caller) -> None:
        while time.monotonic() < until:
            await caller.next()

    await asyncio.gather(*(go_on(caller) for caller in ringing))
    for caller in ringing:
        caller.connection.close()
    return [second for caller in ringing for second in caller.seconds]


async def steady(base: str, count: int, seconds: float, pause: float) -> list[float]:
    """Every caller presses a key each `pause` seconds, not all at once; the seconds of each webhook."""
    ringing = await callers(base, count, 7)
    start = time.monotonic()

    async def go_on(place: int, caller: Caller) -> None:
        at = start + pause * place / count
        while at < start + seconds:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            await caller.next()
            at += pause

    await asyncio.gather(*(go_on(place, caller) for place, caller in enumerate(ringing)))
    for caller in ringing:
        caller.connection.close()
    return [second for caller in ringing for second in caller.seconds]
