"""Keyed digits: erased, ended, read back, confirmed, and kept out of every address."""

from dataclasses import replace

import pytest

from ivr.engine.inputs import Known, Pressed
from ivr.engine.state import dumps, wire
from ivr.engine.turn import AnswerGiven, Listen, Prompt, Result, Variant
from tests.engine.books import MENU, make_book
from tests.engine.caller import Caller

ENTRY = {"kind": "digits", "remember": "code", "least": 2, "most": 4, "then": "after"}
BOOK = {"first": ENTRY, "after": MENU}
READ_BACK = ["entry.heard", "digits 1234", "entry.right", "entry.again"]


def typing(keys: str = "", **more: object) -> Caller:
    """A caller in the entry who typed these keys."""
    nodes = {"first": {**ENTRY, **more}, "after": MENU}
    return Caller(make_book(nodes, languages=("aa", "bb"))).arrives().presses("1" + keys)


def test_an_entry_waits_for_all_digits_that_may_come():
    caller = typing()
    assert caller.hears == ["first"]
    assert caller.turn.ending == Listen("0123456789*#", 8, digits=4, entry=True)


def test_each_digit_is_taken_without_a_word():
    caller = typing("12")
    assert caller.hears == []
    assert caller.turn.result is Result.PARTIAL
    assert caller.turn.ending == Listen("0123456789*#", 8, digits=2, entry=True)


def test_a_full_entry_ends_by_itself_and_is_read_back():
    caller = typing("1234")
    assert caller.hears == READ_BACK
    assert caller.turn.ending == Listen("1209*#", 6, words=("yes", "no"))


def test_hash_ends_an_entry_that_is_long_enough():
    assert typing("12#").hears == ["entry.heard", "digits 12", "entry.right", "entry.again"]


def test_silence_ends_an_entry_that_has_begun():
    assert typing("123").stays_silent().hears == ["entry.heard", "digits 123", "entry.right", "entry.again"]


def test_1_confirms_and_the_answer_is_remembered():
    caller = typing("12341")
    assert caller.turn.facts == (AnswerGiven("code", "1234"),)
    assert caller.turn.node == "after"
    assert caller.state.answers["code"] == "1234"
    assert caller.state.secrets == {}


def test_2_asks_for_the_digits_again():
    caller = typing("12342")
    assert caller.hears == ["first"]
    assert caller.presses("56#").hears[1] == "digits 56"


def test_star_at_the_read_back_asks_for_the_digits_again():
    assert typing("1234*").hears == ["first"]


def test_9_reads_the_digits_back_again():
    caller = typing("12349")
    assert caller.hears == READ_BACK
    assert caller.turn.result is Result.AGAIN


def test_a_wrong_key_at_the_read_back_is_counted_and_keeps_the_digits():
    caller = typing("12345")
    assert caller.hears == ["system.wrong-key", *READ_BACK]
    assert caller.state.misses == 1


def test_the_second_silence_at_the_read_back_hears_the_short_wording():
    caller = typing("1234").stays_silent()
    assert caller.hears == ["system.silence", *READ_BACK]
    caller.stays_silent()
    assert caller.hears == [
        "system.silence",
        "entry.heard.short",
        "digits 1234",
        "entry.right.short",
        "entry.again.short",
    ]


def test_star_erases_one_digit():
    caller = typing("12*")
    assert caller.turn.ending == Listen("0123456789*#", 8, digits=3, entry=True)
    assert caller.presses("9#").hears[1] == "digits 19"


def test_star_with_nothing_typed_goes_back():
    assert typing("1**").turn.node == "main"


def test_hash_with_nothing_typed_leads_to_the_main_menu():
    assert typing("#").turn.node == "main"


def test_too_few_digits_are_told_and_typed_again():
    caller = typing("1#")
    assert caller.hears == ["system.too-short", "first"]
    assert caller.turn.ending == Listen("0123456789*#", 8, digits=4, entry=True)


def test_the_third_too_short_entry_leads_to_a_person():
    assert typing("1#1#1#").turn.node == "noted"


def test_digits_are_digits_also_where_the_helpline_has_keys():
    assert typing("0987").hears[1] == "digits 0987"


