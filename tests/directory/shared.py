"""All of ../shared/directory, turned into files of the official formats and brought in by the real importers.

France services come as ANCT's list, préfectures as DILA's archive, communes as La Poste's list; the others as plain
tables, the administrative courts with the départements that they cover.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.actions.importing import Importer, Outcome, run
from ivr.actions.importing_source import wish
from ivr.store.database import Database
from tests.directory import formats

FOLDER = Path(__file__).parents[3] / "shared" / "directory"
PLAIN = ("caf_2026", "cpam_2026", "carsat_2026", "msa_2016_2019", "tribunaux_judiciaires_2021")
TYPES = {"prefecture": "prefecture", "sous_prefecture": "sous_pref", "prefecture_region": "prefecture_region"}

needs_shared = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not here")
"""For tests of the real addresses."""


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of one of the shared tables."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


def load_shared(database: Database, folder: Path) -> dict[str, Outcome]:
    """Writes the files into `folder` and imports them; what became of each set, by its name."""
    importer = Importer(database, folder / "work", lambda: "2026-11-22")
    return {name: run(importer, wish(str(path), None, name)) for name, path in _files(folder).items()}


def _files(folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    found = {
        "laposte": _written(
            folder / "laposte.csv",
            formats.hexasmal_csv((row["insee_code"], row["lat"], row["lon"]) for row in rows("commune_coords")),
        ),
        "france-services": _written(
            folder / "liste-fs-20240801.csv", formats.france_services_csv(rows("france_services_2024"))
        ),
        "dila": _prefectures(folder / "all_latest.tar.bz2"),
        "courts-admin": _written(folder / "ta.csv", formats.plain_csv(_courts())),
    }
    for name in PLAIN:
        found[name.replace("_", "-")] = _written(folder / f"{name}.csv", formats.plain_csv(rows(name)))
    return found


def _prefectures(path: Path) -> Path:
    """Their competence is not in the shared data: none is invented."""
    there = list(rows("prefectures_sous_prefectures_2022"))
    return formats.dila_archive(path, [formats.dila_record(row, TYPES[row["kind"]]) for row in there], day="20221028")


def _courts() -> Iterator[dict[str, str]]:
    covers = defaultdict[str, list[str]](list)
    for row in rows("ta_ressort"):
        covers[row["ta_source_id"]].append(row["departement"])
    for row in rows("tribunaux_administratifs_2016_2019"):
        yield {**row, "covers": "|".join(covers[row["source_id"]])}


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
