"""Blocked numbers in the hands of coordinators and admins, and limits that are used up."""

import re

import pytest

from ivr.actions import limits
from ivr.store import audit, blocklist, calls, requests
from ivr.store.audit import Filter
from ivr.web import sentences
from tests import spending
from tests.store.people import NUMBER, new_call, new_request
from tests.web.conftest import House
from tests.web.people import NOW, text

WHY = "menace une aidante"


def blocked(house: House) -> list[blocklist.Entry]:
    with house.joined.database.reading() as tx:
        return blocklist.everything(tx)


def deeds(house: House) -> list[tuple[str, str, object]]:
    with house.joined.database.reading() as tx:
        rows = audit.page(tx, Filter(), 50)
    return [(row.what, row.about, row.details) for row in rows if row.about.startswith("blocked/")]


@pytest.mark.parametrize("role", ["coordinator", "admin"])
def test_a_number_is_blocked_with_a_reason_and_listed_masked(house: House, role: str) -> None:
    visit = house.visit(role)
    assert "Personne n’est bloqué" in text(visit.get("/blocked"))
    answer = visit.post("/blocked", {"number": "06 39 98 18 24", "reason": WHY})
    assert answer.headers["location"] == "/blocked?done=blocked"
    (entry,) = blocked(house)
    assert (entry.number, entry.reason, entry.at) == (NUMBER, WHY, NOW)
    page = text(visit.get("/blocked?done=blocked"))
    assert "06 •• •• 18 24" in page
    assert WHY in page
    assert "Le numéro est bloqué." in page
    assert not re.search(r"39 ?98 ?18|639981824", visit.get("/blocked").text)
    assert deeds(house) == [("number-blocked", f"blocked/{entry.id}", {})]


def test_a_number_can_ring_again(house: House) -> None:
    visit = house.visit("coordinator")
    visit.post("/blocked", {"number": NUMBER, "reason": WHY})
    (entry,) = blocked(house)
    assert visit.post(f"/blocked/{entry.id}/remove").headers["location"] == "/blocked?done=unblocked"
    assert blocked(house) == []
    assert visit.post(f"/blocked/{entry.id}/remove").status_code == 404
    assert [what for what, _, _ in deeds(house)] == ["number-unblocked", "number-blocked"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": "", "reason": WHY}, "Ce n’est pas un numéro de téléphone"),
        ({"number": "112", "reason": WHY}, "Ce n’est pas un numéro de téléphone"),
        ({"number": NUMBER, "reason": "  "}, "Il faut une raison"),
        ({"number": NUMBER, "reason": "x" * 501}, "Il faut une raison"),
    ],
)
def test_without_a_number_or_a_reason_nobody_is_blocked_and_what_was_filled_in_stays(
    house: House, fields: dict[str, str], said: str
) -> None:
    answer = house.visit("admin").post("/blocked", fields)
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert f'value="{fields["number"]}"' in answer.text
    assert (blocked(house), deeds(house)) == ([], [])


def test_a_number_that_is_blocked_is_not_blocked_again(house: House) -> None:
    visit = house.visit("admin")
    visit.post("/blocked", {"number": NUMBER, "reason": WHY})
    answer = visit.post("/blocked", {"number": "0033639981824", "reason": "encore"})
    assert (answer.status_code, "déjà bloqué" in text(answer)) == (422, True)
    assert len(blocked(house)) == 1


def test_the_page_says_how_grave_it_is_and_that_emergency_numbers_stay_open(house: House) -> None:
    page = text(house.visit("coordinator").get("/blocked"))
    assert "112" in page
    assert "grave" in page


def requested(house: House) -> int:
    """A request of somebody who rang."""
    with house.joined.database.transaction() as tx:
        calls.log_call(tx, new_call())
        return requests.put(tx, new_request())


def test_the_caller_of_a_request_is_blocked_without_the_number_being_keyed_or_shown(house: House) -> None:
    id, visit = requested(house), house.visit("coordinator")
    page = visit.get(f"/blocked?request={id}")
    assert "06 •• •• 18 24" in text(page)
    assert 'name="number"' not in page.text
    refused = visit.post("/blocked", {"request": str(id), "reason": ""})
    assert (refused.status_code, "06 •• •• 18 24" in text(refused)) == (422, True)
    assert visit.post("/blocked", {"request": str(id), "reason": WHY}).status_code == 303
    (entry,) = blocked(house)
    assert entry.number == NUMBER
    assert deeds(house) == [("number-blocked", f"blocked/{entry.id}", {"request": id})]
    again = visit.post("/blocked", {"request": str(id), "reason": WHY})
    assert (again.status_code, "déjà bloqué" in text(again)) == (422, True)


def test_who_may_not_see_a_request_cannot_block_its_caller(house: House) -> None:
    id = requested(house)
    for role in ("admin", "aidant"):
        assert house.visit(role).get(f"/blocked?request={id}").status_code == 404
        assert house.visit(role).post("/blocked", {"request": str(id), "reason": WHY}).status_code == 404
    assert blocked(house) == []


def test_nobody_makes_a_request_by_hand_for_a_blocked_number(house: House) -> None:
    house.visit("admin").post("/blocked", {"number": NUMBER, "reason": WHY})
    fields = {"number": NUMBER, "language": "fa", "topic": "permit", "phone": "own"}
    answer = house.visit("coordinator").post("/desk/new", fields)
    assert (answer.status_code, "Ce numéro est bloqué." in text(answer)) == (422, True)
    with house.joined.database.reading() as tx:
        assert requests.of_number(tx, NUMBER) == []


def test_an_id_that_is_none_is_not_found(house: House) -> None:
    for id in ("0", "99", "x", "-1"):
        assert house.visit("admin").post(f"/blocked/{id}/remove").status_code == 404
    for request in ("99", "x", "-1"):
        assert house.visit("coordinator").get(f"/blocked?request={request}").status_code == 404
        assert house.visit("coordinator").post("/blocked", {"request": request, "reason": WHY}).status_code == 404


def test_a_limit_that_is_reached_is_said_to_who_can_do_something(house: House) -> None:
    object.__setattr__(house.site, "limits", spending.limits(limits.Cap(1, 1)))
    said = "Personne ne peut être rappelé d’ici demain"
    assert said not in text(house.visit("coordinator").get("/"))
    with house.joined.database.transaction() as tx:
        limits.spend(tx, "call", NUMBER, house.site.limits, NOW)
    for role, told in (("coordinator", True), ("admin", True), ("aidant", False)):
        assert (said in text(house.visit(role).get("/"))) is told
    house.clock.now += 86_400
    assert said not in text(house.visit("coordinator").get("/"))


def test_every_limit_has_its_sentence(house: House) -> None:
    assert set(sentences.USED_UP) == set(house.joined.limits.caps)


def test_a_stranger_cannot(house: House) -> None:
    visit = house.visit("stranger")
    assert visit.get("/blocked").headers["location"].startswith("/sign-in")
    assert visit.post("/blocked", {"number": NUMBER, "reason": WHY}).headers["location"].startswith("/sign-in")
    assert blocked(house) == []
