"""The directory in the hands of the staff: found, read, corrected against its source, checked, removed."""

import re
from datetime import datetime
from typing import Any

import pytest

from ivr.actions import directory as actions
from ivr.actions.directory import PARTS
from ivr.directory.offices import KINDS
from ivr.store import audit, place_edits, places
from ivr.store.audit import Filter
from ivr.store.place_list import Look
from ivr.web import directory_words
from tests.web import callers, directories
from tests.web.conftest import House
from tests.web.directories import HOURS, found, gone, put, source_says, told
from tests.web.people import Visit, text


def form(visit: Visit, address: str) -> dict[str, str]:
    """A form as a browser would send it back."""
    page = visit.get(address).text
    fields = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))
    for name, value in re.findall(r'<input class="form-control[^>]*? name="([\w-]+)"[^>]*? value="([^"]*)"', page):
        fields[name] = value
    fields |= dict(re.findall(r'type="radio" name="(\w+)" value="(\w*)" checked', page))
    fields["kind"] = re.search(r'<option value="(\w+)" selected', page)[1]  # type: ignore[index]
    return {name: value.replace("&#39;", "'").replace("&amp;", "&") for name, value in fields.items()}


def deed(visit: Visit, id: int, what: str, **fields: str) -> Any:
    """A button of a place's page."""
    seen = re.search(r'name="seen" value="([^"]+)"', visit.get(f"/directory/{id}").text)
    return visit.post(f"/directory/{id}/{what}", {"seen": seen[1] if seen else "", **fields})


def correct(house: House, id: int, role: str = "admin", **fields: str) -> Any:
    visit = house.visit(role)
    sent = form(visit, f"/directory/{id}/edit") | {name.replace("__", "-"): value for name, value in fields.items()}
    house.clock.now += 60
    return visit.post(f"/directory/{id}/edit", sent)


def deeds(house: House, about: str) -> list[tuple[str, object]]:
    with house.joined.database.reading() as tx:
        return [(row.what, row.details) for row in audit.page(tx, Filter(about=about), 50)]


def listed(answer: Any) -> list[str]:
    return re.findall(r'class="row-link" href="/directory/\d+"><bdi>([^<]+)', answer.text)


def test_every_kind_look_and_part_has_its_words() -> None:
    assert set(directory_words.KINDS) == set(KINDS)
    assert set(directory_words.LOOKS) == set(Look)
    assert set(directory_words.PARTS) == set(PARTS)
    assert {name for names in PARTS.values() for name in names} == set(place_edits.FIELDS)
    assert set(place_edits.FIELDS) <= set(directory_words.FIELDS)


def test_places_are_found_by_words_without_accents_kind_and_departement(house: House) -> None:
    put(house.joined)
    put(house.joined, name="Préfecture de l’Isère", kind="prefecture", city="Grenoble", departement="38")
    put(house.joined, name="CAF de la Drôme", kind="caf", city="Valence", postal_code="26000", departement="26")
    visit = house.visit("aidant")
    page = visit.get("/directory")
    assert listed(page) == ["CAF de la Drôme", "CPAM de l’Ain", "Préfecture de l’Isère"]
    assert "3 lieux" in text(page)
    for query, names in {
        "q=prefecture+GRENOBLE": ["Préfecture de l’Isère"],
        "q=26000": ["CAF de la Drôme"],
        "kind=cpam": ["CPAM de l’Ain"],
        "departement=38": ["Préfecture de l’Isère"],
        "kind=caf&departement=38": [],
        "q=100%25": [],
    }.items():
        assert listed(visit.get(f"/directory?{query}")) == names, query
    assert "Aucun lieu ne correspond" in text(visit.get("/directory?q=nowhere"))


def test_an_empty_directory_says_what_callers_hear_and_what_to_do(house: House) -> None:
    assert "ivr directory import" in text(house.visit("aidant").get("/directory"))


