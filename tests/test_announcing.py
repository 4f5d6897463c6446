"""An announcement is heard once a call, before the greeting, while it is its time, and only where it was recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ivr.actions import announcing
from ivr.app import Parts
from ivr.errors import StorageAway
from ivr.release.release import Release, load
from ivr.store import announcements
from ivr.store.announcements import Announcement
from ivr.store.database import Database
from tests.actions import studios
from tests.actions.tiny import Clock
from tests.doubles.phone import Phone
from tests.helpline import MONDAY_MORNING, at, client, helpline, phone, prepared
from tests.test_dialogue import LANGUAGES, NUMBER, Handset

NOW = at(MONDAY_MORNING)()
HERE, ELSEWHERE = LANGUAGES[0], LANGUAGES[1]


def recorded(*places: tuple[str, int]) -> Release:
    """Today's release, in which these slots were recorded in these languages."""
    release = prepared().release
    sounds = {f"{language}/{name}": [s.hash, s.seconds, s.kind] for (language, name), s in release.sounds.items()}
    for language, slot in places:
        sounds[f"{language}/{announcing.prompt(slot)}"][2] = "recorded"
    return load({**release.raw, "sounds": sounds})


def plan(joined: Parts, slot: int, starts: float = NOW, ends: float = NOW + 60) -> None:
    with joined.database.transaction() as tx:
        announcements.put(tx, Announcement(slot, starts, ends, "", None, NOW))


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Parts]:
    joined = helpline(tmp_path)
    yield joined
    joined.database.dispose()


def rings(joined: Parts, language: str = HERE, caller: str = NUMBER) -> list[str]:
    """What is heard before the first key of somebody who rang before in this language."""
    known = Handset(joined, caller, language)
    known.hangs_up()
    return Handset(joined, caller).hears


def test_only_where_it_was_recorded_and_only_the_first(joined: Parts) -> None:
    joined.shelf.put(recorded((HERE, 2), (HERE, 3), (ELSEWHERE, 3)))
    for slot in announcing.SLOTS:
        plan(joined, slot)
    assert rings(joined)[:2] == ["announcement.2", "welcome-back"]
    assert rings(joined, ELSEWHERE, "+33639980002")[:2] == ["announcement.3", "welcome-back"]
    joined.shelf.put(recorded())
    assert rings(joined)[0] == "welcome-back"


@pytest.mark.parametrize(
    ("starts", "ends", "heard"), [(0, 1, True), (-60, 0, False), (1, 60, False)], ids=["during", "after", "before"]
)
def test_only_while_it_is_its_time(joined: Parts, starts: int, ends: int, heard: bool) -> None:
    joined.shelf.put(recorded((HERE, 1)))
    plan(joined, 1, NOW + starts, NOW + ends)
    assert ("announcement.1" in rings(joined)) is heard


def test_every_slot_leads_to_where_the_call_goes_without_it(joined: Parts) -> None:
    for n, slot in enumerate(announcing.SLOTS):
        joined.shelf.put(recorded((HERE, slot)))
        plan(joined, slot)
        newcomer = Handset(joined, f"+3363998010{n}")
        assert newcomer.node == "main"  # the help was skipped with it
        newcomer.hangs_up()
        assert Handset(joined, f"+3363998010{n}").hears[:2] == [announcing.prompt(slot), "welcome-back"]


def test_it_is_not_said_again_in_the_same_call(joined: Parts) -> None:
    joined.shelf.put(recorded((HERE, 1), (ELSEWHERE, 1), (HERE, 2)))
    plan(joined, 1, NOW, NOW + 3600)
    rings(joined)
    call = Handset(joined)
    assert call.hears[0] == "announcement.1"
    for steps in (("#",), ("9",), ("1", "#"), ("*", "1"), ("*", "2")):
        assert not [name for name in call.does(*steps).hears if name.startswith("announcement")]


def test_who_hears_none_in_the_first_language_hears_it_in_the_one_they_choose(joined: Parts) -> None:
    joined.shelf.put(recorded((ELSEWHERE, 1)))
    plan(joined, 1)
    rings(joined)
    call = Handset(joined)
    assert call.hears[0] == "welcome-back"
    assert call.does("*", str(LANGUAGES.index(ELSEWHERE) + 1)).hears[0] == "announcement.1"


def test_while_the_database_is_away_the_call_goes_straight_on(joined: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    joined.shelf.put(recorded((HERE, 1)))

    def gone(*_: object, **__: object) -> None:
        raise StorageAway("away")

    rings(joined)
    call, other = Handset(joined), Handset(joined)
    plan(joined, 1)
    key = str(LANGUAGES.index(HERE) + 1)
    assert other.does("*", key).hears[:2] == ["announcement.1", "main"]
    monkeypatch.setattr(Database, "transaction", gone)
    monkeypatch.setattr(Database, "reading", gone)
    assert call.does("*", key).hears[0] == "main"


@dataclass
class Line:
    """A helpline with a studio, over signed webhooks."""

    house: studios.House
    http: httpx.Client

    def rings(self, caller: str) -> Phone:
        handset = phone(self.http, strict=True)
        handset.ring(caller)
        return handset


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    clock = Clock()
    clock.now = NOW
    joined = helpline(tmp_path, clock=clock)
    with client(joined) as http:
        yield Line(studios.House(joined, clock), http)
    joined.database.dispose()


def heard(handset: Phone) -> list[str]:
    """Names of what was said last, each in its language."""
    return ["/".join(urlsplit(url).path.split("/")[2:4]) for url in handset.heard]


def test_a_recording_that_is_published_is_heard_by_telephone(line: Line) -> None:
    plan(line.house.parts, 1)
    key = str(LANGUAGES.index(HERE) + 1)
    before = line.rings(NUMBER)
    before.press(key)
    assert heard(before) == [f"{HERE}/firsttime.person"]
    before.hang_up()
    take = line.house.approved("announcement.1", language=HERE)
    line.house.publish(studios.take(take, "announcement.1", HERE))
    sound = line.house.take(take).sound

    newcomer = line.rings("+33639980002")
    newcomer.press(key)
    assert heard(newcomer) == [f"{HERE}/announcement.1", f"{HERE}/firsttime.person"]
    newcomer.press("#")  # over both
    assert heard(newcomer)[0] == f"{HERE}/main"
    newcomer.hang_up()

    back = line.rings(NUMBER)
    assert heard(back)[:3] == [f"{HERE}/announcement.1", f"{HERE}/welcome-back", f"{HERE}/main"]
    assert f"/{sound}.wav" in back.heard[0]
    back.press("1")  # the menu's own key, at once
    assert "announcement.1" not in "".join(heard(back))
    back.hang_up()

    line.house.clock.now += 3600
    assert heard(line.rings(NUMBER))[0] == f"{HERE}/welcome-back"
