"""The week grid and the closed days: coordinators write, aidants read."""

import re

import pytest

from ivr.actions import shifts as actions
from ivr.actions.refusals import Refused
from ivr.store import audit, shifts
from ivr.store.audit import Filter
from ivr.store.shifts import Shift
from ivr.web.shifts import spans
from tests.web.conftest import House
from tests.web.people import text

MORNING, AFTERNOON = ("09:00", "12:30"), ("13:30", "17:30")


def week(**days: str) -> dict[str, str]:
    return {f"day-{day}": days.get(f"d{day}", "") for day in range(7)}


def kept(house: House) -> list[Shift]:
    with house.joined.database.reading() as tx:
        return shifts.everybody(tx)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", []),
        ("  \n ", []),
        ("09:00-12:30", [MORNING]),
        ("09:00-12:30, 13:30-17:30", [MORNING, AFTERNOON]),
        ("09:00-12:30\n13:30-17:30\n", [MORNING, AFTERNOON]),
        ("9h-12h30 ; 13h30 – 17h30", [MORNING, AFTERNOON]),
        ("9 - 12.30", [MORNING]),
        ("۰۹:۰۰-۱۲:۳۰، ۱۳:۳۰-۱۷:۳۰", [MORNING, AFTERNOON]),
    ],
)
def test_spans_are_read_as_people_type_them(typed: str, meant: list[tuple[str, str]]) -> None:
    assert spans(typed) == meant


@pytest.mark.parametrize("typed", ["morning", "09:00", "09:00-", "09:00-12:30 maybe", "9:0-10", "-", "09:00/12:30"])
def test_what_is_no_span_is_refused_and_its_day_named(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        spans(typed, "3")
    assert refused.value.field == "3"


def test_a_coordinator_writes_somebody_s_week_and_everybody_reads_it(house: House) -> None:
    aidant = house.ids["aidant"]
    fields = week(d0="09:00-12:30\n13:30-17:30", d4="9h-12h30")
    answer = house.visit("coordinator").post(f"/shifts/{aidant}", fields)
    assert answer.headers["location"] == "/shifts?done=saved"
    assert kept(house) == [Shift(0, *MORNING, aidant), Shift(0, *AFTERNOON, aidant), Shift(4, *MORNING, aidant)]
    page = house.visit("aidant").get("/shifts")
    assert re.search(
        r'aria-label="Leïla Karimi".*?09:00–12:30</span><span class="span" dir="ltr">13:30–17:30', page.text, re.DOTALL
    )
    assert "<textarea" not in page.text
    with house.joined.database.reading() as tx:
        assert [row.about for row in audit.page(tx, Filter(what="shifts-changed"), 5)] == [f"staff/{aidant}"]


@pytest.mark.parametrize("typed", ["12:30-09:00", "09:00-25:00", "09:00-12:00, 11:00-13:00", "maybe"])
def test_a_week_that_cannot_be_is_refused_and_stays_as_it_was_typed(house: House, typed: str) -> None:
    aidant = house.ids["aidant"]
    answer = house.visit("coordinator").post(f"/shifts/{aidant}", week(d0="09:00-12:30", d2=typed))
    assert answer.status_code == 422
    field = answer.text.partition(f'id="d-{aidant}-2"')[2].partition("</textarea>")[0]
    assert 'aria-invalid="true"' in field
    assert field.endswith(typed)
    assert kept(house) == []


def test_only_those_who_call_back_stand_in_the_grid_beside_the_opening_hours(house: House) -> None:
    page = text(house.visit("coordinator").get("/shifts"))
    assert "Leïla Karimi" in page
    assert "نسرین احمدی" not in page
    assert "Heures d’ouverture" in page
    assert "13:30–17:30" in page


def test_a_day_is_closed_with_its_reason_and_opened_again(house: House) -> None:
    visit = house.visit("coordinator")
    answer = visit.post("/shifts/closed", {"date": "2026-12-24", "note": "Fête de l’équipe"})
    assert answer.headers["location"] == "/shifts?done=closed"
    page = text(house.visit("aidant").get("/shifts"))
    assert "jeudi, 24 décembre" in page
    assert "Fête de l’équipe" in page
    assert visit.post("/shifts/closed/2026-12-24/open").headers["location"] == "/shifts?done=opened"
    assert "24 décembre" not in text(visit.get("/shifts"))


@pytest.mark.parametrize("day", ["", "2026-11-22", "2026-02-30", "tomorrow"])
def test_a_day_that_is_none_or_over_is_not_closed(house: House, day: str) -> None:
    answer = house.visit("coordinator").post("/shifts/closed", {"date": day, "note": "Parce que"})
    assert (answer.status_code, "Parce que" in answer.text) == (422, True)
    with house.joined.database.reading() as tx:
        assert shifts.closed(tx) == {}


def test_what_was_typed_counts_for_who_is_there(house: House) -> None:
    from datetime import datetime  # noqa: PLC0415

    house.visit("coordinator").post(f"/shifts/{house.ids['aidant']}", week(d0="09:00-12:30"))
    with house.joined.database.reading() as tx:
        there = actions.on_shift(tx, "fa", datetime.fromtimestamp(house.clock(), house.site.zone))
    assert [member.id for member in there] == [house.ids["aidant"]]


@pytest.mark.parametrize("path", ["/shifts/1", "/shifts/closed", "/shifts/closed/2026-12-24/open"])
def test_an_aidant_writes_nothing(house: House, path: str) -> None:
    assert house.visit("aidant").post(path, {"date": "2026-12-24", **week(d0="09:00-12:30")}).status_code == 404
    assert kept(house) == []


@pytest.mark.parametrize("role", ["stranger", "admin"])
def test_a_stranger_cannot(house: House, role: str) -> None:
    visit, expected = house.visit(role), 303 if role == "stranger" else 404
    assert visit.get("/shifts").status_code == expected
    assert visit.post("/shifts/1", week(d0="09:00-12:30")).status_code == expected
    assert kept(house) == []
