"""The studio in a browser: how its pages look, and two admins who edit the same text."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ivr.actions import taking, wording
from ivr.actions.audit import Actor, Deed
from ivr.actions.wording import Edit
from ivr.engine.content import Tongue
from ivr.store import publications, takes
from ivr.store.publications import Change, Kind, NewPublication, Place
from ivr.store.takes import NewTake, Source, State, Take, Treated
from tests.actions.studios import spoken
from tests.browser.conftest import Office, until
from tests.browser.looking import NARROW, SMALL, TWO, picture, violations
from tests.web import people

NAME = "welcome"
NOISY = {"findings": [{"code": "noisy", "values": {"snr": 9.5}}, {"code": "cut-end", "values": {"end": -12.0}}]}


def tongue(office: Office) -> Tongue:
    """A language of the phone that is read from right to left."""
    return next(one for one in office.joined.shelf.current().content.tongues if one.direction == "rtl")


def a_take(office: Office, state: State, report: Mapping[str, Any], said: str = "") -> int:
    """A take of the greeting that was checked; its sound is not here."""
    release, code = office.joined.shelf.current(), tongue(office).code
    words = said or release.captions[code, NAME]
    with office.joined.database.transaction() as tx:
        now = office.clock()
        new = NewTake(code, NAME, words, Source.TELEPHONE, "1.sealed", "0" * 64, office.ids["coordinator"], now)
        id = takes.add(tx, new)
        assert takes.treat(tx, id, Treated(state, report, None, 3.2))
    return id


def recorded(office: Office) -> int:
    """A take with its sound, treated and checked."""
    deed = Deed(Actor(office.ids["coordinator"]), office.clock())
    id = taking.receive(
        office.joined.studio, (tongue(office).code, NAME), spoken(), taking.Origin(Source.BROWSER, deed)
    )
    until(lambda: found(office, id).state is not State.WAITING)
    return id


def found(office: Office, id: int) -> Take:
    with office.joined.database.reading() as tx:
        take = takes.find(tx, id)
    assert take is not None
    return take


def filled(office: Office) -> None:
    """Takes in every state, a new text, publications of every kind."""
    joined, admin, now = office.joined, office.ids["admin"], office.clock()
    deed, code = Deed(Actor(admin), now), tongue(office).code
    text = joined.studio
    entry = {"full": "به همراه خوش آمدید. ما به شما کمک می‌کنیم.", "short": "همراه."}
    good = wording.checked(text, (code, NAME), Edit(entry, 0))
    with joined.database.transaction() as tx:
        draft = wording.write(tx, good, deed)
    a_take(office, State.BAD, {"findings": [{"code": "silent", "values": {}}]})
    approved = a_take(office, State.GOOD, {"findings": []}, "یک متن دیگر")
    a_take(office, State.DOUBTFUL, NOISY)
    recorded(office)
    place = Place(Kind.TAKE, code, NAME)
    with joined.database.transaction() as tx:
        takes.approve(tx, approved, admin, now)
        new = NewPublication(admin, now, now)
        made = publications.plan(tx, new, [Change(place, approved)])
        assert publications.make(tx, made, 0, "0" * 16, now)
        refused = publications.plan(tx, new, [Change(Place(Kind.WORDING, code, NAME), draft)])
        publications.refuse(tx, refused, f"{NAME} ({code}): no sound for the full wording")
        publications.plan(tx, NewPublication(admin, now, now + 86_400), [Change(place, None)])


@pytest.mark.parametrize(("language", "width", "scheme"), TWO)
def test_every_page_of_the_studio_can_be_read_by_everybody(
    office: Office, axe: str, language: str, width: int, scheme: str
) -> None:
    admin = office.open("admin", language, width=width, color_scheme=scheme)
    code = tongue(office).code
    wrong: dict[str, list[str]] = {}
    filled(office)
    paths = {
        "studio": f"/studio?language={code}",
        "studio-texts": f"/studio?language={code}&tree=start",
        "studio-none": "/studio?q=xyzzy",
        "studio-text": f"/studio/{code}/{NAME}?takes=all",
        "studio-number": f"/studio/{code}/number.7",
        "studio-publications": "/studio/publications",
        "studio-announcements": "/studio/announcements",
        "studio-start": "/",
    }
    for name, path in paths.items():
        admin.goto(office.base + path)
        admin.wait_for_load_state("load")
        picture(admin, f"{name}-{language}-{width}-{scheme}")
        wrong[name] = violations(admin, axe)
        assert admin.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
        if width == NARROW:
            assert admin.evaluate(SMALL) == [], name
    assert {name: found for name, found in wrong.items() if found} == {}


def edits(page: Page, words: str) -> None:
    """Fills the full text in and keeps it."""
    page.locator("#f-full").fill(words)
    page.get_by_role("button", name="Keep as a new version").click()


def test_of_two_who_edit_one_text_the_second_is_told_and_nothing_is_lost(office: Office, axe: str) -> None:
    first = office.open("admin", "en")
    office.ids["other"] = people.hire(office.joined, "other", roles=frozenset({"admin"}))
    second = office.open("other", "en", width=NARROW)
    address = f"{office.base}/studio/{tongue(office).code}/{NAME}"
    for page in (first, second):
        page.goto(address)
    edits(first, "خوش آمدید، نسخهٔ اول")
    expect(first.get_by_text("Kept as a new version.")).to_be_visible()
    # The page of the second shows by itself that there is a new text; their own form is left alone.
    expect(second.locator("#says")).to_contain_text("خوش آمدید، نسخهٔ اول")
    edits(second, "خوش آمدید، نسخهٔ دوم")
    told = second.locator("#conflict")
    expect(told).to_contain_text("Somebody else changed this text while you were writing")
    expect(told).to_contain_text("خوش آمدید، نسخهٔ اول")
    expect(told).to_contain_text("خوش آمدید، نسخهٔ دوم")
    expect(second.locator("#f-full")).to_have_value("خوش آمدید، نسخهٔ دوم")
    picture(second, "studio-conflict")
    assert violations(second, axe) == []
    expect(first.locator("#says")).not_to_contain_text("نسخهٔ دوم")
    edits(second, "خوش آمدید، از هر دو")
    expect(second.get_by_text("Kept as a new version.")).to_be_visible()
    expect(first.locator("#says")).to_contain_text("خوش آمدید، از هر دو")
