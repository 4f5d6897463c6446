"""Turn → exact lines of a terminal, for every ending and both directions of writing."""

import pytest

from ivr.actions.calls import Answer
from ivr.actions.sounds import played
from ivr.channels.terminal.render import screen
from ivr.engine.turn import (
    Ask,
    Digits,
    Ending,
    HangUp,
    Hours,
    Listen,
    Piece,
    Prompt,
    Record,
    Result,
    Speech,
    Transfer,
    Turn,
)
from tests.helpline import prepared

RELEASE = prepared().release
LTR, RTL = (
    next(tongue.code for tongue in RELEASE.content.tongues if tongue.direction == direction)
    for direction in ("ltr", "rtl")
)
RLI, LRI, PDI, RLM = "\u2067", "\u2066", "\u2069", "\u200f"


def shown(ending: Ending, *pieces: Piece, width: int = 200) -> str:
    answer = Answer("call", 3, Turn("main", None, pieces, ending, Result.REACHED), RELEASE, "sealed")
    return screen(answer, played(RELEASE, pieces), width)


def words(language: str, prompt: str) -> str:
    return RELEASE.captions[language, prompt]


@pytest.mark.parametrize(
    ("ending", "line"),
    [
        (
            Listen("12309*#", 6),
            "keys 1 2 3; 0 a person, 9 again, * back, # main menu; Enter alone: silence",
        ),
        (Listen("1709*#", 2), "keys 1; 7 by text, 0 a person, 9 again, * back, # main menu; Enter alone: silence"),
        (Listen("1", 6), "keys 1; ; Enter alone: silence"),
        (
            Listen("0123456789*#", 8, digits=10, entry=True),
            "key 10 digits; * erases, or goes back; # ends; * then 0 a person; Enter alone: silence",
        ),
        (Record(60), "speak for up to 60 seconds; Enter: nothing was said"),
        (Transfer("desk", 20), "connecting to desk; y: answered; Enter: not"),
        (HangUp("finished"), "the helpline hangs up (finished)"),
    ],
)
def test_each_ending_says_what_can_be_done(ending: Ending, line: str) -> None:
    assert shown(ending) == f"[3] main\n  -> {line}"


def test_a_question_that_nobody_answered_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="hours"):
        shown(Ask("hours"))


def test_a_text_stands_apart_from_its_neighbours_in_its_own_direction() -> None:
    lines = shown(HangUp("finished"), Prompt("bye", LTR), Prompt("bye", RTL)).splitlines()
    assert lines[1] == f"{LTR:>4}  {LRI}{words(LTR, 'bye')}{PDI}"
    assert lines[2] == f"{RTL:>4}  {RLI}{words(RTL, 'bye')}{PDI}{RLM}"


def test_a_long_text_is_cut_into_lines_that_each_keep_their_direction() -> None:
    lines = shown(HangUp("finished"), Prompt("welcome", RTL), width=30).splitlines()[1:-1]
    assert len(lines) > 2
    assert all(line[6:].startswith(RLI) and line.endswith(PDI + RLM) and len(line) <= 33 for line in lines)
    assert [line[:6] for line in lines] == [f"{RTL:>4}  ", *["      "] * (len(lines) - 1)]
    assert " ".join(line[6:].strip(RLI + PDI + RLM) for line in lines) == words(RTL, "welcome")


def test_digits_are_one_line_and_pauses_none() -> None:
    lines = shown(HangUp("finished"), Prompt("entry.heard", LTR), Digits("0639", LTR)).splitlines()
    spoken = " ".join(RELEASE.content.tongue(LTR).keys[digit] for digit in "0639")
    assert lines[2:-1] == [f"{LTR:>4}  {LRI}{spoken}{PDI}"]


def test_free_text_stands_in_the_direction_of_its_own_language() -> None:
    lines = shown(HangUp("finished"), Prompt("bye", RTL), Speech("12 rue des Lilas", LTR, RTL)).splitlines()
    assert lines[2] == f"{LTR:>4}  {LRI}12 rue des Lilas{PDI}"


def test_hours_are_one_line() -> None:
    lines = shown(HangUp("finished"), Hours("", (("09:00", "10:30"),), LTR)).splitlines()
    names = ["hours.from", "number.9", "clock.hour", "hours.till", "number.10", "clock.hour-and", "number.30"]
    assert lines[1:-1] == [f"{LTR:>4}  {LRI}{' '.join(words(LTR, name) for name in names)}{PDI}"]
