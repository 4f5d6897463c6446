"""The annuaire of DILA: its daily archive, or what its API and its exports give (see docs/directory.md).

A record is the same everywhere, but in the API its nested values are texts that hold JSON.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ijson

from ivr.directory.hours import from_dila
from ivr.directory.importing import archives, cleaning
from ivr.directory.importing.communes import competences
from ivr.directory.importing.places import Maker, Raw
from ivr.directory.record import Bad, BadSource, Item, Point, Refused, Told

KINDS: Mapping[str, str] = {
    "prefecture": "prefecture",
    "paris_ppp": "prefecture",
    "sous_pref": "sous_prefecture",
    "cpam": "cpam",
    "caf": "caf",
    "msa": "msa",
    "carsat": "carsat",
    "ta": "tribunal_administratif",
    "tgi": "tribunal_judiciaire",
    "tj": "tribunal_judiciaire",
    "ti": "tribunal_proximite",
    "tprx": "tribunal_proximite",
    "ofii": "ofii",
    "mjd": "legal_aid",
    "permanence_juridique": "legal_aid",
}
"""Their types, and our kinds. France services (msap) come from their own set, with their hours."""

FAR_SOUTH = "Terres australes"

TOWN_HALLS = frozenset({"mairie", "paris_mairie_arrondissement"})
"""No places of ours, but they tell where a commune lies."""

SERVICES, COMMUNES = re.compile(r"(\d{8})?.*data\.gouv_local\.json"), re.compile(r".*data\.gouv_commune\.zip")
HEAD = 1 << 16
_LIST = re.compile(rb"\"(service|results|records)\"\s*:\s*\[")


def read(path: Path, told: Told) -> Iterator[Item]:
    """An archive, or a JSON file."""
    with path.open("rb") as opened:
        head = opened.read(HEAD)
    reader = _Reader(told)
    if head.startswith(b"BZh"):
        yield from reader.archive(path)
        return
    with path.open("rb") as opened:
        yield from reader.services(archives.Bounded(opened, archives.MOST))


class _Reader:
    def __init__(self, told: Told) -> None:
        self._told, self._maker, self._placed = told, Maker(told), set[str]()

    def archive(self, path: Path) -> Iterator[Item]:
        """Both of its files, in whatever order."""
        found = False
        for name, member in archives.members(path):
            if dated := SERVICES.fullmatch(name):
                found = True
                self._dated(dated[1])
                yield from self.services(member)
            elif COMMUNES.fullmatch(name):
                yield from competences(member, KINDS)
        if not found:
            raise BadSource("it holds no …data.gouv_local.json: is it DILA's archive?")

    def services(self, opened: archives.Stream) -> Iterator[Item]:
        """One record after another, however long the file is."""
        stream = archives.Peeked(opened, HEAD)
        try:
            for number, record in enumerate(ijson.items(stream, _prefix(stream.head), use_float=True), 1):
                yield from self._items(number, record)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise BadSource(f"its JSON is cut off or broken: {str(error).splitlines()[0][:100]}") from None

    def _dated(self, digits: str | None) -> None:
        if digits:
            self._told.date = cleaning.day(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}") or ""

    def _items(self, number: int, record: Any) -> Iterator[Item]:
        where = f"record {number}"
        if not isinstance(record, dict):
            yield Refused(where, "it is no record")
            return
        id = cleaning.text(record.get("id"))[: cleaning.LINE_MOST]
        try:
            types = [cleaning.text(pivot.get("type_service_local")) for pivot in nested(record.get("pivot"))]
            if TOWN_HALLS & set(types):
                yield from self._point(record)
            yield from self._place(record, id, types)
        except Bad as bad:
            yield Refused(where, str(bad), id)

    def _place(self, record: Mapping[str, Any], id: str, types: list[str]) -> Iterator[Item]:
        kind = next((KINDS[type] for type in types if type in KINDS), None)
        if kind is None:
            self._told.left_out[f"of type {types[0][:40] if types else 'none'}"] += 1
        elif cleaning.text(record.get("statut_de_diffusion")).lower() == "false":
            self._told.left_out["not published any more"] += 1
        elif kind == "prefecture" and _gives_no_papers(record, types):
            self._told.left_out["a prefecture where nobody's papers are made"] += 1
        else:
            yield self._maker.record(_raw(record, id, kind))

    def _point(self, record: Mapping[str, Any]) -> Iterator[Item]:
        """The first town hall of a commune counts."""
        address, insee = _address(record)[0], _insee(record)
        here = cleaning.coordinates(address.get("latitude"), address.get("longitude"))
        if here and insee and insee not in self._placed:
            self._placed.add(insee)
            yield Point(insee, *here)


def _prefix(head: bytes) -> str:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return "item"
    if named := _LIST.search(head):
        return f"{named[1].decode()}.item"
    raise BadSource("its JSON holds no list of services")


def nested(value: Any) -> list[dict[str, Any]]:
    """A list of objects, be it one, a text that holds one, or nothing."""
    found = _loaded(value)
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def _loaded(value: Any) -> Any:
    """What a text holds that is JSON; anything else is what it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise Bad("a nested value is no JSON") from None


def _raw(record: Mapping[str, Any], id: str, kind: str) -> Raw:
    (address, visit), parsed = _address(record), from_dila(nested(record.get("plage_ouverture")))
    parts = (address.get(name) for name in ("complement1", "complement2", "service_distribution"))
    values = {
        "source_id": id,
        "kind": kind,
        "name": record.get("nom"),
        "street": address.get("numero_voie"),
        "extra": ", ".join(part for value in parts if (part := cleaning.text(value))),
        "postal_code": address.get("code_postal"),
        "city": address.get("nom_commune"),
        "insee": _insee(record),
        "lat": address.get("latitude"),
        "lon": address.get("longitude"),
        "phone": _first(record.get("telephone")),
        "email": _first(record.get("adresse_courriel")),
        "website": _first(record.get("site_internet")),
        "hours_note": parsed.note,
        "note": record.get("commentaire_plage_ouverture"),
        "record_updated": record.get("date_modification"),
    }
    return Raw(values, visit, parsed.hours)


def _address(record: Mapping[str, Any]) -> tuple[dict[str, Any], bool | None]:
    """Where one can go, if there is such an address; else where one can write to."""
    found = nested(record.get("adresse"))
    real = [one for one in found if cleaning.text(one.get("type_adresse")) == "Adresse"]
    if real:
        return next((one for one in real if one.get("latitude")), real[0]), True
    return (found[0], False) if found else ({}, None)


def _insee(record: Mapping[str, Any]) -> str | None:
    for pivot in nested(record.get("pivot")):
        if code := cleaning.insee(pivot.get("code_insee_commune")):
            return code
    return cleaning.insee(_loaded(record.get("code_insee_commune")))


def _gives_no_papers(record: Mapping[str, Any], types: list[str]) -> bool:
    """Papers of Paris are with its police prefecture; nobody lives in the lands in the far south."""
    of_paris = (_insee(record) or "").startswith("75") and "paris_ppp" not in types
    return of_paris or FAR_SOUTH in cleaning.text(record.get("nom"))


def _first(value: Any) -> Any:
    """Of a list of `valeur`s, or a list or text of values."""
    found = _loaded(value)
    first = found[0] if isinstance(found, list) and found else found
    if isinstance(first, str):
        return first
    return next((one.get("valeur") for one in nested(found) if one.get("valeur")), "")
