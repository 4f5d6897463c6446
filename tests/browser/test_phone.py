"""An aidant tries their own phone: it rings at the telephone company's double, and the open page says each step."""

import re

import pytest
from playwright.sync_api import expect

from ivr.store import staff
from tests.browser.conftest import Line, until
from tests.browser.looking import TWO, picture, violations

PHONE = "+33639980099"
BUTTON = {"fr": "Faire sonner mon téléphone", "fa_AF": "به تلیفونم زنگ بزن", "en": "Ring my phone"}


@pytest.fixture
def reached(line: Line) -> Line:
    """The aidant has a phone."""
    with line.office.joined.database.transaction() as tx:
        staff.set_phone(tx, line.office.ids["aidant"], PHONE)
    return line


def test_the_phone_rings_and_the_page_says_each_step(reached: Line, axe: str) -> None:
    page = reached.office.open("aidant", "en")
    page.goto(reached.office.base + "/account")
    page.get_by_role("button", name="Ring my phone").click()
    expect(page).to_have_url(re.compile(r"/account#phone$"))
    call = reached.placed()
    assert call.record["to"] == PHONE
    live = page.locator("#phone [role=status]")
    for step, said in (
        (call.rings, "Your phone rings: pick up."),
        (call.answers, "You picked up: listen, then press 1."),
        (lambda: call.press("1"), "Your phone works"),
    ):
        step()
        expect(live).to_contain_text(said)
    assert call.troubles == []
    assert violations(page, axe) == []
    picture(page, "phone-test")


@pytest.mark.parametrize(("language", "width", "scheme"), TWO)
def test_it_looks_right_everywhere(reached: Line, axe: str, language: str, width: int, scheme: str) -> None:
    page = reached.office.open("aidant", language, width=width, color_scheme=scheme)
    page.goto(reached.office.base + "/account")
    page.get_by_role("button", name=BUTTON[language]).click()
    call = reached.placed()
    call.rings()
    call.nobody_answers()
    until(lambda: page.locator('[data-test="no-answer"]').count())
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, f"phone-{language}-{width}-{scheme}")
