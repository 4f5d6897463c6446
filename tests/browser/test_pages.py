"""What people do with the pages, and how the pages look: in every language, wide and narrow, light and dark."""

import re
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from ivr.actions import account
from ivr.store import staff
from tests.browser.conftest import Office, here, printed_link
from tests.browser.looking import LOOKS, NARROW, SMALL, picture, violations
from tests.helpline import ROOT
from tests.web import people

FOR_STRANGERS = {"sign-in": "/sign-in", "nothing": "/no/such/page"}
FOR_ADMINS = {
    "start": "/",
    "account": "/account",
    "second-step": "/account/second-step",
    "sessions": "/account/sessions",
    "staff": "/staff",
    "invite": "/staff/new",
    "member": "/staff/1",
    "audit": "/audit",
    "empty-audit": "/audit?about=nothing",
    "speech": "/speech",
}


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
def test_every_page_can_be_read_by_everybody(office: Office, axe: str, language: str, width: int, scheme: str) -> None:
    stranger = office.open("stranger", language, width=width, color_scheme=scheme)
    admin = office.open("admin", language, width=width, color_scheme=scheme)
    aidant = office.open("aidant", language, width=width, color_scheme=scheme)
    office.clock.now += 760
    visits = [(stranger, FOR_STRANGERS), (admin, FOR_ADMINS), (aidant, {"start-aidant": "/"})]
    wrong: dict[str, list[str]] = {}
    for page, paths in visits:
        for name, path in paths.items():
            page.goto(office.base + path)
            page.wait_for_load_state("load")
            picture(page, f"{name}-{language}-{width}-{scheme}")
            wrong[name] = violations(page, axe)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
            assert page.locator("html").get_attribute("data-bs-theme") == scheme
    assert {name: found for name, found in wrong.items() if found} == {}


def invite(office: Office, axe: str) -> str:
    """An admin comes in by the printed link and invites; the invitation."""
    admin = office.open("stranger", "en")
    admin.goto(printed_link(office))
    admin.get_by_role("button", name="Sign in").click()
    admin.get_by_role("link", name="Who works here").click()
    admin.get_by_role("link", name="Invite somebody").click()
    admin.get_by_label("Name").fill("نگار رحیمی")
    admin.get_by_label("E-mail address").fill("negar@example.org")
    admin.get_by_label("Aidant").check()
    admin.get_by_role("button", name="Make the invitation").click()
    assert violations(admin, axe) == []
    picture(admin, "invitation")
    return here(office, admin.get_by_label("Invitation").input_value())


def settle_in(aidant: Page, axe: str) -> None:
    """A password by the invitation, and a phone."""
    aidant.get_by_label("New password").fill(people.PASSWORD)
    aidant.get_by_label("The same again").fill(people.PASSWORD)
    assert violations(aidant, axe) == []
    picture(aidant, "welcome")
    aidant.get_by_role("button", name="Keep the password").click()
    aidant.get_by_role("link", name="To my account").click()
    aidant.get_by_label("My phone").fill("06 39 98 18 24")
    aidant.get_by_role("button", name="Save").click()
    expect(aidant.get_by_role("status")).to_contain_text("Saved.")


def set_up_second_step(aidant: Page, axe: str, now: float) -> pyotp.TOTP:
    aidant.get_by_role("link", name="Set it up").click()
    aidant.get_by_text("No camera?").click()
    totp = pyotp.TOTP(aidant.locator(".secret").inner_text().replace(" ", ""))
    aidant.get_by_label("Code", exact=True).fill(totp.at(int(now)))
    aidant.get_by_role("button", name="Switch it on").click()
    assert aidant.locator(".codes li").count() == 10
    assert violations(aidant, axe) == []
    picture(aidant, "recovery-codes")
    return totp