def test_a_long_list_has_pages(house: House) -> None:
    for n in range(51):
        put(house.joined, name=f"Maison {n:02}")
    visit = house.visit("admin")
    first = visit.get("/directory?q=maison")
    assert (len(listed(first)), "page 1 sur 2" in text(first).replace("\u2068", "").replace("\u2069", "")) == (50, True)
    assert 'href="/directory?q=maison&amp;page=2"' in first.text
    assert listed(visit.get("/directory?q=maison&page=2")) == ["Maison 50"]
    assert listed(visit.get("/directory?q=maison&page=3")) == []


@pytest.mark.parametrize("query", ["kind=nothing", "look=nothing", "page=0", "page=x", "departement=99999"])
def test_a_filter_that_is_none_is_not_found(house: House, query: str) -> None:
    assert house.visit("admin").get(f"/directory?{query}").status_code == 404


def test_what_somebody_should_look_at_is_counted_and_listed(house: House) -> None:
    joined = house.joined
    put(joined, name="Par courrier", visit=False)
    put(joined, name="Nulle part", lat=None, lon=None)
    lost, quiet = put(joined, name="Perdu"), put(joined, name="Fermé")
    told(joined, called(house), lost)
    gone(joined, lost)
    gone(joined, quiet)
    moved = put(joined, name="Contesté")
    correct(house, moved, street="2 rue Neuve")
    source_says(joined, moved, street="3 rue Vieille")
    visit = house.visit("aidant")
    correct(house, put(joined, name="Proposé"), "aidant", phone="0199000047", why="on m’a dit")
    deed(house.visit("admin"), put(joined, name="Vérifié"), "check")
    looks = {
        "disagrees": ["Contesté"],
        "proposed": ["Proposé"],
        "lost": ["Perdu"],
        "unchecked": ["Contesté", "Nulle part", "Par courrier", "Proposé"],
        "nowhere": ["Nulle part"],
        "by-mail": ["Par courrier"],
        "gone": ["Fermé", "Perdu"],
    }
    page = text(visit.get("/directory"))
    for look, names in looks.items():
        assert listed(visit.get(f"/directory?look={look}")) == names, look
        assert f"{house.site.languages['fr'].say(directory_words.LOOKS[Look(look)])} ({len(names)})" in page
    assert listed(visit.get("/directory?look=disagrees&kind=caf")) == []


def called(house: House) -> str:
    """The id of the call of somebody who asked."""
    return callers.found(house.joined, callers.asks(house.joined)).call_id


def test_a_place_shows_what_callers_are_told_its_source_and_its_licence(house: House) -> None:
    id = put(house.joined, record_updated=None)
    page = text(house.visit("aidant").get(f"/directory/{id}"))
    for said in ("CPAM de l’Ain", "1 place de la Grenouillère", "01000 Bourg-en-Bresse", "01 99 00 00 46"):
        assert said in page
    assert "09:00–12:00, 14:00–17:00" in page
    assert directories.LICENCE in page
    assert directories.SOURCE in page
    assert "13 sept. 2026" in page
    assert "Corriger" not in page


def test_a_place_shows_for_which_areas_it_is_competent(house: House) -> None:
    id = put(house.joined)
    assert "Compétent pour" not in text(house.visit("aidant").get(f"/directory/{id}"))
    directories.competent(house.joined, id, "c:01053", "d:01", "c:99999", *(f"c:010{n}" for n in range(10, 25)))
    page = text(house.visit("aidant").get(f"/directory/{id}"))
    assert "Compétent pour Ain (01)" in page
    assert "Bourg-en-Bresse (01053)" in page
    assert "18 territoires en tout" in page
    assert "99999" in page


