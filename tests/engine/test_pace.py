"""How long a caller listens, and how often they choose, until they are told something; with made-up lengths."""

from itertools import pairwise
from typing import Any

import pytest

from ivr.engine import pace
from ivr.engine.check import check
from ivr.engine.content import Content
from ivr.engine.pace import Leaf, Pace
from ivr.engine.turn import Variant
from tests.engine.books import PERSON, Nodes, content, menu

AFTER = {"after": menu("main", "person")}
PAGE_SILENCE, MENU_SILENCE = 2.0, 6.0


def told(first: Nodes, **texts: Any) -> list[Leaf]:
    return of(content(first, texts=texts)).leaves()


def of(made: Content, seconds: float = 1.0, **longer: float) -> Pace:
    return Pace(made, "aa", lengths(made, seconds, **longer))


def lengths(made: Content, seconds: float, **longer: float) -> dict[tuple[str, str, Variant], float]:
    texts = made.tongues[0].texts.values()
    return {("aa", text.id, variant): longer.get(text.id, seconds) for text in texts for variant in text.wordings}


BACK = {"tell": {"kind": "steps", "pages": ["p1"], "then": "return"}}


def steps(*pages: Any, then: str = "after") -> dict[str, Any]:
    return {"kind": "steps", "pages": list(pages), "then": then}


def question(*targets: str) -> dict[str, Any]:
    return {**menu(*targets), "kind": "question", "remember": "status"}


def test_a_menu_is_heard_up_to_the_option_and_a_page_to_its_end():
    first = {"first": menu("main", "tell"), "tell": steps("p1", "p2"), **AFTER}
    heard = 2.0 + 3.0  # the main menu and its only option, then a menu and two options
    assert told(first) == [Leaf("tree", "tell", heard + 2 * (1.0 + PAGE_SILENCE), 2)]


def test_the_longest_wording_counts_but_not_the_short_one():
    made = content({"first": steps("p1"), **AFTER}, texts={"p1": {"full": "x", "short": "y", "doubt": "z"}})
    long = {("aa", "p1", Variant.DOUBT): 9.0, ("aa", "p1", Variant.SHORT): 90.0}
    (leaf,) = Pace(made, "aa", lengths(made, 0.0) | long).leaves()
    assert leaf.seconds == 9.0 + PAGE_SILENCE


def test_a_menu_with_a_person_is_a_leaf_where_a_key_leads_to_it_and_not_where_an_explanation_ends():
    leaves = told({"first": menu("offer", "tell"), "offer": menu("person"), "tell": steps("p1"), **AFTER})
    assert [(leaf.node, leaf.seconds, leaf.choices) for leaf in leaves] == [("offer", 5.0, 2), ("tell", 8.0, 2)]


def test_an_explanation_before_a_question_is_no_leaf_but_one_before_a_summary_with_a_person_is():
    before = {"first": steps("p1", then="ask"), "ask": question("sum", "sum"), "sum": steps("p2", then="right")}
    right = {**menu("main", "person"), "kind": "question", "remember": "summary"}
    assert [leaf.node for leaf in told({**before, "right": right})] == ["sum"]


def test_an_explanation_that_goes_back_to_where_the_caller_came_from_is_no_leaf():
    assert [leaf.node for leaf in told({"first": menu("more"), "more": menu("person", "tell"), **BACK})] == ["more"]


def test_an_answer_is_no_menu_choice_and_decides_where_a_route_leads():
    first = {
        "first": question("way", "way", "way"),
        "way": {"kind": "route", "by": "status", "cases": {"c": "special"}, "otherwise": "usual"},
        "special": steps("p1"),
        "usual": steps("p2"),
        **AFTER,
    }
    heard = {leaf.node: (leaf.seconds - 1.0 - PAGE_SILENCE, leaf.choices) for leaf in told(first)}
    assert heard == {"usual": (2.0 + 2.0, 1), "special": (2.0 + 4.0, 1)}


def test_what_is_said_for_one_answer_only_is_heard_after_that_answer_only():
    page = ["p1", {"needs": {"status": "b"}, "say": ["p2"]}]
    first = {"first": question("usual", "way"), "way": {"kind": "goto", "to": "tell"}, "tell": steps(page)}
    made = content({**first, "usual": menu("person"), **AFTER})
    leaves = {leaf.node: leaf.seconds for leaf in of(made, p2=5.0).leaves()}
    assert leaves == {"usual": 2.0 + 2.0 + 1.0, "tell": 2.0 + 3.0 + 6.0 + PAGE_SILENCE}


