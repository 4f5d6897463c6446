"""Sub-trees that come back, nodes that are gone, and states from another release."""

import pytest

from ivr.engine import engine
from ivr.engine.inputs import Arrived, Context, Pressed, StayedSilent
from ivr.engine.state import State
from ivr.engine.turn import HangUp, Listen
from tests.engine.books import MENU, make_book, menu
from tests.engine.caller import Caller

SUB = {"first": {"kind": "goto", "to": "sub", "then": "after"}, "sub": menu("return"), "after": MENU}
NOW = Context(1000.0, "2026-11-22")


def test_a_sub_tree_comes_back_to_where_it_was_entered():
    caller = Caller(make_book(SUB)).arrives().presses("1")
    assert (caller.turn.node, caller.state.stack) == ("sub", ("after",))
    caller.presses("1")
    assert (caller.turn.node, caller.state.stack) == ("after", ())


def test_a_sub_tree_that_nobody_entered_returns_to_the_main_menu():
    caller = Caller(make_book({"first": {"kind": "goto", "to": "sub"}, "sub": menu("return")})).arrives().presses("11")
    assert caller.turn.node == "main"


def test_sub_trees_within_sub_trees_come_back_in_order():
    nodes = {
        **SUB,
        "sub": {"kind": "goto", "to": "deep", "then": "middle"},
        "deep": menu("return"),
        "middle": menu("return"),
    }
    caller = Caller(make_book(nodes)).arrives().presses("1")
    assert [caller.turn.node, *(caller.presses("1").turn.node for _ in range(2))] == ["deep", "middle", "after"]


def test_who_goes_back_out_of_a_sub_tree_is_not_returned_by_it_later():
    nodes = {
        **SUB,
        "sub": menu("return", "enter"),
        "enter": {"kind": "goto", "to": "deep", "then": "middle"},
        "deep": menu("return"),
        "middle": menu("return"),
    }
    caller = Caller(make_book(nodes)).arrives().presses("12*")
    assert (caller.turn.node, caller.state.stack) == ("sub", ("after",))
    assert caller.presses("1").turn.node == "after"


def test_the_main_menu_lies_in_no_sub_tree():
    nodes = {**SUB, "sub": menu("return", "main")}
    caller = Caller(make_book(nodes)).arrives().presses("12")
    assert caller.state.stack == ()


def test_what_a_goto_says_is_said_on_the_way():
    caller = Caller(make_book({"first": {"kind": "goto", "to": "sub", "say": ["hello"]}, "sub": MENU})).arrives()
    assert caller.presses("1").hears == ["hello", "sub", "sub.top"]


def test_a_removed_node_is_followed_by_its_successor():
    book = make_book({"first": MENU}, removed={"older": "old", "old": "first"})
    for gone in ("older", "old"):
        assert engine.now(book, State(gone, 1000.0, "aa"), NOW)[1].node == "first"


def test_star_follows_a_removed_node_to_its_successor_and_begins_it():
    book = make_book({"first": {"kind": "steps", "pages": ["p1"], "then": "main"}}, removed={"old": "first"})
    state = State("trouble", 1000.0, "aa", trail=(("old", 4, 0),))
    assert engine.advance(book, state, Pressed("*"), NOW)[1].pieces[0].id == "p1"


def test_a_state_of_a_removed_node_begins_at_its_successor():
    nodes = {"first": {"kind": "steps", "pages": ["p1"], "then": "main"}}
    book = make_book(nodes, removed={"old": "first"})
    state = State("old", 1000.0, "aa", page=3, confirming=True, asking="hours", ahead="12", misses=2)
    found, turn = engine.now(book, state, NOW)
    assert turn.pieces[0].id == "p1"
    assert (found.page, found.confirming, found.asking, found.ahead, found.misses) == (0, False, None, "", 0)


def test_an_explanation_that_lost_pages_goes_on_at_its_last_one():
    book = make_book({"first": {"kind": "steps", "pages": ["p1", "p2"], "then": "main"}})
    _, turn = engine.now(book, State("first", 1000.0, "aa", page=7), NOW)
    assert [piece.id for piece in turn.pieces] == ["p2"]


@pytest.mark.parametrize("gone", ["nowhere", "lost"])
def test_a_node_that_nobody_knows_leads_to_the_main_menu(gone):
    book = make_book(removed={"lost": "nowhere"})
    assert engine.now(book, State(gone, 1000.0, "aa"), NOW)[1].node == "main"


def test_an_apology_finds_its_way_from_a_node_that_nobody_knows():
    assert engine.apologise(make_book(), State("nowhere", 1000.0), NOW)[1].node == "trouble"


def test_a_way_back_that_nobody_knows_leads_to_the_main_menu():
    book = make_book()
    assert (
        engine.advance(book, State("first", 1000.0, "aa", trail=(("gone", 0, 0),)), Pressed("*"), NOW)[1].node == "main"
    )
    assert engine.advance(book, State("first", 1000.0, "aa", stack=("gone",)), Pressed("1"), NOW)[1].node == "main"


def test_a_sub_tree_whose_way_back_is_gone_returns_to_the_main_menu():
    book = make_book({"first": menu("return")})
    assert engine.advance(book, State("first", 1000.0, "aa", stack=("gone",)), Pressed("1"), NOW)[1].node == "main"


@pytest.mark.parametrize("input", [Pressed("1"), StayedSilent(), Arrived()])
def test_a_state_that_stands_where_no_call_rests_is_walked_on(input):
    nodes = {"first": {"kind": "goto", "to": "sub"}, "sub": MENU}
    _, turn = engine.advance(make_book(nodes, removed={"old": "first"}), State("old", 1000.0, "aa"), input, NOW)
    assert isinstance(turn.ending, Listen)
    assert turn.node == "sub"


def test_a_state_that_stands_at_an_end_ends():
    book = make_book({"first": {"kind": "end"}}, removed={"old": "first"})
    _, turn = engine.advance(book, State("old", 1000.0, "aa"), Pressed("1"), NOW)
    assert turn.ending == HangUp("finished")


def test_a_language_that_the_release_does_not_have_is_no_language():
    book = make_book(languages=("aa", "bb"))
    state, turn = engine.begin(book, Arrived("zz"), NOW)
    assert (state.language, turn.node) == (None, "start")
    _, turn = engine.now(book, State("main", 1000.0, "zz"), NOW)
    assert [piece.language for piece in turn.pieces] == ["aa", "aa", "bb", "bb"]


def test_a_caller_whose_language_is_known_is_welcomed_back_in_it():
    book = make_book(
        {"back": {"kind": "goto", "to": "main", "say": ["hello-again"]}, "first": MENU}, roles={"welcome_back": "back"}
    )
    caller = Caller(book).arrives("aa")
    assert caller.hears == ["hello-again", "main", "main.one"]
