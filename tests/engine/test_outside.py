"""What only the outside knows: asked, answered, out of order, or answered too late."""

from dataclasses import replace

import pytest

from ivr.engine import engine
from ivr.engine.inputs import (
    Arrived,
    Context,
    HungUp,
    Known,
    Learned,
    Pressed,
    Recorded,
    Said,
    StayedSilent,
    TransferEnded,
    Unavailable,
)
from ivr.engine.state import State, dumps, wire
from ivr.engine.turn import (
    AnswerGiven,
    Ask,
    CallbackCancelled,
    CallbackRequested,
    CallEnded,
    HangUp,
    Listen,
    MessageLeft,
    Record,
    Result,
    Transfer,
    When,
)
from tests.engine.books import MENU, Nodes, make_book, menu
from tests.engine.caller import Caller

ASK = {"kind": "ask", "ask": "hours", "cases": {"open": "here", "closed": "away"}, "unavailable": "unknown"}
HOURS = {"first": ASK, "here": menu("main"), "away": MENU, "unknown": MENU}
MESSAGE = {"kind": "message", "seconds": 60, "then": "thanks", "unavailable": "sadly"}
CONNECT = {"kind": "transfer", "target": "desk", "seconds": 25, "then": "thanks", "unavailable": "sadly"}


def asked(nodes=None, keys="1"):
    """A call that waits for the answer to its question."""
    caller = Caller(make_book(nodes or HOURS)).arrives()
    caller.state, caller.turn = engine.advance(caller.book, caller.state, Pressed(keys), caller.context)
    return caller


def step(caller, input):
    """One input, without the outside being asked by itself."""
    caller.state, caller.turn = engine.advance(caller.book, caller.state, input, caller.context)
    return caller.turn


def test_a_question_to_the_outside_is_asked_by_its_kind():
    assert asked().turn.ending == Ask("hours")


@pytest.mark.parametrize(("case", "node"), [("open", "here"), ("closed", "away"), ("on fire", "unknown")])
def test_the_answer_chooses_the_way_on(case, node):
    assert Caller(make_book(HOURS), {"hours": Known(case)}).arrives().presses("1").turn.node == node


def test_without_an_answerer_the_call_goes_the_unavailable_way():
    assert Caller(make_book(HOURS)).arrives().presses("1").turn.node == "unknown"


def test_a_kind_that_only_a_test_knows_is_asked_like_any_other():
    weather = {**ASK, "ask": "weather", "cases": {"rain": "here"}}
    caller = Caller(make_book({**HOURS, "first": weather, "away": MENU}), {"weather": Known("rain")})
    assert caller.arrives().presses("1").turn.node == "here"


def test_what_a_question_says_is_said_before_the_answer():
    caller = Caller(make_book({**HOURS, "first": {**ASK, "say": ["wait"]}}), {"hours": Known("closed")})
    assert caller.arrives().presses("1").hears == ["wait", "away", "away.top"]


def test_values_of_an_answer_are_spoken_in_their_place():
    say = ["until", {"moment": "opens"}, {"number": "count"}, {"digits": "code"}, {"number": "nobody-knows"}]
    known = Known("closed", {"opens": When("2026-11-23", "morning"), "count": 7, "code": "0199"})
    caller = Caller(make_book({**HOURS, "away": {**MENU, "say": say}}), {"hours": known})
    assert caller.arrives().presses("1").hears == [
        "until",
        "moment 2026-11-23 morning",
        "number 7",
        "digits 0199",
        "away.top",
    ]


def test_a_value_that_an_answer_forgets_is_said_no_more():
    say = [{"needs": "count", "say": ["before", {"number": "count"}]}, "here"]
    caller = Caller(make_book({**HOURS, "here": {**MENU, "say": say}}), {"hours": Known("open", {"count": 0})})
    assert caller.arrives().presses("1").hears == ["before", "number 0", "here", "here.top"]
    caller.outside = {"hours": Known("open", {"count": None})}
    assert caller.presses("*1").hears == ["here", "here.top"]
    assert "count" not in caller.state.values


def test_an_answer_of_the_caller_is_forgotten_like_a_value():
    nodes = {**WINDOWS, "here": {**ASK, "cases": {"open": "last"}}, "last": MENU}
    caller = offered_in(nodes).presses("6")
    assert "when" not in caller.state.answers


