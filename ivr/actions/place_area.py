"""In which commune and département a town is, as its postal code tells."""

from collections.abc import Iterable, Mapping

from ivr.directory import communes
from ivr.store.place_list import folded


def area(postal_code: str, city: str) -> dict[str, str | None]:
    """The fields `insee` and `departement`; none where the code leaves open which."""
    found = communes.load().at(postal_code)
    named = [one for one in found.communes if folded(one.name) == folded(city)]
    fitting = named if len(named) == 1 else found.communes
    insee = fitting[0].insee if len(fitting) == 1 else None
    areas = {one.departement for one in fitting} or set(found.departements)
    return {"insee": insee, "departement": areas.pop() if len(areas) == 1 else None}


def names() -> Mapping[str, str]:
    """The départements, by code."""
    return communes.load().names


def named(areas: Iterable[str]) -> list[str]:
    """What areas (`c:` and a commune, `d:` and a département) are called, départements first."""
    table = communes.load()
    found: list[tuple[bool, str]] = []
    for area in sorted(set(areas)):
        kind, _, code = area.partition(":")
        commune = None if kind == "d" else table.commune(code)
        name = table.departement(code) if kind == "d" else commune and commune.name
        found.append((kind != "d", f"{name} ({code})" if name else code))
    return [name for _, name in sorted(found)]
