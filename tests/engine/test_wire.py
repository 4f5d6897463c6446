"""States and turns as small JSON, and back."""

import json

import pytest

from ivr.engine.state import State, dumps, unwire, wire
from ivr.engine.turn import (
    Ask,
    CallEnded,
    Digits,
    HangUp,
    Hours,
    Listen,
    Moment,
    Number,
    Opening,
    Prompt,
    Record,
    Result,
    Speech,
    Transfer,
    Turn,
    Variant,
    When,
)
from ivr.engine.wire import ending_in, ending_out, piece_in, piece_out, turn_in, turn_out

FULL = State(
    node="n",
    started=12.5,
    language="aa",
    page=2,
    confirming=True,
    starred=True,
    filled=True,
    silences=1,
    misses=2,
    misheard=1,
    offered="2",
    spoken=True,
    inputs=3,
    heard=True,
    topic="papers",
    asking="hours",
    ahead="12",
    ended=True,
    trail=(("a", 0, 0), ("b", 3, 2)),
    stack=("c", "d"),
    answers={"first_call": "yes"},
    values={
        "opens": When("2026-11-23", "morning"),
        "count": 3,
        "code": "0199",
        "hours": Opening("135", (("09:00", "12:30"), ("13:30", "17:00"))),
        "closed": Opening("", ()),
    },
    secrets={"entry": "0639980000"},
)
PIECES = [
    Prompt("p", "aa"),
    Prompt("p", "aa", Variant.SHORT),
    Prompt("p", "bb", Variant.DOUBT),
    Number(7, "aa"),
    Digits("019900", "aa"),
    Moment("2026-11-23", "evening", "2026-11-22", "aa"),
    Hours("1-5", (("09:00", "12:30"), ("13:30", "17:00")), "aa"),
    Hours("", (), "aa"),
    Speech("some street", "bb", "aa"),
]
ENDINGS = [
    Listen("12*", 6),
    Listen("12*", 2.5, digits=10, entry=True, words=("a", "b")),
    Record(60),
    Transfer("desk", 30),
    HangUp("silent"),
    Ask("hours"),
    Ask("line", (("to", "desk"),)),
]


@pytest.mark.parametrize("state", [FULL, State("n", 0.0)])
def test_a_state_comes_back_from_its_json_as_it_was(state):
    assert unwire(json.loads(dumps(wire(state))), state.secrets) == state


def test_a_state_travels_without_its_secrets():
    assert b"0639980000" not in dumps(wire(FULL))
    assert unwire(wire(FULL), {}).secrets == {}


def test_what_stands_at_its_default_does_not_travel():
    assert wire(State("n", 5.0)) == {"n": "n", "t": 5.0}


def test_a_state_that_was_written_before_there_was_speech_can_still_be_read():
    old = {"n": "n", "t": 12.5, "l": "aa", "c": True, "m": 2, "i": 3, "h": True, "a": {"first_call": "yes"}}
    old["b"] = [["a", 0], ["b", 3]]
    state = unwire(old, {})
    assert state.trail == (("a", 0, 0), ("b", 3, 0))
    assert (state.misheard, state.offered, state.spoken) == (0, "", False)
    assert wire(state) == old


def test_the_same_state_has_the_same_bytes_in_any_order_of_its_answers():
    one = State("n", 5.0, answers={"a": "1", "b": "2"})
    other = State("n", 5.0, answers={"b": "2", "a": "1"})
    assert dumps(wire(one)) == dumps(wire(other))


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_comes_back_from_its_json_as_it_was(piece):
    assert piece_in(json.loads(json.dumps(piece_out(piece)))) == piece


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ending_comes_back_from_its_json_as_it_was(ending):
    assert ending_in(json.loads(json.dumps(ending_out(ending)))) == ending


def test_a_turn_comes_back_from_its_json_without_its_facts():
    facts = (CallEnded("silent", "n"),)
    turn = Turn("n", None, tuple(PIECES), Listen("1", 6), Result.NO_MATCH, facts)
    assert turn_in(json.loads(json.dumps(turn_out(turn)))) == Turn(
        "n", None, tuple(PIECES), Listen("1", 6), Result.NO_MATCH
    )
