"""Every mistake a release can hold is named with file, line, node and language; good content gives none."""

from typing import Any

import pytest

from ivr.engine import check_pace, check_texts
from ivr.engine.check import CHECKS, check
from ivr.engine.checked import Checked
from ivr.engine.content import Content
from ivr.engine.reading import Mistake
from ivr.engine.turn import Variant
from ivr.release.parse import parse
from tests.engine.books import MENU, menu, raw
from tests.engine.mistakes import CASES, ENTRY, FACT, STEPS, TODAY, TREE, both, due, saying

WITH_SOUNDS = {check_texts._missing_sounds, check_texts._too_long, *check_pace.CHECKS}
"""Checked by the tests below, as they need the lengths of sounds."""


def test_every_check_has_a_case():
    assert set(CHECKS) == set(CASES) | WITH_SOUNDS
    assert len(set(CHECKS)) == len(CHECKS)


@pytest.mark.parametrize(
    ("look", "data", "mistake"),
    [
        pytest.param(look, *case, id=f"{look.__name__}-{n}")
        for look, cases in CASES.items()
        for n, case in enumerate(cases)
    ],
)
def test_a_mistake_is_named_with_its_place(look, data, mistake):
    content = parse(data)
    assert content.mistakes == ()
    assert mistake in look(Checked(content, TODAY, None, _places(content)))
    assert mistake in check(content, TODAY)


def _places(content: Content) -> dict[str, tuple[str, int]]:
    return {id: (source.file, source.lines[id]) for source in content.sources for id in source.nodes}


@pytest.mark.parametrize(
    "data",
    [
        raw(),
        both(),
        raw({"first": STEPS}),
        raw({"first": ENTRY}),
        raw(removed={"oldest": "old", "old": "first"}),
        due(raw(), TODAY),
        saying("first", {"full": "{fee}", "doubt": "{fee}?", "facts": ["fee"]}, fee={**FACT, "valid_until": TODAY}),
        saying("first.top", {"full": "press {key}"}),
        saying("language.choose", {"full": "press {key}", "tts": "{key}"}),
        saying("entry.right", "press {key}"),
        raw({"first": {"kind": "goto", "to": "sub", "then": "after"}, "sub": menu("return"), "after": MENU}),
        raw({"first": {**MENU, "text": "x"}}),
        raw({"first": {**MENU, "text": "x"}, "main": menu("first", text="y")}, roles={"text": "first"}),
        raw({"first": {**ENTRY, "text": "x"}}),
        raw({"first": {**MENU, "say": [{"hours": "x"}, {"speech": "y"}]}}, roles={"places": "aa"}),
        raw({"first": {"kind": "goto", "with": {"text_of": "x"}, "to": "main"}}),
        raw({"first": {"kind": "message", "seconds": 9, "then": "main", "unavailable": "main"}}),
        raw({"first": {"kind": "transfer", "target": "d", "seconds": 9, "then": "main", "unavailable": "main"}}),
        raw({"first": {"kind": "ask", "ask": "hours", "cases": {"open": "main"}, "unavailable": "main"}}),
    ],
)
def test_good_content_has_no_mistake(data):
    assert check(parse(data), TODAY) == []


def test_an_answer_that_is_keyed_somewhere_may_be_anything():
    question = {"kind": "question", "remember": "code", "options": [{"key": 1, "id": "a", "to": "third"}]}
    route = {"kind": "route", "by": "code", "cases": {"75": "main"}, "otherwise": "main"}
    nodes = {"first": {**ENTRY, "then": "second"}, "second": question, "third": route}
    assert check(parse(raw(nodes)), TODAY) == []


def test_two_questions_may_remember_the_same_answer():
    def question(id: str, to: str) -> dict[str, Any]:
        return {"kind": "question", "remember": "status", "options": [{"key": 1, "id": id, "to": to}]}

    route = {"kind": "route", "by": "status", "cases": {"a": "main", "b": "main"}, "otherwise": "main"}
    nodes = {"first": question("a", "second"), "second": question("b", "third"), "third": route}
    assert check(parse(raw(nodes)), TODAY) == []


def test_a_placeholder_of_an_unknown_fact_is_named_once_for_each():
    content = parse(saying("first", {"full": "{fee}", "facts": ["fee"]}))
    assert [mistake.what for mistake in check(content, TODAY)] == [
        "speaks the fact `fee`, which does not exist",
        "{fee} is neither a key here nor a value of a fact it names",
    ]


def test_a_person_who_does_not_exist_is_one_mistake_not_two():
    found = check(parse(raw(roles={"person": "gone"})), TODAY)
    assert [str(mistake) for mistake in found if mistake.where == "person" and "gone" in mistake.what] == [
        "menus/helpline.yaml:1: person: `gone` does not exist"
    ]


