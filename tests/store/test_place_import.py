"""A set of places is brought to what its source says, under what people wrote."""

from collections.abc import Mapping
from typing import Any

import pytest

from ivr.store import imports, place_import, places
from ivr.store.database import Database, Transaction
from ivr.store.directory_tables import places as table
from ivr.store.imports import Counts, NewImport
from ivr.store.place_import import FIELDS, Batch

NOW = 1_000_000.0


def fields(**more: Any) -> Mapping[str, Any]:
    texts = dict.fromkeys(FIELDS, "")
    none = dict.fromkeys(("insee", "departement", "visit", "lat", "lon", "hours", "record_updated"))
    return {**texts, **none, "kind": "caf", "name": "Caf", "tags": ["a"], **more}


def batch(**more: Any) -> Batch:
    return Batch("toy", "toy", "2026-11-20", "open", **more)


def done(source: str = "toy") -> NewImport:
    return NewImport(source, "toy.csv", imports.DONE, NOW, NOW, "2026-11-20", "ab", Counts(), ["a line"])


def bring(database: Database, batch: Batch, now: float = NOW) -> int:
    with database.transaction() as tx:
        last = imports.last_done(tx, batch.source)
        corrected = place_import.hold(tx, batch.source, None if last is None else last.id)
        assert corrected is not None
        id = imports.add(tx, done(batch.source))
        place_import.write(tx, id, batch, corrected, now)
        return id


def of(tx: Transaction, source_id: str) -> places.Place:
    id = tx.execute(table.select().with_only_columns(table.c.id).where(table.c.source_id == source_id)).scalar_one()
    found = places.get(tx, id)
    assert found is not None
    return found


def correct(database: Database, source_id: str, corrected: str, **effective: Any) -> None:
    with database.transaction() as tx:
        tx.execute(table.update().where(table.c.source_id == source_id).values(corrected=corrected, **effective))


def test_what_is_written_is_what_stands(database: Database) -> None:
    hours = {"1": [["09:00", "12:00"]]}
    area = ("d:01", "caf", "1")
    first = bring(
        database,
        batch(
            added={"1": fields(hours=hours, visit=True, lat=46.2), "2": fields(name="Two")},
            new_areas=[area],
            new_points={"01053": (46.2, 5.2)},
        ),
    )
    with database.reading() as tx:
        standing, one = place_import.standing(tx, "toy", "toy"), of(tx, "1")
        assert [(row.area, row.source) for row in places.areas_of(tx, one.id)] == [("d:01", "toy")]
    assert (standing.areas, dict(standing.points)) == (frozenset({area}), {"01053": (46.2, 5.2)})
    assert standing.places["1"].imported == place_import.spelled(fields(hours=hours, visit=True, lat=46.2))
    assert (one.hours, one.visit, one.tags, one.import_id, one.source_date) == (
        hours,
        True,
        ("a",),
        first,
        "2026-11-20",
    )
    assert (one.created_at, one.imported and one.imported["hours"]) == (NOW, hours)


def test_a_place_that_vanishes_is_kept_and_comes_back(database: Database) -> None:
    bring(database, batch(added={"1": fields()}))
    bring(database, batch(vanished=["1"]), NOW + 1)
    with database.reading() as tx:
        assert of(tx, "1").gone_at == NOW + 1
        assert place_import.standing(tx, "toy", "toy").places["1"].gone
    bring(database, batch(changed={"1": fields()}), NOW + 2)
    with database.reading() as tx:
        assert (of(tx, "1").gone_at, of(tx, "1").changed_at) == (None, NOW + 2)


def test_what_a_person_wrote_stands_over_the_source(database: Database) -> None:
    bring(database, batch(added={"1": fields(street="old")}))
    correct(database, "1", '{"street": {"value": "right", "was": "old", "at": 1, "by": 1}}', street="right")
    bring(database, batch(changed={"1": fields(street="new", city="Bourg")}))
    with database.reading() as tx:
        one = of(tx, "1")
    assert (one.street, one.city, one.imported and one.imported["street"]) == ("right", "Bourg", "new")


@pytest.mark.parametrize("value", ["5.0", "null"])
def test_who_removed_a_place_or_brought_it_back_is_a_person(database: Database, value: str) -> None:
    bring(database, batch(added={"1": fields()}))
    gone = None if value == "null" else 5.0
    correct(database, "1", f'{{"gone_at": {{"value": {value}, "was": null, "at": 1, "by": 1}}}}', gone_at=gone)
    with database.reading() as tx:
        assert place_import.standing(tx, "toy", "toy").places["1"].by_hand
    bring(database, batch(changed={"1": fields(name="New")}))
    bring(database, batch(vanished=["1"]))
    with database.reading() as tx:
        assert (of(tx, "1").gone_at, of(tx, "1").name) == (gone, "New")


def test_an_import_that_was_overtaken_writes_nothing(database: Database) -> None:
    with database.reading() as tx:
        seen = place_import.standing(tx, "toy", "toy")
    bring(database, batch(added={"1": fields()}))
    with database.transaction() as tx:
        assert place_import.hold(tx, "toy", seen.last) is None


def test_a_commune_belongs_to_the_set_that_told_of_it_first(database: Database) -> None:
    bring(database, batch(new_points={"01053": (46.2, 5.2)}))
    with database.reading() as tx:
        other = place_import.standing(tx, "other", "other")
    assert (dict(other.points), other.others_points) == ({}, frozenset({"01053"}))


def test_sets_say_what_is_there_and_how_the_last_import_ended(sqlite_database: Database) -> None:
    bring(sqlite_database, batch(added={"1": fields(), "2": fields()}, new_points={"01053": (46.2, 5.2)}))
    bring(sqlite_database, batch(vanished=["2"]))
    with sqlite_database.transaction() as tx:
        imports.add(tx, NewImport("toy", "x", imports.REFUSED, NOW, NOW, "", None, Counts(refused=3), ["why"]))
    with sqlite_database.reading() as tx:
        (one,), (last, *_) = imports.sets(tx), imports.recent(tx)
        assert imports.any_place(tx)
    assert (one.source, one.places, one.gone, one.points, one.date) == ("toy", 1, 1, 1, "2026-11-20")
    assert one.last
    assert one.last.state == "done"
    assert one.tried == last
    assert (last.state, last.counts.refused, last.report) == ("refused", 3, ("why",))