def test_a_secret_of_an_answer_is_spoken_and_never_travels():
    say = ["code", {"digits": "code"}]
    caller = Caller(
        make_book({**HOURS, "here": {**MENU, "say": say}}), {"hours": Known("open", secrets={"code": "4711"})}
    )
    assert caller.arrives().presses("1").hears == ["code", "digits 4711", "here.top"]
    assert caller.state.secrets == {"code": "4711"}
    assert b"4711" not in dumps(wire(caller.state))
    caller.outside = {"hours": Known("open", secrets={"code": None})}
    assert caller.presses("*1").state.secrets == {}


WINDOWS = {
    "first": {**ASK, "cases": {"open": "when"}},
    "when": {
        "kind": "question",
        "remember": "when",
        "options": [
            {"key": 2, "id": "w1", "to": "here", "needs": "w1", "say": [{"moment": "w1"}, "when.w1"]},
            {"key": 3, "id": "w2", "to": "here", "needs": "w2", "say": [{"moment": "w2"}, "when.w2"]},
            {"key": 6, "id": "any", "to": "here"},
        ],
    },
    "here": MENU,
    "unknown": MENU,
}


def offered(**values: When) -> Caller:
    """A caller who is offered these windows."""
    return offered_in(WINDOWS, **values)


def offered_in(nodes: Nodes, **values: When) -> Caller:
    """The same in another book; what was chosen is forgotten with each answer."""
    book = make_book(nodes, words={"w1": ["one"], "w2": ["two"]})
    known = Known("open", {"w1": None, "w2": None, "when": None, **values})
    return Caller(book, {"hours": known}).arrives().presses("1")


def test_an_option_is_there_only_while_the_value_that_it_needs_is():
    caller = offered(w1=When("2026-11-23", "morning"))
    assert caller.hears == ["when", "moment 2026-11-23 morning", "when.w1", "when.any"]
    assert caller.turn.ending == Listen("2609*#", 6, words=("w1", "any"))
    assert caller.says("two").hears[0] == "system.not-understood"
    assert caller.presses("3").hears[0] == "system.wrong-key"
    assert caller.presses("2").turn.facts == (AnswerGiven("when", "w1"),)


def test_an_option_speaks_the_value_of_today_not_the_one_that_was_said_before():
    caller = offered(w1=When("2026-11-23", "morning"))
    caller.outside = {"hours": Known("open", {"w1": When("2026-11-24", "evening"), "w2": None})}
    assert caller.presses("#1").hears[1] == "moment 2026-11-24 evening"


def test_an_answer_of_another_kind_leaves_the_question_open():
    caller = asked()
    assert step(caller, Learned("weather", Known("open"))).ending == Ask("hours")
    assert step(caller, Learned("hours", Known("open"))).node == "here"


def test_wrong_answers_for_ever_end_at_the_limit():
    caller = asked()
    for _ in range(400):
        step(caller, Learned("weather", Known("open")))
    assert caller.turn.ending == HangUp("limit")


@pytest.mark.parametrize("input", [StayedSilent(), Said("aa yes"), Recorded("r"), TransferEnded(True), Arrived()])
def test_while_an_answer_is_out_anything_else_asks_again(input):
    caller = asked()
    assert step(caller, input).ending == Ask("hours")
    assert caller.state.inputs == 2


def test_keys_that_come_before_the_answer_are_pressed_after_it():
    caller = asked()
    assert step(caller, Pressed("1x")).ending == Ask("hours")
    assert caller.state.ahead == "1"
    turn = step(caller, Learned("hours", Known("open")))
    assert (turn.node, caller.state.ahead) == ("main", "")


def test_keys_ahead_of_a_second_question_wait_for_its_answer_too():
    nodes = {**HOURS, "here": {**ASK, "ask": "weather", "cases": {"rain": "away"}}}
    caller = asked(nodes, "11")
    assert step(caller, Learned("hours", Known("open"))).ending == Ask("weather")
    assert step(caller, Learned("weather", Known("rain"))).node == "main"


def test_keys_ahead_of_an_end_are_forgotten():
    caller = asked({**HOURS, "here": {"kind": "end"}}, "11")
    turn = step(caller, Learned("hours", Known("open")))
    assert (turn.node, turn.ending) == ("here", HangUp("finished"))


def test_no_more_keys_wait_than_a_call_may_have():
    caller = asked()
    for _ in range(5):
        step(caller, Pressed("1" * 100))
    assert len(caller.state.ahead) == 400


