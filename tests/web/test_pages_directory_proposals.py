"""What aidants propose and admins decide, where sets come from, the map, and what the card shows of it all."""

import re

import pytest

from ivr.store import imports, proposals
from ivr.store.imports import Counts, NewImport
from ivr.store.place_list import Point
from ivr.store.proposals import Proposal, Wanted
from ivr.web import directory_words
from ivr.web.directory_picture import CELL, picture
from tests.web import callers, people
from tests.web.conftest import House
from tests.web.directories import found, gone, put, told
from tests.web.people import text
from tests.web.test_pages_directory import called, correct, deeds, form_of_new, listed

WHY = "Une personne y est allée : c’est fermé."


def everything(house: House) -> list[Proposal]:
    with house.joined.database.reading() as tx:
        return proposals.some(tx, Wanted(), 50)


def seen(house: House, id: int) -> str:
    page = house.visit("admin").get("/directory/proposals").text
    return re.search(rf'proposals/{id}/accept">.*?name="seen" value="([^"]+)"', page, re.DOTALL)[1]  # type: ignore[index]


def proposed(house: House, id: int, role: str = "aidant", **fields: str) -> int:
    answer = correct(house, id, role, **{"why": WHY, **fields})
    assert answer.headers["location"] == f"/directory/{id}?done=proposed"
    return everything(house)[0].id


def test_an_aidants_correction_is_a_proposal_that_an_admin_accepts(house: House) -> None:
    id = put(house.joined)
    one = proposed(house, id, street="2 rue Neuve")
    assert found(house.joined, id).street == "1 place de la Grenouillère"
    admin = house.visit("admin")
    page = text(admin.get("/directory/proposals"))
    for said in (WHY, "Leïla Karimi", "1 place de la Grenouillère 2 rue Neuve"):
        assert said in page
    assert "Propositions 1" in text(admin.get("/directory"))
    answer = admin.post(f"/directory/proposals/{one}/accept", {"seen": seen(house, one)})
    assert answer.headers["location"].endswith("done=accepted")
    place = found(house.joined, id)
    assert (place.street, place.corrected["street"]["by"]) == ("2 rue Neuve", house.ids["admin"])
    fate = text(house.visit("aidant").get("/directory/proposals"))
    assert "acceptée" in fate
    assert "نسرین احمدی" in fate
    assert [what for what, _ in deeds(house, f"proposal/{one}")] == ["proposal-accepted", "proposal-made"]


def test_a_proposal_is_declined_and_nothing_changes(house: House) -> None:
    id = put(house.joined)
    one, before = proposed(house, id, phone="0199000047"), found(house.joined, id)
    answer = house.visit("admin").post(f"/directory/proposals/{one}/decline")
    assert answer.headers["location"].endswith("done=declined")
    assert found(house.joined, id) == before
    assert "refusée" in text(house.visit("aidant").get(f"/directory/{id}"))


def test_of_two_decisions_the_second_is_told(house: House) -> None:
    id = put(house.joined)
    one = proposed(house, id, street="2 rue Neuve")
    first, second, moment = house.visit("admin"), house.visit("admin"), seen(house, one)
    first.post(f"/directory/proposals/{one}/decline")
    for deed in ("accept", "decline"):
        answer = second.post(f"/directory/proposals/{one}/{deed}", {"seen": moment})
        assert (answer.status_code, "quelqu’un a été plus rapide" in text(answer)) == (422, True)
    assert found(house.joined, id).street == "1 place de la Grenouillère"


def test_a_place_that_changed_since_the_admin_looked_is_looked_at_again(house: House) -> None:
    id = put(house.joined)
    one = proposed(house, id, street="2 rue Neuve")
    moment = seen(house, one)
    correct(house, id, street="9 rue Autre")
    answer = house.visit("admin").post(f"/directory/proposals/{one}/accept", {"seen": moment})
    assert answer.status_code == 422
    assert (found(house.joined, id).street, everything(house)[0].state) == ("9 rue Autre", "open")
    assert "9 rue Autre 2 rue Neuve" in text(answer)


