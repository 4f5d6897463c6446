"""Accounts in the hands of an admin, and what the audit says of it."""

import re

import pytest

from ivr.actions.audit import HELPLINE, Deed, What, note, number_read
from ivr.store import staff
from ivr.web.audit import SIZE
from tests.helpline import ROOT
from tests.web import callers, people
from tests.web.conftest import House
from tests.web.people import Visit, text

NEW = {"name": "Omid Rahimi", "email": "Omid@Example.org", "roles": ["aidant", "coordinator"], "languages": ["fa"]}
GOOD = "a long enough sentence"
TEMPLATES = ROOT / "ivr" / "web" / "templates"


def invited(house: House, **fields: object) -> str:
    """The path of the invitation that an admin sees."""
    answer = house.visit("admin").post("/staff/new", {**NEW, **fields})
    assert answer.status_code == 200, text(answer)
    found = re.search(r'value="https://help\.example(/enter/[\w-]{43})"', answer.text)
    assert found
    return found[1]


def audit(house: House, **query: str) -> str:
    return text(house.visit("admin").get("/audit", params=query))


def test_somebody_is_invited_chooses_a_password_and_works(house: House) -> None:
    path, visit = invited(house), Visit(house.http)
    assert visit.post(path, {"password": GOOD, "again": GOOD}).headers["location"] == "/"
    page = text(visit.get("/"))
    assert "Omid Rahimi" in page
    assert "Demandes" in page
    assert visit.get("/staff").status_code == 404
    with house.joined.database.reading() as tx:
        member = staff.by_email(tx, "omid@example.org")
    assert member is not None
    assert (member.roles, member.languages) == (frozenset({"aidant", "coordinator"}), ("fa",))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "no address"}, "Ce n’est pas une adresse e-mail"),
        ({"email": "a@b@c"}, "Ce n’est pas une adresse e-mail"),
        ({"email": "AIDANT@example.org"}, "Un compte existe déjà"),
        ({"name": " "}, "Il faut un nom"),
        ({"roles": []}, "Il faut au moins un rôle"),
        ({"roles": ["king"]}, "Ce choix n’est pas possible"),
        ({"languages": ["xx"]}, "Ce choix n’est pas possible"),
    ],
)
def test_a_wrong_invitation_is_refused_and_makes_no_account(house: House, fields: dict[str, object], said: str) -> None:
    answer = house.visit("admin").post("/staff/new", {**NEW, **fields})
    assert (answer.status_code, said in text(answer)) == (422, True)
    with house.joined.database.reading() as tx:
        assert len(staff.everybody(tx)) == 3


def test_roles_count_from_the_next_page_on(house: House) -> None:
    visit, id = house.visit("aidant"), house.ids["aidant"]
    fields = {"name": "L", "email": people.email("aidant"), "roles": ["admin"]}
    assert house.visit("admin").post(f"/staff/{id}", fields).headers["location"] == f"/staff/{id}?done=saved"
    assert visit.get("/staff").status_code == 200


def test_two_accounts_never_share_an_address(house: House) -> None:
    fields = {"name": "L", "email": people.email("admin"), "roles": ["aidant"]}
    answer = house.visit("admin").post(f"/staff/{house.ids['aidant']}", fields)
    assert "Un compte existe déjà" in text(answer)


def test_the_last_admin_stays_one(house: House) -> None:
    visit, id = house.visit("admin"), house.ids["admin"]
    fields = {"name": "N", "email": people.email("admin"), "roles": ["aidant"]}
    for answer in (visit.post(f"/staff/{id}", fields), visit.post(f"/staff/{id}/disable")):
        assert (answer.status_code, "dernier admin" in text(answer)) == (422, True)
    assert visit.get("/staff").status_code == 200


def test_an_account_is_disabled_and_enabled_again(house: House) -> None:
    admin, id = house.visit("admin"), house.ids["aidant"]
    admin.post(f"/staff/{id}/disable")
    assert "désactivé" in text(admin.get("/staff"))
    assert admin.post(f"/staff/{id}/link").status_code == 404
    admin.post(f"/staff/{id}/enable")
    assert Visit(house.http).sign_in("aidant").headers["location"] == "/"


