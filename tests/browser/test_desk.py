"""The desk in a browser: it changes by itself, nothing jumps, and a call goes from the claim to its outcome."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from ivr.actions import callbacks
from ivr.store import dials
from ivr.store.dials import How
from ivr.store.requests import Status
from tests.browser import desks
from tests.browser.conftest import Line, Office, until
from tests.browser.looking import NARROW, picture, violations
from tests.web.callers import asks, claimed, deed, found, number

COORDINATOR = "coordinator"
LONGER_THAN_IT_WAITS_MS = 1000
"""A list that nobody is in any more is drawn anew after 400 ms."""


@pytest.fixture
def desk(office: Office) -> Office:
    """Aidants who speak both languages, and no telephone company."""
    desks.settle(office)
    return office


def rows(page: Page) -> Locator:
    return page.locator("[data-request]")


def at_desk(office: Office, role: str = "aidant", language: str = "fr", **options: object) -> Page:
    page = office.open(role, language, **options)
    page.goto(office.base + "/desk")
    return page


def listening(office: Office) -> Page:
    """The queue, once a second request came into it by itself: a list that is drawn just now would lose the focus."""
    page = at_desk(office)
    asks(office.joined, "no-number", "fr", minutes=5)
    expect(rows(page)).to_have_count(2)
    return page


def claim(office: Office, id: int, role: str = COORDINATOR) -> None:
    claimed(office.joined, id, office.ids[role])


# by itself


def test_a_request_appears_by_itself_and_goes_when_somebody_takes_it(desk: Office) -> None:
    page = at_desk(desk)
    expect(page.locator(".empty-title")).to_have_text("Personne n’attend maintenant")
    first = asks(desk.joined, minutes=5)
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#tab-due .count")).to_have_text("1")
    expect(page).to_have_title(re.compile(r"^\(1\) Demandes"))
    asks(desk.joined, "nationality", "fr", minutes=50)
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("Nationalité française")
    claim(desk, first)
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_title(re.compile(r"^\(1\) Demandes"))


def test_while_the_pointer_is_in_the_list_nothing_moves(desk: Office) -> None:
    here, there = asks(desk.joined, minutes=30), asks(desk.joined, "nationality", minutes=20)
    page = at_desk(desk)
    row = page.locator(f"#r-{there}")
    row.hover()
    before = row.bounding_box()
    asks(desk.joined, "no-number", "fr", minutes=90)
    claim(desk, here)
    expect(page.locator("#show-fresh")).to_have_text("Nouvelles : 1 – afficher")
    expect(page.locator(f"#r-{here}")).to_have_class(re.compile("gone"))
    expect(page.locator(f"#r-{here}")).to_contain_text("prise par")
    expect(page.locator("#tab-due .count")).to_have_text("2")
    assert row.bounding_box() == before
    assert rows(page).count() == 2
    picture(page, "desk-held-fr-1280-light")
    page.mouse.move(5, 5)
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("Sans numéro de sécurité sociale")
    expect(page.locator(".gone, #show-fresh")).to_have_count(0)


def test_what_was_held_back_is_shown_when_it_is_asked_for(desk: Office) -> None:
    asks(desk.joined, minutes=30)
    page = listening(desk)
    rows(page).first.locator("a").focus()
    asks(desk.joined, "nationality", minutes=20)
    show = page.locator("#show-fresh")
    expect(show).to_be_visible()
    assert rows(page).count() == 2
    show.focus()
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first.locator("a")).to_be_focused()


def test_a_row_that_is_gone_cannot_be_claimed(desk: Office) -> None:
    id = asks(desk.joined)
    page = listening(desk)
    button = page.locator(f"#r-{id} button")
    button.focus()
    claim(desk, id)
    row = page.locator(f"#r-{id}")
    expect(row).to_have_class(re.compile("gone"))
    page.wait_for_timeout(LONGER_THAN_IT_WAITS_MS)
    expect(row).to_have_class(re.compile("gone"))
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk$"))
    assert found(desk.joined, id).staff_id == desk.ids[COORDINATOR]


def test_of_two_screens_one_claims_and_the_other_says_who_did(desk: Office) -> None:
    id = asks(desk.joined)
    one, other = at_desk(desk), at_desk(desk, COORDINATOR)
    one.locator(f"#r-{id} .row-link").click()
    other.locator(f"#r-{id} button").click()
    expect(other).to_have_url(re.compile(rf"/desk/{id}$"))
    expect(one.locator("#call-title")).to_contain_text("Entre les mains de")
    expect(one.locator("#told")).to_have_count(0)
    with desk.joined.database.transaction() as tx:
        callbacks.reassign(tx, id, desk.ids["aidant"], deed(desk.joined, desk.ids[COORDINATOR]))
    expect(one.locator("#call-title")).to_contain_text("Vous vous en occupez")
    expect(one.locator("#told")).to_contain_text("Carte de 10 ans")


def test_what_somebody_is_writing_stays_when_news_come(desk: Office) -> None:
    id = claimed(desk.joined, asks(desk.joined), desk.ids["aidant"])
    page = desk.open("aidant")
    page.goto(f"{desk.base}/desk/{id}")
    page.get_by_role("button", name="Avec un autre téléphone").click()
    expect(page.locator("#number")).to_have_text(re.compile(r"^06 39 98"))
    page.get_by_label("Rendez-vous pris").check()
    page.get_by_label("Quand rappeler ?").select_option(index=1)
    page.locator("#f-note").fill("Une longue phrase, pas finie")
    page.locator("#f-text").fill("Une autre")
    page.locator("h1").click()
    with desk.joined.database.transaction() as tx:
        callbacks.add_note(tx, id, "De la part de Claude", deed(desk.joined, desk.ids[COORDINATOR]))
    expect(page.locator("#past")).to_contain_text("De la part de Claude")
    expect(page.locator("#f-note")).to_have_value("Une longue phrase, pas finie")
    expect(page.locator("#f-text")).to_have_value("Une autre")
    expect(page.get_by_label("Rendez-vous pris")).to_be_checked()
    expect(page.locator("#number")).to_have_text(re.compile(r"^06 39 98"))
    page.get_by_role("button", name="Terminé", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("C’est noté.")
    assert found(desk.joined, id).status is Status.WAITING


NOTICES = """
    window.said = [];
    window.Notification = class { constructor(title, more) { said.push([title, more]); } };
    Notification.permission = "default";
    Notification.requestPermission = async () => (Notification.permission = "granted");
    Object.defineProperty(document, "hidden", {get: () => window.away ?? false});