def test_words_alone_are_a_proposal_but_no_words_are_none(house: House) -> None:
    id = put(house.joined)
    proposed(house, id)
    assert (everything(house)[0].fields, everything(house)[0].why) == ({}, WHY)
    for why in ("", "x" * 501):
        answer = correct(house, id, "coordinator", street="2 rue Neuve", why=why)
        assert (answer.status_code, "Il faut une raison" in text(answer)) == (422, True)
    assert len(everything(house)) == 1


def test_a_new_place_is_proposed_and_becomes_one(house: House) -> None:
    fields = form_of_new(name="Maison Kabul", kind="association", postal_code="75011", city="Paris", why=WHY)
    answer = house.visit("coordinator").post("/directory/new", fields)
    assert answer.headers["location"] == "/directory/proposals?done=proposed"
    assert listed(house.visit("admin").get("/directory")) == []
    (one,) = everything(house)
    house.visit("admin").post(f"/directory/proposals/{one.id}/accept", {"seen": "0"})
    (now,) = everything(house)
    assert now.place_id is not None
    place = found(house.joined, now.place_id)
    assert (place.name, place.source, place.departement) == ("Maison Kabul", "hand", "75")


def test_who_is_no_admin_sees_only_their_own_proposals_and_decides_none(house: House) -> None:
    id = put(house.joined)
    one = proposed(house, id, street="2 rue Neuve")
    assert WHY not in text(house.visit("coordinator").get("/directory/proposals"))
    for deed in ("accept", "decline"):
        assert house.visit("aidant").post(f"/directory/proposals/{one}/{deed}").status_code == 404
        assert house.visit("admin").post(f"/directory/proposals/99/{deed}").status_code == 404
    assert everything(house)[0].state == "open"


def imported(house: House, state: str, report: list[str], date: str = "2026-09-13") -> None:
    now = house.joined.clock()
    with house.joined.database.transaction() as tx:
        imports.add(tx, NewImport("some-set", "a.csv", state, now - 60, now, date, None, Counts(3, 1, 1, 1, 2), report))


def test_sets_are_shown_with_date_licence_count_and_what_their_imports_said(house: House) -> None:
    put(house.joined)
    imported(house, imports.DONE, ["line 7: the postal code is “750”, not five digits"])
    page = text(house.visit("aidant").get("/directory/imports"))
    for said in ("some-set", "1 lieu", "13 sept. 2026", "Licence Ouverte 2.0", "2 refusés", "line 7: the postal code"):
        assert said in page
    assert "anciennes" not in page
    imported(house, imports.REFUSED, ["only half of the places came"], "2024-01-01")
    page = text(house.visit("aidant").get("/directory/imports"))
    assert "Le dernier import n’a pas été pris" in page
    assert "only half of the places came" in page
    imported(house, imports.DONE, [], "2024-01-01")
    assert "anciennes" in text(house.visit("aidant").get("/directory/imports"))
    assert {imports.DONE, imports.SAME, imports.REFUSED, imports.FAILED} == set(directory_words.IMPORTS)


def test_a_place_that_is_gone_and_was_given_to_callers_is_named(house: House) -> None:
    id = put(house.joined)
    told(house.joined, called(house), id)
    assert "dit à 1 appelant" not in text(house.visit("aidant").get("/directory/imports"))
    gone(house.joined, id)
    page = text(house.visit("aidant").get("/directory/imports"))
    assert "CPAM de l’Ain" in page
    assert "dit à 1 appelant" in page


def test_an_empty_directory_has_pages_too(house: House) -> None:
    visit = house.visit("admin")
    assert "ivr directory import" in text(visit.get("/directory/imports"))
    assert "Rien n’attend" in text(visit.get("/directory/proposals"))
    assert visit.get("/directory/map").status_code == 200


