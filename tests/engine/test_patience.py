"""Silence, wrong keys and limits: nothing goes on for ever."""

import pytest

from ivr.engine import engine
from ivr.engine.inputs import Arrived, Context, HungUp, Pressed, Recorded, StayedSilent, TransferEnded
from ivr.engine.turn import CallbackRequested, CallEnded, HangUp, Result
from tests.engine.books import MENU, make_book, menu
from tests.engine.caller import Caller

CALLBACK = {
    "person": {"kind": "goto", "to": "callback"},
    "callback": menu("asked"),
    "asked": {"kind": "request", "then": "noted", "unavailable": "sorry"},
    "first": MENU,
}


def test_the_first_silence_says_everything_again():
    caller = Caller(make_book()).arrives().stays_silent()
    assert caller.hears == ["system.silence", "main", "main.one"]
    assert (caller.turn.result, caller.state.silences) == (Result.NO_INPUT, 1)


def test_the_second_silence_says_the_short_wording():
    caller = Caller(make_book()).arrives().stays_silent(2)
    assert caller.hears == ["system.silence", "main.short", "main.one.short"]


def test_the_third_silence_leads_to_a_person_when_a_key_ever_came():
    caller = Caller(make_book()).arrives().presses("1").stays_silent(3)
    assert caller.turn.node == "noted"
    assert caller.turn.facts == (CallbackRequested("general"),)


def test_the_third_silence_ends_kindly_when_nothing_ever_came():
    caller = Caller(make_book()).arrives().stays_silent(3)
    assert caller.hears == ["goodbye"]
    assert caller.turn.ending == HangUp("silent")
    assert caller.turn.facts == (CallEnded("silent", "goodbye"),)


def test_a_voice_counts_as_having_come_even_if_it_was_not_understood():
    caller = Caller(make_book()).arrives().says("hm").stays_silent(3)
    assert caller.turn.node == "noted"


def test_wrong_keys_are_counted_apart_from_silence():
    caller = Caller(make_book()).arrives().presses("5").stays_silent().presses("5").stays_silent()
    assert (caller.state.misses, caller.state.silences) == (2, 2)
    assert caller.turn.node == "main"
    assert caller.presses("5").turn.node == "noted"


def test_the_second_wrong_key_says_the_short_wording():
    caller = Caller(make_book()).arrives().presses("55")
    assert caller.hears == ["system.wrong-key", "main.short", "main.one.short"]


def test_the_count_begins_anew_at_another_node():
    caller = Caller(make_book({"first": menu("second"), "second": MENU})).arrives().stays_silent(2).presses("1")
    assert caller.stays_silent().hears[0] == "system.silence"
    assert caller.state.silences == 1


def test_inside_the_person_tree_the_third_silence_is_a_goodbye():
    caller = Caller(make_book()).arrives().presses("0").stays_silent(3)
    assert caller.hears == ["goodbye"]
    assert caller.turn.facts == (CallEnded("passed_on", "goodbye"),)


def test_a_person_whose_dialogue_is_another_tree_does_not_call_a_silent_caller_back_for_ever():
    caller = Caller(make_book(CALLBACK)).arrives().presses("0")
    assert caller.turn.node == "callback"
    caller.stays_silent(6)
    assert caller.turn.ending == HangUp("silent")


def test_a_caller_who_is_heard_again_after_that_is_led_to_a_person_again():
    caller = Caller(make_book(CALLBACK)).arrives().presses("0").stays_silent(3).presses("#").stays_silent(3)
    assert caller.turn.node == "callback"


def test_a_menu_may_say_where_its_silence_leads():
    caller = Caller(make_book({"first": menu("main", silence="bye"), "bye": {"kind": "end"}})).arrives()
    caller.presses("1").stays_silent()
    assert caller.turn.ending == HangUp("finished")
    assert caller.hears == ["bye"]


def test_tries_are_a_limit_of_the_book():
    assert Caller(make_book(limits={"tries": 1})).arrives().stays_silent().turn.ending == HangUp("silent")


def test_too_many_inputs_end_the_call_with_a_word():
    caller = Caller(make_book(limits={"inputs": 3})).arrives().presses("999")
    assert caller.turn.node == "main"
    caller.presses("9")
    assert (caller.hears, caller.turn.ending) == (["system.limit"], HangUp("limit"))
    assert caller.turn.facts == (CallEnded("limit", "main"),)


def test_too_many_keys_in_one_go_end_the_call_like_one_by_one():
    together = Caller(make_book(limits={"inputs": 3})).arrives().does(Pressed("999999"))
    assert (together.hears, together.turn.ending) == (["system.limit"], HangUp("limit"))
    assert together.state == Caller(make_book(limits={"inputs": 3})).arrives().presses("9999").state


