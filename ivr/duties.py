"""What is done beside the calls: the kinds of job that call nobody, and when they are due by themselves."""

from collections.abc import Callable
from datetime import time as hour
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.actions import (
    callbacks,
    chores,
    dial_jobs,
    importing_jobs,
    last_words,
    messages,
    publishing,
    retention,
    strips,
    taking,
    text_jobs,
    treating,
    uploading,
)
from ivr.actions.jobs import Kind
from ivr.actions.messages import Postbox
from ivr.actions.retention import House
from ivr.actions.schedule import Daily, Every, Recurring
from ivr.actions.studio import Studio
from ivr.release.shelf import Shelf
from ivr.settings import Settings
from ivr.store.database import Database
from ivr.store.vault import Vault


def of_calls(settings: Settings, database: Database, shelf: Shelf, clock: Callable[[], float]) -> dict[str, Kind]:
    """What tidies up behind calls and jobs."""
    return {
        "close-forgotten-calls": Kind(chores.close_forgotten_calls(clock), repeats=True),
        "forget-done-jobs": Kind(chores.forget_done_jobs(clock), repeats=True),
        "forget-releases": Kind(chores.forget_releases(database, shelf), repeats=True),
        "return-stale-claims": Kind(callbacks.return_stale(clock, settings.claim_minutes), repeats=True),
    }


def of_messages(box: Postbox) -> dict[str, Kind]:
    """What callers spoke, to the telephone company or to us."""
    return {
        messages.FETCH: messages.fetch_kind(box),
        messages.SWEEP: messages.sweep_kind(box.database, box.vault),
        strips.SWEEP: strips.sweep_kind(box.database, box.strips, box.clock),
    }


def of_the_studio(studio: Studio, words: Path) -> dict[str, Kind]:
    """What is done with recordings and publications; `words` is where the sounds of last resort lie."""

    def heard() -> None:
        last_words.write(studio.shelf.current(), studio.sounds.path, words)

    return {
        taking.TREAT: treating.treat_kind(studio),
        treating.SWEEP: treating.sweep_kind(studio),
        uploading.FILE: uploading.file_kind(studio),
        publishing.PUBLISH: publishing.publish_kind(studio, heard),
    }


def keeping(settings: Settings, database: Database, vault: Vault, clock: Callable[[], float]) -> House:
    """What is kept for how long."""
    days = {rule.setting: int(getattr(settings, rule.setting)) for rule in retention.RULES}
    return House(database, vault, settings.zone, clock, days, settings.has_carrier)


def recurring(zone: ZoneInfo) -> tuple[Recurring, ...]:
    """The kinds that nobody has to ask for."""
    return (
        Every("close-forgotten-calls", 600),
        Every("return-stale-claims", 300),
        Every(dial_jobs.WATCH, 60),
        Every(text_jobs.WATCH, 600),
        Every(messages.SWEEP, 3600),
        Every(strips.SWEEP, 600),
        Every(treating.SWEEP, 3600),
        Every(importing_jobs.REFRESH, importing_jobs.WEEK),
        Daily("forget-done-jobs", hour(3, 40), zone),
        Daily("forget-releases", hour(3, 50), zone),
        *retention.recurring(zone),
    )
