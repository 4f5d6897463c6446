"""The one place where parts are joined."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from ivr.actions import last_words
from ivr.actions.calls import Answer, Calls, World
from ivr.actions.knowledge import answerers
from ivr.actions.releases import Folders
from ivr.channels.twilio.addresses import Addresses
from ivr.channels.twilio.routes import Telephone, Webhooks
from ivr.errors import StorageAway
from ivr.observing import CallsInProgress, Figures
from ivr.release.shelf import Shelf
from ivr.settings import Settings
from ivr.store import calls as stored_calls
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from ivr.voice.sounds import Sounds
from ivr.web import audio, health

log = logging.getLogger("ivr.app")

SWEEP_SECONDS = 600
FORGOTTEN_SECONDS = 2 * 3600
"""A call without a turn for this long is over, whatever the line failed to say."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The helpline without a door: what the server, the terminal and the commands share."""

    settings: Settings
    database: Database
    shelf: Shelf
    sounds: Sounds
    folders: Folders
    calls: Calls

    @property
    def last_words(self) -> Path:
        """Where the sounds of last resort lie."""
        return self.settings.data_dir / "last-words"

    def today(self) -> str:
        """The date where the helpline lives, ISO."""
        return datetime.now(self.settings.zone).date().isoformat()


def parts(settings: Settings, clock: Callable[[], float] = time.time) -> Parts:
    """Everything joined, nothing started."""
    current, old = settings.keys()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database, Keyring(current, old))
    shelf = Shelf(settings.data_dir / "releases")
    world = World(
        database=database,
        shelf=shelf,
        answerers=answerers(settings.zone, settings.production),
        clock=clock,
        timezone=settings.zone,
        production=settings.production,
    )
    folders = Folders(settings.menus_dir, settings.prompts_dir, settings.data_dir / "models")
    return Parts(settings, database, shelf, Sounds(settings.data_dir / "sounds"), folders, Calls(world))


def application(joined: Parts) -> FastAPI:
    """The server: sounds and health always, the telephone where it is configured."""
    figures = Figures()
    figures.registry.register(CallsInProgress(lambda: _in_progress(joined.database)))
    app = FastAPI(
        lifespan=lambda _: _living(joined), docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    probes = {
        "database": joined.database.ping,
        "release": lambda: _need(joined.shelf.current() is not None),
        "sounds": lambda: _need(_all_sounds(joined)),
    }
    app.router.routes += [audio.route(joined.sounds.path), *health.routes(probes, figures.registry)]
    if joined.settings.has_twilio:
        app.router.routes += Webhooks(telephone(joined, figures)).routes()
    return app


def telephone(joined: Parts, figures: Figures) -> Telephone:
    """The line that Twilio's webhooks answer."""
    token = joined.settings.twilio_auth_token
    assert token is not None

    def observe(kind: str, answer: Answer, seconds: float) -> None:
        figures.turn(kind, answer.turn.node, answer.turn.result.value, seconds)

    return Telephone(
        calls=joined.calls,
        addresses=Addresses(joined.settings.public_url),
        auth_token=token.get_secret_value(),
        production=joined.settings.production,
        last_words=joined.last_words,
        observe=observe,
    )


@contextlib.asynccontextmanager
async def _living(joined: Parts) -> AsyncIterator[None]:
    """What runs beside the requests: last words are on disk before the first call, forgotten calls are closed."""
    last_words.write(joined.shelf.current(), joined.sounds.path, joined.last_words)
    sweeper = asyncio.create_task(_sweep(joined.database))
    yield
    sweeper.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeper
    joined.database.dispose()


async def _sweep(database: Database) -> None:
    while True:
        with contextlib.suppress(StorageAway):
            closed = await asyncio.to_thread(_close_forgotten, database)
            if closed:
                log.info("closed forgotten calls: %d", closed)
        await asyncio.sleep(SWEEP_SECONDS)


def _close_forgotten(database: Database) -> int:
    with database.transaction() as tx:
        return stored_calls.close_forgotten(tx, time.time() - FORGOTTEN_SECONDS)


def _in_progress(database: Database) -> int | None:
    try:
        with database.reading() as tx:
            return stored_calls.in_progress(tx)
    except StorageAway:
        return None


def _all_sounds(joined: Parts) -> bool:
    return all(joined.sounds.path(sound.hash) for sound in joined.shelf.current().sounds.values())


def _need(well: bool) -> None:
    if not well:
        raise LookupError