"""


def test_a_notification_says_that_somebody_waits_and_nothing_about_them(desk: Office) -> None:
    page = desk.open("aidant")
    page.add_init_script(NOTICES)
    page.goto(desk.base + "/desk")
    page.get_by_role("button", name="Me prévenir").click()
    expect(page.get_by_role("button", name="Alertes actives")).to_have_attribute("aria-pressed", "true")
    asks(desk.joined, caller=number(1824))
    expect(rows(page)).to_have_count(1)
    assert page.evaluate("said") == []  # they are looking
    page.evaluate("window.away = true")
    asks(desk.joined, "nationality", caller=number(1825))
    until(lambda: page.evaluate("said.length"))
    ((title, more),) = page.evaluate("said")
    assert title == "Une demande attend"
    assert set(more) == {"tag", "icon"}
    assert "1825" not in str(more)


# a call


def start(line: Line, language: str) -> tuple[int, Page]:
    """A shared phone's request, claimed; the page of its card."""
    page = at_desk(line.office, "aidant", language)
    id = asks(line.office.joined, minutes=3, phone="shared", caller=number(1824), code="7351")
    expect(rows(page)).to_have_count(1)
    page.locator(f"#r-{id} button").click()
    expect(page).to_have_url(re.compile(rf"/desk/{id}$"))
    return id, page


@pytest.mark.parametrize("language", ["fr", "fa_AF"])
def test_a_call_is_shown_as_it_goes_and_ends_with_its_outcome(line: Line, axe: str, language: str) -> None:
    desks.settle(line.office)
    id, page = start(line, language)
    page.locator("form[action$='/call'] button").click()
    steps = page.locator(".steps-live li")
    expect(steps.nth(0)).to_have_attribute("aria-current", "step")
    call = line.placed()
    call.rings()
    call.answers()
    expect(steps.nth(1)).to_have_attribute("aria-current", "step")
    call.press("1")
    expect(steps.nth(2)).to_have_attribute("aria-current", "step")
    assert call.dialled == [number(1824)]
    assert call.caller_answers()
    assert call.heard_by_caller == []  # nothing is played on a shared phone
    expect(steps.nth(3)).to_have_attribute("aria-current", "step")
    assert violations(page, axe) == []
    picture(page, f"desk-talking-{language}")
    call.caller_hangs_up()
    page.locator("#outcome-helped").check()
    page.locator("#f-note").fill("Tout est clair.")
    page.locator("#wrap button[value='']").click()
    expect(page).to_have_url(re.compile(r"done=kept"))
    assert (found(line.office.joined, id).status, call.troubles) == (Status.DONE, [])


