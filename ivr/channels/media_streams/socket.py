"""The shell around parse and render: who may open a stream, and the messages of one call until it is over.

Whatever goes wrong ends this stream and no other; behind a stream stands a redirect, by which the call goes on by keys.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.actions import streaming
from ivr.actions.knowledge import Line
from ivr.actions.streaming import BROWSER, Coming
from ivr.channels.live.switchboard import Switchboard
from ivr.channels.live.talk import Talk
from ivr.channels.media_streams import parse
from ivr.channels.media_streams.wire import SocketWire
from ivr.errors import BadInput, Forged, StorageAway
from ivr.store.database import Database

log = logging.getLogger("ivr.live")

START_SECONDS = 10.0
"""In which a stream must begin."""
SILENT_SECONDS = 30.0
"""Without any message: the line is dead. A live one brings fifty a second."""
CLOSE_SECONDS = 2.0
"""For saying that a stream is over."""
REFUSED, WRONG = 1008, 1003

T = TypeVar("T")

Who = Callable[[WebSocket], str | None]
"""Who opens a stream (empty: the telephone company); None: nobody who may."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of this process."""

    board: Switchboard
    database: Database
    production: bool

    def route(self, path: str, who: Who) -> WebSocketRoute:
        """The address of streams that `who` lets in."""

        async def endpoint(socket: WebSocket) -> None:
            opener = await asyncio.to_thread(who, socket)
            if opener is None:
                await socket.close(REFUSED)  # before it is accepted: 403
            else:
                await socket.accept()
                await self._serve(socket, opener)

        serve: Callable[[WebSocket], Awaitable[None]] = endpoint
        return WebSocketRoute(path, serve)

    async def _serve(self, socket: WebSocket, who: str) -> None:
        try:
            start = await asyncio.wait_for(_started(socket), START_SECONDS)
            coming = await self._in_thread(
                partial(streaming.opened, self.database, start.token, who, self.board.clock())
            )
            if coming.channel != BROWSER and coming.external_id != start.call_id:
                raise Forged("another call's ticket")
        except (BadInput, Forged, StorageAway, TimeoutError, WebSocketDisconnect) as why:
            log.warning("a stream was refused", extra={"why": str(why) or type(why).__name__})
            await _closed(socket, REFUSED)
            return
        await self._carry(socket, start.stream_id, coming)

    async def _carry(self, socket: WebSocket, stream_id: str, coming: Coming) -> None:
        line = streaming.line(coming, self.production)
        wire = SocketWire(socket, stream_id, shows=coming.channel == BROWSER)
        talk = Talk(wire, self.board, line)
        self.board.enter()
        tasks = {asyncio.create_task(wire.write()), asyncio.create_task(_read(socket, talk, line))}
        try:
            talk.begin(coming.n)
            await _ended(tasks, talk, line)
        finally:
            self.board.leave()
            talk.gone()
            wire.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await _closed(socket, WRONG)
            if coming.channel == BROWSER:  # nobody else tells how this call ends
                await self._in_thread(partial(self._end, line))

    def _end(self, line: Line) -> None:
        try:
            self.board.door.ended(line)
        except StorageAway:
            log.warning("the end of a call could not be stored", extra={"call": line.call_id})

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.board.threads, work)


async def _started(socket: WebSocket) -> parse.Start:
    """The first message that counts."""
    while True:
        match parse.message(await _text(socket)):
            case parse.Start() as start:
                return start
            case parse.Nothing():
                continue
            case _:
                raise BadInput("a stream without a start")


async def _ended(tasks: set[asyncio.Task[None]], talk: Talk, line: Line) -> None:
    """Until one of them has ended, or no message comes any more."""
    while True:
        before = talk.heard
        done, _ = await asyncio.wait(tasks, timeout=SILENT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if done:
            return
        if talk.heard == before:
            log.warning("a stream is closed", extra={"call": line.call_id, "why": "nothing comes"})
            return


async def _read(socket: WebSocket, talk: Talk, line: Line) -> None:
    """Every message, until the caller or the call is gone. What is no message ends this stream."""
    try:
        while not talk.is_over:
            message = parse.message(await _text(socket))
            if isinstance(message, parse.Stop):
                return
            _happened(talk, message)
    except WebSocketDisconnect:
        return
    except BadInput as why:
        log.warning("a stream is closed", extra={"call": line.call_id, "why": str(why)})
    except Exception:  # rule 6: an error inside a call ends nothing but its stream; the call goes on by keys
        log.exception("a live call broke", extra={"call": line.call_id})


def _happened(talk: Talk, message: parse.Message) -> None:
    match message:
        case parse.Sound(data):
            talk.voice(data)
        case parse.Key(digit):
            talk.key(digit)
        case parse.Mark(name):
            talk.played(name)
        case parse.Start():
            raise BadInput("a second start")
        case parse.Stop() | parse.Nothing():
            pass


async def _text(socket: WebSocket) -> str:
    """The next text; BadInput for anything else."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if not isinstance(text, str):
        raise BadInput("no text")
    return text


async def _closed(socket: WebSocket, code: int) -> None:
    try:
        await asyncio.wait_for(socket.close(code), CLOSE_SECONDS)
    except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError):  # it was closed before, or never reads
        return
