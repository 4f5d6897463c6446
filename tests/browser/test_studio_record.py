"""The recorder in a browser that hears a voice: takes, the best one kept, its checks; and one that may not hear."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from ivr.store import takes
from ivr.store.takes import Source, State, Take
from tests import helpline
from tests.browser import recording
from tests.browser.conftest import Office
from tests.browser.looking import NARROW, SMALL, WIDE, picture, violations
from tests.web import people

HEARD, LONGER = "danger.short", "firsttime.person"
"""Two texts of the helpline: what the microphone hears, and one that takes four times as long to say."""
SPOKEN = "fa"
A4 = 794
MICROPHONE = {"permissions": ["microphone"]}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    sound = helpline.prepared().release.sounds[SPOKEN, HEARD]
    folder = tmp_path_factory.mktemp("microphone")
    with recording.microphone(helpline.SOUNDS / f"{sound.hash}.wav", folder) as running:
        yield running


def at_recorder(office: Office, language: str = "en", name: str = "", **options: object) -> Page:
    page = office.open("admin", language, **options)
    page.goto(f"{office.base}/studio/record?{urlencode({'language': SPOKEN, 'name': name})}")
    expect(page.locator("#booth")).to_be_visible()
    return page


def to(page: Page, name: str) -> None:
    """Another text of the session."""
    page.locator(".session-lines summary").click()
    page.locator(f'#lines li[data-post*="/{name}/take"] button').click()
    page.locator(".session-lines summary").click()


def kept(office: Office, name: str) -> list[Take]:
    with office.joined.database.reading() as tx:
        return takes.of_place(tx, SPOKEN, name)


def test_a_prompt_is_recorded_and_its_checks_are_shown(office: Office, axe: str) -> None:
    page = at_recorder(office, "fa_AF", HEARD, width=NARROW, color_scheme="dark", **MICROPHONE)
    words = page.locator("#words")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    expect(words).to_have_attribute("dir", "rtl")
    expect(words).to_have_text(helpline.prepared().release.captions[SPOKEN, HEARD])
    page.locator("#record").press("Enter")  # as any button: there is nothing yet that the key could keep
    expect(page.locator("#booth")).to_have_attribute("data-state", "ready")
    recording.record_take(page)
    page.locator(".booth-options summary").click()
    page.locator("#count-in").uncheck()
    page.locator(".booth-options summary").click()
    recording.record_take(page)
    expect(page.locator("#takes input:checked")).to_have_count(1)
    page.locator("#takes input").first.check()
    picture(page, f"recorder-fa_AF-{NARROW}-dark")
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert page.evaluate(SMALL) == []
    id = recording.keep(page)
    (take,) = kept(office, HEARD)
    assert (take.id, take.source, take.state) == (id, Source.BROWSER, State.GOOD), take.report
    expect(words).not_to_have_text(take.text)

    to(page, LONGER)
    recording.record_take(page)
    second = recording.keep(page)
    row = page.locator(f"#take-{second}")
    expect(row).to_have_attribute("data-take-state", "doubtful")
    expect(row.locator(".finding").first).to_be_visible()
    (other,) = kept(office, LONGER)
    assert other.report is not None
    assert {"short-for-text", "same-as"} & {finding["code"] for finding in other.report["findings"]}
    assert wrong == []


def test_the_keyboard_is_enough_and_nothing_is_lost_while_the_server_is_away(office: Office, axe: str) -> None:
    page = at_recorder(office, width=WIDE, **MICROPHONE)
    page.keyboard.press("r")
    expect(page.locator("#booth")).to_have_attribute("data-state", "ready")
    first = page.locator("#words").inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#words")).not_to_have_text(first)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#words")).to_have_text(first)
    page.keyboard.press("Space")
    expect(page.locator("#booth")).to_have_attribute("data-state", "recording")
    recording.since_voice(page, 0, 0.1)
    page.keyboard.press("Space")
    expect(page.locator("#takes > li")).to_have_count(1)
    picture(page, f"recorder-en-{WIDE}-light")
    assert violations(page, axe) == []

    page.context.set_offline(True)
    page.keyboard.press("Enter")
    waiting = page.locator("#outbox li[data-state=away]")
    expect(waiting).to_contain_text("kept in this page")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("location.reload()")
    expect(waiting).to_have_count(1)
    page.context.clear_cookies(name="hamrah")
    page.context.set_offline(False)
    expect(page.locator("#outbox li[data-state=signed-out]")).to_contain_text("sign in again")
    cookie = people.signed_in(office.joined, office.ids["admin"])
    page.context.add_cookies([{"name": "hamrah", "value": cookie, "url": office.base}])
    page.locator("#outbox [data-again]").click()
    expect(page.locator("#outbox li")).to_have_count(0)
    expect(page.locator("#recorded li")).to_have_count(1)
    assert asked == ["beforeunload"]


def test_a_microphone_that_is_refused_or_missing_and_an_unsafe_page_say_so(office: Office) -> None:
    page = at_recorder(office)
    page.locator("#record").click()
    expect(page.get_by_role("alert")).to_contain_text("The microphone was refused")
    expect(page.locator("#booth")).to_have_attribute("data-state", "off")
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'))"
    )
    page.reload()
    page.locator("#record").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no microphone")
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("safe pages only")


def test_the_script_can_be_read_and_printed(office: Office, axe: str) -> None:
    page = office.open("admin", "fr", width=NARROW)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{office.base}/studio/record?what=stale")
    expect(page.locator(".empty-title")).to_be_visible()
    page.goto(f"{office.base}/studio/kit?{urlencode({'language': SPOKEN, 'tree': 'start'})}")
    expect(page.locator(".kit-words").first).to_have_attribute("dir", "rtl")
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4, "height": 1123})
    expect(page.locator(".topbar")).not_to_be_visible()
    expect(page.locator(".studio-nav")).not_to_be_visible()
    expect(page.locator(".on-paper").first).to_be_visible()
    picture(page, "kit-on-paper")
    assert wrong == []
