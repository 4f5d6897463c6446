"""The directory on either database: corrections against real imports, and two people at once."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ivr.actions import directory, proposing
from ivr.actions.audit import Actor, Deed
from ivr.actions.importing import Importer, run
from ivr.actions.importing_source import wish
from ivr.actions.place_area import area
from ivr.actions.place_fields import degrees, typed, understood
from ivr.actions.proposing import Idea
from ivr.actions.refusals import Reason, Refused
from ivr.store import place_edits, place_list, places, proposals, staff
from ivr.store.database import Database
from ivr.store.place_edits import GONE
from ivr.store.place_list import Look, Wanted
from ivr.store.places import Place
from ivr.store.staff import NewMember
from tests.directory.formats import plain_csv

NOW = 1_790_000_000.0
ROW = {
    "kind": "cpam",
    "name": "CPAM de l’Ain",
    "address_1": "1 place de l’Essai",
    "postal_code": "01000",
    "city": "Bourg-en-Bresse",
    "departement": "01",
    "lat": "46.2052",
    "lon": "5.2255",
    "phone": "01 99 00 12 34",
    "opening_hours": "lundi: 09:00 - 12:00",
    "visit": "yes",
    "source_id": "ain",
    "source_date": "2026-09-13",
    "licence": "Licence Ouverte 2.0",
}
OTHER = {**ROW, "source_id": "isere", "name": "CPAM de l’Isère", "postal_code": "38000", "city": "Grenoble"}


class Desk:
    """A database with an admin and an aidant, and a set that is imported again and again."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.now = NOW
        with database.transaction() as tx:
            new = (NewMember(f"{role}@example.org", role, frozenset({role}), (), NOW) for role in ("admin", "aidant"))
            self.admin, self.aidant = (staff.add(tx, one) for one in new)

    def deed(self, staff_id: int | None) -> Deed:
        self.now += 1
        return Deed(Actor(staff_id), self.now)

    def deliver(self, *rows: dict[str, str]) -> None:
        path = self.folder / "set.csv"
        path.write_bytes(plain_csv(rows))
        self.now += 1
        run(
            Importer(self.database, self.folder / "work", lambda: "2026-11-22", lambda: self.now),
            wish(str(path), None, "set"),
        )

    def place(self, words: str = "ain") -> Place:
        with self.database.reading() as tx:
            for look in (None, Look.GONE):
                if found := place_list.search(tx, Wanted(f"cpam {words}", look=look)).rows:
                    return found[0]
        raise AssertionError(words)

    def correct(self, **fields: Any) -> None:
        place = self.place()
        with self.database.transaction() as tx:
            directory.correct(tx, place.id, fields, place.changed_at, self.deed(self.admin))

    def looked_at(self, look: Look) -> int:
        with self.database.reading() as tx:
            return place_list.to_look_at(tx, Wanted())[look]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    made = Desk(database, tmp_path)
    made.deliver(ROW, OTHER)
    return made


def test_a_correction_outlives_imports_until_the_sources_word_is_taken(desk: Desk) -> None:
    hours = {"1": [["10:00", "12:00"]]}
    desk.correct(street="2 rue Neuve", hours=hours, lat=46.2, lon=5.2)
    desk.deliver({**ROW, "phone": "01 99 00 12 35"}, OTHER)
    place = desk.place()
    assert (place.street, place.hours, place.lat, place.phone) == ("2 rue Neuve", hours, 46.2, "0199001235")
    assert place_edits.moved(place.imported, place.corrected) == frozenset()
    assert desk.looked_at(Look.DISAGREES) == 0
    desk.deliver({**ROW, "address_1": "3 rue Vieille", "opening_hours": "mardi: 09:00 - 12:00"}, OTHER)
    place = desk.place()
    assert place_edits.moved(place.imported, place.corrected) == {"street", "hours"}
    assert desk.looked_at(Look.DISAGREES) == 1
    with desk.database.transaction() as tx:
        directory.take_source(tx, place.id, "hours", place.changed_at, desk.deed(desk.admin))
    place = desk.place()
    assert (place.hours, place.street) == ({"2": [["09:00", "12:00"]]}, "2 rue Neuve")
    with desk.database.transaction() as tx:
        directory.keep_ours(tx, place.id, "street", place.changed_at, desk.deed(desk.admin))
    assert desk.looked_at(Look.DISAGREES) == 0
    desk.deliver({**ROW, "address_1": "2 rue Neuve"}, OTHER)
    assert desk.looked_at(Look.DISAGREES) == 0


