"""The one place where parts are joined."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from ivr import duties, outward, refreshing, speaking
from ivr.actions import (
    announcing,
    asking,
    last_words,
    referring,
    referring_area,
    resuming,
    retention,
    standing,
    trying,
)
from ivr.actions import texting as texts
from ivr.actions.aloud import Aloud
from ivr.actions.asking import Asking
from ivr.actions.calls import Answer, Calls, World
from ivr.actions.erasing import Eraser
from ivr.actions.handset import Rings
from ivr.actions.jobs import Board, Kind
from ivr.actions.knowledge import Answerers, answerers
from ivr.actions.limits import Cap, Limits, Spent, cap
from ivr.actions.messages import Postbox
from ivr.actions.placing import Trunk
from ivr.actions.referring import Referrals
from ivr.actions.releases import Folders
from ivr.actions.schedule import Schedule
from ivr.actions.streaming import BROWSER
from ivr.actions.studio import Studio
from ivr.actions.trying import Trying
from ivr.carrier.protocol import Carrier
from ivr.channels.twilio.addresses import Addresses
from ivr.channels.twilio.routes import CHANNEL, Live, Telephone, Webhooks
from ivr.directory import communes
from ivr.errors import BadSetting, StorageAway
from ivr.observing import CallsInProgress, Figures, JobsNow
from ivr.release.shelf import Shelf
from ivr.settings import Settings
from ivr.speaking import Speaking
from ivr.store import calls as stored_calls
from ivr.store import jobs as stored_jobs
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from ivr.store.vault import Vault
from ivr.voice.free_speech import FreeSpeech
from ivr.voice.sounds import Sounds
from ivr.web import audio, health, pages
from ivr.web.site import Site
from ivr.web.wakes import Wakes
from ivr.worker import Worker

LAST_WORDS = "last-words"
SPOKEN = "spoken"
"""Below the data folder: sounds of free text, which may be deleted at any time."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The helpline without a door: what the server, the terminal and the commands share."""

    settings: Settings
    database: Database
    shelf: Shelf
    sounds: Sounds
    folders: Folders
    calls: Calls
    clock: Callable[[], float]
    kinds: Mapping[str, Kind]  # of jobs
    bell: threading.Event  # set after the commit of a new job, so that a worker in this process looks at once
    figures: Figures
    vault: Vault  # of messages
    trunk: Trunk | None  # how we call out, where that is configured
    studio: Studio

    @property
    def carrier(self) -> Carrier | None:
        """The telephone company; None where none is configured."""
        return None if self.trunk is None else self.trunk.carrier

    @property
    def eraser(self) -> Eraser:
        """Who forgets one person."""
        strips = speaking.spool(self.settings, self.database)
        return Eraser(self.database, self.vault, self.carrier, self.settings.twilio_number, strips)

    @property
    def limits(self) -> Limits:
        """How much may be asked for, dialled and sent, and to whom."""
        return self.calls.world.limits

    @property
    def last_words(self) -> Path:
        """Where the sounds of last resort lie."""
        return self.settings.data_dir / LAST_WORDS

    def today(self) -> str:
        """The date where the helpline lives, ISO."""
        return self.studio.today()


def parts(settings: Settings, clock: Callable[[], float] = time.time) -> Parts:
    """Everything joined, nothing started."""
    current, old = settings.keys()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database, Keyring(current, old))
    shelf = Shelf(settings.data_dir / "releases")
    figures = _figures(database, clock)
    limits = spending(settings, figures.turned_away)
    texting = outward.texting(settings, limits)
    folders = Folders(settings.menus_dir, settings.prompts_dir, settings.data_dir / "models")
    sounds = Sounds(settings.data_dir / "sounds")
    world = World(
        database=database,
        shelf=shelf,
        answerers={**answering(settings, limits), **texts.answerers(texting)},
        clock=clock,
        limits=limits,
        texting=texting,
        aloud=Aloud(_spoken(settings), shelf.current, sounds.path, folders.models),
    )
    vault = Vault(settings.recordings_dir / "messages", database.keyring)
    strips = speaking.spool(settings, database)
    trunk = outward.trunk(settings, database, limits, clock)
    bell = threading.Event()
    studio = Studio(
        database=database,
        vault=Vault(settings.recordings_dir / "studio", database.keyring),
        sounds=sounds,
        folders=folders,
        shelf=shelf,
        clock=clock,
        today=lambda: datetime.now(settings.zone).date().isoformat(),
        second_person=settings.second_person,
        hurry=bell.set,
    )
    kinds = {
        **duties.of_calls(settings, database, shelf, clock),
        **duties.of_messages(Postbox(database, None if trunk is None else trunk.carrier, vault, clock, strips)),
        **outward.kinds(trunk, settings.public_url),
        **outward.text_kinds(trunk, texting, settings.public_url),
        **outward.booth_kinds(trunk, studio),
        **retention.kinds(duties.keeping(settings, database, vault, clock)),
        **duties.of_the_studio(studio, settings.data_dir / LAST_WORDS),
        **refreshing.kinds(settings, database, clock),
    }
    return Parts(
        settings=settings,
        database=database,
        shelf=shelf,
        sounds=sounds,
        folders=folders,
        calls=Calls(world),
        clock=clock,
        kinds=kinds,
        bell=bell,
        figures=figures,
        vault=vault,
        trunk=trunk,
        studio=studio,
    )


def _figures(database: Database, clock: Callable[[], float]) -> Figures:
    figures = Figures()
    figures.registry.register(CallsInProgress(lambda: _in_progress(database)))
    figures.registry.register(JobsNow(lambda: _jobs_now(database, clock)))
    return figures


