"""A place out of the raw values that every format has under other names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivr.directory.communes import Communes, load
from ivr.directory.importing import cleaning
from ivr.directory.record import KINDS, Bad, Record, Told
from ivr.errors import BadSetting

_CORSICA = re.compile(r"20[01]\d\d")


@dataclass(frozen=True, slots=True)
class Raw:
    """What a format knows of a place beside its plain values: `values` by the names of Record's fields."""

    values: Mapping[str, Any]
    visit: bool | None = None
    hours: Any = None  # in the canonical form, or None
    tags: Sequence[str] = ()


class Maker:
    """Makes places of one file: counts what it drops, and knows the départements of postal codes."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._seen: set[str] = set()
        self._dead = 0
        try:
            self._communes: Communes | None = load()
        except BadSetting:
            self._communes = None
            told.remarks.append("without the table of postal codes (`ivr assets`) départements are taken as they begin")

    def record(self, raw: Raw) -> Record:
        """The place; Bad says why it is refused."""
        given = raw.values
        id, kind = cleaning.line(given.get("source_id"), "the id"), str(given.get("kind"))
        self._known(id, kind)
        place = cleaning.coordinates(given.get("lat"), given.get("lon"))
        postal, city = cleaning.postal(given.get("postal_code")), cleaning.city(given.get("city"))
        insee = cleaning.insee(given.get("insee"))
        known = cleaning.departement(given.get("departement"))
        self._told.left_out["dead 0810 numbers"] += cleaning.dead(given.get("phone"))
        self._told.left_out["numbers at a higher price"] += cleaning.dear(given.get("phone"))
        return Record(
            source_id=id,
            kind=kind,
            name=self._named(given),
            street=cleaning.line(given.get("street"), "the street"),
            extra=cleaning.line(given.get("extra"), "the rest of the address"),
            postal_code=postal,
            city=city,
            insee=insee,
            departement=known or self._departement(insee, postal, city),
            visit=raw.visit,
            lat=place[0] if place else None,
            lon=place[1] if place else None,
            phone=cleaning.phone(given.get("phone")),
            email=cleaning.email(given.get("email")),
            website=cleaning.website(given.get("website")),
            hours=raw.hours,
            hours_note=cleaning.note(given.get("hours_note")),
            tags=tuple(dict.fromkeys(cleaning.line(tag, "a tag") for tag in raw.tags)),
            note=cleaning.note(given.get("note")),
            record_updated=cleaning.day(given.get("record_updated")),
            licence=cleaning.line(given.get("licence"), "the licence"),
        )

    def _known(self, id: str, kind: str) -> None:
        if not id:
            raise Bad("it has no id")
        if id in self._seen:
            raise Bad("another row before has this id")
        self._seen.add(id)
        if kind not in KINDS:
            raise Bad(f"“{kind[:40]}” is no kind of place that we know")

    @staticmethod
    def _named(given: Mapping[str, Any]) -> str:
        name = cleaning.line(given.get("name"), "the name")
        if not any(sign.isalnum() for sign in name):
            raise Bad("it has no name")
        return name

    def _departement(self, insee: str | None, postal: str, city: str) -> str | None:
        if insee:
            return insee[:3] if insee.startswith(("97", "98")) else insee[:2]
        if not postal:
            return None
        return self._looked_up(postal, city) or _beginning(postal)

    def _looked_up(self, postal: str, city: str) -> str | None:
        """Some postal codes lie in two départements: then the name of the town decides, if anything."""
        if self._communes is None:
            return None
        communes = self._communes.at(postal).communes
        those = {commune.departement for commune in communes}
        named = {commune.departement for commune in communes if _plain(commune.name) == _plain(city)}
        found = those if len(those) == 1 else named
        return found.pop() if len(found) == 1 else None


def _beginning(postal: str) -> str | None:
    if postal.startswith("20"):
        return "2A" if _CORSICA.fullmatch(postal) else "2B"
    found = postal[:3] if postal.startswith(("97", "98")) else postal[:2]
    try:
        return cleaning.departement(found)
    except Bad:
        return None


def _plain(name: str) -> str:
    return re.sub(r"\W", "", name).casefold()