def test_a_message_is_asked_for_before_it_is_promised():
    assert asked({"first": MESSAGE, "thanks": MENU, "sadly": MENU}).turn.ending == Ask("recording")


def test_a_message_goes_its_unavailable_way_where_nothing_can_record():
    caller = Caller(make_book({"first": MESSAGE, "thanks": MENU, "sadly": MENU})).arrives().presses("1")
    assert caller.hears == ["sadly", "sadly.top"]


def recording() -> Caller:
    """A caller who hears the beep."""
    book = make_book({"first": MESSAGE, "thanks": MENU, "sadly": MENU})
    return Caller(book, {"recording": Known("yes")}).arrives().presses("1")


def test_a_message_is_recorded_where_that_is_possible():
    assert (recording().hears, recording().turn.ending) == (["first"], Record(60))


def test_a_message_that_was_left_is_a_fact():
    caller = recording().does(Recorded("ref-1"))
    assert caller.turn.facts == (MessageLeft("ref-1"),)
    assert (caller.turn.node, caller.turn.result) == ("thanks", Result.CHOSE)
    assert caller.presses("*").turn.ending == Record(60)


@pytest.mark.parametrize("input", [Recorded(None), StayedSilent()])
def test_an_empty_message_is_told_and_leads_on(input):
    caller = recording().does(input)
    assert (caller.turn.node, caller.turn.result, caller.turn.facts) == ("thanks", Result.NO_INPUT, ())
    assert caller.hears == ["system.silence", "thanks", "thanks.top"]
    assert caller.presses("*").turn.ending == Record(60)


def test_a_key_that_means_nothing_in_a_message_changes_nothing():
    assert recording().presses("5").turn.ending == Record(60)


def test_a_key_that_means_nothing_behind_one_that_does_is_counted_like_a_single_one():
    nodes = {"first": MESSAGE, "thanks": MENU, "sadly": MENU}
    way = Caller(make_book(nodes), {"recording": Known("yes")}).arrives().presses("1").does(Recorded("r"))
    together = Caller(way.book, way.outside)
    together.state = way.state
    assert together.does(Pressed("*5")).turn == way.presses("*5").turn


def test_0_leads_to_a_person_out_of_a_message():
    assert recording().presses("0").turn.node == "noted"


def connected(**outside: Known) -> Caller:
    """A caller at a transfer."""
    book = make_book({"first": CONNECT, "thanks": MENU, "sadly": MENU})
    return Caller(book, outside).arrives().presses("1")


def test_a_transfer_is_asked_for_with_its_target():
    caller = asked({"first": CONNECT, "thanks": MENU, "sadly": MENU})
    assert caller.turn.ending == Ask("line", (("to", "desk"),))
    assert step(caller, StayedSilent()).ending == Ask("line", (("to", "desk"),))


def test_a_transfer_connects_where_there_is_a_line():
    caller = connected(line=Known("yes"))
    assert (caller.hears, caller.turn.ending) == (["first"], Transfer("desk", 25))


def test_a_transfer_goes_its_unavailable_way_without_a_line():
    assert connected().turn.node == "sadly"


def test_a_transfer_goes_its_unavailable_way_where_nobody_is_free():
    caller = connected(line=Known("none", {"attempt": 7}))
    assert (caller.turn.node, caller.hears[0], caller.state.values) == ("sadly", "sadly", {})


def test_a_transfer_keeps_what_is_known_of_the_line():
    known = Known("free", {"attempt": 7}, {"code": "1234"})
    caller = connected(line=known)
    assert (caller.state.values, caller.state.secrets) == ({"attempt": 7}, {"code": "1234"})


def test_a_transfer_that_nobody_took_may_go_a_way_of_its_own():
    book = make_book({"first": {**CONNECT, "missed": "alas"}, "thanks": MENU, "sadly": MENU, "alas": MENU})
    caller = Caller(book, {"line": Known("free")}).arrives().presses("1").does(TransferEnded(False))
    assert (caller.turn.node, caller.turn.result) == ("alas", Result.CHOSE)


@pytest.mark.parametrize(("answered", "node"), [(True, "thanks"), (False, "sadly")])
def test_how_a_transfer_ended_chooses_the_way_on(answered, node):
    caller = connected(line=Known("yes")).does(TransferEnded(answered))
    assert (caller.turn.node, caller.turn.result) == (node, Result.CHOSE)


