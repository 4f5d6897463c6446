"""Erasing a person in a browser: how it looks, and how the telephone company's part goes by itself."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.actions.companies import call, recording
from tests.browser.conftest import Line, Office
from tests.browser.looking import SMALL, TWO, picture, violations
from tests.store.lives import asked, lived, rang
from tests.web.people import NOW

SHE, HE = "+33639980011", "+33639980012"


def filled(office: Office) -> None:
    """All of a person: also a call that goes on, and a request for somebody else."""
    with office.joined.database.transaction() as tx:
        made = lived(tx, SHE, "hers", NOW)
        asked(tx, made.call_id, HE)
        tx.execute(text("UPDATE calls SET ended_at = :now"), {"now": NOW})
        rang(tx, "now", SHE, at=NOW)
    office.joined.vault.put("hers", b"a voice")


def looked_at(page: Page, axe: str, name: str, width: int) -> None:
    page.wait_for_load_state("load")
    picture(page, name)
    assert violations(page, axe) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
    assert page.evaluate(SMALL) == [], f"{name} has targets that a hand in a hurry misses"


@pytest.mark.parametrize(("language", "width", "scheme"), TWO)
def test_the_pages_can_be_read_by_everybody(office: Office, axe: str, language: str, width: int, scheme: str) -> None:
    filled(office)
    page, look = office.open("admin", language, width=width, color_scheme=scheme), f"{language}-{width}-{scheme}"
    page.goto(office.base + "/erase")
    looked_at(page, axe, f"erase-{look}", width)
    page.locator("#f-number").fill("06 39 98")
    page.locator("main button").click()
    looked_at(page, axe, f"erase-wrong-{look}", width)
    page.locator("#f-number").fill("06 39 98 00 11")
    page.locator("main button").click()
    looked_at(page, axe, f"erase-seen-{look}", width)
    page.locator("main button").click()
    page.wait_for_url("**/erase/*")
    looked_at(page, axe, f"erased-{look}", width)


def test_what_the_company_deletes_is_seen_without_touching_anything(line: Line) -> None:
    company, page = line.company, line.office.open("admin", "en")
    theirs = {call(company, SHE, "+33199000001"), call(company, "+33199000001", SHE, "in-progress")}
    theirs.add(recording(company, min(theirs)))
    page.goto(line.office.base + "/erase")
    page.get_by_label("Phone number").focus()
    page.keyboard.type(SHE)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is known of this number here.")).to_be_visible()
    page.get_by_role("button", name="Erase for ever").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 copies in all.")).to_be_visible()
    expect(page.get_by_text("1 still has to be deleted")).to_be_visible()
    for record in company.kept["Calls"].values():
        record["status"] = "completed"
    line.office.clock.now += 3600
    expect(page.get_by_text("All of them are deleted.")).to_be_visible()
    assert theirs & {sid for name in ("Calls", "Recordings") for sid in company.kept[name]} == set()
