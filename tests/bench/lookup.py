"""From where somebody lives to the place they are told: one look-up in a full directory, against one bare select."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import bindparam, insert, select

from ivr.actions import referring, referring_area
from ivr.actions.knowledge import Asked, Line
from ivr.actions.referring import AREA, CODE, OFFICE, Referrals
from ivr.actions.referring_area import KEYED_AREA
from ivr.directory.communes import Commune, Found
from ivr.directory.offices import OFFICES
from ivr.engine.inputs import Known
from ivr.engine.state import State
from ivr.engine.turn import Ask
from ivr.store import calls
from ivr.store.calls import NewCall
from ivr.store.database import Database, Transaction
from ivr.store.directory_tables import commune_points, place_areas, places
from tests.actions.tiny import line, release

DEPARTEMENTS, COMMUNES, A_CODE = 100, 350, 6
"""So many départements, communes in each, and communes under each postal code."""
EVERYWHERE = ("prefecture", "cpam", "caf", "msa", "carsat", "tribunal_administratif", "tribunal_judiciaire", "ofii")
"""One or a few in each département; these are competent for communes, and so are France services and courts."""
COUNTS = {"tribunal_proximite": 3, "france_services": 29, "legal_aid": 40, "association": 170, "digital_help": 370}
"""Places of these kinds in each département; with the others there are about 63 000."""
LOOKS, WARM, BATCH = 3_000, 200, 5_000
HOURS = '{"1": [["09:00", "12:00"], ["14:00", "17:00"]], "3": [["09:00", "12:00"]], "4": [["14:00", "18:00"]]}'
NOW = 1_795_600_800.0
BY_ID = select(places).where(places.c.id == bindparam("place"))


@dataclass(frozen=True)
class Measured:
    """Seconds of each look-up, of each bare select beside it, and of each postal code of several communes.

    `work`: how much of a look-up was the processor's time here; the rest is waiting, also for other programs.
    """

    places: int
    areas: int
    lookups: list[float]
    work: list[float]
    bare: list[float]
    codes: list[float]

    @property
    def ratio(self) -> float:
        """How many bare selects a look-up costs."""
        return statistics.median(self.lookups) / statistics.median(self.bare)


class Country:
    """Communes on a grid, in the shape of the real table."""

    def __init__(self) -> None:
        self.by_insee = {insee: Commune(insee, f"Commune {insee}", insee[:2], None, None, ()) for insee, _, _ in grid()}

    def at(self, keyed: str) -> Found:
        """Five digits are the first of the communes under a code."""
        first = int(keyed[2:])
        some = (f"{keyed[:2]}{n:03}" for n in range(first, min(first + A_CODE, COMMUNES)))
        return Found("communes", tuple(self.by_insee[insee] for insee in some), (keyed[:2],))

    def commune(self, insee: str) -> Commune | None:
        """The commune of this code."""
        return self.by_insee.get(insee)

    def departement(self, code: str) -> str | None:
        """Never asked here."""
        return code


def grid() -> Iterator[tuple[str, float, float]]:
    """Every commune, and where it lies: départements of about 100 km."""
    for departement in range(DEPARTEMENTS):
        north, east = 42 + departement // 10, -3 + departement % 10
        for n in range(COMMUNES):
            yield f"{departement:02}{n:03}", north + (n // 19) / 20, east + (n % 19) / 20


def fill(database: Database) -> tuple[int, int]:
    """A directory of a whole country; how many places and areas."""
    chance, communes = random.Random(8), list(grid())
    counts = {**dict.fromkeys(EVERYWHERE, 2), **COUNTS}
    rows = [
        _place(chance, kind, communes[departement * COMMUNES + chance.randrange(COMMUNES)], mail=n % 2 == 1)
        for departement in range(DEPARTEMENTS)
        for kind, count in counts.items()
        for n in range(count)
    ]
    for id, row in enumerate(rows, 1):
        row |= {"id": id, "source_id": f"b{id}"}
    owners: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        owners.setdefault((row["departement"], row["kind"]), []).append(row["id"])
    kinds = [*EVERYWHERE, "tribunal_proximite", "france_services"]
    areas = [
        {"area": f"c:{insee}", "kind": kind, "place_id": chance.choice(owners[insee[:2], kind]), "source": "bench"}
        for insee, _, _ in communes
        for kind in kinds
    ]
    points = [{"insee": insee, "lat": lat, "lon": lon, "source": "bench"} for insee, lat, lon in communes]
    for table, some in ((places, rows), (place_areas, areas), (commune_points, points)):
        for begin in range(0, len(some), BATCH):
            with database.transaction() as tx:
                tx.connection.execute(insert(table), some[begin : begin + BATCH])
    return len(rows), len(areas)


def _place(chance: random.Random, kind: str, where: tuple[str, float, float], mail: bool) -> dict[str, Any]:
    insee, lat, lon = where
    known = chance.random() < 0.9
    texts = {name: "" for name in ("extra", "email", "website", "hours_note", "note", "licence")}
    return texts | {
        "source": "bench",
        "kind": kind,
        "name": f"{kind} de {insee}",
        "street": f"{chance.randrange(200)} rue du Marché",
        "postal_code": insee,
        "city": f"Commune {insee}",
        "insee": insee,
        "departement": insee[:2],
        "visit": not mail if kind in EVERYWHERE else True,
        "lat": lat + chance.random() / 30 if known else None,
        "lon": lon + chance.random() / 30 if known else None,
        "phone": "0199001234",
        "hours": HOURS,
        "tags": "[]",
        "source_date": "2026-11-01",
        "created_at": 1.0,
        "changed_at": 1.0,
    }


def measured(database: Database) -> Measured:
    """Everything inside one transaction, as a turn has it; what the place was given for is stored as well."""
    count, areas = fill(database)
    country, chance = Country(), random.Random(9)
    referrals = Referrals(lambda: country)
    answerers = {**referring.answerers(referrals), **referring_area.answerers(referrals)}
    found, book = Measured(count, areas, [], [], [], []), release()
    with database.transaction() as tx:
        for n in range(LOOKS + WARM):
            code = f"{chance.randrange(DEPARTEMENTS):02}{chance.randrange(COMMUNES):03}"
            caller = _caller(chance, f"CA{n}", code)
            calls.log_call(tx, NewCall(caller.line.call_id, "twilio", f"CA{n}", None, "r", NOW))
            asked = (Asked(Ask(kind), caller.line, caller.state, book, NOW, tx) for kind in ("places", "area"))
            lookup, keyed = (_timed(partial(answerers[each.ask.kind], each)) for each in asked)
            bare = _timed(partial(_bare, tx, chance.randrange(1, count)))
            if n >= WARM:
                found.lookups.append(lookup[0])
                found.work.append(lookup[1])
                found.bare.append(bare[0])
                found.codes.append(keyed[0])
    return found


@dataclass(frozen=True)
class Caller:
    """Somebody who said where they live, and keys it once more."""

    line: Line
    state: State


def _caller(chance: random.Random, sid: str, code: str) -> Caller:
    secrets = {AREA: f"c:{code}", CODE: code, KEYED_AREA: code}
    return Caller(line(sid=sid), State("x", NOW, values={OFFICE: chance.choice(sorted(OFFICES))}, secrets=secrets))


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """By the clock, and of this thread's processor."""
    begin, before = time.perf_counter(), time.thread_time()
    told = work()
    taken = time.perf_counter() - begin, time.thread_time() - before
    assert isinstance(told, Known | int), "nothing was looked up"
    return taken


def _bare(tx: Transaction, id: int) -> int:
    return int(tx.execute(BY_ID, {"place": id}).one().id)
