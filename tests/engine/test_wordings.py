"""Which wording is said, in which languages, with which values; a doubtful value is never said as certain."""

import pytest

from ivr.engine.inputs import Known
from ivr.engine.state import dumps, wire
from ivr.engine.turn import Digits, Hours, Moment, Number, Opening, Prompt, Speech, Variant, When
from tests.engine.books import MENU, make_book, menu
from tests.engine.caller import Caller, said


def doubtful(fact, prompt="first", **nodes):
    """A caller at `first`, whose prompt speaks this fact."""
    texts = {prompt: {"full": "it costs {fee}", "short": "{fee}", "doubt": "perhaps {fee}", "facts": ["fee"]}}
    facts = {"fee": {"says": "It costs this.", "source": "doc", "value": 50, **fact}}
    return Caller(make_book(nodes or {"first": MENU}, texts=texts, facts=facts))


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ({}, "first"),
        ({"doubt": True}, "first.doubt"),
        ({"valid_until": "2026-11-21"}, "first.doubt"),
        ({"valid_until": "2026-11-22"}, "first"),
        ({"valid_until": "2026-11-23", "doubt": True}, "first.doubt"),
    ],
)
def test_a_doubtful_or_expired_value_is_never_said_as_certain(fact, expected):
    assert doubtful(fact).arrives().presses("1").hears == [expected, "first.top"]


def test_a_value_expires_in_the_middle_of_a_call():
    caller = doubtful({"valid_until": "2026-11-22"}).arrives().presses("1")
    assert caller.hears[0] == "first"
    assert caller.at(1060.0, "2026-11-23").presses("9").hears[0] == "first.doubt"


def test_a_doubtful_prompt_has_no_certain_short_wording():
    assert doubtful({"doubt": True}).arrives().presses("1").stays_silent(2).hears[1] == "first.doubt"


def test_doubt_reaches_the_prompts_of_options_and_of_pages():
    assert doubtful({"doubt": True}, "first.top").arrives().presses("1").hears == ["first", "first.top.doubt"]
    steps = {"first": {"kind": "steps", "pages": [["p1", "price"]], "then": "main"}}
    assert doubtful({"doubt": True}, "price", **steps).arrives().presses("1").hears == ["p1", "price.doubt"]


def test_doubt_in_one_language_is_doubt_in_each():
    texts = {"first": {"full": "x", "doubt": "y", "facts": ["fee"]}}
    facts = {"fee": {"says": "s", "source": "doc", "doubt": True}, "sure": {"says": "s", "source": "doc"}}
    book = make_book({"first": MENU}, texts=texts, facts=facts, languages=("aa", "bb"))
    assert Caller(book).arrives("bb").presses("1").hears[0] == "first.doubt"


def test_a_text_with_facts_that_cannot_go_wrong_is_certain():
    texts = {"first": {"full": "x", "facts": ["sure", "unknown"]}}
    book = make_book({"first": MENU}, texts=texts, facts={"sure": {"says": "s", "source": "doc"}})
    assert book.doubts == {}


def test_the_full_wording_stands_in_where_there_is_no_short_one():
    book = make_book({"first": MENU}, texts={"first": {"full": "x"}})
    assert Caller(book).arrives().presses("1").stays_silent(2).hears == ["system.silence", "first", "first.top.short"]


def test_the_language_choice_speaks_every_language_in_order():
    caller = Caller(make_book(languages=("bb", "aa"))).arrives(None)
    expected = [Prompt(id, code) for id in ("start", "language.choose", "start.other") for code in ("bb", "aa")]
    assert list(caller.turn.pieces) == expected


def test_the_language_choice_speaks_every_language_also_to_those_who_have_one():
    caller = Caller(make_book(languages=("aa", "bb"))).arrives("aa").presses("*")
    assert said(caller.turn.pieces, "aa") == said(caller.turn.pieces, "bb") == caller.hears[::2]


def test_the_second_silence_at_the_language_choice_is_short_in_every_language():
    caller = Caller(make_book(languages=("aa", "bb"))).arrives(None).stays_silent(2)
    assert said(caller.turn.pieces, "bb") == [
        "system.silence",
        "start.short",
        "language.choose.short",
        "start.other.short",
    ]


