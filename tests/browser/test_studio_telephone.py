"""An admin records by telephone: the open page shows the PIN and each step as the call goes on."""

import re

import pytest
from playwright.sync_api import expect

from ivr.store import prompt_codes, staff
from tests.browser.conftest import Line, until
from tests.browser.looking import SMALL, TWO, picture, violations
from tests.doubles.outgoing import Outgoing
from tests.doubles.scripted import tone

PHONE = "+33639980099"


@pytest.fixture
def reached(line: Line) -> Line:
    """The admin has a phone."""
    with line.office.joined.database.transaction() as tx:
        staff.set_phone(tx, line.office.ids["admin"], PHONE)
    return line


def test_the_page_goes_along_with_the_call_and_looks_right_everywhere(reached: Line, axe: str) -> None:
    office = reached.office
    page = office.open("admin", "en")
    page.goto(office.base + "/studio/telephone")
    page.get_by_role("button", name="Ring me to record").click()
    expect(page).to_have_url(re.compile(r"/studio/telephone#call$"))
    call = reached.placed()
    call.rings()
    pin = page.locator("[data-pin]").inner_text()
    call.answers()
    live = page.locator("#call [role=status]")
    expect(live).to_contain_text("key the four digits")
    call.press(pin)
    expect(live).to_contain_text("Key the code of a text.")
    name = "desk.test"
    with office.joined.database.transaction() as tx:
        code = str(prompt_codes.of_names(tx, [name])[name])
    call.press(code)
    expect(live.locator("blockquote")).to_be_visible()
    reached.company.add_recording(call.sid, tone(3), call.speaks())
    office.clock.now += 2
    expect(live.locator("li")).to_contain_text("kept nevertheless")
    until(lambda: waited(call))
    call.press("1")
    expect(live.locator("li")).to_contain_text("kept, by key")
    assert (call.troubles, violations(page, axe)) == ([], [])
    for language, width, scheme in TWO:
        other = office.open("admin", language, width=width, color_scheme=scheme)
        other.goto(office.base + "/studio/telephone")
        picture(other, f"studio-telephone-{language}-{width}-{scheme}")
        other.locator("main summary").click()
        assert violations(other, axe) == []
        assert other.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert other.evaluate(SMALL) == []


def waited(call: Outgoing) -> bool:
    """They waited a little more; whether they hear themselves now."""
    call.stays_silent()
    return any("/voice/" in url for url in call.phone.heard)
