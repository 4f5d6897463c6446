"""What is wrong with a text is said in the language of the page, in words of nobody's trade."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.actions import releases, wording
from ivr.engine import check as rules
from ivr.errors import VoiceFailed
from ivr.store import wordings
from ivr.web import studio_problems
from ivr.web.catalogues import languages
from tests.actions.studios import LANGUAGE, take
from tests.actions.studios import text as of_text
from tests.web import studios
from tests.web.people import text
from tests.web.studios import Desk

OPTION = f"/studio/{LANGUAGE}/main.one/words"
TRADE = ("placeholder", "`", "wording is", "neither a key", "mapping", "FileNotFoundError")
"""What `ivr check` says, for those who write menus."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with studios.opened(tmp_path, monkeypatch) as opened:
        yield opened


def says(answer: Any) -> str:
    return text(answer).replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"full": "press {kay}"}, "{kay} cannot be said here."),
        ({"full": "no key is named"}, "Callers would not hear which key to press: {key} has to stand"),
        ({"full": "press {key}", "short": "press"}, "Callers would not hear which key to press: {key} has to stand"),
        ({"full": " ", "short": "press {key}"}, "There are no words in the full text."),
        ({"full": "press {key} " + "x" * 4000}, "It is longer than 4000 characters"),
        ({"full": "press {key}", "tts-full": "x" * 4001}, "It is longer than 4000 characters"),
    ],
)
def test_what_is_wrong_with_a_text_is_said_in_plain_words(desk: Desk, fields: dict[str, str], expected: str) -> None:
    answer = desk.visit().post(OPTION, {"seen": "0", **fields})
    assert (answer.status_code, answer.text.count(expected.split("{", maxsplit=1)[0].strip() or expected)) != (303, 0)
    page = says(answer)
    assert (answer.status_code, expected in page) == (422, True)
    listed = page[page.index("The text was not kept") :][:600].split("Change the text")[0]
    assert not [word for word in TRADE if word in listed]
    with desk.house.parts.database.reading() as tx:
        assert wordings.of_prompt(tx, LANGUAGE, "main.one") == []


def test_it_is_said_in_the_language_of_the_page(desk: Desk) -> None:
    visit = desk.visit()
    visit.cookies["hamrah-language"] = "fr"
    page = says(visit.post(OPTION, {"seen": "0", "full": "press {kay}"}))
    assert "{kay}" in page
    assert (
        languages()["fr"].say(studio_problems.NO_MARK, mark="{kay}").replace("\u2068", "").replace("\u2069", "") in page
    )
    assert "cannot be said here" not in page


def test_why_a_publication_was_refused_is_said_in_plain_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    house, visit = desk.house, desk.visit()
    good = house.approved()
    house.plan(take(good), after=60)
    visit.post(f"/studio/takes/{good}/withdraw")
    house.clock.now += 60
    house.work()
    page = says(visit.get("/studio/publications")).replace(" :", ":")
    assert "main · AA: Its recording was withdrawn after this was planned." in page

    def mute(*_: object) -> None:
        raise VoiceFailed("no voice: none is named")

    with monkeypatch.context() as patched:
        patched.setattr(releases, "best_voice", mute)
        house.publish(of_text(house.write({"full": "a newer greeting"})))
    page = says(visit.get("/studio/publications"))
    assert "Nobody has recorded these texts, and no machine on this server can say them: " in page
    assert "none is named" not in page
    other = house.approved()
    (house.studio.vault.folder / house.take(other).file).unlink()
    sound = house.studio.sounds.path(house.take(other).sound or "")
    assert sound is not None
    sound.unlink()
    house.publish(take(other))
    page = says(visit.get("/studio/publications"))
    assert f"Recording {other} is lost or damaged." in page
    assert not [word for word in TRADE if word in page.replace("placeholder voice", "")]


def test_what_has_no_words_of_its_own_is_shown_as_it_is() -> None:
    english = languages()["en"]
    (found,) = studio_problems.problems(english, ["menus/a.yaml:3: a.b: something nobody foresaw"])
    assert (found.name, found.language) == ("a.b", "")
    assert "something nobody foresaw" in found.says
    assert studio_problems.problems(english, ["odd"])[0].says.count("odd") == 1


def test_the_same_is_said_once() -> None:
    english = languages()["en"]
    lines = [f"studio/aa:1: main.one aa: does not name the key of option `x` of {node}" for node in ("a", "b")]
    assert len(studio_problems.problems(english, lines)) == 1


def test_a_text_is_checked_before_anybody_has_to_wait_for_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite there is one writer: the calls of everybody would stand still meanwhile."""
    house, looked = desk.house, []

    def check(*args: Any) -> Any:
        with house.parts.database.transaction():
            looked.append(1)
        return rules.check(*args)

    monkeypatch.setattr(wording, "check", check)
    assert desk.visit().post(OPTION, {"seen": "0", "full": "press {key}"}).status_code == 303
    assert looked