def test_a_person_is_star_then_0_when_nothing_is_typed():
    assert typing("*0").turn.node == "noted"


def test_a_person_is_star_then_0_also_when_the_node_before_is_an_entry():
    nodes = {"first": ENTRY, "after": {**ENTRY, "remember": "more", "then": "last"}, "last": MENU}
    caller = Caller(make_book(nodes)).arrives().presses("1" + "12#1" + "*")
    assert caller.turn.node == "first"
    assert caller.presses("0").turn.node == "noted"


def test_a_0_that_does_not_follow_the_star_at_once_is_a_digit():
    nodes = {"first": ENTRY, "after": {**ENTRY, "remember": "more", "then": "last"}, "last": MENU}
    caller = Caller(make_book(nodes)).arrives().presses("1" + "12#1" + "*").stays_silent().presses("0")
    assert (caller.turn.node, caller.turn.result) == ("first", Result.PARTIAL)


def test_private_digits_stay_among_the_secrets_and_are_no_fact():
    caller = typing("12341", private=True)
    assert caller.facts == []
    assert caller.state.secrets == {"code": "1234"}
    assert b"1234" not in dumps(wire(caller.state))


@pytest.mark.parametrize("keys", ["123", "1234", "12345"])
def test_digits_never_travel_while_they_are_typed_or_read_back(keys):
    state = typing(keys).state
    assert state.secrets["entry"] in {"123", "1234"}
    assert b"123" not in dumps(wire(state))


def test_leaving_an_entry_forgets_what_was_typed():
    assert typing("12#0").state.secrets == {}


@pytest.mark.parametrize("key", ["1", "2", "9"])
def test_digits_that_were_lost_are_asked_for_again(key):
    caller = typing("1234")
    caller.state = replace(caller.state, secrets={})
    assert caller.presses(key).hears == ["first"]


def test_the_digits_are_read_back_in_every_language_while_none_is_chosen():
    nodes = {"person": ENTRY | {"then": "asked"}, "asked": {"kind": "request", "then": "noted", "unavailable": "sorry"}}
    book = make_book({**nodes, "first": MENU}, languages=("aa", "bb"))
    caller = Caller(book).arrives(None).presses("0").presses("12#")
    assert [piece.language for piece in caller.turn.pieces] == ["aa"] * 4 + ["bb"] * 4
    assert caller.turn.pieces[4] == Prompt("entry.heard", "bb", Variant.FULL)
    assert caller.state.language is None


def test_a_habitual_hash_behind_a_full_entry_only_says_the_read_back_again():
    caller = typing("1234#")
    assert (caller.hears, caller.turn.result) == (READ_BACK, Result.AGAIN)
    assert caller.presses("#").turn.node == "main"


@pytest.mark.parametrize("between", ["9", "5"])
def test_only_the_very_next_hash_belongs_to_the_entry(between):
    assert typing(f"1234{between}#").turn.node == "main"


def test_a_hash_after_a_silence_belongs_to_no_entry():
    assert typing("1234").stays_silent().presses("#").turn.node == "main"


def test_a_hash_behind_an_entry_that_a_hash_ended_leads_to_the_main_menu():
    assert typing("12##").turn.node == "main"


def test_an_entry_need_not_be_read_back():
    caller = typing("1234", confirm=False)
    assert (caller.turn.node, caller.turn.facts) == ("after", (AnswerGiven("code", "1234"),))
    assert typing("12#", confirm=False).turn.node == "after"
    assert typing("1#", confirm=False).hears == ["system.too-short", "first"]


def test_a_habitual_hash_waits_for_the_answer_that_a_full_entry_asks_for():
    ask = {"kind": "ask", "ask": "hours", "cases": {"open": "here"}, "unavailable": "main"}
    nodes = {"first": {**ENTRY, "confirm": False}, "after": ask, "here": MENU}
    caller = Caller(make_book(nodes), {"hours": Known("open")}).arrives().does(Pressed("1" + "1234#"))
    assert (caller.turn.node, caller.hears) == ("here", ["here", "here.top"])


def test_five_keys_at_once_are_five_keys():
    together = typing().does(Pressed("12#1"))
    assert together.state == typing("12#1").state
