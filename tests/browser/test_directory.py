"""The directory in a browser: a correction outlives imports, the map needs no network, everybody can read the pages."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ivr.store import places
from tests.browser import directories
from tests.browser.conftest import Office
from tests.browser.directories import deliver, fill, place, table
from tests.browser.looking import BELOW, SMALL, TWO, picture, violations

PAGES = {
    "list": "/directory",
    "list-look": "/directory?look=disagrees",
    "nothing": "/directory?q=nowhere",
    "map": "/directory/map",
    "map-near": "/directory/map?departement=75",
    "place": "/directory/{moved}",
    "gone": "/directory/{lost}",
    "proposals": "/directory/proposals",
    "imports": "/directory/imports",
    "edit": "/directory/{moved}/edit",
    "new": "/directory/new",
}


def street(office: Office, id: int) -> str:
    with office.joined.database.reading() as tx:
        return places.of_ids(tx, [id])[id].street


@pytest.mark.parametrize("look", TWO)
def test_the_pages_can_be_read_by_everybody(
    office: Office, tmp_path: Path, axe: str, look: tuple[str, int, str]
) -> None:
    language, width, scheme = look
    page = office.open("admin", language, width=width, color_scheme=scheme)
    page.goto(office.base + "/directory")
    picture(page, f"directory-empty-{language}-{width}-{scheme}")
    assert violations(page, axe) == []
    ids = fill(office, tmp_path / "set")
    wrong: dict[str, object] = {}
    for name, path in PAGES.items():
        page.goto(office.base + path.format(**ids))
        page.wait_for_load_state("load")
        picture(page, f"directory-{name}-{language}-{width}-{scheme}")
        wrong[name] = violations(page, axe)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
        assert page.evaluate(SMALL) == [], f"{name} has targets that a hand in a hurry misses"
        if name != "map-near":  # its land is larger than the picture, which cuts it off
            assert page.evaluate(BELOW) == [], f"{name} hangs below its foot"
    desk = office.open("aidant", language, width=width, color_scheme=scheme)
    desk.goto(f"{office.base}/desk/{ids['card']}")
    picture(desk, f"directory-card-{language}-{width}-{scheme}")
    wrong["card"] = violations(desk, axe)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_an_admins_correction_outlives_the_next_import_and_the_source_is_shown_against_it(
    office: Office, tmp_path: Path, axe: str
) -> None:
    deliver(office, tmp_path / "set", table())
    id = place(office, "cpam strasbourg")
    page = office.open("admin", "en")
    page.goto(f"{office.base}/directory?q=cpam+strasbourg")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("Street and number").fill("9 quai de l’Essai")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It stays so")).to_be_visible()
    assert street(office, id) == "9 quai de l’Essai"

    outcome = deliver(office, tmp_path / "set", table({"cpam-67000": "4 rue du Déménagement"}))
    assert outcome.counts.changed == 1
    assert street(office, id) == "9 quai de l’Essai"
    page.goto(f"{office.base}/directory?look=disagrees")
    page.locator(".row-link").click()
    correction = page.locator("[data-part=street]")
    expect(correction).to_contain_text("The source says something else since.")
    expect(correction).to_contain_text("4 rue du Déménagement")
    assert violations(page, axe) == []
    correction.get_by_role("button", name="Keep ours").click()
    expect(page.get_by_text("Your team’s correction stands.")).to_be_visible()
    page.locator("[data-part=street]").get_by_role("button", name="Take the source’s").click()
    expect(page.get_by_text("What the source says counts again.")).to_be_visible()
    assert street(office, id) == "4 rue du Déménagement"


def shapes(page: Page) -> tuple[int, int]:
    """How many circles are drawn, and how many outlines that have a size on the screen."""
    drawn = "[...document.querySelectorAll('.map use')].filter((e) => e.getBBox().width > 1).length"
    return page.locator(".map circle").count(), page.evaluate(drawn)


def test_the_map_asks_no_other_server_and_shows_points_and_outlines(office: Office, tmp_path: Path) -> None:
    deliver(office, tmp_path / "set", table())
    page = office.open("aidant", "en")
    asked: list[str] = []

    def ours_only(route: object) -> None:
        url = route.request.url  # type: ignore[attr-defined]
        asked.append(url)
        route.continue_() if url.startswith(office.base) else route.abort()  # type: ignore[attr-defined]

    page.context.route("**/*", ours_only)
    page.goto(office.base + "/directory/map")
    page.wait_for_load_state("load")
    circles, lands = shapes(page)
    assert (circles > 15, lands >= 6) == (True, True)
    assert {url for url in asked if not url.startswith(office.base)} == set()
    page.locator(".map a", has=page.locator("text")).first.click()
    page.wait_for_url("**/directory/map?departement=*")
    assert shapes(page)[0] > 1
    page.get_by_label("Département").select_option("974")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".map a")).to_have_count(1)
    page.locator(".map a").click()
    page.wait_for_url("**/directory?q=97400*")
    expect(page.locator(".row-link")).to_have_count(2)


def test_the_map_is_there_when_the_network_is_gone_and_reached_by_keyboard(office: Office, tmp_path: Path) -> None:
    deliver(office, tmp_path / "set", table())
    page = office.open("aidant", "fa_AF")
    page.goto(office.base + "/directory/map")
    page.wait_for_load_state("load")
    page.context.set_offline(True)
    circles, lands = shapes(page)
    assert (circles > 15, lands >= 6) == (True, True)
    page.context.set_offline(False)
    page.keyboard.press("/")
    page.keyboard.type("brest")
    page.keyboard.press("Enter")
    page.wait_for_url("**/directory/map?*q=brest*")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brest")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert directories.SET in page.content()
