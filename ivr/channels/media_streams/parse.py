"""From a message to what happened. Pure; unknown events and fields are passed over, ids are opaque."""

import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from ivr.errors import BadInput

LONGEST = 65_536
"""Characters of a message."""
LONGEST_ID = 200
ENCODING, RATE = "audio/x-mulaw", 8000
KEYS = frozenset("0123456789*#")
CALLER = "inbound"


@dataclass(frozen=True, slots=True)
class Start:
    """The stream begins; `token` is the parameter that our document gave it."""

    stream_id: str
    call_id: str  # the company's
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sound:
    """From the caller, mu-law at 8 kHz."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Key:
    """One key."""

    digit: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What was sent before this mark was heard, or cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream is over."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """A message that means nothing to us."""


Message = Start | Sound | Key | Mark | Stop | Nothing


def message(text: str) -> Message:
    """What a message says; BadInput when it is none."""
    data = _object(text)
    match data.get("event"):
        case "media":
            return _sound(_part(data, "media"))
        case "start":
            return _start(data, _part(data, "start"))
        case "dtmf":
            return _key(_part(data, "dtmf"))
        case "mark":
            return Mark(_text(_part(data, "mark"), "name"))
        case "stop":
            return Stop()
        case _:
            return Nothing()


def _object(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise BadInput(f"more than {LONGEST} characters")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput("no JSON") from error
    if not isinstance(data, dict):
        raise BadInput("no object")
    return data


def _sound(media: dict[str, Any]) -> Message:
    if media.get("track", CALLER) != CALLER:
        return Nothing()
    try:
        return Sound(binascii.a2b_base64(_text(media, "payload", LONGEST), strict_mode=True))
    except (binascii.Error, ValueError) as error:
        raise BadInput("sound that is not base64") from error


def _start(data: dict[str, Any], start: dict[str, Any]) -> Start:
    """Some compatible companies put the parameters beside `start`, not into it."""
    form = start.get("mediaFormat") or data.get("mediaFormat") or {}
    if not isinstance(form, dict) or form.get("encoding", ENCODING) != ENCODING or form.get("sampleRate", RATE) != RATE:
        raise BadInput("a stream that is not mu-law at 8 kHz")
    parameters = start.get("customParameters") or data.get("customParameters") or {}
    if not isinstance(parameters, dict):
        raise BadInput("parameters that are no object")
    stream = start.get("streamSid") or data.get("streamSid")
    return Start(_text({"streamSid": stream}, "streamSid"), _text(start, "callSid"), _text(parameters, "token", 2000))


def _key(dtmf: dict[str, Any]) -> Message:
    digit = _text(dtmf, "digit")
    return Key(digit) if digit in KEYS else Nothing()


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    part = data.get(name)
    if not isinstance(part, dict):
        raise BadInput(f"no {name}")
    return part


def _text(data: dict[str, Any], name: str, longest: int = LONGEST_ID) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise BadInput(f"no {name}")
    return value
