"""Sending recordings in a browser: chosen, on their way, matched by hand; by keyboard, right to left, on a phone."""

import re

from playwright.sync_api import FilePayload, Page, Route, expect

from ivr.actions import studio
from ivr.store import takes
from tests.actions.studios import spoken
from tests.browser.conftest import Office
from tests.browser.looking import NARROW, SMALL, WIDE, picture, violations

VERDICT = re.compile("waiting for approval|doubtful|failed")
BROKEN: FilePayload = {"name": "x.zip", "mimeType": "x", "buffer": b"PK\3\4 no zip"}


def looked_at(page: Page, axe: str, name: str, width: int) -> None:
    page.wait_for_load_state("load")
    picture(page, name)
    assert violations(page, axe) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
    assert page.evaluate(SMALL) == [], f"{name} has targets that a hand in a hurry misses"


def test_three_files_are_sent_followed_and_one_is_matched_by_hand(office: Office, axe: str) -> None:
    with office.joined.database.reading() as tx:
        (language, one), (_, two) = sorted(studio.current(tx, office.joined.studio).words)[:2]
    page = office.open("admin", "en")
    page.goto(office.base + f"/studio/upload?language={language}")
    looked_at(page, axe, "upload-en", WIDE)
    files: list[FilePayload] = [
        {"name": f"{one}.wav", "mimeType": "audio/wav", "buffer": spoken(150)},
        {"name": "نمی‌دانم.wav", "mimeType": "audio/wav", "buffer": spoken(250)},
        {"name": "letter.pdf", "mimeType": "audio/wav", "buffer": b""},
    ]
    held: list[Route] = []
    page.route(
        "**/studio/upload", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    page.get_by_label("Recordings, or a ZIP").set_input_files(files)
    expect(page.locator("#chosen")).to_contain_text(f"{one}.wav")
    page.get_by_role("button", name="Send", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Sending")).to_be_visible()
    expect(page.get_by_role("button", name="Stop sending")).to_be_focused()
    looked_at(page, axe, "upload-on-its-way-en", WIDE)
    held.pop().continue_()
    page.wait_for_url("**/studio/upload/*")
    expect(page.locator("#file-3")).to_contain_text("The file is empty")
    expect(page.locator("#file-2")).to_contain_text("which text is it?")
    expect(page.locator("#file-1")).not_to_contain_text("being checked")
    looked_at(page, axe, "uploaded-en", WIDE)
    _matched_by_hand(page, axe, two)
    with office.joined.database.reading() as tx:
        assert len(takes.of_place(tx, language, two)) == 1
    _stopped_on_the_way(page, office, held)
    path = page.url.removeprefix(office.base)
    for words, width, scheme in (("fa_AF", NARROW, "dark"), ("fr", NARROW, "light")):
        other = office.open("admin", words, width=width, color_scheme=scheme)
        for name, where in {"upload": "/studio/upload", "uploaded": path, "match": f"{path}/match"}.items():
            other.goto(office.base + where)
            looked_at(other, axe, f"{name}-{words}-{width}-{scheme}", width)


def _matched_by_hand(page: Page, axe: str, two: str) -> None:
    """What is none of our texts stands there again."""
    page.get_by_role("link", name="Match 1 file by hand").click()
    looked_at(page, axe, "match-en", WIDE)
    page.get_by_label("Text of").fill("no such text")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Callers hear nothing of this name.")).to_be_visible()
    page.get_by_label("Text of").fill(two)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/match"))
    expect(page.locator("#file-2")).to_contain_text(two)
    expect(page.locator("#file-2 .badge")).to_have_text(VERDICT)


def _stopped_on_the_way(page: Page, office: Office, held: list[Route]) -> None:
    """Nothing is kept of what was stopped, and what broke off is said; the choice stays."""
    followed = page.url
    page.goto(office.base + "/studio/upload")
    page.get_by_label("Recordings, or a ZIP").set_input_files([BROKEN])
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="Stop sending").click()
    expect(page.get_by_label("Sending")).to_be_hidden()
    held.clear()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_label("Sending")).to_be_visible()
    held.pop().abort()
    expect(page.get_by_text("The connection broke: nothing was kept.")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_label("Sending")).to_be_visible()
    held.pop().continue_()
    expect(page.get_by_text("This archive cannot be read")).to_be_visible()
    page.goto(followed)
