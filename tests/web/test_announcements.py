"""Announcements in the hands of admins: planned in the helpline's time, shown with what they say, removed."""

import re
from datetime import datetime

import pytest

from ivr.actions import announcing
from ivr.store import announcements, audit
from ivr.store.announcements import Announcement
from ivr.store.audit import Filter
from tests.helpline import PARIS
from tests.test_announcing import HERE, recorded
from tests.web.conftest import House
from tests.web.people import NOW, Visit, text

PATH = "/studio/announcements"
DAYS = {"from-2": "2026-11-20T08:00", "until-2": "2026-11-30T18:30", "note-2": "vacances"}


def admin(house: House) -> Visit:
    visit = house.visit("admin")
    visit.cookies["hamrah-language"] = "en"
    return visit


def saw(page: str) -> dict[str, str]:
    """The mark that the second slot's form holds."""
    return {"saw": re.findall(r'name="saw" value="([^"]*)"', page)[1]}


def planned(house: House) -> list[Announcement]:
    with house.joined.database.reading() as tx:
        return announcements.everything(tx)


def deeds(house: House) -> list[tuple[str, str]]:
    with house.joined.database.reading() as tx:
        rows = audit.page(tx, Filter(), 50)
    return [(row.what, row.about) for row in rows if row.about.startswith("announcement/")]


def states(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('data-state="')[1:]]


def test_a_time_is_planned_where_the_helpline_lives_changed_and_removed(house: House) -> None:
    visit = admin(house)
    assert states(visit.get(PATH).text) == ["none", "none", "none"]
    assert visit.post(f"{PATH}/2", DAYS).headers["location"] == f"{PATH}?done=saved"
    (one,) = planned(house)
    begins = datetime(2026, 11, 20, 8, tzinfo=PARIS).timestamp()
    assert (one.slot, one.starts_at, one.note, one.staff_id, one.at) == (
        2,
        begins,
        "vacances",
        house.ids["admin"],
        NOW,
    )
    page = visit.get(f"{PATH}?done=saved")
    assert "The announcement is saved." in text(page)
    assert all(f'value="{value}"' in page.text for value in DAYS.values())
    visit.post(f"{PATH}/2", {**DAYS, **saw(page.text), "from-2": "2026-12-01T00:00", "until-2": "2026-12-02T00:00"})
    assert states(visit.get(PATH).text) == ["none", "later", "none"]
    assert visit.post(f"{PATH}/2/remove").headers["location"] == f"{PATH}?done=removed"
    assert "The announcement is removed." in text(visit.get(f"{PATH}?done=removed"))
    assert (planned(house), visit.post(f"{PATH}/2/remove").status_code) == ([], 404)
    about = "announcement/2"
    assert deeds(house) == [("announcement-removed", about), *[("announcement-set", about)] * 2]
    assert "Announcement removed" in text(visit.get("/audit"))


def test_each_language_shows_its_words_whether_they_are_recorded_and_the_way_to_its_page(house: House) -> None:
    visit = admin(house)
    visit.post(f"{PATH}/2", DAYS)
    assert states(visit.get(PATH).text) == ["none", "unheard", "none"]
    house.joined.shelf.put(recorded((HERE, 2)))
    page = visit.get(PATH)
    assert states(page.text) == ["none", "now", "none"]
    assert text(page).count("· recorded") == 1
    for tongue in house.joined.shelf.current().content.tongues:
        for slot in announcing.SLOTS:
            address = f"/studio/{tongue.code}/{announcing.prompt(slot)}"
            assert address in page.text
            assert visit.get(address).status_code == 200
    house.clock.now = planned(house)[0].ends_at
    assert states(admin(house).get(PATH).text) == ["none", "over", "none"]


def test_of_two_admins_who_edit_one_announcement_the_second_is_told_and_changes_nothing(house: House) -> None:
    one, other = admin(house), admin(house)
    seen = saw(other.get(PATH).text)
    one.post(f"{PATH}/2", {**DAYS, "saw": ""})
    kept = planned(house)
    later = {**DAYS, **seen, "until-2": "2026-12-24T00:00"}
    answer = other.post(f"{PATH}/2", later)
    assert (answer.status_code, planned(house)) == (422, kept)
    assert "somebody was quicker" in text(answer)
    assert f'value="{later["until-2"]}"' in answer.text
    assert other.post(f"{PATH}/2", {**later, **saw(answer.text)}).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"from-2": "1 May"}, "A date and a time are needed."),
        ({"until-2": ""}, "A date and a time are needed."),
        ({"until-2": "0202-11-30T08:00"}, "A date and a time are needed."),
        ({"until-2": DAYS["from-2"]}, "The end must be later than the beginning."),
    ],
)
def test_without_two_times_nothing_is_planned_and_what_was_filled_in_stays(
    house: House, wrong: dict[str, str], said: str
) -> None:
    filled = {**DAYS, **wrong}
    answer = admin(house).post(f"{PATH}/2", filled)
    assert (answer.status_code, said in text(answer), planned(house)) == (422, True, [])
    assert all(f'value="{value}"' in answer.text for value in filled.values())
    assert answer.text.count("aria-invalid") == 1
    assert deeds(house) == []


@pytest.mark.parametrize("slot", ["0", "4", "x"])
def test_there_are_three_of_them(house: House, slot: str) -> None:
    visit = admin(house)
    fields = {name.replace("2", slot): value for name, value in DAYS.items()}
    assert visit.post(f"{PATH}/{slot}", fields).status_code == 404
    assert visit.post(f"{PATH}/{slot}/remove").status_code == 404


def test_a_release_from_before_has_nothing_to_say(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "prompt", lambda slot: f"unknown.{slot}")
    assert states(admin(house).get(PATH).text) == ["none", "none", "none"]


def test_a_stranger_cannot(house: House) -> None:
    visit = house.visit("stranger")
    for answer in (visit.get(PATH), visit.post(f"{PATH}/2", DAYS), visit.post(f"{PATH}/2/remove")):
        assert answer.headers["location"].startswith("/sign-in")
    assert planned(house) == []
