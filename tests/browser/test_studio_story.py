"""From a voice to a caller's ear: one admin records a prompt, another approves and publishes it, callers hear it."""

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ivr.store import staff, takes
from ivr.store.staff import NewMember
from ivr.store.takes import State, Take
from tests import helpline
from tests.browser import recording
from tests.browser.conftest import PUBLIC, Line, until
from tests.browser.looking import picture, violations
from tests.doubles.phone import Phone
from tests.web.callers import number

SPOKEN, PROMPT = "fa", "main.nationality"
ADDRESS = f"/studio/{SPOKEN}/{PROMPT}"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    sound = helpline.prepared().release.sounds[SPOKEN, PROMPT]
    folder = tmp_path_factory.mktemp("microphone")
    with recording.microphone(helpline.SOUNDS / f"{sound.hash}.wav", folder) as running:
        yield running


def newest(line: Line) -> Take:
    with line.office.joined.database.reading() as tx:
        return takes.of_place(tx, SPOKEN, PROMPT)[0]


def second_admin(line: Line) -> None:
    joined = line.office.joined
    with joined.database.transaction() as tx:
        new = NewMember("second@example.org", "Parwana Sultani", frozenset({"admin"}), (SPOKEN,), joined.clock())
        line.office.ids["second"] = staff.add(tx, new)


def rings(line: Line, caller: str) -> Phone:
    """Somebody in the first help of the language; the main menu is one key away."""
    phone = Phone(line.client, PUBLIC, helpline.TOKEN, helpline.ACCOUNT, helpline.NUMBER, strict=True)
    phone.ring(caller)
    phone.press("1")
    return phone


def hears(line: Line, phone: Phone) -> str:
    """The hash of what the main menu says for the prompt; the bytes that the company fetches are of this hash."""
    phone.press("#")
    (url,) = [address for address in phone.heard if f"/{PROMPT}/" in address]
    sound = line.client.get(url.removeprefix(PUBLIC))
    hash = url.rpartition("/")[2].removesuffix(".wav")
    assert hashlib.sha256(sound.content).hexdigest()[:32] == hash
    phone.hang_up()
    return hash


def release(line: Line) -> str:
    return line.office.joined.shelf.current().id


def recorded(line: Line) -> Page:
    """The page of the prompt, as its author sees it once the recording was checked."""
    page = line.office.open("admin", "fa_AF", permissions=["microphone"])
    page.goto(f"{line.office.base}/studio/record?language={SPOKEN}&name={PROMPT}")
    recording.switch_on(page)
    recording.record_take(page)
    picture(page, "studio-record")
    recording.keep(page)
    page.goto(line.office.base + ADDRESS)
    return page


def test_a_voice_is_recorded_approved_published_heard_and_taken_back(line: Line, axe: str) -> None:
    second_admin(line)
    author = recorded(line)
    take = newest(line)
    assert take.state is State.GOOD, take.report
    assert take.sound is not None
    expect(author.locator("form[action$='/approve']")).to_have_count(0)
    picture(author, "studio-prompt-author")

    page = line.office.open("second", "fr")
    page.goto(line.office.base + ADDRESS)
    assert page.locator(".take .findings").count() == 0
    page.locator("form[action$='/approve'] button").click()
    expect(page.locator("#publish form[action$='/publish']")).to_be_visible()
    picture(page, "studio-prompt-approved")
    assert violations(page, axe) == []

    old, before = hears(line, rings(line, number(2701))), release(line)
    in_progress = rings(line, number(2702))
    page.locator("#publish button").click()
    until(lambda: release(line) != before)
    assert hears(line, rings(line, number(2703))) == take.sound != old
    assert hears(line, in_progress) == old

    page.goto(line.office.base + ADDRESS)
    picture(page, "studio-prompt-published")
    published = release(line)
    page.locator("#past form[action$='/back'] button").last.click()
    until(lambda: release(line) != published)
    assert release(line) == before
    assert hears(line, rings(line, number(2704))) == old
    page.goto(line.office.base + "/studio/publications")
    picture(page, "studio-publications")
    assert violations(page, axe) == []
