"""Places for the tests of the directory: as an import would leave them."""

from itertools import count
from typing import Any

from sqlalchemy import insert

from ivr.app import Parts
from ivr.store import given, places
from ivr.store.directory_tables import place_areas
from ivr.store.directory_tables import places as table
from ivr.store.given import NewGiven
from ivr.store.place_edits import NOTHING
from ivr.store.places import Place

SOURCE = "some-set"
LICENCE = "Licence Ouverte 2.0"
HOURS = {str(day): [["09:00", "12:00"], ["14:00", "17:00"]] for day in range(1, 6)}
OFFICE = {
    "kind": "cpam",
    "name": "CPAM de l’Ain",
    "street": "1 place de la Grenouillère",
    "postal_code": "01000",
    "city": "Bourg-en-Bresse",
    "departement": "01",
    "visit": True,
    "lat": 46.2052,
    "lon": 5.2255,
    "phone": "0199000046",
    "hours": HOURS,
}
serial = count(1)


def put(joined: Parts, **fields: Any) -> int:
    """A place that a source has; its id."""
    said = {**NOTHING, **OFFICE, **fields}
    beside = {"source": SOURCE, "source_id": f"s-{next(serial)}", "source_date": "2026-09-13", "licence": LICENCE}
    now = joined.clock()
    values = places.columns({**said, **beside, "tags": (), "imported": said})
    with joined.database.transaction() as tx:
        query = insert(table).values(**values, created_at=now, changed_at=now).returning(table.c.id)
        id: int = tx.execute(query).scalar_one()
    return id


def source_says(joined: Parts, id: int, **fields: Any) -> None:
    """What an import writes when the source changed: what people corrected stays."""
    place = found(joined, id)
    effective = {name: value for name, value in fields.items() if name not in place.corrected}
    values = places.columns({**effective, "imported": {**(place.imported or {}), **fields}})
    with joined.database.transaction() as tx:
        tx.execute(table.update().where(table.c.id == id).values(**values, changed_at=place.changed_at + 1))


def competent(joined: Parts, id: int, *areas: str) -> None:
    """The place is competent for these areas."""
    with joined.database.transaction() as tx:
        for area in areas:
            tx.execute(insert(place_areas).values(area=area, kind="cpam", place_id=id, source=SOURCE))


def gone(joined: Parts, id: int) -> None:
    """The source has it no more."""
    with joined.database.transaction() as tx:
        tx.execute(table.update().where(table.c.id == id).values(gone_at=joined.clock() - 3600))


def told(joined: Parts, call_id: str, id: int, office: str = "cpam") -> None:
    """A caller was given the place."""
    with joined.database.transaction() as tx:
        assert given.add(tx, NewGiven(call_id, id, office, joined.clock() - 86_400))


def found(joined: Parts, id: int) -> Place:
    with joined.database.reading() as tx:
        place = places.get(tx, id)
    assert place is not None
    return place
