"""One's own account."""

import re

import pyotp
import pytest

from ivr.actions import patience
from ivr.store import staff
from tests.web import people
from tests.web.conftest import House
from tests.web.people import PASSWORD, Visit, text

NEW = "another good sentence"


def member(house: House, role: str) -> staff.Member:
    with house.joined.database.reading() as tx:
        found = staff.find(tx, house.ids[role])
    assert found is not None
    return found


def switch_on(house: House, visit: Visit) -> tuple[pyotp.TOTP, list[str]]:
    """The authenticator, and the recovery codes that the page shows."""
    page = visit.get("/account/second-step").text
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    secret = re.search(r'class="secret" dir="ltr">([A-Z2-7 ]+)<', page)
    assert sealed
    assert secret
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    answer = visit.post("/account/second-step", {"sealed": sealed[1], "code": totp.at(int(house.clock()))})
    assert answer.status_code == 200
    return totp, re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text)


def test_name_phone_and_languages_are_kept_and_the_phone_is_sealed(house: House) -> None:
    visit = house.visit("aidant")
    answer = visit.post("/account", {"name": "  Leïla   K. ", "phone": "06 39 98 18 24", "languages": ["fr", "fa"]})
    assert answer.headers["location"] == "/account?done=saved"
    kept = member(house, "aidant")
    assert (kept.name, kept.phone, kept.languages) == ("Leïla K.", "+33639981824", ("fa", "fr"))
    page = visit.get("/account?done=saved").text
    assert "Enregistré." in page
    assert 'value="06 39 98 18 24"' in page
    assert b"+33639981824" not in (house.joined.settings.data_dir / "hamrah.db").read_bytes()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Il faut un nom"),
        ({"name": "x" * 101}, "Il faut un nom"),
        ({"name": "a\u202eb"}, "Il faut un nom"),
        ({"phone": "0899 12 34 56"}, "Ce n’est pas un numéro français"),
        ({"phone": "+1 202 555 0100"}, "Ce n’est pas un numéro français"),
        ({"phone": "ring me"}, "Ce n’est pas un numéro français"),
        ({"languages": "xx"}, "Ce choix n’est pas possible"),
    ],
)
def test_what_is_wrong_is_named_and_what_was_written_stays(house: House, fields: dict[str, str], said: str) -> None:
    written = {"name": "Another Name", **fields}
    answer = house.visit("aidant").post("/account", written)
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert f'value="{written["name"]}"' in answer.text
    assert member(house, "aidant").name == "Leïla Karimi"


def test_a_phone_is_forgotten_when_the_field_is_empty(house: House) -> None:
    visit = house.visit("aidant")
    visit.post("/account", {"name": "L", "phone": "0639981824"})
    visit.post("/account", {"name": "L", "phone": " "})
    assert member(house, "aidant").phone is None


def test_what_somebody_writes_cannot_become_part_of_a_page(house: House) -> None:
    evil = "<script>alert(1)</script>"
    house.visit("aidant").post("/account", {"name": evil})
    admin = house.visit("admin")
    for path in ("/staff", f"/staff/{house.ids['aidant']}", "/audit"):
        assert "<script>alert" not in admin.get(path).text
    assert "<script>alert" not in admin.post("/staff", {"q": evil}).text


def test_a_new_password_ends_every_other_session_and_renews_this_one(house: House) -> None:
    visit, other = house.visit("aidant"), house.visit("aidant")
    token = visit.token
    answer = visit.post("/account/password", {"old": PASSWORD, "password": NEW, "again": NEW})
    assert answer.headers["location"] == "/account?done=password"
    assert visit.token != token
    assert visit.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert Visit(house.http, token).get("/account").status_code == 303
    assert Visit(house.http).sign_in("aidant", NEW).headers["location"] == "/"


def test_a_new_password_needs_the_old_one_and_guessing_it_is_slowed_down(house: House) -> None:
    visit = house.visit("aidant")
    fields = {"old": "a wrong guess", "password": NEW, "again": NEW}
    statuses = [visit.post("/account/password", fields).status_code for _ in range(patience.FREE + 1)]
    assert statuses == [422] * patience.FREE + [429]
    assert member(house, "aidant").password_hash == people.password_hash()


