"""The page that shows how well callers are understood: sums, filters, words of many, and what stands there before."""

import re

import pytest

from ivr.actions.speech_report import LEAST_PEOPLE
from ivr.engine.menu import Entry
from ivr.store import callers, calls, listenings
from ivr.store.calls import NewCall, NewTurn
from ivr.store.database import Transaction
from ivr.store.listenings import Window
from tests.web.conftest import House
from tests.web.people import NOW, text


def speak(tx: Transaction, who: int, place: tuple[str, str], words: str) -> None:
    """A caller says words that mean nothing at this node in this language, twice, and then presses a key."""
    (node, language), call = place, f"{who} {place}"
    met = callers.meet(tx, f"+3363998{who:04}", NOW - 60)
    calls.log_call(tx, NewCall(call, "browser", call, met.id, "r", NOW - 60))
    for n, result in enumerate(("reached", "no_match", "no_match", "chose"), start=1):
        calls.add_turn(tx, NewTurn(call, n, node, result, NOW - 60 + n, b"{}"))
    for n, (by, outcome) in enumerate((("voice", "no_match"), ("voice", "no_match"), ("key", "chose")), start=1):
        heard = words if by == "voice" else ""
        listenings.add(tx, Window(call, n, node, language, 9, by, heard, 0.9, outcome, 0.6, 0.44, NOW - 60 + n))


def spoken(house: House) -> list[str]:
    return sorted(house.site.spoken())


def fill(house: House, words: str = "quelque chose", node: str = "") -> None:
    node = node or house.site.release().book.roles.main
    with house.joined.database.transaction() as tx:
        for who in range(LEAST_PEOPLE):
            speak(tx, who, (node, spoken(house)[0]), words)
        speak(tx, 0, (node, spoken(house)[1]), "rare words")


def cells(page: str) -> list[list[str]]:
    """What the rows of the tables say."""
    rows = re.findall(r"<tr[ >].*?</tr>", page, re.DOTALL)
    return [
        [
            re.sub(r"<[^>]+>|[\u2066-\u2069]", "", cell).strip()
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def test_windows_are_summed_by_place_and_language(house: House) -> None:
    fill(house)
    main, names = house.site.release().book.roles.main, house.site.spoken()
    first, second = spoken(house)[:2]
    found = cells(house.visit("admin").get("/speech").text)
    assert [main, names[first], "5", "10", "0", "0", "10", "0", "0", "10", "0", "0,4 s"] in found
    assert [main, names[second], "1", "2", "0", "0", "2", "0", "0", "2", "0", "0,4 s"] in found
    assert ["Partout", "", "6", "12", "0", "0", "12", "0", "0", "12", "0", "0,4 s"] in found


def test_words_are_shown_where_enough_callers_said_them(house: House) -> None:
    fill(house)
    page = text(house.visit("admin").get("/speech"))
    assert "quelque chose" in page
    assert "rare words" not in page


def test_what_was_said_where_digits_are_asked_for_is_not_shown(house: House) -> None:
    nodes = house.site.release().book.nodes
    entry = next(id for id, node in sorted(nodes.items()) if isinstance(node, Entry))
    fill(house, "zéro six", entry)
    page = text(house.visit("admin").get("/speech"))
    assert entry in page
    assert "zéro six" not in page
    assert f"quand {LEAST_PEOPLE} personnes" in page


def test_days_and_a_language_are_chosen(house: House) -> None:
    fill(house)
    visit, (first, second, *_) = house.visit("admin"), spoken(house)
    names = house.site.spoken()
    only = cells(visit.get("/speech", params={"days": "1", "language": second}).text)
    assert {row[1] for row in only if len(row) > 5} == {"Langue", names[second], ""}
    house.clock.now = NOW + 8 * 86_400
    visit = house.visit("admin")
    assert "Personne n’a été écouté" in text(visit.get("/speech?days=7"))
    for query in ("", "?days=28", "?days=x", "?days=-1", "?days=999999999999999999999"):
        assert names[first] in text(visit.get(f"/speech{query}")).partition("Partout")[0]
    assert "Personne n’a été écouté" in text(visit.get("/speech?language=zz"))


def test_before_anybody_spoke_the_page_says_how_that_begins(house: House) -> None:
    page = text(house.visit("admin").get("/speech"))
    assert "Personne n’a été écouté ces jours-ci" in page
    assert "ivr models list" in page


def test_admins_find_it_at_the_top_of_every_page(house: House) -> None:
    assert 'href="/speech"' in house.visit("admin").get("/").text
    for role in ("aidant", "coordinator"):
        assert "/speech" not in house.visit(role).get("/").text


@pytest.mark.parametrize("role", ["aidant", "coordinator"])
def test_for_everybody_else_it_does_not_exist(house: House, role: str) -> None:
    fill(house)
    assert house.visit(role).get("/speech").status_code == 404


def test_a_stranger_cannot(house: House) -> None:
    fill(house)
    answer = house.visit("stranger").get("/speech")
    assert (answer.status_code, answer.headers["location"].startswith("/sign-in")) == (303, True)
    assert "quelque chose" not in answer.text