def test_too_long_a_call_ends_with_a_word():
    caller = Caller(make_book(limits={"minutes": 2})).arrives().at(1120.0).presses("9")
    assert caller.turn.node == "main"
    caller.at(1120.5).presses("9")
    assert (caller.hears, caller.turn.ending) == (["system.limit"], HangUp("limit"))


@pytest.mark.parametrize(
    "input", [Arrived(), StayedSilent(), Recorded("r"), Recorded(None), TransferEnded(True), TransferEnded(False)]
)
def test_whatever_comes_in_is_counted_towards_the_limit(input):
    nodes = {
        "first": {"kind": "message", "seconds": 30, "then": "first", "unavailable": "last"},
        "last": {"kind": "transfer", "target": "desk", "seconds": 30, "then": "last", "unavailable": "main"},
    }
    caller = Caller(make_book(nodes)).arrives()
    caller.does(input)
    assert caller.state.inputs == 1


def test_hanging_up_is_told_with_its_node():
    caller = Caller(make_book()).arrives().presses("1").does(HungUp())
    assert caller.turn.ending == HangUp("hung_up")
    assert caller.turn.facts == (CallEnded("hung_up", "first"),)
    assert caller.turn.result is Result.ENDED


def test_hanging_up_after_a_person_was_asked_for_counts_as_passed_on():
    caller = Caller(make_book()).arrives().presses("0").does(HungUp())
    assert caller.turn.facts == (CallEnded("passed_on", "noted"),)


def test_an_end_is_told_as_what_its_node_says():
    caller = Caller(make_book({"first": {"kind": "end", "how": "served"}})).arrives().presses("1")
    assert caller.turn.facts == (CallEnded("served", "first"),)


@pytest.mark.parametrize("input", [Pressed("1"), StayedSilent(), HungUp(), Arrived()])
def test_a_call_that_is_over_stays_over_and_tells_nothing_more(input):
    caller = Caller(make_book({"first": {"kind": "end"}})).arrives().presses("1")
    caller.does(input)
    assert isinstance(caller.turn.ending, HangUp)
    assert (caller.hears, caller.turn.facts) == ([], ())


def test_now_says_the_current_turn_again_and_counts_nothing():
    caller = Caller(make_book()).arrives().presses("5")
    state, turn = engine.now(caller.book, caller.state, caller.context)
    assert state == caller.state
    assert [piece.id for piece in turn.pieces] == ["main", "main.one"]
    assert turn.facts == ()


def test_now_reads_keyed_digits_back_again_and_counts_nothing():
    entry = {"kind": "digits", "remember": "code", "least": 1, "most": 2, "then": "main"}
    caller = Caller(make_book({"first": entry})).arrives().presses("142")
    state, turn = engine.now(caller.book, caller.state, caller.context)
    assert state == caller.state
    assert (turn.pieces, turn.ending) == (caller.turn.pieces, caller.turn.ending)


def test_now_of_a_call_that_is_over_hangs_up():
    caller = Caller(make_book({"first": {"kind": "end"}})).arrives().presses("1")
    state, turn = engine.now(caller.book, caller.state, caller.context)
    assert (state, turn.ending, turn.facts) == (caller.state, HangUp("finished"), ())


def test_an_apology_leads_to_the_trouble_node_in_the_language_of_the_caller():
    caller = Caller(make_book(languages=("aa", "bb"))).arrives("bb").presses("1")
    state, turn = engine.apologise(caller.book, caller.state, caller.context)
    assert (turn.node, turn.language) == ("trouble", "bb")
    assert {piece.language for piece in turn.pieces} == {"bb"}
    assert engine.advance(caller.book, state, Pressed("0"), caller.context)[1].node == "noted"


def test_an_apology_in_the_middle_of_a_question_forgets_the_question():
    nodes = {"first": {"kind": "ask", "ask": "hours", "cases": {"open": "main"}, "unavailable": "main"}}
    caller = Caller(make_book(nodes)).arrives()
    asked, _ = engine.advance(caller.book, caller.state, Pressed("11"), caller.context)
    state, turn = engine.apologise(caller.book, asked, caller.context)
    assert (state.asking, state.ahead, turn.node) == (None, "", "trouble")


def test_nobody_apologises_in_a_call_that_is_over():
    caller = Caller(make_book({"first": {"kind": "end"}})).arrives().presses("1")
    _, turn = engine.apologise(caller.book, caller.state, caller.context)
    assert turn.ending == HangUp("finished")


def test_a_book_that_the_checks_refuse_still_ends_kindly():
    nodes = {"first": {"kind": "goto", "to": "second"}, "second": {"kind": "goto", "to": "first"}}
    caller = Caller(make_book(nodes)).arrives().presses("1")
    assert (caller.hears, caller.turn.ending) == (["system.limit"], HangUp("limit"))


def test_the_same_arguments_give_the_same_answer():
    book = make_book()
    context = Context(5.0, "2026-11-22")
    assert engine.begin(book, Arrived("aa"), context) == engine.begin(book, Arrived("aa"), context)
