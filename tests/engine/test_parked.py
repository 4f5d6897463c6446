"""What is parked is written and checked, and no caller hears of it."""

import pytest

from ivr.engine.check import check
from ivr.engine.content import book
from ivr.engine.parked import offered
from ivr.engine.reading import Source, read
from ivr.release.parse import parse
from tests.engine.books import MENU, content, menu, raw
from tests.engine.caller import Caller
from tests.engine.mistakes import TODAY, TREE
from tests.engine.test_reading import GOOD, OPTION

BLOCK = {
    "first": {"kind": "steps", "pages": ["p"], "then": "new"},
    "new": {
        "kind": "question",
        "remember": "has_new",
        "options": [{"key": 1, "id": "yes", "to": "old"}, {"key": 2, "id": "no", "to": "old"}],
    },
    "old": {
        "kind": "question",
        "remember": "has_old",
        "options": [{"key": 1, "id": "yes", "to": "told"}, {"key": 2, "id": "no", "to": "told"}],
    },
    "told": {
        "kind": "menu",
        "say": ["told", {"needs": {"has_old": "yes"}, "say": ["old.yes"]}, {"needs": {"has_new": "yes"}, "say": ["n"]}],
        "options": [{"key": 1, "id": "top", "to": "main"}, {"key": 2, "id": "again", "to": "new"}],
    },
}
"""Two questions, and what follows from the answers; the one that is new can be asked again."""

NOTHING = "which is parked, and nothing comes instead"


def around(parked, **nodes):
    """These nodes as callers meet them."""
    return offered(read([Source("menus/t.yaml", "t", nodes, {})])[0], parked)


@pytest.mark.parametrize("kind", GOOD)
def test_every_way_into_a_parked_node_leads_to_the_one_that_comes_instead(kind):
    more = {"silence": "x", "give_up": "x"} if kind in {"menu", "question"} else {"then": "x"} if kind == "goto" else {}
    nodes = {"n": {"kind": kind, **GOOD[kind], **more}, "x": MENU, "y": MENU}
    fresh = {"n": {"kind": kind, **GOOD[kind], **more}, "y": MENU}
    expected = read([Source("menus/t.yaml", "t", _renamed(fresh, "x", "y"), {})])[0]
    assert around({"x": "y"}, **nodes) == expected


def _renamed(data, old, new):
    if isinstance(data, dict):
        return {key: _renamed(value, old, new) for key, value in data.items()}
    if isinstance(data, list):
        return [_renamed(value, old, new) for value in data]
    return new if data == old else data


def test_nothing_parked_changes_nothing():
    made = content(BLOCK)
    assert made.nodes == made.written


def test_nodes_that_are_parked_in_a_row_are_passed_all():
    made = around({"a": "b", "b": "c"}, first={"kind": "goto", "to": "a"}, a=MENU, b=MENU, c=MENU)
    assert made["first"].to == "c"
    assert set(made) == {"first", "c"}


def test_without_a_node_instead_the_options_that_lead_there_are_taken_away():
    made = around({"b": "a", "a": None}, first=menu("a", "main", "b"), a=MENU, b=MENU)
    assert [option.to for option in made["first"].options] == ["main"]


def test_a_caller_is_led_past_a_parked_question_and_hears_nothing_of_it():
    parts = content(BLOCK, parked={"new": "old"})
    caller = Caller(book(parts)).arrives().presses("1").stays_silent()
    assert caller.hears[0] == "old"
    assert caller.presses("1").hears == ["told", "old.yes", "told.top", "told.again"]
    assert caller.presses("2").hears[0] == "old"


def test_what_needs_an_answer_that_another_question_gives_too_is_still_said():
    both = {**BLOCK, "old": {**BLOCK["old"], "remember": "has_new"}}
    caller = Caller(book(content(both, parked={"new": "old"}))).arrives().presses("1").stays_silent()
    assert caller.presses("1").hears[:2] == ["told", "n"]


def test_a_page_keeps_what_needs_other_answers():
    page = ["p", {"needs": {"has_new": "yes"}, "say": ["n"]}, {"needs": {"has_old": "yes"}, "say": ["o"]}]
    page.append({"needs": "has_new", "say": ["q"]})
    nodes = {**BLOCK, "told": {"kind": "steps", "pages": [page, "r"], "then": "main"}}
    made = content(nodes, parked={"new": "old"}).nodes["told"]
    assert [[getattr(item, "needs", item) for item in page] for page in made.pages] == [
        ["p", "has_old", "has_new"],
        ["r"],
    ]


def test_content_with_something_parked_has_no_mistake_and_its_sounds_are_not_missed():
    made = parse(raw(BLOCK, parked={"new": "old"}))
    assert check(made, TODAY) == []
    seconds = {
        (tongue.code, text.id, variant): 1.0
        for tongue in made.tongues
        for text in tongue.texts.values()
        for variant in text.wordings
        if text.id not in {"new", "new.yes", "new.no", "n"}
    }
    assert check(made, TODAY, seconds) == []


@pytest.mark.parametrize(
    ("nodes", "parked", "mistakes"),
    [
        (
            {"first": {"kind": "goto", "to": "new"}, "new": MENU},
            {"new": None},
            [f"{TREE}:3: first: `goto` leads to `new`, {NOTHING}"],
        ),
        (
            {"first": menu("new", "main"), "new": MENU, "old": MENU},
            {"new": "old", "old": "new"},
            [f"{TREE}:3: first: `1` leads to `new`, {NOTHING}"],
        ),
        (
            {"first": menu("main", "new"), "new": {"kind": "goto", "to": "gone"}},
            {"new": None},
            [f"{TREE}:4: new: `goto` leads to `gone`, which does not exist"],
        ),
        (
            {"first": menu("main", "new"), "new": {"kind": "goto", "to": "newer"}, "newer": MENU},
            {"new": None, "newer": None},
            [],
        ),
        (
            {"first": menu("new"), "new": MENU},
            {"new": None},
            [f"{TREE}:3: first: every option needs a value: one must always be there"],
        ),
        (
            {"first": menu("main", "new"), "new": {"kind": "menu", "options": [OPTION | {"to": "main", "key": 8}]}},
            {"new": None},
            [f"{TREE}:4: new: key 8: options use 1 to 6, the other keys belong to the helpline"],
        ),
    ],
)
def test_what_is_wrong_in_a_parked_node_or_on_the_way_there_is_named(nodes, parked, mistakes):
    assert [str(mistake) for mistake in check(parse(raw(nodes, parked=parked)), TODAY)] == mistakes


def test_a_text_that_only_a_parked_node_says_must_be_there_in_every_language():
    data = raw({"first": menu("main", "new"), "new": MENU}, parked={"new": None}, languages=("aa", "bb"))
    del data["languages"]["bb"]["texts"]["new"]
    assert [str(mistake) for mistake in check(parse(data), TODAY)] == [f"{TREE}:4: new bb: no text `new`"]
