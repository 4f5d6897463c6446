"""Which place is given first, and what may be claimed of it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from ivr.directory import record
from ivr.directory.choosing import Candidate, Chosen, Point, kilometres, ranked
from ivr.directory.clocks import ZONES, zone_of
from ivr.directory.hours import written
from ivr.directory.offices import KINDS, OFFICES, Office, Rule
from tests.helpline import PARIS

COMPETENT = Office("x", ("k",), Rule.COMPETENT)
DEPARTEMENT = Office("y", ("k",), Rule.DEPARTEMENT)
NEAREST = Office("z", ("k",), Rule.NEAREST)
SOONEST = Office("s", ("k",), Rule.NEAREST, soonest=True)
HERE = (48.0, 2.0)
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=PARIS)
SURE, NEAR, NEITHER = (True, False), (False, True), (False, False)


def away(km: float) -> Point:
    """A point so far north of here."""
    return (HERE[0] + km / 111.2, HERE[1])


def place(id: int, **fields: Any) -> Candidate:
    return Candidate(id, "k", fields.pop("name", f"{id}"), **fields)


def told(office: Office, *candidates: Candidate, here: Point | None = HERE) -> list[tuple[int, tuple[bool, bool]]]:
    return [(one.id, (one.sure, one.near)) for one in ranked(office, candidates, here, MONDAY)]


def test_two_cities_are_as_far_apart_as_everybody_knows() -> None:
    assert kilometres((48.8566, 2.3522), (45.764, 4.8357)) == pytest.approx(392, abs=2)
    assert kilometres(HERE, HERE) == 0


def test_every_office_has_kinds_that_are_imported() -> None:
    assert {kind for office in OFFICES.values() for kind in office.kinds} <= record.KINDS == set(KINDS)
    assert all(office.id == id and office.kinds for id, office in OFFICES.items())


def test_overseas_has_clocks_of_its_own() -> None:
    assert (zone_of("75"), zone_of(None), zone_of("974")) == ("Europe/Paris", "Europe/Paris", "Indian/Reunion")
    assert all(len(code) == 3 for code in ZONES)


def test_only_a_competent_one_is_given_where_competence_decides() -> None:
    assert told(COMPETENT, place(1, at=HERE, same_commune=True)) == []
    assert told(COMPETENT, place(1, at=HERE), place(2, at=away(400), competent=True)) == [(2, SURE)]


def test_the_competent_one_is_given_even_where_another_is_nearer() -> None:
    assert told(DEPARTEMENT, place(1, at=HERE), place(2, at=away(40), competent=True)) == [(2, SURE)]


def test_the_only_one_that_is_known_is_the_right_one_where_there_cannot_be_another() -> None:
    assert told(replace(DEPARTEMENT, sole=True), place(1)) == [(1, SURE)]
    assert told(DEPARTEMENT, place(1, at=away(2))) == [(1, NEITHER)]
    assert told(DEPARTEMENT, place(1, at=away(2)), place(2, at=away(1))) == [(2, NEAR), (1, NEAR)]


def test_where_the_nearest_will_do_not_even_the_only_one_is_the_right_one() -> None:
    assert told(NEAREST, place(1, at=away(200), competent=True)) == [(1, NEAR)]


def test_without_coordinates_it_goes_by_commune_and_name_and_nothing_is_claimed() -> None:
    places = (place(1, name="b"), place(2, name="a"), place(3, name="c", same_commune=True))
    assert told(DEPARTEMENT, *places) == [(3, NEITHER), (2, NEITHER), (1, NEITHER)]
    measured = tuple(place(id, at=away(id), name="z") for id in (4, 5))
    assert told(NEAREST, *measured, here=None) == [(4, NEITHER), (5, NEITHER)]


def test_what_can_be_measured_comes_before_what_cannot() -> None:
    assert told(NEAREST, place(1, same_commune=True), place(2, at=away(9))) == [(2, NEAR), (1, NEITHER)]


def test_only_the_five_nearest_are_called_near() -> None:
    found = told(NEAREST, *(place(id, at=away(10 * id)) for id in range(1, 8)))
    assert [claims for _, claims in found] == [NEAR] * 5 + [NEITHER] * 2


@pytest.mark.parametrize("office", [COMPETENT, DEPARTEMENT, NEAREST, SOONEST])
def test_where_one_can_only_write_comes_last(office: Office) -> None:
    mail, door = place(1, at=HERE, visit=False, competent=True), place(2, at=away(9), visit=True, competent=True)
    assert [id for id, _ in told(office, mail, door)] == [2, 1]


def week(*days: int) -> str | None:
    return written({str(day): [("09:00", "12:00")] for day in days})


def test_of_the_near_ones_the_one_that_opens_soonest_is_first() -> None:
    wednesday, tuesday, open_now = week(3), week(2), week(1)
    found = told(
        SOONEST,
        place(1, at=away(1)),
        place(2, at=away(2), hours=wednesday),
        place(3, at=away(3), hours=tuesday),
        place(4, at=away(4), hours=open_now),
        place(5, at=away(31), hours=open_now),
    )
    assert [id for id, _ in found] == [4, 3, 2, 1, 5]


def test_nobody_is_sent_further_because_it_opens_half_an_hour_earlier() -> None:
    later = [written({"2": [(start, "12:00")]}) for start in ("09:00", "08:30")]
    found = told(SOONEST, place(1, at=away(1), hours=later[0]), place(2, at=away(16), hours=later[1]))
    assert [id for id, _ in found] == [1, 2]


def test_what_opens_in_a_while_is_as_good_as_open_and_better_than_this_afternoon() -> None:
    afternoon, soon, now = (written({"1": [(start, "18:00")]}) for start in ("14:00", "11:30", "09:00"))
    found = told(
        SOONEST,
        place(1, at=away(1), hours=afternoon),
        place(2, at=away(2), hours=soon),
        place(3, at=away(3), hours=now),
    )
    assert [id for id, _ in found] == [2, 3, 1]


def test_a_bus_that_may_be_elsewhere_comes_after_what_stands_still() -> None:
    bus, house = place(1, at=away(1), hours=week(1)), place(2, at=away(9), visit=True, hours=week(3))
    assert [id for id, _ in told(SOONEST, bus, house)] == [2, 1]


def test_nobody_is_sent_past_five_that_are_nearer_because_a_sixth_is_open() -> None:
    closed = [place(id, at=away(id), hours=week(3)) for id in range(1, 6)]
    found = told(SOONEST, *closed, place(6, at=away(6), hours=week(1)))
    assert [id for id, _ in found] == [1, 2, 3, 4, 5, 6]


def test_the_order_does_not_depend_on_how_the_candidates_came() -> None:
    places = [place(id, at=away(1), name="same") for id in (3, 1, 2)]
    expected = tuple(Chosen(id, sure=False, near=True) for id in (1, 2, 3))
    assert ranked(NEAREST, places, HERE, MONDAY) == ranked(NEAREST, places[::-1], HERE, MONDAY) == expected
