"""Which of several places is the right one, and what may be claimed of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, hypot, radians, sin, sqrt

from ivr.directory.hours import Hours, opens, read
from ivr.directory.offices import Office, Rule

Point = tuple[float, float]
"""Latitude and longitude."""

NEAR_KM = 30.0
NEAR_PLACES = 5
ABOUT_NOW = timedelta(hours=2)
"""Somebody who sets out now finds it open, or waits a little."""
EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be given. `same_commune`: it is where the caller lives; `competent`: it is so for them.

    `hours` is the JSON of the column: of few candidates it is read.
    """

    id: int
    kind: str
    name: str
    visit: bool | None = None
    at: Point | None = None
    hours: str | None = None
    same_commune: bool = False
    competent: bool = False


Measured = tuple[Candidate, float | None]
"""A place and how many kilometres away it is, where that is known."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """`sure`: it is competent; `near`: measured, one of the nearest that we know. Else neither may be said."""

    id: int
    sure: bool
    near: bool


def ranked(
    office: Office,
    candidates: Iterable[Candidate],
    here: Point | None,
    now: datetime,
    departement: str | None = None,
) -> tuple[Chosen, ...]:
    """The places that may be given, the right one first; `departement` is where they are, for its holidays."""
    found = [(one, _away(one, here)) for one in candidates]
    if office.rule is not Rule.NEAREST:
        competent = [(one, away) for one, away in found if one.competent]
        if competent or office.rule is Rule.COMPETENT:
            return tuple(Chosen(one.id, sure=True, near=False) for one, _ in sorted(competent, key=_by_distance))
        if len(found) == 1:
            return (Chosen(found[0][0].id, sure=office.sole, near=False),)
    ordered = sorted(found, key=_by_distance)
    near = _nearest(found)
    if office.soonest:
        ordered = _soonest_first(ordered, lambda hours: opens(hours, now, departement), now)
    return tuple(Chosen(one.id, sure=False, near=one.id in near) for one, _ in ordered)


def kilometres(one: Point, other: Point) -> float:
    """As the crow flies."""
    (lat, lon), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = hypot(sin((lat2 - lat) / 2), sqrt(cos(lat) * cos(lat2)) * sin((lon2 - lon) / 2))
    return 2 * EARTH_KM * asin(min(1.0, half))


def _away(one: Candidate, here: Point | None) -> float | None:
    return None if here is None or one.at is None else kilometres(here, one.at)


def _by_distance(measured: Measured) -> tuple[bool, bool, float, bool, str, int]:
    """Where one can only write comes last; what cannot be measured goes by commune and name."""
    one, away = measured
    return one.visit is False, away is None, away or 0.0, not one.same_commune, one.name, one.id


def _nearest(places: Iterable[Measured]) -> frozenset[int]:
    measured = sorted((away, one.id) for one, away in places if away is not None)
    return frozenset(id for _, id in measured[:NEAR_PLACES])


def _soonest_first(
    places: list[Measured], opening: Callable[[Hours], datetime | None], now: datetime
) -> list[Measured]:
    """Of the few that are near and can be visited; those whose hours nobody knows come after those that are known.

    Nobody is sent further for half an hour: what opens about now comes first, then what opens later on the same day.
    Where nobody knows whether one can go comes after where one can.
    """
    near = [
        (one, away)
        for one, away in places[:NEAR_PLACES]
        if one.visit is not False and away is not None and away <= NEAR_KM
    ]

    def wait(measured: Measured) -> tuple[bool, bool, int]:
        one, unsure = measured[0], measured[0].visit is None  # a bus is somewhere else most of the week
        hours = read(one.hours)
        at = None if hours is None else opening(hours)
        if at is None:
            return unsure, True, 0
        return unsure, False, 0 if at - now <= ABOUT_NOW else 1 + (at.date() - now.date()).days

    return [*sorted(near, key=wait), *places[len(near) :]]
