"""A call as a file: what is written can be read back, whatever was pressed or said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.channels.terminal.saved import Scenario, Step, Stored, done, dump, heard, then
from ivr.engine.inputs import (
    Arrived,
    HungUp,
    Input,
    Known,
    Learned,
    Pressed,
    Recorded,
    Said,
    StayedSilent,
    TransferEnded,
)
from ivr.engine.turn import Ask, Ending, HangUp, Listen, Record, Transfer
from tests.scenarios import parse


@pytest.mark.parametrize(
    ("input", "words"),
    [
        (Pressed("06*"), "press 06*"),
        (Said("une personne"), "say une personne"),
        (StayedSilent(), "silence"),
        (Recorded("r1"), "record"),
        (Recorded(None), "silence"),
        (TransferEnded(True), "answered"),
        (TransferEnded(False), "not answered"),
        (HungUp(), "hang up"),
    ],
)
def test_each_input_has_its_words(input: Input, words: str) -> None:
    assert done(input) == words


@pytest.mark.parametrize("input", [Arrived(), Learned("hours", Known("open"))])
def test_what_no_caller_does_is_never_a_step(input: Input) -> None:
    with pytest.raises(AssertionError):
        done(input)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Listen("12309*#", 6), "keys 123"),
        (Listen("0123456789*#", 8, digits=10, entry=True), "entry 10"),
        (Record(60), "record"),
        (Transfer("desk", 20), "transfer desk"),
        (HangUp("silent"), "hang up silent"),
    ],
)
def test_each_ending_has_its_words(ending: Ending, words: str) -> None:
    assert then(ending) == words


def test_a_question_that_nobody_answered_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="hours"):
        then(Ask("hours"))


def test_digits_and_their_pauses_are_one_sound() -> None:
    names = [("aa", "heard"), ("aa", "digit.0"), ("-", "pause.300"), ("aa", "digit.6"), ("bb", "digit.1"), ("aa", "ok")]
    assert heard(names) == ("aa/heard", "aa/digits 06", "bb/digits 1", "aa/ok")


TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
STEPS = st.builds(
    Step,
    st.sampled_from(["ring", "press #", "press *0", "say نی: نه", "silence", "hang up", "press 0639980001"]),
    TEXT,
    st.lists(TEXT, max_size=3).map(tuple),
    st.sampled_from(["keys 123", "entry 10", "hang up finished"]),
)


@given(st.lists(STEPS, min_size=1, max_size=4), st.lists(TEXT, max_size=2), st.none() | TEXT)
def test_what_is_written_is_read_back(steps: list[Step], promised: list[str], language: str | None) -> None:
    kept = Stored("hung_up at main", tuple(promised), language)
    scenario = Scenario("About\n\nthis call", "+33639980001", "2026-11-23T10:00", language, tuple(steps), kept)
    assert parse(dump(scenario)) == scenario
