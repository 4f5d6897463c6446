"""A whole story over the wire: a caller rings and leaves a message, an aidant calls back, the caller rings again."""

import io
import re
import wave

import pytest
from playwright.sync_api import Page, expect

from ivr.store import requests
from ivr.store.requests import Request, Status
from tests import helpline
from tests.browser import desks
from tests.browser.conftest import PUBLIC, Line, until
from tests.browser.looking import picture, violations
from tests.doubles.phone import Phone
from tests.web.callers import number

CALLER = number(2640)


def sound(seconds: int) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x10\x27\xf0\xd8" * 4000 * seconds)
    return held.getvalue()


def handset(line: Line) -> Phone:
    return Phone(line.client, PUBLIC, helpline.TOKEN, helpline.ACCOUNT, helpline.NUMBER, strict=True)


def theirs(line: Line) -> list[Request]:
    with line.office.joined.database.reading() as tx:
        return requests.history(tx, CALLER)


def heard(phone: Phone, prompt: str) -> bool:
    return any(f"/{prompt}/" in address for address in phone.heard)


def asks(line: Line, language_key: str) -> None:
    """Rings, chooses a language, residence permit, refugee, then a person: own phone, now, a woman, a message."""
    phone = handset(line)
    phone.ring(CALLER)
    phone.press(language_key)
    for key in ("#", "1", "1", "0", "1", "1", "1", "2", "1"):
        phone.press(key)
    phone.finish_recording(20)
    assert heard(phone, "person.noted")
    phone.hang_up()


def message_is_fetched(line: Line) -> None:
    """The company has the recording ready a moment later."""
    (ref,) = until(lambda: refs(line))
    line.company.add_recording("CA" + "0" * 32, sound(20), ref)
    line.office.clock.now += 5


def refs(line: Line) -> list[str]:
    from ivr.store import messages  # noqa: PLC0415

    with line.office.joined.database.reading() as tx:
        return [message.ref for message in messages.of_request(tx, theirs(line)[0].id)]


def rings_again(line: Line, expected: str) -> None:
    """They ask for a person once more, and hear how it stands."""
    phone = handset(line)
    phone.ring(CALLER)
    phone.press("0")
    assert heard(phone, expected), phone.heard
    phone.hang_up()


def calls_back(line: Line, page: Page) -> None:
    page.locator("form[action$='/call'] button").click()
    call = line.placed()
    call.rings()
    call.answers()
    call.press("1")
    assert call.caller_answers()
    expect(page.locator(".steps-live li").nth(3)).to_have_attribute("aria-current", "step")
    call.caller_hangs_up()
    expect(page.locator("#wrap")).to_be_visible()
    assert call.troubles == []


@pytest.mark.parametrize(("language", "key", "told"), [("fr", "2", "Carte de 10 ans"), ("fa_AF", "1", "کارتِ ۱۰ ساله")])
def test_from_the_first_ring_to_the_last(line: Line, axe: str, language: str, key: str, told: str) -> None:
    office = line.office
    desks.settle(office)
    page = office.open("aidant", language)
    page.goto(office.base + "/desk")
    expect(page.locator(".empty-title")).to_be_visible()

    asks(line, key)
    row = page.locator("[data-request]")
    expect(row).to_have_count(1)
    picture(page, f"story-queue-{language}")
    rings_again(line, "person.status")
    assert row.count() == 1

    row.locator("button").click()
    expect(page.locator("#told")).to_contain_text(told)
    expect(page.locator("#told audio")).to_have_count(0)
    message_is_fetched(line)
    expect(page.locator("#told audio")).to_have_count(1)
    answer = page.request.get(office.base + str(page.locator("#told audio").get_attribute("src")))
    assert (answer.status, answer.body()) == (200, sound(20))
    assert violations(page, axe) == []
    picture(page, f"story-card-{language}")

    calls_back(line, page)
    rings_again(line, "person.busy")
    page.locator("#outcome-helped").check()
    page.locator("#wrap button[value='']").click()
    expect(page).to_have_url(re.compile("done=kept"))
    (request,) = theirs(line)
    assert (request.status, request.outcome, request.woman) == (Status.DONE, "helped", True)
    rings_again(line, "person.confirm")