@pytest.mark.parametrize("input", [Recorded("r"), TransferEnded(True), Arrived(), Learned("hours", Known("open"))])
def test_an_input_that_does_not_belong_here_says_the_turn_again(input):
    caller = Caller(make_book()).arrives()
    turn = step(caller, input)
    assert (turn.node, turn.result, turn.facts) == ("main", Result.AGAIN, ())


@pytest.mark.parametrize("input", [Recorded("r"), TransferEnded(True), Arrived(), Learned("hours", Known("open"))])
def test_an_input_that_does_not_belong_to_a_read_back_reads_it_back_again(input):
    entry = {"kind": "digits", "remember": "code", "least": 1, "most": 2, "then": "main"}
    caller = Caller(make_book({"first": entry})).arrives().presses("142")
    heard = caller.turn.pieces
    assert step(caller, input).pieces == heard


def test_a_request_that_cannot_be_stored_is_not_promised():
    caller = Caller(make_book(), context=Context(1000.0, "2026-11-22", storing=False)).arrives().presses("0")
    assert (caller.turn.node, caller.facts) == ("sorry", [])
    assert "requested" not in caller.state.answers


def test_a_request_that_is_stored_is_told_and_known_to_later_routes():
    again = {
        "person": {"kind": "route", "by": "requested", "cases": {"yes": "already"}, "otherwise": "ask"},
        "ask": {"kind": "request", "then": "noted", "unavailable": "sorry"},
        "already": MENU,
        "first": MENU,
    }
    caller = Caller(make_book(again)).arrives().presses("0")
    assert (caller.turn.node, caller.facts) == ("noted", [CallbackRequested("general")])
    caller.presses("0")
    assert (caller.turn.node, caller.turn.facts) == ("already", ())


DIALOGUE = {
    "person": {
        "kind": "route",
        "by": "requested",
        "cases": {"begun": "more", "yes": "already"},
        "otherwise": "begin",
    },
    "begin": {"kind": "request", "unfinished": True, "then": "more", "unavailable": "sorry"},
    "more": menu("finish", give_up="finish"),
    "finish": {"kind": "request", "then": "noted", "unavailable": "sorry"},
    "already": menu("withdraw"),
    "withdraw": {"kind": "cancel", "then": "gone", "unavailable": "sorry"},
    "gone": MENU,
    "first": MENU,
}


def test_a_request_that_has_begun_is_stored_and_known_to_later_routes():
    caller = Caller(make_book(DIALOGUE)).arrives().presses("0")
    assert (caller.turn.node, caller.facts) == ("more", [CallbackRequested("general", finished=False)])
    assert caller.presses("#0").turn.node == "more"
    assert caller.presses("1").turn.facts == (CallbackRequested("general"),)
    assert caller.presses("#0").turn.node == "already"


def test_a_call_with_a_request_that_has_only_begun_was_passed_on():
    caller = Caller(make_book(DIALOGUE)).arrives().presses("0").does(HungUp())
    assert caller.turn.facts == (CallEnded("passed_on", "more"),)


def test_whoever_misses_too_often_may_be_led_on_instead_of_being_given_up():
    caller = Caller(make_book(DIALOGUE)).arrives().presses("0").stays_silent(3)
    assert (caller.turn.node, caller.turn.facts) == ("noted", (CallbackRequested("general"),))
    assert Caller(make_book(DIALOGUE)).arrives().presses("0555").turn.node == "noted"


def test_a_request_that_is_taken_back_was_never_made():
    caller = Caller(make_book(DIALOGUE)).arrives().presses("01").presses("#01")
    assert (caller.turn.node, caller.turn.facts) == ("gone", (CallbackCancelled(),))
    assert "requested" not in caller.state.answers
    assert caller.presses("0").turn.node == "more"


def test_nothing_is_taken_back_while_nothing_can_be_stored():
    caller = Caller(make_book(DIALOGUE)).arrives().presses("01").presses("#0")
    caller.context = replace(caller.context, storing=False)
    assert (caller.presses("1").turn.node, caller.turn.facts) == ("sorry", ())


def test_an_answer_where_nothing_was_asked_for_lets_the_call_go_on():
    caller = Caller(make_book()).arrives()
    caller.state = State("main", 1000.0, "aa", asking="hours")
    assert step(caller, Learned("hours", Unavailable())).node == "main"
    assert caller.state.asking is None
