"""How the desk looks: every page in every state, read by axe, in pictures."""

import pytest

from tests.browser import desks
from tests.browser.conftest import Line
from tests.browser.looking import FEWER, NARROW, SMALL, picture, violations

AS_AIDANT = {
    "desk": "/desk",
    "desk-later": "/desk?view=later",
    "desk-mine": "/desk?view=mine",
    "desk-done": "/desk?view=done",
    "desk-new": "/desk/new",
    "desk-shifts-read": "/shifts",
    "desk-start": "/",
    "desk-waiting": "/desk/{waiting}",
    "desk-card": "/desk/{card}",
    "desk-early": "/desk/{early}",
    "desk-call": "/desk/{call}",
    "desk-check": "/desk/{check}",
    "desk-wrap-up": "/desk/{wrap-up}",
}
AS_COORDINATOR = {"desk-taken": "/desk?view=taken", "desk-shifts": "/shifts", "desk-others": "/desk/{card}"}


@pytest.mark.parametrize(("language", "width", "scheme"), FEWER)
def test_every_page_of_the_desk_can_be_read_by_everybody(
    line: Line, axe: str, language: str, width: int, scheme: str
) -> None:
    office = line.office
    desks.settle(office)
    made = desks.fill(office)
    wrong: dict[str, list[str]] = {}
    for role, paths in (("aidant", AS_AIDANT), ("coordinator", AS_COORDINATOR)):
        page = office.open(role, language, width=width, color_scheme=scheme)
        for name, path in paths.items():
            page.goto(office.base + path.format(**made))
            page.wait_for_load_state("load")
            if name == "desk-wrap-up":
                page.locator("#outcome-appointment").check()
            picture(page, f"{name}-{language}-{width}-{scheme}")
            wrong[name] = violations(page, axe)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
            if width == NARROW:
                assert page.evaluate(SMALL) == [], name
    assert {name: found for name, found in wrong.items() if found} == {}