def test_the_map_shows_the_places_of_a_search_each_a_link_and_many_as_one_circle(house: House) -> None:
    alone = put(house.joined, name="Seul", lat=48.39, lon=-4.49, departement="29")
    for n in range(3):
        put(house.joined, name=f"Paris {n}", lat=48.84 + n / 50, lon=2.3522, departement="75")
    island = put(house.joined, name="Saint-Denis", lat=-20.89, lon=55.45, departement="974")
    put(house.joined, name="Nulle part", lat=None, lon=None)
    visit = house.visit("aidant")
    page = visit.get("/directory/map")
    marks = re.findall(r'<a href="([^"]+)" tabindex="-1"><title>([^<]+)</title>', page.text)
    assert (f"/directory/{alone}", "Seul") in marks
    assert (f"/directory/{island}", "Saint-Denis") in marks
    assert ("/directory/map?departement=75", "3 lieux") in marks
    assert len(marks) == 3
    assert "1 n’y figure pas" in text(page)
    assert "#metropole" in page.text
    near = visit.get("/directory/map?departement=75")
    assert "5 lieux" not in text(near)
    assert len(re.findall(r"<circle", near.text)) == 3
    assert re.findall(r'<text class="town"[^>]*>([^<]+)', near.text) == ["Bourg-en-Bresse"]
    assert re.findall(r"<circle", visit.get("/directory/map?departement=974").text) == ["<circle"]
    assert re.findall(r"<circle", visit.get("/directory/map?q=seul").text) == ["<circle"]
    assert re.findall(r"<circle", visit.get("/directory/map?departement=38").text) == []


def test_a_map_of_all_places_of_france_stays_small() -> None:
    points = [Point(n, "x", 42.5 + n % 250 * 0.03, -1 + n // 250 * 0.03, "01", "01000", "") for n in range(63_000)]
    drawn = picture(points, "", lambda points: "/x")
    assert sum(mark.count for mark in drawn.marks) == drawn.shown > 60_000
    assert len(drawn.marks) < (1000 / CELL) ** 2


def test_the_outlines_come_from_our_own_server(house: House) -> None:
    page = house.visit("aidant").get("/directory/map").text
    (address,) = set(re.findall(r'<use class="land" href="([^"#]+)', page))
    answer = house.http.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert set(re.findall(r'href="[^"#]+/map.svg#(\w+)"', page)) <= set(re.findall(r'symbol id="(\w+)"', answer.text))


def test_the_card_shows_what_the_caller_was_given_also_when_it_is_gone_since(house: House) -> None:
    request = callers.claimed(house.joined, callers.asks(house.joined), house.ids["aidant"])
    call = callers.found(house.joined, request).call_id
    visit = house.visit("aidant")
    assert 'id="given"' not in visit.get(f"/desk/{request}").text
    first, second = put(house.joined), put(house.joined, name="CAF", kind="caf", visit=False, street="")
    told(house.joined, call, first)
    told(house.joined, call, second, "caf")
    gone(house.joined, first)
    page = visit.get(f"/desk/{request}")
    given = page.text[page.text.index('id="given"') :]
    assert f'href="/directory/{first}"' in given
    said = text(page)
    assert "1 place de la Grenouillère, 01000 Bourg-en-Bresse" in said
    assert "disparu il y a 1 heure" in said
    assert "par courrier seulement" in said


@pytest.mark.parametrize("path", ["/directory/map", "/directory/proposals", "/directory/imports"])
def test_a_stranger_cannot(house: House, path: str) -> None:
    assert house.visit("stranger").get(path).headers["location"].startswith("/sign-in")
    one = proposed(house, put(house.joined), street="2 rue Neuve")
    visit = house.visit("stranger")
    for deed in ("accept", "decline"):
        assert visit.post(f"/directory/proposals/{one}/{deed}").headers["location"].startswith("/sign-in")
    assert everything(house)[0].state == "open"
    assert people.ROLES[0] == "stranger"