def test_the_second_step_is_set_up_with_a_code_and_gives_ten_recovery_codes(house: House) -> None:
    visit = house.visit("aidant")
    _, codes = switch_on(house, visit)
    assert len(set(codes)) == 10
    assert member(house, "aidant").has_totp
    assert "Il reste \u206810\u2069 codes" in visit.get("/account").text or "10 codes" in text(visit.get("/account"))


def test_a_wrong_code_keeps_the_same_secret(house: House) -> None:
    visit = house.visit("aidant")
    sealed = re.search(r'name="sealed" value="([^"]+)"', visit.get("/account/second-step").text)
    assert sealed
    answer = visit.post("/account/second-step", {"sealed": sealed[1], "code": "000000"})
    assert answer.status_code == 422
    assert sealed[1] in answer.text
    assert not member(house, "aidant").has_totp


def test_nobody_can_bring_a_secret_of_their_own(house: House) -> None:
    stolen = re.search(r'name="sealed" value="([^"]+)"', house.visit("coordinator").get("/account/second-step").text)
    assert stolen
    for sealed in (stolen[1], "forged"):
        assert house.visit("aidant").post("/account/second-step", {"sealed": sealed, "code": "1"}).status_code == 400


def test_the_second_step_is_switched_off_and_codes_renewed_with_the_password_only(house: House) -> None:
    visit = house.visit("aidant")
    _, codes = switch_on(house, visit)
    assert visit.post("/account/second-step/off", {"old": "not this one"}).status_code == 422
    renewed = visit.post("/account/second-step/codes", {"old": PASSWORD})
    assert renewed.status_code == 200
    assert codes[0] not in renewed.text
    assert visit.post("/account/second-step/off", {"old": PASSWORD}).headers["location"] == "/account?done=code-off"
    assert not member(house, "aidant").has_totp
    assert visit.post("/account/second-step/codes", {"old": PASSWORD}).status_code == 404


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_this(house: House) -> None:
    here, there, third = (house.visit("aidant") for _ in range(3))
    page = text(here.get("/account/sessions"))
    assert page.count("Firefox · Linux") >= 3
    assert page.count("celui-ci") == 1
    ends = re.findall(r"/account/sessions/(\d+)/end", here.get("/account/sessions").text)
    assert here.post(f"/account/sessions/{min(ends, key=int)}/end").status_code == 303
    assert here.get("/account").status_code == 303  # the oldest is this one: we signed ourselves out
    assert there.post("/account/sessions/end-others").status_code == 303
    assert third.get("/account").status_code == 303
    assert there.get("/account").status_code == 200


def test_nobody_ends_a_session_of_somebody_else(house: House) -> None:
    victim = house.visit("admin")
    session = re.findall(r"/account/sessions/(\d+)/end", victim.get("/account/sessions").text)[0]
    for id in (session, "99", "x"):
        assert house.visit("aidant").post(f"/account/sessions/{id}/end").status_code == 404
    assert victim.get("/account").status_code == 200


def test_language_and_colours_are_chosen_before_and_after_signing_in(house: House) -> None:
    visit = Visit(house.http)
    back = {"referer": "https://help.example/sign-in?next=%2Fstaff"}
    answer = visit.post("/preferences", {"language": "fa_AF"}, headers=back)
    assert answer.headers["location"] == "/sign-in?next=%2Fstaff"
    assert '<html lang="fa-AF" dir="rtl"' in visit.get("/sign-in").text
    assert "tabler.rtl.css" in visit.get("/sign-in").text or not house.site.assets.whole
    signed = house.visit("aidant")
    signed.post("/preferences", {"theme": "dark"})
    signed.post("/preferences", {"language": "en"})
    assert (member(house, "aidant").theme, member(house, "aidant").page_language) == ("dark", "en")
    page = house.visit("aidant").get("/").text
    assert '<html lang="en" dir="ltr" data-theme="dark"' in page
    signed.post("/preferences", {"language": "../../etc", "theme": "neon"})
    assert (member(house, "aidant").theme, member(house, "aidant").page_language) == ("dark", "en")
