"""What a file brings, against what is there of its set: pure, before anything is written."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from ivr.directory.record import Area, BadSource, Item, Point, Record, Refused, Told
from ivr.store.place_import import FIELDS, AreaKey, Batch, Standing, spelled

HALF = 2


@dataclass(slots=True)
class Brought:
    """A whole file, read: the last word of each kind of item counts, but of two places with one id the first."""

    told: Told
    places: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    areas: set[AreaKey] = field(default_factory=set)
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    @property
    def came(self) -> int:
        """How many items of any kind can be used."""
        return len(self.places) + len(self.areas) + len(self.points)


def brought(items: Iterable[Item], told: Told, licence: str) -> Brought:
    """Reads all; places that name no licence have that of the set."""
    found = Brought(told)
    for item in items:
        match item:
            case Record():
                found.places[item.source_id] = _fields(item, licence)
            case Area():
                found.areas.add((item.area, item.kind, item.source_id))
            case Point():
                found.points[item.insee] = (item.lat, item.lon)
            case Refused():
                found.refused.append(item)
    return found


def _fields(record: Record, licence: str) -> Mapping[str, Any]:
    fields = {name: getattr(record, name) for name in FIELDS}
    return {**fields, "tags": list(record.tags), "licence": record.licence or licence}


def compared(new: Brought, old: Standing, batch: Batch) -> Batch:
    """Fills in what is to be written: only what is different."""
    own = batch.places_of == batch.source
    if own:
        _places(new, old, batch)
    known = old.places.keys() | (new.places.keys() if own else set())
    areas = {key for key in new.areas if key[2] in known}
    if unknown := len(new.areas) - len(areas):
        new.told.left_out["areas of places that are not in the set"] += unknown
    batch.new_areas, batch.old_areas = sorted(areas - old.areas), sorted(old.areas - areas)
    here = {insee: place for insee, place in new.points.items() if insee not in old.others_points}
    batch.new_points = {insee: place for insee, place in here.items() if old.points.get(insee) != place}
    batch.old_points = sorted(old.points.keys() - here.keys())
    return batch


def _places(new: Brought, old: Standing, batch: Batch) -> None:
    for id, fields in new.places.items():
        known = old.places.get(id)
        if known is None:
            batch.added[id] = fields
        elif known.imported != spelled(fields) or (known.gone and not known.by_hand):
            batch.changed[id] = fields
    stay = new.places.keys() | {refused.source_id for refused in new.refused}
    batch.vanished = [id for id, known in old.places.items() if id not in stay and not known.gone and not known.by_hand]


def judge(new: Brought, old: Standing, own: bool) -> None:
    """BadSource where a file is most likely not what it should be, though every row of it may be right."""
    if not new.came:
        raise BadSource(f"there is nothing in it that can be used, {len(new.refused)} rows were refused")
    known = old.places.keys() | (new.places.keys() if own else set())
    areas = {key for key in new.areas if key[2] in known}
    if not areas and not new.places and not new.points:
        raise BadSource("none of its areas is about a place that we have: import those places first")
    if own and len(new.refused) > len(new.places) + len(new.points):
        raise BadSource(f"most of it is refused: {len(new.refused)} of {len(new.refused) + len(new.places)} rows")
    if old.areas and not areas:
        raise BadSource(f"it says no more who is competent where; {len(old.areas)} areas are known")
    _shrunk(new, old, areas, {id for id, one in old.places.items() if own and not one.gone})
    _renamed(new, {id for id, one in old.places.items() if own and (one.by_hand or not one.gone)})


def _shrunk(new: Brought, old: Standing, areas: Set[AreaKey], alive: Set[str]) -> None:
    for what, before, now in (
        ("places", len(alive), len(new.places)),
        ("communes", len(old.points), len(new.points)),
        ("départements with competences", len(_covered(old.areas)), len(_covered(areas))),
    ):
        if before and now * HALF <= before:
            raise BadSource(f"it has shrunk from {before} to {now} {what}, by half or more")


def _renamed(new: Brought, known: Set[str]) -> None:
    """Corrections and removals are by id: they would all be lost at once."""
    there = len(known & (new.places.keys() | {refused.source_id for refused in new.refused}))
    if there * HALF < len(known):
        raise BadSource(f"of the {len(known)} places that are known it has only {there}: have their ids changed?")


def _covered(areas: Iterable[AreaKey]) -> set[tuple[str, str]]:
    """Département and kind: a whole département may be one area in one file and a hundred in the next."""
    return {(_departement(area), kind) for area, kind, _ in areas}


def _departement(area: str) -> str:
    code = area[2:]
    return code if area.startswith("d:") else code[: 3 if code.startswith(("97", "98")) else 2]
