"""The keys that mean the same everywhere, and the way back."""

from dataclasses import replace

import pytest

from ivr.engine import engine
from ivr.engine.inputs import Context, Known, Pressed
from ivr.engine.turn import CallbackRequested, LanguageChosen, Listen, Result
from tests.engine.books import MENU, make_book, menu
from tests.engine.caller import Caller

STEPS = {"kind": "steps", "pages": ["page.1", "page.2", "page.3"], "then": "after"}
EXPLAINED = {"first": STEPS, "after": MENU}
NESTED = {"first": menu("second"), "second": menu("third"), "third": MENU}


def test_a_menu_offers_its_own_keys_and_those_of_the_helpline():
    caller = Caller(make_book()).arrives()
    assert caller.turn.ending == Listen("109*#", 6, words=("one",))
    assert caller.hears == ["main", "main.one"]


def test_0_leads_to_a_person_from_a_menu():
    caller = Caller(make_book()).arrives().presses("0")
    assert caller.turn.node == "noted"
    assert caller.turn.facts == (CallbackRequested("general"),)


def test_0_leads_to_a_person_from_an_explanation():
    assert Caller(make_book(EXPLAINED)).arrives().presses("10").turn.node == "noted"


def test_9_says_the_same_again_and_counts_nothing():
    caller = Caller(make_book()).arrives().presses("5")
    before = caller.state
    caller.presses("9")
    assert caller.hears == ["main", "main.one"]
    assert caller.turn.result is Result.AGAIN
    assert (caller.state.misses, caller.state.silences) == (before.misses, before.silences)


def test_hash_leads_to_the_main_menu_and_ends_the_topic():
    book = make_book({"first": {**MENU, "topic": "papers"}})
    caller = Caller(book).arrives().presses("1")
    assert caller.state.topic == "papers"
    caller.presses("#")
    assert caller.turn.node == "main"
    assert caller.state.topic is None


def test_coming_to_the_main_menu_by_an_option_ends_the_topic_too():
    book = make_book({"first": {**menu("main"), "topic": "papers"}})
    caller = Caller(book).arrives().presses("110")
    assert caller.turn.facts == (CallbackRequested("general"),)


@pytest.mark.parametrize("key", ["7", "8", "2"])
def test_a_key_that_is_not_offered_is_a_wrong_key(key):
    caller = Caller(make_book()).arrives().presses(key)
    assert caller.turn.result is Result.NO_MATCH
    assert caller.hears == ["system.wrong-key", "main", "main.one"]
    assert caller.state.misses == 1


@pytest.mark.parametrize("key", ["7", "8", "2"])
def test_an_explanation_knows_no_key_but_1(key):
    caller = Caller(make_book(EXPLAINED)).arrives().presses("1" + key)
    assert caller.turn.result is Result.NO_MATCH
    assert caller.hears == ["system.wrong-key", "page.1"]


@pytest.mark.parametrize(
    ("known", "pages"), [({}, ["page.1", "page.3"]), ({"there": 1}, ["page.1", "page.2", "page.3"])]
)
def test_a_page_that_says_nothing_now_is_passed_over_in_both_directions(known, pages):
    nodes = {
        "first": {"kind": "ask", "ask": "what", "cases": {"this": "told"}, "unavailable": "after"},
        "told": {**STEPS, "pages": ["page.1", [{"needs": "there", "say": ["page.2"]}], "page.3"]},
        "after": MENU,
    }
    caller = Caller(make_book(nodes), {"what": Known("this", known)}).arrives().presses("1")
    heard = [caller.hears]
    for _ in pages[1:]:
        heard.append(caller.stays_silent().hears)
    assert heard == [[page] for page in pages]
    assert caller.presses("*").hears == [pages[-2]]
    assert caller.presses("1" * 2).turn.node == "after"


@pytest.mark.parametrize("key", ["2", "5", "7", "8"])
def test_the_language_choice_refuses_keys_of_no_language(key):
    caller = Caller(make_book()).arrives(None).presses(key)
    assert caller.turn.result is Result.NO_MATCH


def test_choosing_a_language_is_a_fact_and_leads_on_in_it():
    caller = Caller(make_book(languages=("aa", "bb"))).arrives(None).presses("2")
    assert caller.turn.language == "bb"
    assert caller.turn.facts == (LanguageChosen("bb"),)
    assert {piece.language for piece in caller.turn.pieces} == {"bb"}


def test_another_language_leads_to_a_person_with_its_topic():
    caller = Caller(make_book()).arrives(None).presses("6")
    assert caller.turn.facts == (CallbackRequested("tongue"),)
    assert caller.turn.language is None


def test_another_language_without_a_topic_keeps_the_topic():
    start = {"kind": "language", "then": "main", "other": {"key": 6, "id": "other", "to": "person"}}
    caller = Caller(make_book({"start": {**start, "topic": "hello"}, "first": MENU})).arrives(None).presses("6")
    assert caller.turn.facts == (CallbackRequested("hello"),)


def test_star_at_the_main_menu_leads_to_the_language_choice():
    caller = Caller(make_book(languages=("aa", "bb"))).arrives().presses("*")
    assert caller.turn.node == "start"
    assert caller.presses("2").turn.language == "bb"


def test_the_first_time_help_is_not_repeated_after_a_new_language():
    first_time = {
        "start": {"kind": "language", "then": "help?", "other": {"key": 6, "id": "other", "to": "person"}},
        "help?": {"kind": "route", "by": "first_call", "cases": {"yes": "help"}, "otherwise": "main"},
        "help": {"kind": "steps", "pages": ["how"], "then": "main"},
        "first": MENU,
    }
    caller = Caller(make_book(first_time)).arrives(None, first_call=True).presses("1")
    assert caller.hears == ["how"]
    assert caller.presses("1*1").turn.node == "main"


