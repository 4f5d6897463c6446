"""Set-up: from a TopoJSON map of the world to the outlines of French territories (https://github.com/topojson)."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.directory import outlines

WORLD = "world-atlas/countries-10m.json"
ABOUT = "Outlines: Natural Earth, public domain. Made from the npm package world-atlas (ISC)."
MARGIN = 0.04
"""Of a picture's longer side, left free around the land: harbours and small islands that the map leaves out."""

Point = tuple[float, float]
"""Longitude, latitude."""


@dataclass(frozen=True)
class Cut:
    """A part of the world map: the land of one country (ISO 3166-1 numeric) inside of a box."""

    code: str
    name: str
    country: str
    box: tuple[float, float, float, float]  # south, west, north, east
    size: float  # of the picture's longer side

    def holds(self, ring: list[Point]) -> bool:
        """Whether this ring of land is inside."""
        south, west, north, east = self.box
        return all(south <= lat <= north and west <= lon <= east for lon, lat in ring)


CUTS = (
    Cut(outlines.MAINLAND, "France métropolitaine", "250", (41, -6, 52, 10), 1000),
    Cut("971", "Guadeloupe", "250", (15.5, -62, 17, -60.5), 240),
    Cut("972", "Martinique", "250", (14, -61.5, 15.2, -60.5), 240),
    Cut("973", "Guyane", "250", (1.5, -55.5, 6.5, -51), 240),
    Cut("974", "La Réunion", "250", (-22, 54.5, -20.5, 56.5), 240),
    Cut("976", "Mayotte", "250", (-13.5, 44.5, -12.3, 45.8), 240),
    Cut("975", "Saint-Pierre-et-Miquelon", "666", (46, -57, 48, -55), 240),
    Cut("977", "Saint-Barthélemy", "652", (17.5, -63.2, 18.2, -62.5), 240),
    Cut("978", "Saint-Martin", "663", (17.8, -63.5, 18.4, -62.8), 240),
    Cut("986", "Wallis-et-Futuna", "876", (-15, -179, -12, -175), 240),
    Cut("987", "Polynésie française", "258", (-29, -156, -7, -133), 240),
    Cut("988", "Nouvelle-Calédonie", "540", (-23.5, 158, -17.5, 169), 240),
)


def outlines_of(world: Mapping[str, Any]) -> dict[str, Any]:
    """What ivr/directory/outlines.py loads, out of a map of the world's countries."""
    countries = {one["id"]: one for one in world["objects"]["countries"]["geometries"] if "id" in one}
    rings = {code: list(_rings(world, countries[code])) for code in sorted({cut.country for cut in CUTS})}
    drawn = [_drawn(cut, [ring for ring in rings[cut.country] if cut.holds(ring)]) for cut in CUTS]
    return {"about": ABOUT, "territories": drawn}


def _rings(world: Mapping[str, Any], country: Mapping[str, Any]) -> Iterator[list[Point]]:
    shapes = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
    for ring in (ring for shape in shapes for ring in shape):
        points: list[Point] = []
        for index in ring:  # a negative one is ~index, walked backwards; each begins where the last one ended
            arc = _arc(world, index if index >= 0 else ~index)
            points += (arc if index >= 0 else arc[::-1])[1 if points else 0 :]
        yield points


def _arc(world: Mapping[str, Any], index: int) -> list[Point]:
    """Its steps added up: "the position is the sum of the deltas", then scaled and moved."""
    (across, down), (left, low) = world["transform"]["scale"], world["transform"]["translate"]
    x = y = 0
    points = []
    for step_x, step_y in world["arcs"][index]:
        x, y = x + step_x, y + step_y
        points.append((x * across + left, y * down + low))
    return points


def _drawn(cut: Cut, rings: list[list[Point]]) -> dict[str, Any]:
    south, north = _ends(lat for ring in rings for _, lat in ring)
    west, east = _ends(lon for ring in rings for lon, _ in ring)
    squeezed = math.cos(math.radians((south + north) / 2))
    margin = MARGIN * max(north - south, (east - west) * squeezed)
    south, north = south - margin, north + margin
    west, east = west - margin / squeezed, east + margin / squeezed
    down = cut.size / max(north - south, (east - west) * squeezed)
    bounds = {"south": south, "west": west, "north": north, "east": east, "across": down * squeezed, "down": down}
    one = outlines.Territory(cut.code, cut.name, **{name: round(value, 5) for name, value in bounds.items()}, path="")
    return {**vars(one), "path": "".join(_path(one, ring) for ring in rings)}


def _ends(values: Iterable[float]) -> tuple[float, float]:
    found = list(values)
    return min(found), max(found)


def _path(territory: outlines.Territory, ring: list[Point]) -> str:
    """One closed line; steps too small for the picture are left out."""
    points = [f"{x:g} {y:g}" for x, y in dict.fromkeys(territory.x_y(lat, lon) for lon, lat in ring)]
    return f"M{'L'.join(points)}Z"