def test_an_admins_correction_stays_what_the_source_said_stands_beside_it_and_it_is_audited(house: House) -> None:
    id = put(house.joined)
    answer = correct(house, id, street="2 rue Neuve", phone="+33 1 99 00 00 47", hours__6="9h-12h30")
    assert answer.headers["location"] == f"/directory/{id}?done=saved"
    place = found(house.joined, id)
    assert (place.street, place.phone) == ("2 rue Neuve", "0199000047")
    assert place.hours == {**HOURS, "6": [["09:00", "12:30"]]}
    assert (place.lat, place.visit, place.kind) == (46.2052, True, "cpam")
    correction = place_edits.corrections(place.corrected)["street"]
    assert (correction.value, correction.was, correction.by) == (
        "2 rue Neuve",
        "1 place de la Grenouillère",
        house.ids["admin"],
    )
    assert set(place.corrected) == {"street", "phone", "hours"}
    assert deeds(house, f"place/{id}") == [("place-corrected", {"fields": "hours, phone, street"})]
    page = text(house.visit("aidant").get(f"/directory/{id}"))
    assert "2 rue Neuve" in page
    assert "1 place de la Grenouillère" in page
    assert "La source dit autre chose depuis" not in page


def test_saving_without_a_change_changes_nothing(house: House) -> None:
    id = put(house.joined)
    before = found(house.joined, id)
    assert correct(house, id).headers["location"].endswith("done=same")
    assert (found(house.joined, id), deeds(house, f"place/{id}")) == (before, [])


def test_writing_what_the_source_says_is_no_correction_any_more(house: House) -> None:
    id = put(house.joined)
    correct(house, id, street="2 rue Neuve")
    correct(house, id, street="1 place de la Grenouillère")
    assert found(house.joined, id).corrected == {}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "  "}, "Il faut un nom"),
        ({"name": "x" * 201}, "trop long"),
        ({"kind": "castle"}, "Ce choix"),
        ({"postal_code": "7501"}, "cinq chiffres"),
        ({"phone": "12 ou 13 heures"}, "Ce n’est pas un numéro de téléphone"),
        ({"email": "nobody"}, "adresse e-mail"),
        ({"website": "javascript:alert(1)"}, "https://"),
        ({"lat": "40.7128", "lon": "-74.0060"}, "en France"),
        ({"lat": "5.2255", "lon": "46.2052"}, "en France"),
        ({"lat": "", "lon": "5.2"}, "en France"),
        ({"lat": "north", "lon": "5.2"}, "en France"),
        ({"hours__1": "12:00-09:00"}, "09:00-12:00"),
        ({"hours__1": "09:00-12:00, 11:00-14:00"}, "09:00-12:00"),
        ({"hours__2": "le matin"}, "09:00-12:00"),
        ({"hours__7": "24:30-25:00"}, "09:00-12:00"),
        ({"known": ""}, "dits inconnus plus haut"),
    ],
)
def test_what_cannot_be_understood_is_said_and_changes_nothing(house: House, fields: dict[str, str], said: str) -> None:
    id = put(house.joined)
    before = found(house.joined, id)
    answer = correct(house, id, **fields)
    assert (answer.status_code, said in text(answer)) == (422, True), text(answer)
    assert found(house.joined, id) == before
    shown = {name.replace("__", "-"): value for name, value in fields.items() if name not in ("kind", "known")}
    assert all(f'value="{value}"' in answer.text for value in shown.values())


def test_hours_can_be_unknown_or_closed_on_every_day(house: House) -> None:
    id = put(house.joined)
    days = {f"hours__{day}": "" for day in range(1, 8)}
    correct(house, id, **days)
    assert found(house.joined, id).hours == {}
    correct(house, id, known="")
    assert found(house.joined, id).hours is None
    assert "horaires inconnus" in text(house.visit("aidant").get("/directory"))


def test_that_callers_do_not_hear_doubtful_hours_is_said_until_somebody_corrects_them(house: House) -> None:
    id = put(house.joined, note="Fermeture en août")
    said = "demander avant d’y aller"
    assert said in text(house.visit("aidant").get(f"/directory/{id}"))
    correct(house, id, hours__1="9h-12h")
    assert said not in text(house.visit("aidant").get(f"/directory/{id}"))