def test_a_voicemail_is_ended_by_its_button(line: Line) -> None:
    desks.settle(line.office)
    id, page = start(line, "fr")
    page.get_by_role("button", name="Appeler maintenant").click()
    call = line.placed()
    call.rings()
    call.answers()
    call.press("1")
    assert call.caller_answers()
    expect(page.locator(".steps-live .here")).to_contain_text("Vous vous parlez")
    page.get_by_role("button", name="C’est un répondeur").click()
    until(call.notice)
    expect(page.locator("#call")).to_contain_text("Un répondeur a décroché")
    expect(page.locator("#wrap")).to_be_visible()
    assert How.VOICEMAIL.value in [dial.how for dial in attempts(line.office, id)]


def test_who_does_not_pick_up_has_it_in_hand_again(line: Line) -> None:
    desks.settle(line.office)
    id, page = start(line, "fr")
    page.get_by_role("button", name="Appeler maintenant").click()
    call = line.placed()
    call.rings()
    call.nobody_answers()
    expect(page.locator("#call")).to_contain_text("Vous n’avez pas décroché ; son téléphone n’a pas sonné.")
    expect(page.get_by_role("button", name="Appeler maintenant")).to_be_visible()
    assert (call.dialled, found(line.office.joined, id).status) == ([], Status.CLAIMED)


def attempts(office: Office, id: int) -> list[dials.Dial]:
    with office.joined.database.reading() as tx:
        return dials.of_request(tx, id)


# other ways in


def test_the_keyboard_is_enough_from_the_queue_to_the_outcome(desk: Office) -> None:
    id = asks(desk.joined, minutes=40)
    asks(desk.joined, "nationality", minutes=10)
    page = at_desk(desk)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows(page).nth(1).locator("a")).to_be_focused()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(rf"/desk/{id}$"))
    page.get_by_role("button", name="Avec un autre téléphone").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#wrap")).to_be_visible()
    page.locator("#outcome-helped").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#outcome-referred")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Vers la CAF")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/\d+$"))
    expect(page.locator("#call-title")).to_contain_text("Vous vous en occupez")
    assert (found(desk.joined, id).status, found(desk.joined, id).outcome) == (Status.DONE, "referred")


def test_without_scripts_one_claims_reads_and_wraps_up(desk: Office) -> None:
    id = asks(desk.joined)
    page = at_desk(desk, "aidant", "fa_AF", width=NARROW, java_script_enabled=False)
    page.locator(f"#r-{id} button").click()
    page.locator("form[action$='/by-hand'] button").click()
    page.locator("#outcome-appointment").check()
    page.locator("#f-window").select_option(index=1)
    page.locator("#wrap button[value='']").click()
    expect(page).to_have_url(re.compile("done=kept"))
    assert found(desk.joined, id).window is not None


def test_a_coordinator_writes_the_week_and_an_aidant_reads_it(desk: Office) -> None:
    page = desk.open(COORDINATOR, "en")
    page.goto(desk.base + "/shifts")
    aidant = desk.ids["aidant"]
    page.locator(f"#d-{aidant}-0").fill("9-12:30\n13:30-17:30")
    page.get_by_role("button", name="Keep: Leïla Karimi").click()
    expect(page.get_by_role("status")).to_contain_text("The week is kept")
    expect(page.locator(f"#d-{aidant}-0")).to_have_value("09:00-12:30\n13:30-17:30")
    reader = desk.open("aidant", "fa_AF", width=NARROW)
    reader.goto(desk.base + "/shifts")
    expect(reader.get_by_role("group", name="Leïla Karimi")).to_contain_text("13:30–17:30")


def test_the_console_stays_empty_and_nothing_is_asked_of_another_server(desk: Office) -> None:
    made = {"card": claimed(desk.joined, asks(desk.joined, phone="shared"), desk.ids["aidant"])}
    page = desk.open("aidant")
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/desk", "/desk?view=later", "/desk/new", "/desk/{card}", "/shifts"):
        page.goto(desk.base + path.format(**made))
    assert {url for url in asked if not url.startswith((desk.base + "/", "data:"))} == set()
    assert said == []
