"""Which TwiML is understood by Twilio, Telnyx, SignalWire and Somleng alike: one visible table, stricter than each.

Left out on purpose: speech in Gather (our recogniser listens elsewhere), `record` on Dial (never), transcription,
endless Play, every verb and noun beyond the common subset.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Check = Callable[[str], bool]

URL_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """What one element may hold; `text` is None where it must be empty."""

    attributes: Mapping[str, Check] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    text: Check | None = None
    children: tuple[str, ...] = ()
    least_children: int = 0
    most_children: int = 100


def matching(pattern: str) -> Check:
    """The whole value fits the pattern."""
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def whole(least: int, most: int) -> Check:
    """A plain decimal from `least` to `most`, without sign, point or space."""
    return lambda value: re.fullmatch(r"[0-9]{1,6}", value) is not None and least <= int(value) <= most


def words_of(*known: str) -> Check:
    """One or more of the known words, a space between."""
    return lambda value: bool(value) and all(word in known for word in value.split(" "))


def web_url(value: str) -> bool:
    """An http(s) URL or one relative to the current document, in characters that need no more encoding."""
    if not URL_CHARACTERS.fullmatch(value):
        return False
    parts = urlsplit(value)
    if not parts.scheme:
        return not parts.netloc
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def stream_url(value: str) -> bool:
    """wss:// and no query: Twilio strips it."""
    parts = urlsplit(value)
    return bool(URL_CHARACTERS.fullmatch(value)) and parts.scheme == "wss" and bool(parts.hostname) and not parts.query


METHOD = matching("GET|POST")
BOOLEAN = matching("true|false")
SPOKEN = matching(r"(?s).{1,4096}")
PROGRESS = words_of("initiated", "ringing", "answered", "completed")
SECONDS_IN_A_DAY = 86400

SHAPES: Mapping[str, Shape] = {
    "Response": Shape(
        children=("Gather", "Play", "Say", "Dial", "Record", "Redirect", "Hangup", "Reject", "Connect"),
    ),
    "Gather": Shape(
        attributes={
            "action": web_url,
            "method": METHOD,
            "timeout": whole(1, 120),
            "numDigits": whole(1, 1000),
            "finishOnKey": matching("[0-9*#]?"),
            "input": matching("dtmf"),
            "actionOnEmptyResult": BOOLEAN,
        },
        required=("action",),
        children=("Play", "Say"),
    ),
    "Play": Shape(attributes={"loop": whole(1, 1000)}, text=web_url),
    "Say": Shape(
        attributes={
            "language": matching(r"[a-z]{2,3}(-[A-Z]{2})?"),
            "voice": matching(r"[A-Za-z0-9.\-]+"),
            "loop": whole(1, 1000),
        },
        text=SPOKEN,
    ),
    "Dial": Shape(
        attributes={
            "action": web_url,
            "method": METHOD,
            "timeout": whole(5, 120),
            "timeLimit": whole(1, SECONDS_IN_A_DAY),
            "callerId": matching(r"\+[1-9][0-9]{6,14}"),
            "hangupOnStar": BOOLEAN,
            "answerOnBridge": BOOLEAN,
        },
        children=("Number",),
        least_children=1,
        most_children=10,
    ),
    "Number": Shape(
        attributes={
            "url": web_url,
            "method": METHOD,
            "sendDigits": matching("[0-9*#wW]+"),
            "statusCallback": web_url,
            "statusCallbackMethod": METHOD,
            "statusCallbackEvent": PROGRESS,
        },
        text=matching(r"\+[1-9][0-9]{6,14}"),
    ),
    "Record": Shape(
        attributes={
            "action": web_url,
            "method": METHOD,
            "timeout": whole(0, 3600),
            "finishOnKey": matching("[0-9*#]*"),
            "maxLength": whole(2, 14400),
            "playBeep": BOOLEAN,
            "trim": matching("trim-silence|do-not-trim"),
            "recordingStatusCallback": web_url,
            "recordingStatusCallbackMethod": METHOD,
            "recordingStatusCallbackEvent": words_of("in-progress", "completed", "absent"),
        },
        required=("action",),
    ),
    "Redirect": Shape(attributes={"method": METHOD}, text=web_url),
    "Hangup": Shape(),
    "Reject": Shape(attributes={"reason": matching("rejected|busy")}),
    "Connect": Shape(
        attributes={"action": web_url, "method": METHOD}, children=("Stream",), least_children=1, most_children=1
    ),
    "Stream": Shape(
        attributes={
            "url": stream_url,
            "name": SPOKEN,
            "statusCallback": web_url,
            "statusCallbackMethod": METHOD,
        },
        required=("url",),
        children=("Parameter",),
    ),
    "Parameter": Shape(attributes={"name": SPOKEN, "value": SPOKEN}, required=("name", "value")),
}
