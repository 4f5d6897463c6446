"""Signing in, out and by link; and what an attacker would try there."""

import pyotp
import pytest
from argon2 import Type

from ivr.actions import account, passwords, patience
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.staff import make_link
from ivr.store import sessions, staff
from ivr.store.sessions import Kind
from tests import lighter
from tests.web import people
from tests.web.conftest import House
from tests.web.people import PASSWORD, Visit, text

OTHER_PASSWORD = "quite another sentence"
WRONG = "L’adresse e-mail ou le mot de passe est faux."


def link(house: House, role: str, kind: Kind) -> str:
    with house.joined.database.transaction() as tx:
        return make_link(tx, house.ids[role], kind, Deed(HELPLINE, house.clock()))


def second_step(house: House, role: str) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Switches it on; the last code that was used lies an hour back."""
    secret = pyotp.random_base32()
    with house.joined.database.transaction() as tx:
        staff.set_totp(tx, house.ids[role], staff.Totp(secret, int(house.clock() - 3600) // 30))
        codes = account.make_codes(tx, house.ids[role])
    return pyotp.TOTP(secret), codes


def test_the_right_password_lets_in_and_leads_to_the_page_that_was_wanted(house: House) -> None:
    visit = Visit(house.http)
    assert visit.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
    answer = visit.sign_in("aidant", next="/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "Leïla Karimi" in visit.get("/").text


def test_the_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(house: House) -> None:
    answer = Visit(house.http).sign_in("aidant")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(cookie.split("; "))
    assert "domain" not in cookie


def test_the_e_mail_address_may_be_written_in_capitals(house: House) -> None:
    answer = Visit(house.http).post("/sign-in", {"email": " AIDANT@example.org ", "password": PASSWORD})
    assert answer.headers["location"] == "/"


def test_a_session_that_somebody_else_prepared_is_not_taken_over(house: House) -> None:
    """Fixation: the cookie of before signing in opens nothing after it."""
    attacker = Visit(house.http)
    attacker.get("/sign-in")
    victim = Visit(house.http, attacker.token)
    victim.sign_in("aidant")
    assert victim.token != attacker.token
    assert attacker.get("/account").status_code == 303


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "x"]
)
def test_signing_in_never_leads_to_another_server(house: House, wanted: str) -> None:
    assert Visit(house.http).sign_in("aidant", next=wanted).headers["location"] == "/"
    visit = house.visit("aidant")
    assert visit.get("/sign-in", params={"next": wanted}).headers["location"] == "/"
    answer = visit.post("/preferences", {"theme": "dark"}, headers={"referer": f"https://evil.example{wanted}"})
    assert "evil" not in answer.headers["location"].partition("?")[0][:3]
    assert answer.headers["location"].startswith("/")
    assert not answer.headers["location"].startswith(("//", "/\\"))


def test_an_unknown_account_gets_the_same_answer_as_a_wrong_password(house: House) -> None:
    known = Visit(house.http).sign_in("aidant", "not the password")
    unknown = Visit(house.http).sign_in("nobody", "not the password")
    assert (known.status_code, WRONG in text(known)) == (422, True)
    assert known.status_code == unknown.status_code
    assert text(known).replace("aidant", "") == text(unknown).replace("nobody", "")


def test_an_unknown_account_costs_as_much_work_as_a_wrong_password() -> None:
    """Not timed: what takes the time is done in both cases, once."""
    asked: list[bool] = []
    real = passwords.HASHER

    class Counting:
        def hash(self, password: str) -> str:
            return real.hash(password)

        def verify(self, stored: str, password: str) -> bool:
            asked.append(stored.startswith("$argon2id$"))
            return real.verify(stored, password)

    passwords.HASHER = Counting()  # type: ignore[assignment]
    try:
        assert not passwords.fits(None, "x")
        assert not passwords.fits(people.password_hash(), "x")
    finally:
        passwords.HASHER = real
    assert asked == [True, True]


def test_a_password_that_is_stored_costs_memory_and_time_to_try() -> None:
    assert (lighter.FULL.type, lighter.FULL.memory_cost, lighter.FULL.time_cost) == (Type.ID, 64 * 1024, 3)


@pytest.mark.parametrize("role", ["aidant", "nobody"])
def test_whoever_tries_in_vain_waits_longer_and_longer(house: House, role: str) -> None:
    visit, waits = Visit(house.http), []
    for _ in range(patience.FREE):
        assert visit.sign_in(role, "wrong password").status_code == 422
    for _ in range(3):
        refused = visit.sign_in(role, "wrong password")
        assert refused.status_code == 429
        waits.append(int(refused.headers["retry-after"]))
        house.clock.now += waits[-1]
        assert visit.sign_in(role, "wrong password").status_code == 422
    assert waits == sorted(waits)
    assert waits[-1] >= 2 * waits[0]


def test_nobody_can_lock_another_out(house: House) -> None:
    """The address in front of ours is told by our proxy; here the attacker's and the aidant's."""
    object.__setattr__(house.site, "proxies", 1)
    attacker, owner = Visit(house.http), Visit(house.http)
    attacker.headers |= {"x-forwarded-for": "192.0.2.1"}
    owner.headers |= {"x-forwarded-for": "198.51.100.7"}
    for _ in range(patience.FREE):
        attacker.sign_in("aidant", "wrong password")
    assert attacker.sign_in("aidant").status_code == 429
    assert owner.sign_in("aidant").headers["location"] == "/"


def test_an_office_whose_address_is_slowed_down_still_lets_in_those_who_were_there_before(house: House) -> None:
    assert Visit(house.http).sign_in("aidant").headers["location"] == "/"
    for n in range(patience.FREE_PLACE):
        assert Visit(house.http).sign_in(f"guess-{n}", "wrong password").status_code == 422
    assert Visit(house.http).sign_in("coordinator").status_code == 429
    assert Visit(house.http).sign_in("aidant").headers["location"] == "/"
    house.clock.now += patience.LONGEST_PLACE_SECONDS + 1
    assert Visit(house.http).sign_in("coordinator").headers["location"] == "/"


def test_a_disabled_account_is_like_an_unknown_one_and_its_sessions_end(house: House) -> None:
    visit = house.visit("aidant")
    house.visit("admin").post(f"/staff/{house.ids['aidant']}/disable")
    assert visit.get("/account").status_code == 303
    assert WRONG in text(Visit(house.http).sign_in("aidant"))


def test_the_second_step_asks_for_a_code_and_gives_another_session(house: House) -> None:
    totp, _ = second_step(house, "aidant")
    visit = Visit(house.http)
    assert visit.sign_in("aidant", next="/account").headers["location"] == "/sign-in/code?next=%2Faccount"
    half = visit.token
    assert visit.get("/account").headers["location"] == "/sign-in/code"
    answer = visit.post("/sign-in/code", {"code": totp.at(int(house.clock())), "next": "/account"})
    assert answer.headers["location"] == "/account"
    assert visit.get("/account").status_code == 200
    assert Visit(house.http, half).get("/account").headers["location"].startswith("/sign-in?")


def test_a_code_works_once(house: House) -> None:
    totp, _ = second_step(house, "aidant")
    code = totp.at(int(house.clock()))
    for expected in (303, 422):
        visit = Visit(house.http)
        visit.sign_in("aidant")
        assert visit.post("/sign-in/code", {"code": code}).status_code == expected


def test_a_recovery_code_works_once_and_may_be_written_small(house: House) -> None:
    _, codes = second_step(house, "aidant")
    for expected in (303, 422):
        visit = Visit(house.http)
        visit.sign_in("aidant")
        assert visit.post("/sign-in/code", {"code": codes[0].lower()}).status_code == expected


def test_guessing_codes_is_slowed_down_too(house: House) -> None:
    second_step(house, "aidant")
    visit = Visit(house.http)
    visit.sign_in("aidant")
    statuses = [visit.post("/sign-in/code", {"code": f"{n:06}"}).status_code for n in range(patience.FREE + 1)]
    assert statuses == [422] * patience.FREE + [429]


def test_a_password_alone_does_not_wait_for_its_code_for_ever(house: House) -> None:
    totp, _ = second_step(house, "aidant")
    visit = Visit(house.http)
    visit.sign_in("aidant")
    house.clock.now += sessions.CODE_SECONDS + 1
    answer = visit.post("/sign-in/code", {"code": totp.at(int(house.clock()))})
    assert answer.headers["location"] == "/sign-in"


@pytest.mark.parametrize("kind", [Kind.INVITATION, Kind.RESET])
def test_a_link_sets_a_password_once_and_ends_every_session(house: House, kind: Kind) -> None:
    before, visit = house.visit("aidant"), Visit(house.http)
    path = f"/enter/{link(house, 'aidant', kind)}"
    assert "aidant@example.org" in visit.get(path).text
    fields = {"password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert visit.post(path, fields).headers["location"] == "/"
    assert visit.get("/account").status_code == 200
    assert before.get("/account").status_code == 303
    assert Visit(house.http).post(path, fields).status_code == 422
    assert Visit(house.http).get(path).status_code == 404
    assert Visit(house.http).sign_in("aidant", OTHER_PASSWORD).headers["location"] == "/"


def test_a_link_does_not_skip_the_second_step(house: House) -> None:
    second_step(house, "aidant")
    fields = {"password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    answer = Visit(house.http).post(f"/enter/{link(house, 'aidant', Kind.RESET)}", fields)
    assert answer.headers["location"] == "/sign-in/code"


def test_a_trial_s_link_lets_in_once(house: House) -> None:
    path = f"/enter/{link(house, 'admin', Kind.ENTRY)}"
    assert Visit(house.http).get(path).status_code == 200  # a preview does not use it up
    assert Visit(house.http).post(path).headers["location"] == "/"
    assert Visit(house.http).post(path).status_code == 422


def test_an_old_link_and_one_that_was_replaced_do_not_work(house: House) -> None:
    first, second = link(house, "aidant", Kind.RESET), link(house, "aidant", Kind.RESET)
    assert Visit(house.http).get(f"/enter/{first}").status_code == 404
    house.clock.now += 24 * 3600 + 1
    assert Visit(house.http).get(f"/enter/{second}").status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "au moins 12 caractères"),
        ("x" * 201, "x" * 201, "au plus 200 caractères"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "facile à deviner"),
        ("I am the aidant here", "I am the aidant here", "facile à deviner"),
        (OTHER_PASSWORD, OTHER_PASSWORD + "!", "pas les mêmes"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_still_works(
    house: House, password: str, again: str, said: str
) -> None:
    path = f"/enter/{link(house, 'aidant', Kind.RESET)}"
    answer = Visit(house.http).post(path, {"password": password, "again": again})
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert Visit(house.http).get(path).status_code == 200


def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    visit = house.visit("aidant")
    token = visit.token
    assert visit.post("/sign-out").headers["location"] == "/sign-in"
    assert visit.token != token
    assert Visit(house.http, token).get("/account").status_code == 303


@pytest.mark.parametrize("seconds", [sessions.IDLE_SECONDS, sessions.LONGEST_SECONDS])
def test_a_session_ends_by_itself_when_idle_and_after_a_week(house: House, seconds: int) -> None:
    visit, steps = house.visit("aidant"), seconds // 3600
    for _ in range(steps - 1):
        house.clock.now += 3600
        if seconds == sessions.LONGEST_SECONDS:
            assert visit.get("/account").status_code == 200
    house.clock.now += 3601
    assert visit.get("/account").status_code == 303


@pytest.mark.parametrize("path", ["/sign-out", "/account", "/account/password", "/preferences", "/sign-in"])
def test_a_form_from_elsewhere_changes_nothing(house: House, path: str) -> None:
    """Cross-site request forgery: no token, another browser's token, or a browser that says where it came from."""
    visit, other = house.visit("aidant"), house.visit("admin")
    ours, theirs = people.form_token(visit), people.form_token(other)
    assert visit.ask("POST", path, data={}).status_code == 403
    assert visit.ask("POST", path, data={"form": theirs}).status_code == 403
    cross = {"sec-fetch-site": "cross-site"}
    assert visit.ask("POST", path, data={"form": ours}, headers=cross).status_code == 403
    assert visit.get("/account").status_code == 200


def test_a_form_without_any_cookie_is_not_ours(house: House) -> None:
    assert house.http.post("/sign-in", data={"form": "0" * 64}).status_code == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x=" + b"a" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=1" for _ in range(201)), "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 400),
    ],
)
def test_a_body_that_no_form_of_ours_has_is_refused(house: House, body: bytes, kind: str, status: int) -> None:
    answer = house.visit("aidant").ask("POST", "/account", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert "Rien n’a été modifié" in text(answer)


def test_odd_bytes_are_text_like_any_other(house: House) -> None:
    body = b"form=%ff&email=%00%ff&password=%00"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert Visit(house.http).ask("POST", "/sign-in", content=body, headers=headers).status_code == 403
    assert Visit(house.http).post("/sign-in", {"email": "\x00\ud7ff", "password": "\x00"}).status_code == 422


def test_the_address_is_believed_only_as_far_as_our_own_proxies_go(house: House) -> None:
    visit = Visit(house.http)
    for n in range(patience.FREE):
        visit.headers["x-forwarded-for"] = f"192.0.2.{n}"
        visit.sign_in("aidant", "wrong password")
    visit.headers["x-forwarded-for"] = "192.0.2.99"
    assert visit.sign_in("aidant", "wrong password").status_code == 429
