"""The directory, read: by id, and what may be right for somebody who lives somewhere."""

from typing import Any

from sqlalchemy import event, text

from ivr.store import lookup, places
from ivr.store.database import Database
from ivr.store.places import Area
from tests.store.places import lies, put

HERE = (48.0, 2.0)
KINDS = ("caf", "cpam")


def test_a_place_is_read_as_it_was_written(database: Database) -> None:
    hours = {"1": [["09:00", "12:00"]]}
    with database.transaction() as tx:
        written = places.columns({"tags": ["a", "b"], "imported": {"hours": hours}, "corrected": None, "name": "Né"})
        id = put(tx, ["c:00001", "d:00"], visit=False, at=HERE, hours=hours, **written)
        place = places.get(tx, id)
        bare = places.get(tx, put(tx))
        assert places.areas_of(tx, id) == [Area("c:00001", "caf", id, "test"), Area("d:00", "caf", id, "test")]
        assert places.get(tx, 999) is None
    assert place is not None
    assert bare is not None
    assert (place.hours, place.tags, place.imported, place.corrected) == (hours, ("a", "b"), {"hours": hours}, {})
    assert (place.visit, place.lat, place.lon, place.name) == (False, *HERE, "Né")
    assert (bare.hours, bare.tags, bare.imported, bare.visit, bare.lat) == (None, (), None, None, None)


# --- what may be right for somebody


def test_of_each_kind_the_closest_area_that_has_any_counts(database: Database) -> None:
    with database.transaction() as tx:
        commune = put(tx, ["c:1"])
        put(tx, ["d:00"])
        departement = put(tx, ["d:00", "c:9"], kind="cpam")
        gone = put(tx, ["c:1"], kind="cpam", gone_at=5.0)
        rows = lookup.competent(tx, KINDS, ("c:1", "c:2", "d:00"))
        assert {(row.id, row.area) for row in rows} == {(commune, "c:1"), (departement, "d:00")}
        assert lookup.competent(tx, KINDS, ("c:3",)) == lookup.competent(tx, ("msa",), ("c:1",)) == []
        assert gone not in {row.id for row in rows}


def test_the_nearest_are_read_first_and_where_one_can_only_write_last(database: Database) -> None:
    with database.transaction() as tx:
        for n in range(1, lookup.MOST + 3):
            put(tx, departement="00", at=(HERE[0] + n / 100, HERE[1]), name=f"{n:03}")
        mail = put(tx, departement="00", at=HERE, visit=False, name="000")
        unknown = put(tx, departement="00", name="000")
        put(tx, departement="01", at=HERE)
        put(tx, departement="00", at=HERE, gone_at=5.0)
        rows = lookup.in_departement(tx, KINDS, "00", HERE, None)
    assert [row.name for row in rows] == [f"{n:03}" for n in range(1, lookup.MOST + 1)]
    assert not {mail, unknown} & {row.id for row in rows}


def test_east_and_west_count_less_than_north_and_south(database: Database) -> None:
    with database.transaction() as tx:
        north = put(tx, departement="00", at=(48.12, 2.0))
        east = put(tx, departement="00", at=(48.0, 2.15))
        assert [row.id for row in lookup.in_departement(tx, KINDS, "00", HERE, None)] == [east, north]


def test_without_a_point_the_commune_comes_first_and_then_the_name(database: Database) -> None:
    with database.transaction() as tx:
        ids = [
            put(tx, departement="00", name=name, insee=insee) for name, insee in (("b", "2"), ("c", "1"), ("a", None))
        ]
        rows = lookup.in_departement(tx, KINDS, "00", None, "1")
    assert [row.id for row in rows] == [ids[1], ids[2], ids[0]]


def test_a_place_without_coordinates_lies_where_its_commune_does(database: Database) -> None:
    with database.transaction() as tx:
        lies(tx, "1", 48.5, 2.5)
        put(tx, departement="00", insee="1", street="", city="")
        (row,) = lookup.in_departement(tx, KINDS, "00", HERE, None)
    assert (row.at, row.tellable) == ((48.5, 2.5), False)


def test_a_commune_lies_at_its_point_else_its_parent_s_else_amid_its_places(database: Database) -> None:
    with database.transaction() as tx:
        lies(tx, "parent", 48.0, 2.0)
        lies(tx, "child", 48.1, 2.1)
        put(tx, insee="orphan", at=(47.0, 1.0))
        put(tx, insee="orphan", at=(49.0, 3.0))
        put(tx, insee="orphan", at=(9.0, 9.0), gone_at=5.0)
        assert lookup.point(tx, ("child", "parent"), KINDS) == (48.1, 2.1)
        assert lookup.point(tx, ("other", "parent"), KINDS) == (48.0, 2.0)
        assert lookup.point(tx, ("orphan",), KINDS) == (48.0, 2.0)
        assert lookup.point(tx, ("nowhere",), KINDS) is None
        assert lookup.point(tx, (), KINDS) is None


def test_no_look_up_reads_a_whole_table(sqlite_database: Database) -> None:
    asked: list[tuple[str, Any]] = []
    with sqlite_database.transaction() as tx:
        event.listen(tx.connection, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        lookup.competent(tx, KINDS, ("c:1", "d:00"))
        lookup.in_departement(tx, KINDS, "00", HERE, "1")
        lookup.in_departement(tx, KINDS, "00", None, "1")
        lookup.point(tx, ("1",), KINDS)
        lookup.doubted(tx, KINDS, ("c:1", "d:00"), 1)
        plans = [
            [row[3] for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in list(asked)
        ]
        tx.execute(text("SELECT 1"))
    assert len(plans) == 6
    assert [step for plan in plans for step in plan if step.startswith("SCAN")] == []
