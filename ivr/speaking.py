"""Callers who speak and browsers that ring, joined for app.py: where nobody is listened to, everything runs on keys."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ivr.actions import listening, moving, streaming
from ivr.actions.calls import Calls
from ivr.actions.handset import Rings
from ivr.actions.knowledge import Line
from ivr.actions.streaming import Coming
from ivr.channels.live.door import Door
from ivr.channels.live.recorder import Recorder
from ivr.channels.live.switchboard import Switchboard
from ivr.channels.media_streams.socket import Streams
from ivr.channels.twilio.addresses import STREAM, Addresses
from ivr.channels.twilio.routes import Live
from ivr.channels.twilio.signature import Signature
from ivr.release.shelf import Shelf
from ivr.settings import Settings
from ivr.speech.ears import Ears
from ivr.speech.listener import Tuning
from ivr.store.database import Database
from ivr.store.spool import Spool
from ivr.voice.sounds import Sounds
from ivr.web import browser_phone, safety


@dataclass(frozen=True, slots=True)
class Speaking:
    """The live calls of this process."""

    settings: Settings
    database: Database
    calls: Calls
    board: Switchboard
    ears: Ears

    @property
    def live(self) -> Live | None:
        """How calls of the telephone company become live; None where they are not listened to."""
        return Live(self.board.accepts, self._ticket, self._broke) if self.settings.speech == "on" else None

    @property
    def ring(self) -> Rings:
        """How a browser rings."""
        return partial(streaming.ring, self.calls, lambda: bool(self.ears.languages()), self.settings.production)

    def routes(self, cookie: str) -> list[WebSocketRoute]:
        """Where sound comes; `cookie` is the name of that of our pages."""
        streams = Streams(self.board, self.database, self.settings.production)

        def ours(socket: WebSocket) -> str:
            return safety.ringer(socket.cookies.get(cookie, ""))

        routes = [streams.route(browser_phone.STREAM, ours)]
        token = self.settings.twilio_auth_token
        if self.live is not None and token is not None and self.settings.has_twilio:
            addresses = Addresses(self.settings.public_url)
            routes.append(streams.route(STREAM, _signed(Signature(token.get_secret_value(), addresses.sockets))))
        return routes

    def close(self) -> None:
        """Nothing is listened to any more."""
        self.board.close()
        self.ears.close()

    def _ticket(self, line: Line, n: int, caller: str) -> str:
        return streaming.ticket(self.database, Coming(line.channel, line.external_id, line.call_id, n, caller))

    def _broke(self, call_id: str) -> None:
        with self.database.transaction() as tx:
            moving.ask(tx, call_id, self.board.clock())


def spool(settings: Settings, database: Database) -> Spool:
    """Where messages are kept while they are spoken."""
    return Spool(settings.recordings_dir / "spool", database.keyring)


def speaking(settings: Settings, calls: Calls, shelf: Shelf, sounds: Sounds) -> Speaking:
    """Models are loaded in the background; until one is there, new calls begin by keys."""
    database = calls.world.database
    tongues = shelf.current().content.tongues if settings.speech == "on" else ()
    names = {tongue.code: tongue.speech_model for tongue in tongues}
    ears = Ears(settings.data_dir / "models", names, os.cpu_count() or 1)
    board = Switchboard(
        Door(calls, sounds.path),
        ears,
        settings.live_calls,
        Tuning(silence=settings.speech_silence),
        partial(listening.store, database),
        partial(Recorder, spool(settings, database)),
        calls.world.clock,
    )
    return Speaking(settings, database, calls, board, ears)


def _signed(signature: Signature) -> Callable[[WebSocket], str | None]:
    """Lets in what the owner of the token signed; a header's name is lower-case here, and there are no fields."""

    def opener(socket: WebSocket) -> str | None:
        query = socket.scope["query_string"].decode("latin-1")
        target = f"{socket.scope['path']}?{query}" if query else socket.scope["path"]
        return "" if signature.fits(target, {}, socket.headers.get("x-twilio-signature", "")) else None

    return opener
