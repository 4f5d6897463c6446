"""From what is typed to what happened. Pure; a word of the tester's is a word of the caller's."""

import unicodedata
from typing import assert_never

from ivr.engine.inputs import HungUp, Input, Pressed, Recorded, Said, StayedSilent, TransferEnded
from ivr.engine.turn import Ask, Ending, HangUp, Listen, Record, Transfer

SILENCE = "silence"
HANG_UP = "q"
KEYS = frozenset("0123456789*#")
MOST_TYPED = 200
"""Signs; what is longer is cut, as a recogniser would."""


def happened(typed: str | None, ending: Ending) -> Input:
    """What the caller did where the call waits for `ending`; None is the end of the keyboard."""
    text = None if typed is None else typed.strip()[:MOST_TYPED]
    if text is None or text == HANG_UP:
        return HungUp()
    match ending:
        case Listen():
            return _listened(text)
        case Record():
            return Recorded(None)  # a keyboard records nothing
        case Transfer():
            return TransferEnded(answered=bool(text) and text != SILENCE)
        case HangUp() | Ask():
            return HungUp()
    assert_never(ending)


def _listened(text: str) -> Input:
    if text in ("", SILENCE):
        return StayedSilent()
    keys = "".join(_key(sign) for sign in text if not sign.isspace())
    return Pressed(keys) if KEYS.issuperset(keys) else Said(text)


def _key(sign: str) -> str:
    """A figure of any script is the key that it names: keyboards differ."""
    return str(unicodedata.digit(sign, sign))


def typed_ahead(keys: str) -> list[str]:
    """The parts of `1,2,silence,1`, each as if it were typed and entered."""
    return [part.strip() for part in keys.split(",")] if keys.strip() else []
