"""What is typed → Input, for everything a call can wait for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.channels.terminal.parse import happened, typed_ahead
from ivr.engine.inputs import HungUp, Input, Pressed, Recorded, Said, StayedSilent, TransferEnded
from ivr.engine.turn import Ask, Ending, HangUp, Listen, Record, Transfer

MENU = Listen("12309*#", 6)


@pytest.mark.parametrize(
    ("typed", "input"),
    [
        ("1", Pressed("1")),
        (" 06 39 98 01 23 ", Pressed("0639980123")),
        ("*0#", Pressed("*0#")),
        ("", StayedSilent()),
        ("   ", StayedSilent()),
        ("silence", StayedSilent()),
        ("q", HungUp()),
        (None, HungUp()),
        ("une personne", Said("une personne")),
        ("1 personne", Said("1 personne")),
        ("²", Pressed("2")),
    ],
)
def test_keys_words_and_nothing_are_told_apart(typed: str | None, input: Input) -> None:
    assert happened(typed, MENU) == input


def test_a_figure_of_any_script_is_its_key() -> None:
    assert happened("۰۱۲۳۴۵۶۷۸۹", MENU) == happened("٠١٢٣٤٥٦٧٨٩", MENU) == Pressed("0123456789")


def test_no_keyboard_records() -> None:
    assert happened("a message", Record(60)) == Recorded(None)


@pytest.mark.parametrize(("typed", "answered"), [("y", True), ("", False), ("silence", False)])
def test_a_transfer_ends_as_the_tester_says(typed: str, answered: bool) -> None:
    assert happened(typed, Transfer("desk", 20)) == TransferEnded(answered)


@pytest.mark.parametrize("ending", [HangUp("finished"), Ask("hours")])
def test_where_nothing_is_waited_for_the_call_is_over(ending: Ending) -> None:
    assert happened("1", ending) == HungUp()


@given(st.none() | st.text(max_size=300), st.sampled_from([MENU, Record(1), Transfer("desk", 1), HangUp("finished")]))
def test_whatever_is_typed_is_an_input(typed: str | None, ending: Ending) -> None:
    input = happened(typed, ending)
    assert not isinstance(input, Said) or 0 < len(input.words) <= 200


@pytest.mark.parametrize(
    ("keys", "parts"), [("1,2,silence,1", ["1", "2", "silence", "1"]), ("1,,#", ["1", "", "#"]), ("", []), ("*", ["*"])]
)
def test_a_list_of_keys_is_typed_one_after_the_other(keys: str, parts: list[str]) -> None:
    assert typed_ahead(keys) == parts
