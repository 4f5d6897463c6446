"""What a text message says, from the release of the call and from the directory."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.actions.referring_hours import certain
from ivr.directory.hours import Hours
from ivr.engine import sms_text
from ivr.engine.sms_text import PLACE, Told
from ivr.engine.state import State
from ivr.release.release import Release
from ivr.store import places
from ivr.store.database import Transaction
from ivr.store.places import Place

PLACE_ID = "place_id"
"""The value that names the place that the caller was given."""
MAP = "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}"


@dataclass(frozen=True, slots=True)
class Body:
    """The words, in which language, and about which place."""

    text: str
    language: str
    place_id: int | None = None


def body(tx: Transaction, release: Release, state: State, what: str, today: str) -> Body | None:
    """What this caller would get of the text of this id; None when there is nothing to send."""
    language = state.language
    tongue = {tongue.code: tongue for tongue in release.content.tongues}.get(language or "")
    if tongue is None or language is None or what not in tongue.sms:
        return None
    if what != PLACE:
        return Body(sms_text.explained(release.content, language, what, today), language)
    id = state.values.get(PLACE_ID)
    place = places.get(tx, id) if isinstance(id, int) else None
    if place is None or place.gone_at is not None:
        return None
    return Body(sms_text.of_place(release.content, language, told(place)), language, place.id)


def told(place: Place) -> Told:
    """What a text says of a place."""
    address = ", ".join(filter(None, (place.street, place.extra, f"{place.postal_code} {place.city}".strip())))
    if place.visit is False:
        return Told(place.name, address, place.phone, visit=False)
    hours = certain(place)
    week = tuple(_week(hours)) if hours else ()
    return Told(place.name, address, place.phone, week, _map(place), place.visit)


def _map(place: Place) -> str:
    """An address that follows nobody; empty where nobody knows the point."""
    if place.lat is None or place.lon is None:
        return ""
    return MAP.format(lat=f"{place.lat:.5f}", lon=f"{place.lon:.5f}")


def _week(hours: Hours) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Days that follow each other with the same hours, the closed ones left out."""
    days = [(day, tuple((start, end) for start, end in hours.get(str(day), ()))) for day in range(1, 8)]
    begin = 0
    while begin < len(days):
        end = begin
        while end + 1 < len(days) and days[end + 1][1] == days[begin][1]:
            end += 1
        if days[begin][1]:
            yield _named(days[begin][0], days[end][0]), days[begin][1]
        begin = end + 1


def _named(first: int, last: int) -> str:
    """As `Week` has it."""
    return f"{first}-{last}" if last - first > 1 else "".join(str(day) for day in range(first, last + 1))
