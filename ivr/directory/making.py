"""Set-up: the table of postal codes and the map's outlines, made out of npm packages into made/, never into git."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ivr.directory import communes, outlines, outlining
from ivr.errors import BadSetting

ABOUT = (
    "Postal codes: INSEE, Code officiel géographique; DGFiP, FIMOCT; La Poste. Licence Ouverte 2.0."
    " Made from the npm packages codes-postaux and @etalab/decoupage-administratif (MIT)."
)
DIVISIONS = "@etalab/decoupage-administratif/data"
POSTAL_CODES = "codes-postaux/codes-postaux.json"
TODAY = ("commune-actuelle", "arrondissement-municipal")
UNINHABITED = ("984", "989")
"""The southern lands and Clipperton: nobody lives there, and no letter goes there by itself."""

Row = dict[str, Any]


def make(packages: Path, into: Path = communes.MADE) -> tuple[str, ...]:
    """Both files, from node_modules; their names. BadSetting when a package is missing."""
    made = {
        communes.TABLE: table(packages),
        outlines.FILE: outlining.outlines_of(_read(packages / outlining.WORLD)),
    }
    into.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        (into / name).write_bytes(gzip.compress(text, 9, mtime=0))
    return tuple(made)


def table(packages: Path) -> Row:
    """Every commune of today with its postal codes: the codes of both packages, old communes counted to today's."""
    divided: list[Row] = _read(packages / DIVISIONS / "communes.json")
    today = {row["code"]: row for row in divided if row["type"] in TODAY and row["departement"] not in UNINHABITED}
    codes = _codes(today, _read(packages / POSTAL_CODES), _successors(divided))
    names = {row["code"]: row["nom"] for row in _read(packages / DIVISIONS / "departements.json")}
    return {
        "about": ABOUT,
        "departements": {code: name for code, name in sorted(names.items()) if code not in UNINHABITED},
        "seats": {row["code"]: row["chefLieu"] for row in _read(packages / DIVISIONS / "arrondissements.json")},
        "communes": [_line(row, codes.get(row["code"], set())) for row in sorted(today.values(), key=_largest_first)],
    }


def _largest_first(row: Row) -> tuple[int, str]:
    """Of several names under one code, most people wait for that of the town."""
    return -row.get("population", 0), row["code"]


def _line(row: Row, codes: Iterable[str]) -> list[str]:
    placed = [row.get("arrondissement", ""), row.get("commune", "")]
    return [row["code"], row["nom"], row["departement"], *placed, " ".join(sorted(codes))]


def _successors(divided: Iterable[Row]) -> Mapping[str, str]:
    """Code of a commune that is no more -> the one it is part of."""
    after: dict[str, str] = {}
    for row in divided:
        after |= dict.fromkeys(row.get("anciensCodes", ()), row["code"])
        if "chefLieu" in row:
            after.setdefault(row["code"], row["chefLieu"])
    return after


def _codes(today: Mapping[str, Row], sorted_mail: Iterable[Row], after: Mapping[str, str]) -> dict[str, set[str]]:
    """INSEE -> postal codes. Paris, Lyon and Marseille have theirs by arrondissement."""
    cities = {row["commune"] for row in today.values() if "commune" in row}
    codes = {insee: set(row.get("codesPostaux", ())) for insee, row in today.items() if insee not in cities}
    for row in sorted_mail:
        insee = row["codeCommune"]
        insee = insee if insee in today else after.get(insee, "")
        if insee in codes:
            codes[insee].add(row["codePostal"])
    return codes


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise BadSetting(f"{path} is missing: run `npm ci` first") from None
