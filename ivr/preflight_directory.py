"""Whether callers can be sent anywhere: sets that are missing, old or were refused, and places that are gone."""

from collections.abc import Iterator
from datetime import date

from ivr.app import Parts
from ivr.directory.importing import known
from ivr.errors import StorageAway
from ivr.preflight import Line
from ivr.store import given, imports
from ivr.store.database import Transaction
from ivr.store.imports import HAND, Set

DAY = 86_400
TOLD_DAYS = 90
LOAD = "ivr directory import dila`, then france-services and laposte (docs/directory.md)"


def report(joined: Parts) -> list[Line]:
    """Notes, never mistakes: without a directory callers are brought to a person."""
    try:
        if not joined.database.is_current():
            return []
        with joined.database.reading() as tx:
            return list(_lines(tx, joined))
    except StorageAway:  # said elsewhere
        return []


def hint(joined: Parts) -> str:
    """How the directory is filled; nothing where something is in it."""
    with joined.database.reading() as tx:
        return "" if imports.any_place(tx) else f"The directory of offices is empty. To load it: `.venv/bin/{LOAD}"


def _lines(tx: Transaction, joined: Parts) -> Iterator[Line]:
    if not imports.any_place(tx):
        yield Line("missing", f"directory: no places, callers are sent nowhere: `{LOAD}")
    today = date.fromisoformat(joined.today())
    for one in imports.sets(tx):
        if one.source != HAND:
            yield from _about(one, today)
    gone = given.vanished(tx, joined.clock() - TOLD_DAYS * DAY)
    if gone:
        times = sum(lost.times for lost in gone)
        what = f"{len(gone)} places are gone that callers were sent to in the last {TOLD_DAYS} days ({times} times)"
        yield Line("note", f"directory: {what}: see the directory's page")


def _about(one: Set, today: date) -> Iterator[Line]:
    there = f"{one.places} places" if one.places else f"{one.areas} areas, {one.points} communes"
    age = _days_since(one.date, today)
    if age is not None and age > known.stale_days(one.source):
        yield Line("note", f"directory: {one.source} is of {one.date}: {_how(one.source)}")
    elif one.last:
        yield Line("ok", f"directory: {one.source}, {there}, of {one.date}")
    if one.tried and one.tried.state in (imports.REFUSED, imports.FAILED):
        yield Line("note", f"directory: the last import of {one.source} was {one.tried.state}: {one.tried.report[0]}")


def _how(source: str) -> str:
    return f"`ivr directory import {source}`" if source in known.KNOWN else "import a newer file"


def _days_since(day: str, today: date) -> int | None:
    try:
        return (today - date.fromisoformat(day)).days
    except ValueError:
        return None