def test_without_a_language_everything_is_said_in_all_of_them():
    caller = Caller(make_book(languages=("aa", "bb"))).arrives(None).presses("0")
    assert said(caller.turn.pieces, "aa") == said(caller.turn.pieces, "bb") == ["noted", "noted.go-on"]
    assert [piece.language for piece in caller.turn.pieces] == ["aa", "aa", "bb", "bb"]


@pytest.mark.parametrize(
    ("say", "value", "piece"),
    [
        ({"number": "x"}, 0, Number(0, "aa")),
        ({"number": "x"}, 100, Number(100, "aa")),
        ({"number": "x"}, 101, Digits("101", "aa")),
        ({"number": "x"}, -1, Digits("-1", "aa")),
        ({"number": "x"}, "12", Digits("12", "aa")),
        ({"digits": "x"}, 7, Digits("7", "aa")),
        ({"moment": "x"}, When("2026-11-23", "evening"), Moment("2026-11-23", "evening", "2026-11-22", "aa")),
        ({"hours": "x"}, Opening("1-5", (("09:00", "17:00"),)), Hours("1-5", (("09:00", "17:00"),), "aa")),
        ({"speech": "x"}, "12 rue des Lilas", Speech("12 rue des Lilas", "aa", "aa")),
        ({"speech": "x"}, 7, Speech("7", "aa", "aa")),
    ],
)
def test_a_value_becomes_the_piece_that_can_say_it(say, value, piece):
    ask = {"kind": "ask", "ask": "it", "cases": {"yes": "told"}, "unavailable": "main"}
    book = make_book({"first": ask, "told": {**MENU, "say": [say]}})
    assert Caller(book, {"it": Known("yes", {"x": value})}).arrives().presses("1").turn.pieces[0] == piece


def test_names_and_streets_are_read_in_the_language_of_places_within_the_caller_s():
    ask = {"kind": "ask", "ask": "it", "cases": {"yes": "told"}, "unavailable": "main"}
    nodes = {"first": ask, "told": {**MENU, "say": [{"speech": "x"}]}}
    book = make_book(nodes, languages=("aa", "bb"), roles={"places": "bb"})
    told = Caller(book, {"it": Known("yes", {}, {"x": "12 rue des Lilas"})}).arrives().presses("1")
    assert told.turn.pieces[0] == Speech("12 rue des Lilas", "bb", "aa")
    assert b"Lilas" not in dumps(wire(told.state))


@pytest.mark.parametrize("private", [True, False])
def test_digits_that_the_caller_keyed_can_be_spoken_later(private):
    entry = {"kind": "digits", "remember": "code", "least": 1, "most": 2, "then": "told", "private": private}
    book = make_book({"first": entry, "told": {**MENU, "say": [{"digits": "code"}]}})
    caller = Caller(book).arrives().presses("1421")
    assert caller.hears == ["digits 42", "told.top"]


@pytest.mark.parametrize(("key", "heard"), [("1", ["p", "right"]), ("2", ["p"])])
def test_what_needs_one_value_is_said_while_it_is_that_one(key, heard):
    page = ["p", {"needs": {"has": "yes"}, "say": ["right"]}, {"needs": {"other": "yes"}, "say": ["never"]}]
    options = [{"key": 1, "id": "yes", "to": "told"}, {"key": 2, "id": "no", "to": "told"}]
    question = {"kind": "question", "remember": "has", "options": options}
    told = {"kind": "steps", "pages": [page], "then": "first"}
    caller = Caller(make_book({"first": question, "told": told})).arrives().presses("1")
    assert caller.presses(key).hears == heard
    assert caller.stays_silent().presses("1").hears == ["p", "right"]


def test_a_value_that_changes_is_said_anew_and_the_rest_is_kept():
    ask = {"kind": "ask", "ask": "it", "cases": {"yes": "told"}, "unavailable": "main"}
    book = make_book({"first": ask, "told": {**menu("main"), "say": [{"number": "x"}]}})
    caller = Caller(book, {"it": Known("yes", {"x": 1})}).arrives().presses("1")
    assert caller.hears[0] == "number 1"
    caller.outside = {"it": Known("yes", {"x": 2})}
    assert caller.presses("11").hears[0] == "number 2"


def test_short_is_never_said_first():
    caller = Caller(make_book()).arrives()
    assert all(piece.variant is Variant.FULL for piece in caller.turn.pieces)
