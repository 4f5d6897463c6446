"""What all pages share, given by app.py as plain values."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from ivr.actions.erasing import Eraser
from ivr.actions.handset import Rings
from ivr.actions.limits import Limits
from ivr.actions.studio import Studio
from ivr.actions.texting import Texting
from ivr.release.release import Release
from ivr.store.database import Database
from ivr.store.vault import Vault
from ivr.web.assets import Assets, load
from ivr.web.catalogues import Language, languages
from ivr.web.wakes import Wakes

STREAM_SECONDS = 600.0


@dataclass(frozen=True)
class Site:
    """`base` is the address under which browsers know us; `spoken` gives the phone's languages, code to name.

    `release` is what callers hear now; `can_call` whether a telephone company places calls for us;
    `vault` holds callers' messages; `hurry` has a worker in this process look for new jobs at once.
    `texting` sends text messages, where that is configured.
    `ring` begins a call from a browser, where a channel takes it; `alone` is a trial that only this machine reaches.
    """

    database: Database
    base: str
    zone: ZoneInfo
    production: bool
    spoken: Callable[[], Mapping[str, str]]
    wakes: Wakes
    release: Callable[[], Release]
    limits: Limits
    vault: Vault
    eraser: Eraser
    studio: Studio
    can_call: bool = False
    texting: Texting | None = None
    ring: Rings | None = None
    alone: bool = False
    hurry: Callable[[], None] = lambda: None
    proxies: int = 0
    clock: Callable[[], float] = time.time
    stream_seconds: float = STREAM_SECONDS
    assets: Assets = field(default_factory=load)
    languages: Mapping[str, Language] = field(default_factory=languages)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https only."""
        return self.base.startswith("https://")

    @property
    def cookie(self) -> str:
        """The cookie's name; with the prefix browsers take it from this host alone, over TLS."""
        return "__Host-hamrah" if self.secure else "hamrah"

    @property
    def first_language(self) -> Language:
        """What a newcomer reads."""
        return next(iter(self.languages.values()))