def test_whose_account_is_disabled_has_no_request_in_hand_any_more(house: House) -> None:
    request = callers.asks(house.joined)
    callers.claimed(house.joined, request, house.ids["aidant"])
    house.visit("admin").post(f"/staff/{house.ids['aidant']}/disable")
    page = text(house.visit("coordinator").get(f"/desk/{request}"))
    assert "ne travaille plus ici" in page
    assert "Demande remise dans la file" in audit(house, about=f"request/{request}")


def test_an_admin_sends_a_link_for_a_new_password_and_switches_the_second_step_off(house: House) -> None:
    admin, id = house.visit("admin"), house.ids["aidant"]
    with house.joined.database.transaction() as tx:
        staff.set_totp(tx, id, staff.Totp("JBSWY3DPEHPK3PXP", 0))
    assert "/enter/" in admin.post(f"/staff/{id}/link").text
    admin.post(f"/staff/{id}/forget-code")
    assert Visit(house.http).sign_in("aidant").headers["location"] == "/"


def test_staff_are_found_by_a_part_of_their_name_or_address(house: House) -> None:
    visit = house.visit("admin")
    assert "Leïla" in text(visit.post("/staff", {"q": "LEÏ"}))
    assert "Leïla" not in text(visit.post("/staff", {"q": "coordinator"}))
    assert "Personne ne correspond" in text(visit.post("/staff", {"q": "zzz"}))


def test_the_words_of_a_search_for_staff_stand_in_no_address(house: House) -> None:
    visit = house.visit("admin")
    answer = visit.post("/staff", {"q": "Leïla"})
    assert answer.status_code == 200
    assert not re.search(r'(?:href|action|hx-[\w:]+)="[^"]*(?:le%c3%afla|leïla)', answer.text, re.IGNORECASE)
    assert "Claude Martin" in text(visit.get("/staff?q=Leïla"))


def test_only_places_and_prompts_are_searched_by_an_address() -> None:
    typed = re.compile(r'<form[^>]*method="get"(?:(?!</form>).)*<input(?![^>]*type="hidden")', re.DOTALL)
    found = {file.name for file in TEMPLATES.rglob("*.html") if typed.search(file.read_text(encoding="utf-8"))}
    assert found == {"directory_filter.html", "studio.html"}


def test_the_audit_tells_who_did_what_to_whom(house: House) -> None:
    invited(house)
    house.visit("admin").post(f"/staff/{house.ids['aidant']}/disable")
    page = audit(house)
    for said in ("Compte créé", "Lien créé", "Compte désactivé", "Connexion", "Omid Rahimi"):
        assert said in page
    assert "Compte désactivé" in audit(house, what="staff-disabled")
    assert "Lien créé" not in re.sub(r"Tout .*? Afficher", "", audit(house, what="staff-disabled"))
    assert "Rien ne correspond" in audit(house, who=str(house.ids["coordinator"]))


def test_no_secret_gets_into_the_audit(house: House) -> None:
    path = invited(house)
    Visit(house.http).post(path, {"password": GOOD, "again": GOOD})
    Visit(house.http).sign_in("aidant", "a wrong password")
    page = audit(house)
    assert "Connexion refusée" in page
    for secret in (path.removeprefix("/enter/"), GOOD, "a wrong password", "testclient"):
        assert secret not in page


def test_the_audit_is_turned_page_by_page(house: House) -> None:
    with house.joined.database.transaction() as tx:
        for n in range(SIZE + 5):
            note(tx, Deed(HELPLINE, house.clock()), What.STAFF_CHANGED, f"staff/{1000 + n}")
    first = house.visit("admin").get("/audit?what=staff-changed")
    assert first.text.count("data-row") == SIZE
    older = re.search(r'href="(/audit\?[^"]*before=\d+)"', first.text)
    assert older
    second = house.visit("admin").get(older[1].replace("&amp;", "&"))
    assert second.text.count("data-row") == 5
    assert "staff/1000" in second.text


def test_reading_a_number_leaves_a_line(house: House) -> None:
    with house.joined.database.transaction() as tx:
        number_read(tx, Deed(HELPLINE, house.clock()), 7)
    assert "Numéro lu" in audit(house)
    assert "request/7" in audit(house)


@pytest.mark.parametrize("query", ["who=x", "who=-1", "before=x", "who=9999999999999999"])
def test_a_filter_that_makes_no_sense_is_not_found(house: House, query: str) -> None:
    assert house.visit("admin").get(f"/audit?{query}").status_code == 404
