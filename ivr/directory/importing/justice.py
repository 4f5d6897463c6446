"""The Ministry of Justice: its courts with their addresses, and which court is competent for each commune.

Two sets. A court is known in both by the code of its origin and its number. One published list of communes had its
columns shifted between communes, which no look at single rows shows: some pairs that everybody knows are asked first.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ivr.directory.importing import cleaning
from ivr.directory.importing.communes import together
from ivr.directory.importing.places import Maker, Raw
from ivr.directory.importing.tables import rows, table
from ivr.directory.record import Area, Bad, BadSource, Item, Refused, Told

COURTS = {
    "name": "NOM_ETABLISSEMENT",
    "street": "NUMÉRO_ET_LIBELLÉ_VOIE",
    "extra": "LIEU_DIT",
    "postal_code": "CODE_POSTAL",
    "city": "LIGNE_D_ACHEMINEMENT",
    "insee": "CODE_INSEE",
    "lat": "COORDONNÉES_Y",
    "lon": "COORDONNÉES_X",
    "phone": "NU_TEL",
    "email": "ADRESSE_MAIL",
}
KEYS = ("TYPE", "CODE_ORIG", "NUM")
TYPES = {
    "TJ": "tribunal_judiciaire",
    "TGI": "tribunal_judiciaire",
    "TPI": "tribunal_judiciaire",
    "TPRX": "tribunal_proximite",
    "TPR": "tribunal_proximite",
    "TI": "tribunal_proximite",
}
COMPETENT = {"tribunal_judiciaire": ("Orig. TJ", "N° TJ"), "tribunal_proximite": ("Orig. TPRX", "N° TPRX")}
COMMUNE, COURT = "Commune", "Tribunal judiciaire compétent"
EVERYBODY_KNOWS = {"13201": "marseille", "69381": "lyon", "75056": "paris"}


def read_courts(path: Path, told: Told) -> Iterator[Item]:
    """The courts that we know as kinds."""
    found = table(path)
    if not found.has((*KEYS, COURTS["name"])):
        raise BadSource("it does not have the columns of the structures of the Ministry of Justice")
    maker = Maker(told)
    for number, row, wrong in rows(found, told):
        id, kind = _id(row.get("CODE_ORIG", ""), row.get("NUM", "")), TYPES.get(row.get("TYPE", "").strip())
        if kind is None and not wrong:
            told.left_out[f"of type {cleaning.text(row['TYPE'])[:20]}"] += 1
            continue
        try:
            if wrong:
                raise Bad(wrong)
            values = {ours: row.get(theirs, "") for ours, theirs in COURTS.items()}
            yield maker.record(Raw({**values, "source_id": id, "kind": kind}, visit=True))
        except Bad as bad:
            yield Refused(f"line {number}", str(bad), id)


def read_communes(path: Path, told: Told) -> Iterator[Item]:
    """The areas, once the pairs that everybody knows are right."""
    found = table(path)
    if not found.has((COMMUNE, COURT, *COMPETENT["tribunal_judiciaire"])):
        raise BadSource("it does not have the columns of the list of competent courts")
    competent: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {}
    communes: dict[str, set[str]] = {}
    proven: set[str] = set()
    for number, row, wrong in rows(found, told):
        try:
            insee = _commune(row, wrong)
        except Bad as bad:
            yield Refused(f"line {number}", str(bad))
            continue
        proven |= _proven(insee, row[COURT])
        departement = insee[:3] if insee.startswith(("97", "98")) else insee[:2]
        communes.setdefault(departement, set()).add(insee)
        for kind, (origin, place) in COMPETENT.items():
            if id := _id(row.get(origin, ""), row.get(place, "")):
                competent.setdefault(departement, {}).setdefault(kind, {})[insee] = (id,)
    if missing := EVERYBODY_KNOWS.keys() - proven:
        raise BadSource(f"it does not name {', '.join(sorted(missing))}, by which we see whether its columns are right")
    yield from _areas(competent, communes)


def _areas(
    competent: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]], communes: Mapping[str, set[str]]
) -> Iterator[Area]:
    for departement, by_kind in competent.items():
        for kind, by_commune in by_kind.items():
            yield from together(departement, kind, by_commune, communes[departement])


def _commune(row: Mapping[str, str], wrong: str) -> str:
    insee = None if wrong else cleaning.insee(row[COMMUNE])
    if not insee:
        raise Bad(wrong or "it names no commune")
    return insee


def _proven(insee: str, court: str) -> set[str]:
    """BadSource where Marseille belongs to another court than that of Marseille."""
    town = EVERYBODY_KNOWS.get(insee)
    if town is None:
        return set()
    if town not in re.findall(r"\w+", court.casefold()):
        raise BadSource(f"{insee} is given to “{cleaning.text(court)[:60]}”: its columns are shifted")
    return {insee}


def _id(origin: str, number: str) -> str:
    """Leading zeros are lost in some files."""
    parts = [part.strip().lstrip("0") for part in (origin, number)]
    return "-".join(parts) if number.strip() else ""