def test_star_at_the_language_choice_goes_back_to_the_main_menu_not_to_the_help():
    first_time = {
        "start": {"kind": "language", "then": "help", "other": {"key": 6, "id": "other", "to": "person"}},
        "help": {"kind": "steps", "pages": ["how"], "then": "main"},
        "first": MENU,
    }
    caller = Caller(make_book(first_time)).arrives(None).presses("11*")
    assert caller.turn.node == "start"
    assert caller.presses("*").turn.node == "main"


def test_star_and_hash_at_the_first_language_choice_say_it_again():
    for key in "*#":
        caller = Caller(make_book()).arrives(None).presses(key)
        assert (caller.turn.node, caller.turn.result) == ("start", Result.AGAIN)


def test_hash_leads_to_the_language_choice_while_there_is_no_language():
    caller = Caller(make_book()).arrives(None).presses("0#")
    assert caller.turn.node == "start"


def test_star_goes_back_along_the_way_that_was_gone():
    caller = Caller(make_book(NESTED)).arrives().presses("111")
    assert caller.turn.node == "third"
    assert [caller.presses("*").turn.node for _ in range(3)] == ["second", "first", "main"]


def test_star_comes_back_from_a_person():
    assert Caller(make_book(NESTED)).arrives().presses("10*").turn.node == "first"


def test_coming_to_a_node_again_forgets_the_way_behind_it():
    caller = Caller(make_book({"first": menu("second"), "second": menu("first")})).arrives().presses("111")
    assert caller.turn.node == "first"
    assert caller.presses("*").turn.node == "main"


def test_star_remembers_no_more_nodes_than_its_limit():
    nodes = {"first": menu("n1"), **{f"n{n}": menu(f"n{n + 1}") for n in range(1, 6)}, "n6": MENU}
    caller = Caller(make_book(nodes, limits={"back": 2})).arrives().presses("1111111")
    assert caller.turn.node == "n6"
    assert [caller.presses("*").turn.node for _ in range(3)] == ["n5", "n4", "main"]


def test_silence_and_1_turn_the_page_of_an_explanation():
    caller = Caller(make_book(EXPLAINED)).arrives().presses("1")
    assert (caller.hears, caller.turn.ending) == (["page.1"], Listen("109*#", 2))
    assert caller.stays_silent().hears == ["page.2"]
    assert caller.presses("1").hears == ["page.3"]
    assert caller.stays_silent().turn.node == "after"


def test_star_turns_back_a_page_before_it_leaves_the_explanation():
    caller = Caller(make_book(EXPLAINED)).arrives().presses("111*")
    assert caller.hears == ["page.2"]
    assert caller.presses("*").hears == ["page.1"]
    assert caller.presses("*").turn.node == "main"


def test_star_comes_back_to_the_page_that_was_left():
    caller = Caller(make_book(EXPLAINED)).arrives().presses("1111*")
    assert caller.hears == ["page.3"]


def test_what_an_explanation_says_of_itself_stands_before_its_first_page_only():
    caller = Caller(make_book({"first": {**STEPS, "say": ["title"]}, "after": MENU})).arrives().presses("1")
    assert caller.hears == ["title", "page.1"]
    assert caller.presses("1").hears == ["page.2"]


def test_several_keys_at_once_say_only_where_they_lead():
    caller = Caller(make_book(NESTED)).arrives().does(Pressed("11"))
    assert caller.hears == ["second", "second.a"]
    assert caller.state == Caller(make_book(NESTED)).arrives().presses("11").state


def test_keys_behind_the_end_of_the_call_are_passed_over():
    caller = Caller(make_book({"first": {"kind": "end"}})).arrives().does(Pressed("119"))
    assert caller.hears == ["first"]
    assert caller.state.inputs == 1


@pytest.mark.parametrize("keys", ["", "x", "١", " "])
def test_signs_that_are_no_keys_are_counted_and_change_nothing_else(keys):
    caller = Caller(make_book()).arrives()
    before = caller.state
    assert caller.does(Pressed(keys)).state == replace(before, inputs=1)
    assert isinstance(caller.turn.ending, Listen)


def test_an_answer_to_a_question_is_remembered_and_told():
    question = {**menu("route"), "kind": "question", "remember": "status", "private": True}
    route = {"kind": "route", "by": "status", "cases": {"a": "yes"}, "otherwise": "no"}
    caller = Caller(make_book({"first": question, "route": route, "yes": MENU, "no": MENU})).arrives().presses("11")
    (given,) = caller.turn.facts
    assert (given.name, given.value, given.private) == ("status", "a", True)
    assert caller.turn.node == "yes"


def test_a_route_without_a_fitting_answer_goes_the_other_way():
    route = {"kind": "route", "by": "first_call", "cases": {"yes": "second"}, "otherwise": "third"}
    caller = Caller(make_book({"first": route, "second": MENU, "third": MENU})).arrives().presses("1")
    assert caller.turn.node == "third"


def test_an_option_carries_its_topic_to_the_request():
    top = {"kind": "menu", "options": [{"key": 1, "id": "one", "to": "first", "topic": "papers"}]}
    caller = Caller(make_book({"main": top, "first": MENU})).arrives().presses("10")
    assert caller.turn.facts == (CallbackRequested("papers"),)


def test_keys_are_the_same_for_any_clock():
    caller = Caller(make_book()).arrives()
    later = engine.advance(caller.book, caller.state, Pressed("1"), Context(1500.0, "2026-12-01"))
    assert later[0] == caller.presses("1").state