def test_on_a_public_holiday_nobody_is_told_that_a_place_is_open(house: House) -> None:
    put(house.joined)
    visit = house.visit("aidant")
    assert "aujourd’hui 09:00–12:00, 14:00–17:00" in text(visit.get("/directory"))
    house.clock.now = datetime(2026, 12, 25, 10, tzinfo=house.site.zone).timestamp()
    visit = house.visit("aidant")
    assert "jour férié : ouverture non confirmée" in text(visit.get("/directory"))


def test_overseas_today_is_the_day_there(house: House) -> None:
    put(house.joined, departement="988", hours={"2": [["07:00", "11:00"]]})
    house.clock.now = datetime(2026, 11, 23, 15, tzinfo=house.site.zone).timestamp()  # Tuesday, 1 h, in Nouméa
    assert "aujourd’hui 07:00–11:00" in text(house.visit("aidant").get("/directory"))


def test_a_form_that_is_older_than_the_place_is_refused_and_says_what_changed(house: House) -> None:
    id, visit = put(house.joined), house.visit("admin")
    old = form(visit, f"/directory/{id}/edit")
    correct(house, id, street="2 rue Neuve")
    answer = visit.post(f"/directory/{id}/edit", old | {"phone": "0199000047"})
    assert answer.status_code == 422
    page = text(answer)
    assert "Ce lieu a été modifié entre-temps" in page
    assert "1 place de la Grenouillère 2 rue Neuve" in page
    assert found(house.joined, id).phone == "0199000046"
    assert 'value="0199000047"' in answer.text
    for what in ("check", "remove", "back", "source/street", "ours/street"):
        assert visit.post(f"/directory/{id}/{what}", {"seen": old["seen"]}).status_code == 422, what
        assert visit.post(f"/directory/{id}/{what}").status_code == 422, what
    assert (found(house.joined, id).verified_at, found(house.joined, id).gone_at) == (None, None)


def test_when_the_source_says_something_new_both_stand_there_and_ours_or_theirs_is_taken(house: House) -> None:
    id = put(house.joined)
    correct(house, id, street="2 rue Neuve", phone="0199000047")
    source_says(house.joined, id, street="3 rue Vieille", phone="0199000047", name="CPAM 01")
    assert (found(house.joined, id).street, found(house.joined, id).name) == ("2 rue Neuve", "CPAM 01")
    admin = house.visit("admin")
    page = text(admin.get(f"/directory/{id}"))
    assert "La source dit autre chose depuis" in page
    for said in ("2 rue Neuve", "3 rue Vieille", "1 place de la Grenouillère"):
        assert said in page
    assert deed(admin, id, "ours/street").headers["location"].endswith("done=kept")
    assert "La source dit autre chose depuis" not in text(admin.get(f"/directory/{id}"))
    source_says(house.joined, id, street="4 rue Haute")
    assert "La source dit autre chose depuis" in text(admin.get(f"/directory/{id}"))
    assert deed(admin, id, "source/street").headers["location"].endswith("done=taken")
    place = found(house.joined, id)
    assert (place.street, set(place.corrected)) == ("4 rue Haute", {"phone"})
    assert deed(admin, id, "source/street").status_code == 422
    assert deed(admin, id, "source/nothing").status_code == 422
    assert [what for what, _ in deeds(house, f"place/{id}")] == ["source-taken", "correction-kept", "place-corrected"]


def test_the_town_is_taken_back_with_its_area(house: House) -> None:
    id = put(house.joined)
    correct(house, id, postal_code="38000", city="Grenoble")
    assert found(house.joined, id).departement == "38"
    deed(house.visit("admin"), id, "source/town")
    place = found(house.joined, id)
    assert (place.postal_code, place.city, place.departement, place.corrected) == ("01000", "Bourg-en-Bresse", "01", {})


def test_who_checked_a_place_and_when_stands_there_and_an_open_form_still_fits(house: House) -> None:
    id, admin = put(house.joined), house.visit("admin")
    opened = form(admin, f"/directory/{id}/edit")
    assert "jamais vérifié" in text(admin.get(f"/directory/{id}"))
    assert deed(admin, id, "check").headers["location"].endswith("done=checked")
    assert found(house.joined, id).verified_at == house.clock.now
    assert "نسرین احمدی" in text(house.visit("aidant").get(f"/directory/{id}"))
    assert admin.post(f"/directory/{id}/edit", opened | {"street": "2 rue Neuve"}).status_code == 303
    assert [what for what, _ in deeds(house, f"place/{id}")] == ["place-corrected", "place-verified"]


