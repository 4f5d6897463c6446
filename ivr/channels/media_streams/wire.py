"""A WebSocket as the wire of a live call: what is sent waits in a line of its own, so that the loop never does."""

import asyncio
import logging

from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.channels.live.door import Spoken
from ivr.channels.media_streams import render

log = logging.getLogger("ivr.live")

MOST_WAITING = 300
"""Messages that may wait for an end that does not read: many seconds of sound. Past them the line is broken."""
NORMAL = 1000


class SocketWire:
    """`shows`: a browser of ours, which is told what is said."""

    def __init__(self, socket: WebSocket, stream_id: str, shows: bool) -> None:
        self._socket, self._stream_id, self._shows = socket, stream_id, shows
        self._out: asyncio.Queue[str | None] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self._closed = False

    def sound(self, data: bytes) -> None:
        """As `Wire` says, and the others too."""
        self._put(render.sound(self._stream_id, data))

    def mark(self, name: str) -> None:
        """See `Wire`."""
        self._put(render.mark(self._stream_id, name))

    def clear(self) -> None:
        """See `Wire`."""
        self._put(render.clear(self._stream_id))

    def turn(self, spoken: Spoken, listens: bool) -> None:
        """See `Wire`."""
        if self._shows:
            self._put(render.turn(spoken, listens))

    def heard(self, words: str, sure: float, by: str) -> None:
        """See `Wire`."""
        if self._shows:
            self._put(render.heard(words, sure, by))

    def close(self) -> None:
        """See `Wire`."""
        if not self._closed:
            self._closed = True
            self._out.put_nowait(None)

    async def write(self) -> None:
        """Sends what waits, until the line is left or broken."""
        self._writer = asyncio.current_task()
        try:
            while (text := await self._out.get()) is not None:
                await self._socket.send_text(text)
            await self._socket.close(NORMAL)
        except (WebSocketDisconnect, RuntimeError, OSError):
            log.info("a stream ended while something was sent")

    def _put(self, text: str) -> None:
        if self._closed:
            return
        self._out.put_nowait(text)
        if self._out.qsize() > MOST_WAITING:
            log.warning("a stream that does not read is closed")
            self._closed = True
            if self._writer is not None:
                self._writer.cancel()  # it waits for that end, which may never read again
