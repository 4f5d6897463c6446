"""From a turn to TwiML. Pure. Only verbs that Twilio, Telnyx, SignalWire and Somleng share."""

from collections.abc import Sequence
from math import ceil
from typing import assert_never
from xml.sax.saxutils import escape, quoteattr

from ivr.actions.calls import Answer
from ivr.actions.direct import Bridge
from ivr.channels.twilio.addresses import (
    ANSWER,
    ENTRY,
    KEYS,
    RECORDED,
    SILENCE,
    STATUS,
    Addresses,
    DeskAddresses,
)
from ivr.engine.turn import Ask, HangUp, Listen, Record, Transfer

HEADER = '<?xml version="1.0" encoding="UTF-8"?>'
RECORD_SILENCE = 5
"""Seconds of silence that end a message."""

LEG_EVENTS = "initiated ringing answered completed"
"""What is told of a leg that a `<Dial>` rings."""


def render(answer: Answer, sounds: Sequence[str], addresses: Addresses, bridge: Bridge | None = None) -> str:
    """The document for this turn; `sounds` are the paths to play, in order. Without a bridge no transfer is tried."""
    plays = "".join(f"<Play>{escape(addresses.sound(path))}</Play>" for path in sounds)
    match answer.turn.ending:
        case Listen() as listen:
            return document(_gather(answer, listen, plays, addresses))
        case Record(seconds):
            action = quoteattr(addresses.turn(answer, RECORDED))
            wait = f'maxLength="{seconds}" timeout="{RECORD_SILENCE}" finishOnKey="#" playBeep="true"'
            nothing = redirect_verb(addresses.turn(answer, SILENCE))  # an empty recording passes `action` over
            return document(f'{plays}<Record action={action} method="POST" {wait}/>{nothing}')
        case Transfer(_, seconds):
            after = addresses.transferred(answer)
            return document(
                redirect_verb(after) if bridge is None else plays + _dial(bridge, seconds, after, addresses)
            )
        case HangUp():
            return document(f"{plays}<Hangup/>")
        case Ask(kind):
            raise AssertionError(f"the question {kind} was never answered")
    assert_never(answer.turn.ending)


def _dial(bridge: Bridge, seconds: int, after: str, addresses: Addresses) -> str:
    """Without `record`, always. The aidant's own document asks for the key; the caller hears it ring until then."""
    desk = DeskAddresses(addresses.base)
    limits = f'timeout="{seconds}" timeLimit="{bridge.talk_seconds}" answerOnBridge="true"'
    url = f'url={quoteattr(desk.at(bridge.dial_id, ANSWER))} method="POST"'
    told = f'statusCallback={quoteattr(desk.at(bridge.dial_id, STATUS))} statusCallbackMethod="POST"'
    number = f'<Number {url} {told} statusCallbackEvent="{LEG_EVENTS}">{escape(bridge.phone)}</Number>'
    action = f'action={quoteattr(after)} method="POST"'
    return f"<Dial callerId={quoteattr(bridge.caller_id)} {limits} {action}>{number}</Dial>"


def stream(answer: Answer, ticket: str, addresses: Addresses) -> str:
    """The sound of this call comes as a stream; when that ends, whyever, the call goes on by keys where it stands."""
    told = f'statusCallback={quoteattr(addresses.streamed())} statusCallbackMethod="POST"'
    parameter = f'<Parameter name="token" value={quoteattr(ticket)}/>'
    verb = f"<Connect><Stream url={quoteattr(addresses.stream())} {told}>{parameter}</Stream></Connect>"
    after = addresses.now(answer.call_id, answer.n, answer.turn.language or "", answer.token)
    return document(verb + redirect_verb(after))


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
