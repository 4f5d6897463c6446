"""What is said chooses what a key would choose, if it means exactly one thing here."""

import pytest

from ivr.engine.inputs import Said
from ivr.engine.turn import Result
from tests.engine.books import MENU, make_book
from tests.engine.caller import Caller

WORDS = {
    "papers": ["my papers", "the card"],
    "money": ["the card", "money"],
    "first.top": ["from here"],
    "top": ["elsewhere"],
    "aa": ["the first tongue"],
    "bb": ["the second tongue"],
    "other": ["none of these"],
}
OPTIONS = [{"key": 1, "id": "papers", "to": "first"}, {"key": 2, "id": "money", "to": "code"}]
CODE = {"kind": "digits", "remember": "code", "least": 1, "most": 3, "then": "main"}
NODES = {"main": {"kind": "menu", "options": OPTIONS}, "first": MENU, "code": CODE}
BOOK = make_book(NODES, languages=("aa", "bb"), words=WORDS)


@pytest.mark.parametrize(("words", "node"), [("My papers!", "first"), ("money", "code"), ("aa person", "noted")])
def test_words_of_an_option_or_a_command_choose_it(words, node):
    caller = Caller(BOOK).arrives().says(words)
    assert (caller.turn.node, caller.turn.result) == (node, Result.CHOSE)
    assert caller.state.inputs == 1


def test_words_that_mean_two_things_choose_neither():
    caller = Caller(BOOK).arrives().says("the card")
    assert caller.hears == ["system.not-understood", "main", "main.papers", "main.money"]
    assert caller.turn.result is Result.NO_MATCH


def test_words_of_another_language_mean_nothing_once_one_is_chosen():
    assert Caller(BOOK).arrives().says("bb person").turn.result is Result.NO_MATCH


def test_words_that_are_not_understood_count_with_the_wrong_keys():
    caller = Caller(BOOK).arrives().presses("5").says("hm").says("hm")
    assert caller.turn.node == "noted"


def test_a_node_may_have_words_of_its_own_for_an_option():
    caller = Caller(BOOK).arrives().presses("1")
    assert caller.says("elsewhere").turn.result is Result.NO_MATCH
    assert caller.says("from here").turn.node == "main"


@pytest.mark.parametrize(("words", "language"), [("the first tongue", "aa"), ("The second tongue.", "bb")])
def test_a_language_is_chosen_by_its_words(words, language):
    assert Caller(BOOK).arrives(None).says(words).turn.language == language


def test_another_language_is_chosen_by_its_words():
    assert Caller(BOOK).arrives(None).says("none of these").turn.node == "noted"


def test_commands_are_understood_in_every_language_while_none_is_chosen():
    assert Caller(BOOK).arrives(None).says("bb person").turn.node == "noted"


@pytest.mark.parametrize(("words", "node"), [("aa person", "noted"), ("aa main", "main"), ("aa back", "main")])
def test_a_command_that_is_said_while_digits_are_keyed_is_no_digit(words, node):
    caller = Caller(BOOK).arrives().presses("21").says(words)
    assert (caller.turn.node, caller.state.secrets) == (node, {})


def test_again_that_is_said_while_digits_are_keyed_keeps_them():
    caller = Caller(BOOK).arrives().presses("21").says("aa again")
    assert (caller.hears, caller.state.secrets) == (["code"], {"entry": "1"})


def test_yes_and_no_answer_the_read_back():
    caller = Caller(BOOK).arrives().presses("212#")
    assert caller.says("aa no").hears == ["code"]
    assert caller.presses("12#").says("aa yes").turn.node == "main"
    assert caller.state.answers["code"] == "12"


def test_an_explanation_knows_only_the_commands():
    steps = {"kind": "steps", "pages": ["p1", "p2"], "then": "main"}
    caller = Caller(make_book({"first": steps}, words=WORDS)).arrives().presses("1").says("the card")
    assert caller.turn.result is Result.NO_MATCH
    assert caller.says("aa again").hears == ["p1"]


def test_a_language_without_words_understands_nothing_and_does_not_mind():
    book = make_book()
    caller = Caller(type(book)(book.nodes, book.roles, book.limits, book.languages)).arrives()
    assert caller.does(Said("anything")).turn.result is Result.NO_MATCH


def test_silence_of_a_recogniser_is_no_choice():
    assert Caller(BOOK).arrives().says(" … ").turn.result is Result.NO_MATCH
