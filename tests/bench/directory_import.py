"""The annuaire's archive at its real size, imported by a process of its own; against only parsing the same archive."""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import ijson

from ivr.actions.importing import Importer, run
from ivr.actions.importing_source import wish
from ivr.directory.importing import archives
from ivr.directory.importing.dila import SERVICES
from tests import databases
from tests.directory import formats

RECORDS, COMMUNES = 63_000, 35_000
OURS = {"prefecture": 1, "sous_pref": 3, "cpam": 12, "caf": 8, "msa": 4, "carsat": 1, "ta": 1, "tgi": 2, "ti": 2}
"""Offices of a département, as many as there are in fact; some share it among themselves."""
DEPARTEMENTS = [f"{n:02}" for n in range(1, 96) if n != 20]
HOURS = {
    "nom_jour_debut": "Lundi",
    "nom_jour_fin": "Vendredi",
    "valeur_heure_debut_1": "09:00:00",
    "valeur_heure_fin_1": "12:00:00",
    "valeur_heure_debut_2": "13:30:00",
    "valeur_heure_fin_2": "16:30:00",
    "commentaire": "",
}


@dataclass(frozen=True)
class Measured:
    """Seconds of the import, of its one transaction and of parsing alone; the most memory of the importing process."""

    seconds: float
    writing: float
    parsing: float
    megabytes: float
    places: int
    areas: int

    @property
    def ratio(self) -> float:
        """How much longer than parsing alone."""
        return self.seconds / self.parsing


def measured(url: str = "") -> Measured:
    """A first import, which writes the most, into SQLite or the database of the address."""
    with tempfile.TemporaryDirectory(prefix="hamrah-bench-") as name:
        folder = Path(name)
        archive = _archive(folder)
        if not url:
            databases.migrated_sqlite(folder / "hamrah.db")
        begun = time.perf_counter()
        _parse(archive)
        parsing = time.perf_counter() - begun
        command = [sys.executable, "-m", __name__, str(archive), url or f"sqlite:///{folder}/hamrah.db"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return Measured(parsing=parsing, **json.loads(done.stdout))


def _archive(folder: Path) -> Path:
    chance = random.Random(8)
    communes = [f"{code}{n:03}" for code in DEPARTEMENTS for n in range(1, COMMUNES // len(DEPARTEMENTS) + 1)]
    offices: dict[str, dict[str, list[str]]] = {}
    records = list(_offices(offices))
    records += [formats.town_hall(insee, *_here(chance)) | {"plage_ouverture": [HOURS]} for insee in communes]
    others = (formats.dila_record(_row(f"other-{n}", "13055"), "ccas") for n in count())
    records += [next(others) for _ in range(RECORDS - len(records))]
    areas = {insee: _competent(offices[insee[:2]], chance) for insee in communes}
    return formats.dila_archive(folder / "all_latest.tar.bz2", records, areas)


def _offices(offices: dict[str, dict[str, list[str]]]) -> Iterator[dict[str, Any]]:
    for code in DEPARTEMENTS:
        offices[code] = {type: [f"{type}-{code}-{n}" for n in range(many)] for type, many in OURS.items()}
        for type, ids in offices[code].items():
            for id in ids:
                yield formats.dila_record(_row(id, f"{code}001"), type, plage_ouverture=[HOURS])


def _competent(offices: dict[str, list[str]], chance: random.Random) -> dict[str, Sequence[str]]:
    """Of the kinds of which there are some, half have one for all, and the others share the communes."""
    shared = ("sous_pref", "cpam", "tgi", "ti")
    return {type: [chance.choice(ids)] if type in shared else ids[:1] for type, ids in offices.items()}


def _row(id: str, insee: str) -> dict[str, str]:
    return {
        "source_id": id,
        "name": f"Accueil {id} des services de l'État",
        "address_1": "12 rue de la République",
        "postal_code": f"{insee[:2]}000",
        "city": "Villeneuve",
        "insee_code": insee,
        "lat": "46.2",
        "lon": "5.2",
        "phone": formats.PHONE,
        "website": "https://example.org",
    }


def _here(chance: random.Random) -> tuple[float, float]:
    return round(chance.uniform(43, 50), 5), round(chance.uniform(-1, 7), 5)


def _parse(archive: Path) -> None:
    """What no importer can do without."""
    for name, member in archives.members(archive):
        if SERVICES.fullmatch(name):
            assert sum(1 for _ in ijson.items(member, "service.item", use_float=True)) == RECORDS


def _imported(archive: Path, url: str) -> None:
    """In the process of its own."""
    with databases.opened(url) as database, tempfile.TemporaryDirectory() as folder:
        writing = 0.0
        transaction = database.transaction

        def timed() -> Any:
            return _Timed(transaction(), took)

        def took(seconds: float) -> None:
            nonlocal writing
            writing += seconds

        database.transaction = timed  # type: ignore[method-assign]
        begun = time.perf_counter()
        outcome = run(Importer(database, Path(folder), lambda: "2026-11-22"), wish(str(archive), None, None))
        seconds = time.perf_counter() - begun
        assert outcome.state == "done", outcome.report
        areas = sum(int(line.split()[0]) for line in outcome.report if "areas came" in line)
    # not getrusage: what it says begins with the memory of the process that started this one
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0]) / 1024
    found = {"seconds": seconds, "writing": writing, "megabytes": peak, "places": outcome.counts.added, "areas": areas}
    print(json.dumps(found))


class _Timed:
    """How long a transaction held the database."""

    def __init__(self, inner: Any, took: Any) -> None:
        self._inner, self._took = inner, took

    def __enter__(self) -> Any:
        found = self._inner.__enter__()
        self._begun = time.perf_counter()
        return found

    def __exit__(self, *error: Any) -> Any:
        left = self._inner.__exit__(*error)
        self._took(time.perf_counter() - self._begun)
        return left


if __name__ == "__main__":
    _imported(Path(sys.argv[1]), sys.argv[2])