def test_a_place_is_removed_and_brought_back_against_its_source(house: House) -> None:
    id, admin = put(house.joined), house.visit("admin")
    assert deed(admin, id, "remove").headers["location"].endswith("done=removed")
    place = found(house.joined, id)
    assert place.gone_at == house.clock.now
    assert place_edits.GONE in place.corrected
    assert listed(admin.get("/directory")) == []
    assert "Votre équipe l’a retiré" in text(admin.get(f"/directory/{id}"))
    assert deed(admin, id, "back").headers["location"].endswith("done=back")
    assert found(house.joined, id).gone_at is None
    assert place_edits.GONE in found(house.joined, id).corrected
    assert [what for what, _ in deeds(house, f"place/{id}")] == ["place-brought-back", "place-removed"]


def test_an_admin_adds_a_place_that_no_source_has(house: House) -> None:
    admin = house.visit("admin")
    fields = form_of_new(name="Association Aryana", kind="association", postal_code="69003", city="Lyon", visit="yes")
    location = admin.post("/directory/new", fields).headers["location"]
    id = int(re.findall(r"\d+", location)[0])
    place = found(house.joined, id)
    assert (place.source, place.name, place.departement, place.visit) == ("hand", "Association Aryana", "69", True)
    assert (place.hours, place.imported, place.corrected) == (None, None, {})
    assert deeds(house, f"place/{id}") == [("place-added", {})]
    correct(house, id, city="Villeurbanne", lat="45,7667", lon="4,8800")
    place = found(house.joined, id)
    assert (place.city, place.lat, place.corrected) == ("Villeurbanne", 45.7667, {})
    assert admin.post("/directory/new", form_of_new(kind="association")).status_code == 422


def form_of_new(**fields: str) -> dict[str, str]:
    return {"name": "", "kind": "", "visit": "", "known": "", **fields}


@pytest.mark.parametrize("id", ["0", "99", "x", "-1"])
def test_a_place_that_is_not_there_is_not_found(house: House, id: str) -> None:
    admin = house.visit("admin")
    assert admin.get(f"/directory/{id}").status_code == 404
    assert admin.get(f"/directory/{id}/edit").status_code == 404
    for what in ("edit", "check", "remove", "back", "source/street", "ours/street"):
        assert admin.post(f"/directory/{id}/{what}").status_code == 404


@pytest.mark.parametrize("role", ["aidant", "coordinator"])
def test_only_admins_change_a_place(house: House, role: str) -> None:
    id, visit = put(house.joined), house.visit(role)
    before = found(house.joined, id)
    for what in ("check", "remove", "back", "source/street", "ours/street"):
        assert deed(visit, id, what).status_code == 404
    assert correct(house, id, role, street="2 rue Neuve", why="vu sur place").status_code == 303
    assert found(house.joined, id) == before


def test_the_audit_names_no_number(house: House) -> None:
    id = put(house.joined)
    correct(house, id, phone="0199000047")
    assert "99000047" not in house.visit("admin").get("/audit").text.replace(" ", "")
    assert actions.about(id) == f"place/{id}"
    with house.joined.database.reading() as tx:
        assert places.get(tx, id) is not None


def test_a_stranger_cannot(house: House) -> None:
    id, visit = put(house.joined), house.visit("stranger")
    for path in ("/directory", f"/directory/{id}", f"/directory/{id}/edit", "/directory/new"):
        assert visit.get(path).headers["location"].startswith("/sign-in")
    before = found(house.joined, id)
    for path in (f"/directory/{id}/edit", f"/directory/{id}/remove", "/directory/new"):
        assert visit.post(path, {"name": "x"}).headers["location"].startswith("/sign-in")
    assert found(house.joined, id) == before
