"""Key 7: what is told here, as a text message; and what a tree is entered with."""

import pytest

from ivr.engine import engine
from ivr.engine.inputs import Arrived, Context, Known
from ivr.engine.turn import CallbackRequested, Listen, Result, TextRequested
from tests.engine.books import MENU, make_book, menu
from tests.engine.caller import Caller

SMS = {
    "text": {"kind": "ask", "ask": "text_way", "cases": {"ready": "send", "off": "return"}, "unavailable": "text.no"},
    "send": {"kind": "text", "then": "text.sent", "unavailable": "text.no"},
    "text.sent": {"kind": "steps", "pages": ["text.sent.1"], "then": "return"},
    "text.no": menu("return"),
}
STEPS = {"kind": "steps", "pages": ["page.1", "page.2"], "then": "after", "text": "docs"}
NODES = {"first": STEPS, "after": {**menu("main"), "text": "more"}, **SMS}
READY = {"text_way": Known("ready")}


def book(nodes=None, **more):
    return make_book({**NODES, **(nodes or {})}, roles={"text": "text"}, **more)


def texted(nodes=None, outside=READY, **more):
    """A caller to whom a text can be sent."""
    return Caller(book(nodes, **more), outside).arrives(texting=True)


def test_where_a_text_can_be_sent_a_menu_offers_it_behind_its_options():
    caller = texted().presses("1").stays_silent(2)
    assert caller.hears == ["after", "after.a", "text.hint"]
    assert caller.turn.ending == Listen("1709*#", 6, words=("a",))


def test_an_explanation_offers_it_on_its_last_page_and_takes_the_key_on_each():
    caller = texted().presses("1")
    assert (caller.hears, caller.turn.ending) == (["page.1"], Listen("1709*#", 2))
    assert caller.stays_silent().hears == ["page.2", "text.hint"]


def test_whoever_gets_no_texts_hears_of_none():
    caller = Caller(book()).arrives().presses("1").stays_silent()
    assert (caller.hears, caller.turn.ending) == (["page.2"], Listen("109*#", 2))
    assert caller.presses("7").turn.result is Result.NO_MATCH


def test_without_a_node_for_it_nothing_is_offered():
    made = make_book({"first": STEPS, "after": MENU})
    caller = Caller(made).arrives(texting=True).presses("1").stays_silent()
    assert (caller.hears, caller.turn.ending.keys) == (["page.2"], "109*#")
    assert "texting" not in caller.state.values


def test_a_release_that_sends_none_keeps_the_promise_of_the_one_before_by_saying_that_the_key_is_wrong():
    caller = texted().presses("1")
    caller.book = make_book({"first": STEPS, "after": MENU})
    assert caller.presses("7").turn.result is Result.NO_MATCH


def test_7_asks_for_the_text_of_the_node_and_comes_back_to_the_page_where_it_was_pressed():
    caller = texted().presses("1").stays_silent().presses("7")
    assert caller.turn.facts == (TextRequested("docs", "first"),)
    assert (caller.hears, caller.turn.result) == (["text.sent.1"], Result.CHOSE)
    caller.stays_silent()
    assert (caller.turn.node, caller.state.page, caller.state.stack) == ("first", 1, ())
    assert caller.hears == ["page.2", "text.hint"]


def test_the_text_can_be_asked_for_while_the_outside_says_no():
    caller = texted(outside={"text_way": Known("off")}).presses("1").presses("7")
    assert (caller.turn.node, caller.hears, caller.turn.facts) == ("first", ["page.1"], ())


def test_star_leads_back_from_the_text_too():
    caller = texted(outside={}).presses("1").stays_silent().presses("7")
    assert caller.turn.node == "text.no"
    caller.presses("*")
    assert (caller.turn.node, caller.state.page, caller.state.stack) == ("first", 1, ())


def test_nothing_is_promised_where_nothing_can_be_stored():
    caller = texted()
    caller.context = Context(1000.0, "2026-11-22", storing=False)
    caller.presses("17")
    assert (caller.turn.node, caller.turn.facts) == ("text.no", ())


def test_a_text_that_nobody_named_cannot_be_asked_for():
    caller = texted({"after": menu("send")}).presses("1").stays_silent(2).presses("1")
    assert (caller.turn.node, caller.turn.facts) == ("text.no", ())


