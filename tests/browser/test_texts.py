"""Text messages in a browser: everybody can read the page, in both directions, wide and narrow."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ivr.actions import texting
from ivr.actions.text_desk import LEAST
from ivr.store import texts
from ivr.store.text_refusals import How
from ivr.store.texts import NewText, State
from tests.browser.conftest import Office, opened_office
from tests.browser.looking import BELOW, SMALL, TWO, picture, violations

ACCOUNT = {"TWILIO_NUMBER": "+33199000001"}
CAME: list[tuple[State, str | None]] = [
    *((state, None) for state in (State.DELIVERED, State.UNKNOWN, State.SENT)),
    (State.FAILED, "30006"),
    *[(State.HANDED, None)] * LEAST,
]


def fill(office: Office) -> None:
    """A text in each of some states, a sender of which nothing is told, and somebody who wants none."""
    now = office.clock()
    with office.joined.database.transaction() as tx:
        for n, (state, error) in enumerate(CAME):
            new = NewText(f"x/{n}", None, f"+3363998{n:04}", "fr", "place", "1 rue", 2, state is State.HANDED, now, now)
            id = texts.add(tx, new)
            assert id is not None
            found = texts.find(tx, id)
            assert found is not None
            texts.move(tx, found, (State.NEW,), state, now, error=error)
        assert texting.refuse(tx, "+33639980009", How.KEY, now)


@pytest.mark.parametrize("look", TWO)
def test_the_page_can_be_read_by_everybody(
    tmp_path: Path, browser: Browser, axe: str, look: tuple[str, int, str]
) -> None:
    language, width, scheme = look
    with opened_office(tmp_path, browser, IVR_SMS_FROM="Bonjour", IVR_SMS_FROM_SHARED="Infos", **ACCOUNT) as office:
        page = office.open("admin", language, width=width, color_scheme=scheme)
        for name in ("empty", "full"):
            page.goto(office.base + "/texts")
            picture(page, f"texts-{name}-{language}-{width}-{scheme}")
            assert violations(page, axe) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(SMALL) == []
            assert page.evaluate(BELOW) == []
            if name == "empty":
                fill(office)
