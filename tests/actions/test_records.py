"""What a call leaves in the store."""

import pytest

from ivr.actions.records import told
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


@pytest.mark.parametrize(
    ("input", "words"),
    [
        (Pressed("12#"), "pressed 12#"),
        (Said("les papiers"), "said les papiers"),
        (StayedSilent(), "silent"),
        (Recorded("RE1"), "recorded RE1"),
        (TransferEnded(answered=True), "transfer True"),
        (Arrived(), "arrived"),
        (HungUp(), "hungup"),
        (Learned("hours", Known("open")), "learned"),
    ],
)
def test_what_the_caller_did_is_told_in_words(input: Input, words: str) -> None:
    assert told(input) == words
