"""A small directory for tests: places of departements that are not, each as little as a test needs."""

import json
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import insert

from ivr.store.database import Transaction
from ivr.store.directory_tables import commune_points, place_areas, places

serial = count(1)
PLAIN: Mapping[str, Any] = {
    "source": "test",
    "kind": "caf",
    "name": "A place",
    "street": "1 rue du Test",
    "extra": "",
    "postal_code": "",
    "city": "Testville",
    "insee": None,
    "departement": None,
    "visit": None,
    "lat": None,
    "lon": None,
    "phone": "",
    "email": "",
    "website": "",
    "hours": None,
    "hours_note": "",
    "tags": "[]",
    "note": "",
    "source_date": "2026-01-01",
    "licence": "",
    "created_at": 1.0,
    "changed_at": 1.0,
}


def put(tx: Transaction, areas: Sequence[str] = (), **fields: Any) -> int:
    """Stores a place, competent for these areas; its id. `at` is (lat, lon), `hours` as the table's JSON means it."""
    row = {**PLAIN, "source_id": f"p{next(serial)}", **fields}
    row["lat"], row["lon"] = row.pop("at", (row["lat"], row["lon"]))
    row["hours"] = None if row["hours"] is None else json.dumps(row["hours"])
    id = int(tx.execute(insert(places).values(**row).returning(places.c.id)).scalar_one())
    for area in areas:
        tx.execute(insert(place_areas).values(area=area, kind=row["kind"], place_id=id, source="test"))
    return id


def lies(tx: Transaction, insee: str, lat: float, lon: float) -> None:
    """Says where a commune is."""
    tx.execute(insert(commune_points).values(insee=insee, lat=lat, lon=lon, source="test"))