def test_from_the_printed_link_to_an_aidant_with_a_second_step(office: Office, axe: str) -> None:
    aidant = office.open("stranger", "en")
    aidant.goto(invite(office, axe))
    settle_in(aidant, axe)
    totp = set_up_second_step(aidant, axe, office.clock())

    office.clock.now += 60
    again = office.open("stranger", "en")
    again.goto(office.base + "/account")
    again.get_by_label("E-mail address").fill("negar@example.org")
    again.get_by_label("Password").fill(people.PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    assert violations(again, axe) == []
    again.get_by_label("Code").fill(totp.at(int(office.clock())))
    again.get_by_role("button", name="Go on").click()
    expect(again).to_have_url(re.compile(r"/account$"))
    expect(again.get_by_label("My phone")).to_have_value("06 39 98 18 24")


def test_the_list_of_sessions_renews_itself_and_an_ended_one_leaves(office: Office) -> None:
    page, other = office.open("aidant", "en"), office.open("aidant", "en")
    page.goto(office.base + "/account/sessions")
    other.goto(office.base + "/")
    expect(page.locator(".row-line")).to_have_count(2)
    people.signed_in(office.joined, office.ids["aidant"])
    expect(page.locator(".row-line")).to_have_count(3)
    page.get_by_role("button", name="End all but this one").click()
    expect(page.locator(".row-line")).to_have_count(1)
    expect(other).to_have_url(re.compile(r"/sign-in"))


def test_nothing_is_ever_asked_of_another_server_and_the_console_stays_empty(office: Office) -> None:
    page = office.open("admin")
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in FOR_ADMINS.values():
        page.goto(office.base + path)
    assert {url for url in asked if not url.startswith((office.base + "/", "data:"))} == set()
    assert said == []


def test_the_keyboard_is_enough(office: Office) -> None:
    page = office.open("admin", "en")
    page.goto(office.base + "/staff")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("?/j")
    expect(page.get_by_role("searchbox")).to_have_value("?/j")
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row] a").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("[data-row] a").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.locator("[data-row] a").first.press("Enter")
    expect(page).to_have_url(re.compile(r"/staff/\d+$"))


def test_a_search_for_staff_stays_out_of_the_address_and_the_way_back_asks_nothing(office: Office, axe: str) -> None:
    page = office.open("admin", "en")
    page.goto(office.base + "/")
    page.goto(office.base + "/staff")
    search, rows = page.get_by_role("searchbox"), page.locator("[data-row]")
    search.fill("zzz")
    search.press("Enter")
    expect(page.get_by_text("Nobody fits")).to_be_visible()
    expect(search).to_be_focused()
    assert violations(page, axe) == []
    picture(page, "nobody")
    search.fill("leï")
    search.press("Enter")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(office.base + "/staff")
    page.get_by_role("link", name="Leïla Karimi").click()
    expect(page).to_have_url(re.compile(r"/staff/\d+$"))
    page.go_back()
    expect(rows).to_have_count(4)
    page.go_back()
    expect(page).to_have_url(office.base + "/")


def test_a_search_for_staff_after_the_session_was_ended_shows_the_sign_in(office: Office) -> None:
    page = office.open("admin", "en")
    page.goto(office.base + "/staff")
    page.context.clear_cookies()
    page.get_by_role("searchbox").fill("zzz")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()


def test_targets_are_large_enough_for_a_finger(office: Office) -> None:
    page = office.open("admin", width=NARROW)
    for path in ("/", "/account", "/staff", "/staff/1", "/account/sessions"):
        page.goto(office.base + path)
        small = page.evaluate(SMALL)
        assert small == [], path


def test_without_scripts_one_signs_in_reads_and_acts(office: Office) -> None:
    page = office.open("stranger", "fr", java_script_enabled=False)
    page.goto(office.base + "/staff")
    page.get_by_label("Adresse e-mail").fill(people.email("admin"))
    page.get_by_label("Mot de passe").fill(people.PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(re.compile(r"/staff$"))
    page.get_by_text("français").first.click()
    page.get_by_role("button", name="دری").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_role("searchbox").fill("leï")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("link", name="Leïla Karimi").click()
    page.locator("form[action$='/disable'] button").click()
    expect(page.get_by_role("status")).to_be_visible()


def test_a_long_name_in_the_other_direction_breaks_no_line(office: Office) -> None:
    with office.joined.database.transaction() as tx:
        account_id = office.ids["admin"]
        staff.change(tx, account_id, name=account.checked_name("عبدالرحمن محمد یوسف زی " * 4))
    page = office.open("admin", "en", width=NARROW)
    page.goto(office.base + "/")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW


def test_the_pictures_in_the_documents_are_small() -> None:
    pictures = [*Path(ROOT / "docs" / "pictures").glob("*.png")]
    assert pictures
    assert {path.name for path in pictures if path.stat().st_size > 120_000} == set()
