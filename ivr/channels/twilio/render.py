"""From a turn to TwiML. Pure. Only verbs that Twilio, Telnyx, SignalWire and Somleng share."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import assert_never
from xml.sax.saxutils import escape, quoteattr

from ivr.actions.calls import Answer
from ivr.channels.twilio.addresses import ENTRY, KEYS, RECORDED, SILENCE, TRANSFERRED, Addresses
from ivr.engine.turn import Ask, HangUp, Listen, Record, Transfer

HEADER = '<?xml version="1.0" encoding="UTF-8"?>'
RECORD_SILENCE = 5
"""Seconds of silence that end a message."""

TALK_SECONDS = 3600
"""How long a connected call may last."""

Destinations = Mapping[str, str]
"""Name of a transfer's destination -> phone number (E.164)."""


def render(answer: Answer, sounds: Sequence[str], addresses: Addresses, destinations: Destinations) -> str:
    """The document for this turn; `sounds` are the paths to play, in order."""
    plays = "".join(f"<Play>{escape(addresses.sound(path))}</Play>" for path in sounds)
    match answer.turn.ending:
        case Listen() as listen:
            return document(_gather(answer, listen, plays, addresses))
        case Record(seconds):
            action = quoteattr(addresses.turn(answer, RECORDED))
            wait = f'maxLength="{seconds}" timeout="{RECORD_SILENCE}" finishOnKey="#" playBeep="true"'
            nothing = redirect_verb(addresses.turn(answer, SILENCE))  # an empty recording passes `action` over
            return document(f'{plays}<Record action={action} method="POST" {wait}/>{nothing}')
        case Transfer(to, seconds):
            action = quoteattr(addresses.turn(answer, TRANSFERRED))
            dial = f'<Dial action={action} method="POST" timeout="{seconds}" timeLimit="{TALK_SECONDS}">'
            return document(f"{plays}{dial}<Number>{escape(destinations[to])}</Number></Dial>")
        case HangUp():
            return document(f"{plays}<Hangup/>")
        case Ask(kind):
            raise AssertionError(f"the question {kind} was never answered")
    assert_never(answer.turn.ending)


def redirect(address: str) -> str:
    """Go on there."""
    return document(redirect_verb(address))


def redirect_verb(address: str) -> str:
    """The verb that goes on at an address."""
    return f'<Redirect method="POST">{escape(address)}</Redirect>'


def reject() -> str:
    """Do not answer: as the first verb it costs nothing."""
    return document("<Reject/>")


def last_words(address: str) -> str:
    """Play this one sound and end the call."""
    return document(f"<Play>{escape(address)}</Play><Hangup/>")


def _gather(answer: Answer, listen: Listen, plays: str, addresses: Addresses) -> str:
    """Waits for keys; behind it, where nothing came, a redirect says so: `actionOnEmptyResult` is not shared by all."""
    if listen.entry:
        action = addresses.turn(answer, ENTRY, listen.digits)
        wanted = f'numDigits="{listen.digits}" finishOnKey="#"'
    else:
        action = addresses.turn(answer, KEYS)
        wanted = 'numDigits="1" finishOnKey=""'  # else # would never arrive
    timeout = f'timeout="{ceil(listen.timeout)}"'
    gather = f'<Gather input="dtmf" {wanted} {timeout} action={quoteattr(action)} method="POST">{plays}</Gather>'
    return gather + redirect_verb(addresses.turn(answer, SILENCE))


def document(verbs: str) -> str:
    """A document of these verbs."""
    return f"{HEADER}<Response>{verbs}</Response>"
