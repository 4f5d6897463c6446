"""The other end of the browser's phone: a stand-in that says a sound, and keeps what comes down the line.

Its messages are those of Media Streams: "media", "mark" and "clear" to the browser, "connected", "start", "media",
"dtmf", "mark" and "stop" from it; and "turn" and "heard", which only our own browser is told.
"""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.actions.handset import Ringing
from ivr.web import browser_phone

FRAME = 160


class Exchange:
    """Begins calls, takes their sockets, and does what a test tells it to."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.sound = b""  # what the browser's microphone sent, mu-law
        self.rung: list[str | None] = []
        self.cookies: dict[str, str] = {}
        self._socket: WebSocket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def ring(self, _: str, release: str | None) -> Ringing:
        self.rung.append(release)
        return Ringing(f"call-{len(self.rung)}", f"token-{len(self.rung)}")

    def route(self) -> WebSocketRoute:
        return WebSocketRoute(browser_phone.STREAM, self._talk)

    def of(self, event: str) -> list[dict[str, Any]]:
        """What came, of one kind."""
        return [message for message in list(self.heard) if message["event"] == event]

    @property
    def stream(self) -> str:
        return str(self.of("start")[0]["streamSid"])

    def say(self, sound: bytes) -> None:
        self._tell({"event": "media", "media": {"payload": base64.b64encode(sound).decode()}})

    def mark(self, name: str) -> None:
        self._tell({"event": "mark", "mark": {"name": name}})

    def clear(self) -> None:
        self._tell({"event": "clear"})

    def turn(self, **known: Any) -> None:
        usual = {"n": 1, "node": "start", "language": "fr", "captions": [], "keys": "", "listening": True}
        self._send({"event": "turn", "ending": "listen", **usual, **known})

    def understood(self, words: str, sure: float, by: str = "voice") -> None:
        self._send({"event": "heard", "words": words, "sure": sure, "by": by})

    def hang_up(self) -> None:
        self._run(lambda socket: socket.close())

    def forget(self) -> None:
        """Before the next call."""
        self.heard.clear()
        self.sound, self._socket = b"", None

    def _tell(self, message: dict[str, Any]) -> None:
        self._send({**message, "streamSid": self.stream})

    def _send(self, message: dict[str, Any]) -> None:
        self._run(lambda socket: socket.send_text(json.dumps(message)))

    def _run(self, act: Callable[[WebSocket], Any]) -> None:
        assert self._socket is not None
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(act(self._socket), self._loop).result(20)

    async def _talk(self, socket: WebSocket) -> None:
        await socket.accept()
        self.cookies = dict(socket.cookies)
        self._socket, self._loop = socket, asyncio.get_running_loop()
        try:
            while True:
                message = json.loads(await socket.receive_text())
                if message["event"] == "media":
                    self.sound += base64.b64decode(message["media"]["payload"])
                self.heard.append(message)
        except WebSocketDisconnect:
            self.heard.append({"event": "gone"})