def test_what_a_person_removed_or_brought_back_stays_so_when_the_set_comes_again(desk: Desk) -> None:
    first, second = desk.place(), desk.place("isere")
    with desk.database.transaction() as tx:
        directory.remove(tx, first.id, first.changed_at, desk.deed(desk.admin))
    desk.deliver({**ROW, "phone": "01 99 00 12 35"})
    assert desk.place().gone_at is not None
    assert desk.place("isere").gone_at is not None
    second = desk.place("isere")
    with desk.database.transaction() as tx:
        directory.bring_back(tx, second.id, second.changed_at, desk.deed(desk.admin))
    desk.deliver({**ROW, "phone": "01 99 00 12 36"})
    assert desk.place("isere").gone_at is None
    assert desk.place().gone_at is not None
    assert GONE in desk.place().corrected


def at_once(deeds: list[Callable[[], object]]) -> list[str]:
    """What becomes of deeds that are done at the same time."""
    begin, ends = threading.Barrier(len(deeds)), []

    def do(deed: Callable[[], object]) -> None:
        begin.wait()
        try:
            deed()
            ends.append("done")
        except Refused as problem:
            ends.append(problem.reason.value)

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_of_two_edits_and_two_decisions_at_once_one_is_told(desk: Desk) -> None:
    place = desk.place()

    def edit(street: str) -> Callable[[], object]:
        def act() -> None:
            with desk.database.transaction() as tx:
                directory.correct(tx, place.id, {"street": street}, place.changed_at, desk.deed(desk.admin))

        return act

    assert at_once([edit(f"{n} rue Neuve") for n in range(4)]) == ["done", *["place-changed"] * 3]
    now = desk.place()
    with desk.database.transaction() as tx:
        idea = Idea({"street": "9 rue Neuve"}, "on m’a dit", now.changed_at)
        proposed = proposing.propose(tx, place.id, idea, desk.deed(desk.aidant))

    def accept() -> None:
        with desk.database.transaction() as tx:
            proposing.accept(tx, proposed, now.changed_at, desk.deed(desk.admin), date.fromtimestamp(NOW))

    def decline() -> None:
        with desk.database.transaction() as tx:
            proposing.decline(tx, proposed, desk.deed(desk.admin))

    assert at_once([accept, decline]) == ["changed-meanwhile", "done"]
    with desk.database.reading() as tx:
        state = proposals.some(tx, proposals.Wanted(), 5)[0].state
    assert (desk.place().street == "9 rue Neuve") is (state == "accepted")


def test_a_place_by_hand_is_no_imports_business(desk: Desk) -> None:
    fields = {"kind": "association", "name": "CPAM by hand", "postal_code": "75011", "city": "Paris"}
    with desk.database.transaction() as tx:
        id = directory.add(tx, fields, desk.deed(desk.admin), date(2026, 11, 22))
    desk.deliver(ROW)
    with desk.database.reading() as tx:
        place = places.of_ids(tx, [id])[id]
    assert (place.gone_at, place.source, place.departement, place.hours) == (None, "hand", "75", None)


@pytest.mark.parametrize(
    ("code", "city", "found"),
    [
        ("38000", "Grenoble", ("38185", "38")),
        ("38000", "", ("38185", "38")),
        ("20000", "ajaccio", ("2A004", "2A")),
        ("75011", "Paris", ("75111", "75")),
        ("97400", "Saint-Denis", ("97411", "974")),
        ("75998", "Paris", (None, "75")),
        ("20999", "", (None, None)),
        ("", "", (None, None)),
    ],
)
def test_the_area_follows_from_the_town(code: str, city: str, found: tuple[str | None, str | None]) -> None:
    derived = area(code, city)
    assert (derived["insee"], derived["departement"]) == found


def test_a_place_and_its_form_say_the_same(desk: Desk) -> None:
    fields = place_edits.fields(desk.place())
    derived = {"insee", "departement"}
    assert understood(typed(fields)) == {name: value for name, value in fields.items() if name not in derived}
    assert [degrees(value) for value in (None, 5.0, 46.2052, -0.5)] == ["", "5", "46.2052", "-0.5"]
    with pytest.raises(Refused) as refused:
        understood({**typed(fields), "phone": "0123456789 ou après midi"})
    assert refused.value.reason is Reason.BAD_NUMBER