def test_mistakes_come_sorted_by_file_and_line_with_those_of_reading():
    data = raw({"first": menu("nowhere"), "second": {"kind": "riddle"}}, roles={"trouble": "gone"})
    found = check(parse(data), TODAY)
    assert [str(mistake) for mistake in found if mistake.file == TREE][1].startswith(
        "menus/tree.yaml:4: second: unknown kind"
    )
    assert found == sorted(found)


def test_a_mistake_reads_like_a_compiler_prints_it():
    assert str(Mistake("menus/a.yaml", 7, "n", "wrong", "aa")) == "menus/a.yaml:7: n aa: wrong"
    assert str(Mistake("menus", 1, "", "old", "", warning=True)) == "menus:1: : warning: old"


def lengths(content: Content, seconds: float = 1.0) -> dict[tuple[str, str, Variant], float]:
    """Every wording lasts this long."""
    return {
        (tongue.code, text.id, variant): seconds
        for tongue in content.tongues
        for text in tongue.texts.values()
        for variant in text.wordings
    }


def test_a_sound_that_is_missing_is_named_with_its_wording():
    content = parse(both())
    seconds = lengths(content)
    assert check(content, TODAY, seconds) == []
    del seconds["bb", "first", Variant.SHORT]
    (mistake,) = check(content, TODAY, seconds)
    assert str(mistake) == f"prompts/bb/texts.yaml:{mistake.line}: first bb: no sound for the short wording"


def test_a_text_that_nobody_says_needs_no_sound():
    content = parse(raw(texts={"old": "x"}))
    seconds = {place: length for place, length in lengths(content).items() if place[1] != "old"}
    assert [mistake.what for mistake in check(content, TODAY, seconds)] == ["no menu says this text"]


@pytest.mark.parametrize(("length", "count"), [(10.0, 0), (10.1, 1)])
def test_a_menu_that_lasts_too_long_is_named(length, count):
    content = parse(raw(languages=("aa",)))
    seconds = lengths(content) | {("aa", id, Variant.FULL): length for id in ("first", "first.top")}
    found = check(content, TODAY, seconds)
    assert [str(m) for m in found] == ["menus/tree.yaml:3: first aa: warning: lasts 20 s, more than 20"][:count]


@pytest.mark.parametrize(("kind", "length"), [("moment", 20), ("digits", None), ("hours", 23), ("speech", None)])
def test_the_moments_and_hours_that_a_menu_may_speak_are_counted_with_its_length(kind, length):
    options = [{"key": 1, "id": "a", "to": "main"}, {"key": 2, "id": "b", "to": "main", "needs": "w"}]
    options[1]["say"] = [{kind: "w"}, "first.b"]
    content = parse(raw({"first": {"kind": "menu", "options": options}}))
    seconds = lengths(content, 0.0) | {("aa", "first", Variant.FULL): 10.0, ("aa", "first.b", Variant.FULL): 5.0}
    seconds |= {("aa", "weekday.3", Variant.FULL): 3.0, ("aa", "part.evening", Variant.FULL): 2.5}
    found = check(content, TODAY, seconds)
    assert [m.what for m in found] == ([f"lasts {length} s, more than 20"] if length else [])


@pytest.mark.parametrize(("other", "count"), [("post", 0), (None, 1)])
def test_what_is_said_for_different_answers_to_one_question_is_not_added_up(other, count):
    needs = [{"office": "bank"}, "x" if other is None else {"office": other}]
    says = [{"needs": need, "say": [f"p{n}"]} for n, need in enumerate(needs, 1)]
    goto = {"kind": "goto", "with": {"office": "bank"}, "to": "tell"}
    post = {"kind": "goto", "with": {"office": "post"}, "to": "tell"}
    options = [{"key": 1, "id": "a", "to": "go"}, {"key": 2, "id": "b", "to": "post"}]
    nodes = {"first": {"kind": "menu", "options": options}, "go": goto, "post": post}
    content = parse(raw({**nodes, "tell": {**STEPS, "pages": [says]}}))
    seconds = lengths(content) | {("aa", f"p{n}", Variant.FULL): 15.0 for n in (1, 2)}
    found = [mistake.what for mistake in check(content, TODAY, seconds) if "lasts" in mistake.what]
    assert found == ["page 1 lasts 30 s, more than 25"][:count]


@pytest.mark.parametrize(("length", "count"), [(25.0, 0), (26.0, 1)])
def test_a_page_that_lasts_too_long_is_named_by_its_longest_wording(length, count):
    texts = {"p2": {"full": "x", "doubt": "y"}}
    content = parse(raw({"first": {**STEPS, "pages": ["p1", ["p2", {"digits": "code"}]]}}, texts=texts))
    found = check(content, TODAY, lengths(content) | {("aa", "p2", Variant.DOUBT): length})
    assert [m.what for m in found] == ["page 2 lasts 26 s, more than 25"][:count]
