"""Dead jobs and blocked numbers in a browser: how they look, what changes by itself, what is asked for first."""

import pytest
from playwright.sync_api import expect

from ivr.actions import blocklist
from ivr.actions.audit import Actor, Deed
from ivr.actions.limits import spend
from ivr.numbers import understand
from ivr.store import jobs
from ivr.store.jobs import NewJob
from tests.browser.conftest import Office
from tests.browser.looking import BELOW, SMALL, TWO, picture, violations
from tests.web.people import NOW

FIRST, SECOND = "+33639981824", "+33199001825"


def dead(office: Office, key: str, error: str, kind: str = "dial") -> int:
    with office.joined.database.transaction() as tx:
        jobs.enqueue(tx, NewJob(kind, key, {}, NOW - 600, NOW - 600))
        held = jobs.take(tx, {kind: 60.0}, key, NOW - 600)
        assert held is not None
        jobs.bury(tx, held, NOW - 600, error)
    return held.id


def filled(office: Office) -> None:
    """Two dead jobs, two blocked numbers, and texts are used up."""
    dead(office, "dial/1", "may have happened: CarrierUnknown")
    dead(office, "dial/2", "CarrierRefused", "fetch-message")
    limits = office.joined.limits
    with office.joined.database.transaction() as tx:
        for number, why in ((FIRST, "menace une aidante"), (SECOND, "روزی چندین بار زنگ می‌زند و دشنام می‌دهد")):
            blocklist.block(tx, understand(number, production=False), why, Deed(Actor(office.ids["admin"]), NOW))
        for n in range(limits.caps["text"].total or 0):
            spend(tx, "text", f"+3363998{n:04}", limits, NOW)


@pytest.mark.parametrize(("language", "width", "scheme"), TWO)
def test_the_pages_can_be_read_by_everybody(office: Office, axe: str, language: str, width: int, scheme: str) -> None:
    admin = office.open("admin", language, width=width, color_scheme=scheme)
    for state in ("empty", "full"):
        if state == "full":
            filled(office)
        for name, path in {"jobs": "/jobs", "blocked": "/blocked", "start-limits": "/"}.items():
            admin.goto(office.base + path)
            admin.wait_for_load_state("load")
            picture(admin, f"{name}-{state}-{language}-{width}-{scheme}")
            assert violations(admin, axe) == [], name
            assert admin.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
            assert admin.evaluate(SMALL) == [], f"{name} has targets that a hand in a hurry misses"
            assert admin.evaluate(BELOW) == [], f"{name} hangs below its foot"


def test_a_job_that_dies_appears_by_itself_and_is_only_done_again_by_who_looked(office: Office) -> None:
    page = office.open("admin", "en")
    page.goto(office.base + "/jobs")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    id = dead(office, "dial/1", "may have happened")
    row = page.locator(f"#job-{id}")
    expect(row).to_contain_text("Call somebody back")
    expect(row).to_contain_text("it may happen twice")
    row.get_by_role("button", name="Try again").click()
    assert page.url.endswith("/jobs")  # the browser asks for the tick first
    row.get_by_label("I looked: it did not happen").check()
    row.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It is tried again.")).to_be_visible()
    expect(row).to_have_count(0)


def test_a_number_is_blocked_and_can_ring_again_by_keyboard_alone(office: Office) -> None:
    page = office.open("coordinator", "en")
    page.goto(office.base + "/blocked")
    page.get_by_label("Phone number").focus()
    page.keyboard.type("06 39 98 18 24")
    page.keyboard.press("Tab")
    page.keyboard.type("insults every aidant")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The number is blocked.")).to_be_visible()
    expect(page.locator(".row-line")).to_contain_text("06 •• •• 18 24")
    page.get_by_role("button", name="Unblock").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Everybody can ring the helpline.")).to_be_visible()