def _spoken(settings: Settings) -> FreeSpeech:
    return FreeSpeech(Sounds(settings.data_dir / SPOKEN))


def answering(settings: Settings, limits: Limits) -> Answerers:
    """What the outside answers when the engine asks."""
    recording = frozenset({CHANNEL, BROWSER} if settings.has_carrier else {BROWSER})
    connecting = frozenset({CHANNEL} if settings.tries_first else ())
    referrals = Referrals(communes.load)
    return {
        **answerers(limits),
        **asking.answerers(Asking(limits, recording)),
        **resuming.answerers(),
        **announcing.answerers(),
        **trying.answerers(Trying(limits, connecting)),
        **referring.answerers(referrals),
        **referring_area.answerers(referrals),
    }


def spending(settings: Settings, watch: Callable[[str, str], None]) -> Limits:
    """How much may be asked for, dialled and sent, and to whom."""
    caps: dict[Spent, Cap] = {
        "request": cap(settings.most_requests),
        "call": cap(settings.most_calls),
        "text": cap(settings.most_texts),
    }
    return Limits(settings.zone, settings.production, settings.reach, caps, watch)


def worker(joined: Parts) -> Worker:
    """What does the jobs, not started."""
    board = Board(joined.database, joined.kinds, joined.clock, joined.figures.job)
    planned = [each for each in duties.recurring(joined.settings.zone) if each.kind in joined.kinds]
    return Worker(board, Schedule(planned), joined.bell)


def application(joined: Parts) -> FastAPI:
    """The server: sounds and health always, the telephone where it is configured."""
    hands = worker(joined) if joined.settings.worker == "inside" else None
    live = speaking.speaking(joined.settings, joined.calls, joined.shelf, joined.sounds)
    app = FastAPI(
        lifespan=lambda _: _living(joined, hands, live),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    probes = {
        "database": joined.database.ping,
        "release": lambda: _need(joined.shelf.current() is not None),
        "sounds": lambda: _need(_all_sounds(joined)),
    }
    app.router.routes += [audio.route(joined.sounds.path, joined.calls.world.aloud)]
    app.router.routes += health.routes(probes, joined.figures.registry)
    if joined.settings.has_twilio:
        app.router.routes += Webhooks(telephone(joined, live.live)).routes()
        app.router.routes += outward.routes(joined.trunk, joined.shelf, joined.settings)
        app.router.routes += outward.text_routes(joined.trunk, joined.settings)
        app.router.routes += outward.booth_routes(joined.trunk, joined.studio, joined.settings)
    made = site(joined, live.ring)
    app.router.routes += live.routes(made.cookie)
    pages.mount(app, made)
    return app


def site(joined: Parts, ring: Rings | None = None) -> Site:
    """What the staff's pages share."""
    settings = joined.settings
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    local = f"http://{host}:{settings.port}"
    return Site(
        database=joined.database,
        base=settings.public_url if settings.public_url.startswith("https://") else local,
        zone=settings.zone,
        production=settings.production,
        spoken=lambda: {tongue.code: tongue.name for tongue in joined.shelf.current().content.tongues},
        wakes=Wakes(settings.database),
        release=joined.shelf.current,
        limits=joined.limits,
        texting=joined.calls.world.texting,
        vault=joined.vault,
        eraser=joined.eraser,
        studio=joined.studio,
        can_call=joined.trunk is not None,
        alone=settings.alone,
        ring=ring,
        hurry=joined.bell.set,
        proxies=settings.proxies,
        clock=joined.clock,
    )


def telephone(joined: Parts, live: Live | None = None) -> Telephone:
    """The line that Twilio's webhooks answer."""
    token = joined.settings.twilio_auth_token
    assert token is not None

    texting = joined.calls.world.texting

    def observe(kind: str, answer: Answer, seconds: float) -> None:
        joined.figures.turn(kind, answer.turn.node, answer.turn.result.value, seconds)

    return Telephone(
        calls=joined.calls,
        addresses=Addresses(joined.settings.public_url),
        auth_token=token.get_secret_value(),
        production=joined.settings.production,
        last_words=joined.last_words,
        observe=observe,
        switch=outward.switch(joined.trunk),
        live=live,
        texting=None if texting is None else texting.offered_to,
    )


@contextlib.asynccontextmanager
async def _living(joined: Parts, hands: Worker | None, live: Speaking) -> AsyncIterator[None]:
    """What runs beside the requests: last words are on disk before the first call, jobs are done."""
    with contextlib.suppress(StorageAway):
        standing.follow(joined.studio)
    last_words.write(joined.shelf.current(), joined.sounds.path, joined.last_words)
    with contextlib.suppress(BadSetting):
        await asyncio.to_thread(communes.load)  # so that no caller waits for it
    if hands is not None:
        hands.start()
    yield
    if hands is not None:
        await asyncio.to_thread(hands.stop)
    await asyncio.to_thread(live.close)
    joined.database.dispose()


def _in_progress(database: Database) -> int | None:
    try:
        with database.reading() as tx:
            return stored_calls.in_progress(tx)
    except StorageAway:
        return None


def _jobs_now(database: Database, clock: Callable[[], float]) -> tuple[Mapping[str, int], float] | None:
    now = clock()
    try:
        with database.reading() as tx:
            found = stored_jobs.counts(tx, now)
    except StorageAway:
        return None
    late = 0.0 if found.oldest_due is None else now - found.oldest_due
    return {"waiting": found.waiting, "running": found.running, "dead": found.dead}, late


def _all_sounds(joined: Parts) -> bool:
    return all(joined.sounds.path(sound.hash) for sound in joined.shelf.current().sounds.values())


def _need(well: bool) -> None:
    if not well:
        raise LookupError
