"""Which places may be right for somebody who lives somewhere: only those rows are read, by index."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, or_, select

from ivr.store.database import Stored, Transaction
from ivr.store.directory_tables import commune_points, place_areas, places

MOST = 9
"""A few more than anybody listens to: of some no address is known."""

Spot = tuple[float, float]
"""Latitude and longitude."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """What choosing needs of a place; `tellable`: there is an address to tell. `area`: it is competent there."""

    id: int
    kind: str
    name: str
    insee: str | None
    visit: bool | None
    at: Spot | None
    hours: str | None  # JSON
    tellable: bool
    area: str | None = None
    address: str = ""  # street and town, where both are known


KINDS: BindParameter[Any] = bindparam("kinds", expanding=True)
AREAS: BindParameter[Any] = bindparam("areas", expanding=True)
OF_COMMUNE = commune_points.c.insee == places.c.insee
LAT = func.coalesce(places.c.lat, select(commune_points.c.lat).where(OF_COMMUNE).scalar_subquery())
LON = func.coalesce(places.c.lon, select(commune_points.c.lon).where(OF_COMMUNE).scalar_subquery())
LIGHT = (
    places.c.id,
    places.c.kind,
    places.c.name,
    places.c.insee,
    places.c.visit,
    LAT.label("lat"),
    LON.label("lon"),
    places.c.hours,
    or_(places.c.street != "", places.c.city != "").label("tellable"),
    case(
        (and_(places.c.street != "", places.c.postal_code != ""), places.c.street + " " + places.c.postal_code),
        else_="",
    ).label("address"),
)
THERE = places.c.gone_at.is_(None)

COMPETENT = (
    select(*LIGHT, place_areas.c.area)
    .join(places, places.c.id == place_areas.c.place_id)
    .where(place_areas.c.area.in_(AREAS), place_areas.c.kind.in_(KINDS), THERE)
    .where(or_(places.c.corrected.is_(None), places.c.kind.in_(KINDS)))  # a person may say that it is another office
)
OF_OTHERS = (
    select(place_areas.c.area)
    .where(place_areas.c.kind.in_(KINDS))
    .where(or_(place_areas.c.area.in_(AREAS), place_areas.c.place_id == bindparam("place")))
    .limit(1)
)
ANYWHERE = select(places.c.id).where(places.c.kind.in_(KINDS), THERE).limit(1)
FOR_ANYBODY = ANYWHERE.join(place_areas, place_areas.c.place_id == places.c.id)
# On a flat map of the few degrees of a département: good enough to sort by.
NORTH, EAST = LAT - bindparam("lat"), LON - bindparam("lon")
SQUARE = NORTH * NORTH + EAST * EAST * bindparam("narrow")
CANNOT_VISIT = case((places.c.visit.is_(False), 1), else_=0)
BY_NAME = (case((places.c.insee == bindparam("insee"), 0), else_=1), places.c.name, places.c.id)
IN_DEPARTEMENT = select(places.c.id).where(
    places.c.kind.in_(KINDS), places.c.departement == bindparam("departement"), THERE
)


def _first(*order: ColumnElement[Any]) -> Select[Any]:
    """The few that come first: hundreds are sorted by their ids alone, only these are read whole."""
    few = IN_DEPARTEMENT.order_by(*order).limit(MOST)
    return select(*LIGHT).where(places.c.id.in_(few)).order_by(*order)


NEAREST = _first(CANNOT_VISIT, SQUARE.nulls_last(), *BY_NAME)
ANY = _first(CANNOT_VISIT, *BY_NAME)
POINTS = select(commune_points.c.insee, commune_points.c.lat, commune_points.c.lon).where(
    commune_points.c.insee.in_(bindparam("communes", expanding=True))
)
MIDDLE = select(func.avg(places.c.lat), func.avg(places.c.lon)).where(
    places.c.kind.in_(KINDS), places.c.insee == bindparam("insee"), THERE, places.c.lat.is_not(None)
)


def competent(tx: Transaction, kinds: Sequence[str], areas: Sequence[str]) -> list[Nearby]:
    """The places that are competent for one of these areas, which come in the order in which they count.

    Of each kind only those of the first area that has any.
    """
    rows = [_nearby(row, row.area) for row in tx.execute(COMPETENT, {"kinds": list(kinds), "areas": list(areas)})]
    first: dict[str, int] = {}
    for row in rows:
        assert row.area is not None
        first[row.kind] = min(first.get(row.kind, len(areas)), areas.index(row.area))
    return [row for row in rows if row.area == areas[first[row.kind]]]


def doubted(tx: Transaction, kinds: Sequence[str], areas: Sequence[str], place_id: int) -> bool:
    """Whether a place that is not competent for these areas is so for others, or who is competent for them is gone."""
    asked = {"kinds": list(kinds), "areas": list(areas), "place": place_id}
    return tx.execute(OF_OTHERS, asked).first() is not None


def anywhere(tx: Transaction, kinds: Sequence[str], only_competent: bool) -> bool:
    """Whether there is any such place in the country; `only_competent`: one of which it is known for whom it is."""
    return tx.execute(FOR_ANYBODY if only_competent else ANYWHERE, {"kinds": list(kinds)}).first() is not None


def in_departement(
    tx: Transaction, kinds: Sequence[str], departement: str, here: Spot | None, insee: str | None
) -> list[Nearby]:
    """The nearest in the département, those where one can only write last; by commune and name without `here`."""
    given: dict[str, Any] = {"kinds": list(kinds), "departement": departement, "insee": insee or ""}
    if here is None:
        return [_nearby(row) for row in tx.execute(ANY, given)]
    narrow = cos(radians(here[0])) ** 2
    return [_nearby(row) for row in tx.execute(NEAREST, {**given, "lat": here[0], "lon": here[1], "narrow": narrow})]


def point(tx: Transaction, communes: Sequence[str], kinds: Sequence[str]) -> Spot | None:
    """Where a commune is; else its parent, which comes after it; else amid its places of these kinds."""
    if not communes:
        return None
    found = {row.insee: (row.lat, row.lon) for row in tx.execute(POINTS, {"communes": list(communes)})}
    for insee in communes:
        if insee in found:
            return found[insee]
    lat, lon = tx.execute(MIDDLE, {"kinds": list(kinds), "insee": communes[0]}).one()
    return None if lat is None or lon is None else (lat, lon)


def _nearby(row: Stored, area: str | None = None) -> Nearby:
    return Nearby(
        id=row.id,
        kind=row.kind,
        name=row.name,
        insee=row.insee,
        visit=row.visit,
        at=None if row.lat is None or row.lon is None else (row.lat, row.lon),
        hours=row.hours,
        tellable=bool(row.tellable),
        area=area,
        address=row.address,
    )