def test_a_tree_may_be_entered_for_a_text_by_name():
    enter = {"kind": "goto", "with": {"text_of": "place"}, "to": "text", "then": "after"}
    sms = {"place": "x"}
    caller = texted({"first": enter}, sms=sms).presses("1")
    assert caller.turn.facts == (TextRequested("place", "after"),)
    assert caller.stays_silent().turn.node == "after"


def test_a_text_that_is_asked_for_in_no_tree_is_asked_for_where_it_is_stored():
    enter = {"kind": "goto", "with": {"text_of": "place"}, "to": "send"}
    caller = texted({"first": enter}, sms={"place": "x"}).presses("1")
    assert caller.turn.facts == (TextRequested("place", "send"),)


def test_while_digits_are_keyed_7_is_a_digit():
    entry = {"kind": "digits", "remember": "code", "least": 2, "most": 2, "then": "after", "confirm": False}
    caller = texted({"first": entry}).presses("177")
    assert (caller.turn.node, caller.state.answers["code"]) == ("after", "77")


def test_0_is_a_person_in_the_midst_of_it():
    caller = texted(outside={}).presses("170")
    assert caller.turn.facts == (CallbackRequested("general"),)


@pytest.mark.parametrize("node", ["first", "after"])
def test_its_word_is_followed_at_once(node):
    caller = texted({"first": {**STEPS, "then": "after"}}).presses("1").stays_silent(2 if node == "after" else 0)
    assert "aa text" in engine.expected(caller.book, caller.state)["aa"]
    assert caller.says("aa text").turn.facts == (TextRequested({"first": "docs", "after": "more"}[node], node),)


def test_its_word_means_nothing_where_no_text_is_offered():
    caller = Caller(book(), READY).arrives().presses("1")
    assert "aa text" not in engine.expected(caller.book, caller.state)["aa"]
    assert caller.says("aa text").turn.result is Result.NO_MATCH


def test_a_call_knows_from_its_beginning_that_it_gets_texts():
    made = book()
    state, _ = engine.begin(made, Arrived("aa", texting=True), Context(1000.0, "2026-11-22"))
    assert state.values == {"texting": "yes"}


OFFICES = {
    "first": {"kind": "goto", "with": {"office": "bank", "near": "yes"}, "to": "find", "then": "after"},
    "after": {"kind": "goto", "with": {"office": "post"}, "to": "find"},
    "find": {"kind": "route", "by": "office", "cases": {"bank": "at.bank", "post": "at.post"}, "otherwise": "main"},
    "at.bank": {**menu("return"), "say": ["hello", {"needs": {"office": "bank"}, "say": ["to.bank"]}]},
    "at.post": {**menu("ask"), "say": [{"needs": {"office": "bank"}, "say": ["to.bank"]}, "at.post"]},
    "ask": {
        "kind": "question",
        "remember": "office",
        "options": [{"key": 1, "id": "bank", "to": "find"}, {"key": 2, "id": "post", "to": "find"}],
    },
}


def test_a_tree_is_entered_with_values_that_lead_and_are_spoken():
    caller = Caller(make_book(OFFICES)).arrives().presses("1")
    assert caller.hears == ["hello", "to.bank", "at.bank.a"]
    assert dict(caller.state.values) == {"office": "bank", "near": "yes"}
    assert caller.presses("1").hears == ["at.post", "at.post.a"]


def test_what_the_caller_answers_later_counts_more():
    caller = Caller(make_book(OFFICES)).arrives().presses("111")
    assert caller.turn.node == "ask"
    caller.presses("1")
    assert (caller.turn.node, caller.state.values.get("office")) == ("at.bank", None)


def test_a_spoken_choice_knows_with_what_the_tree_behind_it_is_entered():
    nodes = {
        "first": menu("asked", "told"),
        "asked": {"kind": "goto", "with": {"office": "bank"}, "to": "find"},
        "told": {"kind": "goto", "with": {"office": "post"}, "to": "find"},
        "find": {"kind": "route", "by": "office", "cases": {"bank": "person"}, "otherwise": "main"},
    }
    caller = Caller(make_book(nodes)).arrives().presses("1")
    assert caller.says("aa option b").turn.node == "main"
    caller.presses("1")
    assert caller.says("aa option a").turn.result is Result.CONFIRM