def test_waiting_can_be_the_quicker_way():
    first = {
        "first": menu("main", "late", silence="tell"),
        "tell": steps("p1"),
        "late": steps("p2", then="tell"),
        **AFTER,
    }
    made = content({**first, "after": menu("person")})
    assert of(made, p2=50.0).leaves() == [Leaf("tree", "tell", 2.0 + 3.0 + MENU_SILENCE + 1.0 + PAGE_SILENCE, 1)]


def test_what_the_outside_is_asked_may_have_any_answer():
    ask = {"kind": "ask", "ask": "hours", "cases": {"open": "tell"}, "unavailable": "main"}
    assert [leaf.node for leaf in told({"first": ask, "tell": steps("p1"), **AFTER})] == ["tell"]


def test_what_a_tree_is_entered_with_decides_where_its_routes_lead():
    first = {
        "first": menu("near", "far"),
        "near": {"kind": "goto", "with": {"office": "bank"}, "to": "way"},
        "far": {"kind": "goto", "with": {"office": "post"}, "to": "way"},
        "way": {"kind": "route", "by": "office", "cases": {"bank": "bank"}, "otherwise": "post"},
        "bank": steps("p1"),
        "post": steps("p2"),
        **AFTER,
    }
    heard = {leaf.node: leaf.seconds - 1.0 - PAGE_SILENCE for leaf in told(first)}
    assert heard == {"bank": 2.0 + 2.0, "post": 2.0 + 3.0}


def test_nobody_goes_on_behind_the_request_for_a_person():
    person = {**PERSON["person"], "then": "tell"}
    first = {"first": menu("person"), "person": person, "tell": steps("p1"), **AFTER}
    assert [leaf.node for leaf in told(first)] == ["first"]


def test_a_leaf_to_which_no_answer_leads_is_left_out():
    way = {"kind": "route", "by": "status", "cases": {"b": "tell"}, "otherwise": "usual"}
    first = {"first": question("way", "main"), "way": way, "tell": steps("p1"), "usual": menu("person"), **AFTER}
    made = content(first)
    assert {node.id for node in pace.leaves(made)} == {"tell", "usual"}
    assert [leaf.node for leaf in of(made).leaves()] == ["usual"]


def test_the_first_fact_of_a_tree_is_the_first_prompt_that_tells_one():
    fact = {"full": "x", "facts": ["fee"]}
    texts = {"p3": fact, "first.a": {"full": "{key}", "facts": ["fee"]}}
    first = {"first": menu("tell"), "tell": {**steps("p1", ["p2", "p3", "p4"]), "say": ["hello"]}, **AFTER}
    made = content(first, texts=texts, facts={"fee": {"says": "It costs.", "source": "doc"}})
    assert of(made).first_facts() == {"tree": 4.0 + 2.0 + PAGE_SILENCE + 2.0}


def test_a_tree_that_tells_no_fact_has_no_first_one():
    assert of(content({"first": menu("person")})).first_facts() == {}


@pytest.mark.parametrize(("length", "count"), [(58.0, 0), (59.0, 1)])
def test_a_first_fact_that_comes_too_late_is_named(length: float, count: int):
    texts = {"p1": {"full": "x", "facts": ["fee"]}, "main": "x", "main.one": "{key}"}
    made = content({"first": steps("p1", then="main")}, texts=texts, facts={"fee": {"says": "x", "source": "doc"}})
    found = check(made, "2026-11-22", lengths(made, 2.0, p1=24.0, main=length - 24.0))
    late = [str(mistake) for mistake in found if "fact" in mistake.what]
    what = "the first fact of tree has been told after 61 s, more than 60"
    assert late == [f"menus/tree.yaml:3: first aa: warning: {what}"][:count]


@pytest.mark.parametrize(("chain", "count"), [("abcdef", 0), ("abcdefg", 1)])
def test_a_leaf_behind_too_many_menu_choices_is_named(chain: str, count: int):
    nodes = {node: menu(after) for node, after in pairwise(["first", *chain])}
    made = content({**nodes, chain[-1]: menu("person", "main")})
    found = check(made, "2026-11-22", lengths(made, 1.0))
    what = "g aa: warning: 8 menu choices from the main menu, more than 7"
    assert [str(mistake).partition(": ")[2] for mistake in found] == [what][:count]
