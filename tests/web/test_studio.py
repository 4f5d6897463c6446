"""The studio's first page: how far each language is, single texts found again, and what callers hear of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.web import studio
from ivr.web.studio import Look
from tests.actions.studios import LANGUAGE, take
from tests.web import studios
from tests.web.conftest import House
from tests.web.people import text
from tests.web.studios import PAGE, Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with studios.opened(tmp_path, monkeypatch) as opened:
        yield opened


def shown(desk: Desk, **query: str) -> list[str]:
    """The names of the texts that are listed."""
    answer = desk.visit().get("/studio", params=query)
    assert answer.status_code == 200
    return re.findall(r'<bdi dir="ltr">([^<]+)</bdi></a>', answer.text)


def progress(answer: Any) -> list[tuple[str, str]]:
    return re.findall(r'<progress class="part" max="(\d+)" value="(\d+)"', answer.text)


def test_it_counts_what_is_recorded_and_lists_the_trees(desk: Desk) -> None:
    before = desk.visit().get("/studio")
    total, recorded = progress(before)[0]
    assert (int(total) > 50, recorded) == (True, "0")
    desk.house.publish(take(desk.house.approved()))
    after = desk.visit().get("/studio")
    assert progress(after)[0] == (total, "1")
    assert f"1 of {total} texts recorded" in text(after)
    assert "the helpline itself" in text(after)
    assert f'href="/studio?language={LANGUAGE}&amp;tree=frame"' in after.text


def test_texts_are_found_by_tree_state_and_words(desk: Desk) -> None:
    assert "main" in shown(desk, tree="frame")
    assert "first" not in shown(desk, tree="frame")
    pages = [shown(desk, tree="-", start=str(start)) for start in (50, 100, 150)]
    assert {"digit.1", "number.1"} <= {name for page in pages for name in page}
    assert shown(desk, q="AÁ  goodbye") == shown(desk, q="aa goodbye") == shown(desk, q="goodbye")[:2]
    assert shown(desk, q="digit.1") == ["digit.1"]
    assert shown(desk, q="nobody says this") == []
    assert "No text fits" in text(desk.visit().get("/studio?q=nobody+says+this"))
    assert shown(desk, state="recorded") == []
    desk.house.publish(take(desk.house.approved()))
    assert shown(desk, state="recorded") == ["main"]


def test_a_code_finds_its_text(desk: Desk) -> None:
    line = desk.house.line("main")
    assert shown(desk, q=str(line.code)) == ["main"]


def test_every_state_of_a_take_is_shown(desk: Desk) -> None:
    house = desk.house
    house.receive("main")
    assert shown(desk, state="checking") == ["main"]
    house.work()
    assert shown(desk, state="unapproved") or shown(desk, state="doubtful")
    house.approved("first")
    assert shown(desk, state="unpublished") == ["first"]
    house.write({"full": "a new text", "short": "new"}, prompt="goodbye")
    assert shown(desk, state="draft") == ["goodbye", "goodbye.short"]
    assert "a new text" in text(desk.visit().get("/studio?state=draft"))


def test_what_callers_hear_now_can_be_played_from_the_list(desk: Desk) -> None:
    house = desk.house
    page = desk.visit().get("/studio?q=main").text
    assert f"/audio/{LANGUAGE}/main/{house.heard()}.wav" in page
    assert PAGE in page


def test_long_lists_come_in_pages_and_the_next_one_is_named(desk: Desk) -> None:
    visit = desk.visit()
    first = visit.get(f"/studio?language={LANGUAGE}&state=placeholder")
    names = re.findall(r'<bdi dir="ltr">([^<]+)</bdi></a>', first.text)
    assert len(names) == studio.SIZE
    assert "1 to 50" in text(first).replace("\u2068", "").replace("\u2069", "")
    assert f"language={LANGUAGE}&amp;state=placeholder&amp;start=50" in first.text
    assert not set(names) & set(shown(desk, state="placeholder", start="50"))


def test_words_are_found_whatever_their_script_marks_and_width() -> None:
    look = Look("xx", words="اقامت كارت")
    assert look._says(line("برای کارتِ اقامت"))
    assert not look._says(line("برای کارت"))
    assert Look("xx", words="procedure")._says(line("Une PROCÉDURE"))


def line(words: str) -> Any:
    """A line that says this."""

    class Line:
        name, code, said = "x", 1001, None

    found = Line()
    found.words = words  # type: ignore[attr-defined]
    return found


def test_an_address_that_asks_for_what_is_not_there_is_not_found(desk: Desk) -> None:
    visit = desk.visit()
    for query in ("language=zz", "state=lost", "q=x&start=x", "start=-1"):
        assert visit.get(f"/studio?{query}").status_code == 404


def test_the_page_of_the_whole_helpline_stays_small(house: House) -> None:
    """Hundreds of texts a language: the page lists trees, and fifty texts at a time."""
    visit = house.visit("admin")
    for path in ("/studio", "/studio?state=placeholder"):
        answer = visit.get(path)
        assert answer.status_code == 200
        assert len(answer.content) < 120_000


def test_an_admin_finds_the_way_from_the_first_page(desk: Desk) -> None:
    assert desk.visit().get("/").text.count('href="/studio"') == 2


def test_an_open_page_is_sent_what_is_new(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    site = next(route for route in desk.http.app.routes if hasattr(route, "page")).endpoint.site
    object.__setattr__(site, "stream_seconds", 0.0)
    desk.house.receive("main")
    answer = desk.visit().get(f"/live/studio?language={LANGUAGE}&state=checking")
    assert answer.text.startswith("id: ")
    assert "being checked" in text(answer)


def test_looking_waits_for_nobody_who_writes(desk: Desk) -> None:
    """On SQLite one process writes at a time: a page that took that place to look would hold up calls."""
    visit = desk.visit()
    paths = ("", "/kit", "/kit.csv", "/record", "/upload", "/publications", "/announcements", f"/{LANGUAGE}/main")
    for path in paths:
        assert visit.get(f"/studio{path}").status_code == 200
    with desk.house.parts.database.transaction():
        for path in paths:
            assert visit.get(f"/studio{path}").status_code == 200, path


def test_a_stranger_cannot(desk: Desk) -> None:
    desk.http.cookies.clear()
    stranger = studios.stranger(desk)
    assert stranger.get("/studio").headers["location"].startswith("/sign-in")
