"""From a webhook's form to what happened. Pure; unknown parameters are passed over, ids are opaque."""

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlsplit

from ivr.channels.twilio.addresses import CALL, ENTRY, KEYS, NOW, RECORDED, SILENCE, TRANSFERRED
from ivr.engine.inputs import Input, Pressed, Recorded, Said, StayedSilent, TransferEnded
from ivr.errors import BadInput, TooLarge

MOST_BYTES = 65_536
MOST_FIELDS = 200
MOST_KEYS = 64
LONGEST_SID = 200
Fields = Mapping[str, list[str]]
"""The fields of a form, every value of each."""

OVER: Mapping[str, str | None] = {
    "completed": None,
    "busy": "error",
    "failed": "error",
    "no-answer": "error",
    "canceled": "error",
}
"""CallStatus values after which there is no call, and how it ended where the line says so."""


def form_fields(body: bytes) -> dict[str, list[str]]:
    """The fields of a form, every value of each; TooLarge when there are more than we read."""
    if len(body) > MOST_BYTES:
        raise TooLarge(f"more than {MOST_BYTES} bytes")
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise TooLarge(f"more than {MOST_FIELDS} fields") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def one(fields: Fields, name: str) -> str:
    """A field's first value, empty when it is not there."""
    return fields.get(name, [""])[0]


def call_id(external_id: str) -> str:
    """Our id of a call, made from the provider's: every delivery about a call leads to the same one."""
    if not external_id.isprintable() or not 0 < len(external_id) <= LONGEST_SID:
        raise BadInput("no CallSid")
    return hashlib.blake2s(f"twilio/{external_id}".encode(), digest_size=12).hexdigest()


def turn_number(text: str) -> int:
    """The turn number of an address; BadInput when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise BadInput("no turn number")
    return int(text)


def happened(what: str, fields: Fields, digits: int) -> Input:
    """What the caller did; `what` is the last part of the turn's address, `digits` what the entry waited for."""
    if what == SILENCE:
        return StayedSilent()
    if what == KEYS:
        return _keys(fields)
    if what == ENTRY:
        return _entry(fields, digits)
    if what == RECORDED:
        return Recorded(one(fields, "RecordingSid") or one(fields, "RecordingUrl") or None)
    if what == TRANSFERRED:
        return TransferEnded(one(fields, "DialBridged").lower() == "true")
    raise BadInput(f"no such delivery: {what[:20]}")


def _keys(fields: Fields) -> Input:
    keys = pressed(fields)
    if keys:
        return Pressed(keys)
    words = one(fields, "SpeechResult").strip()
    return Said(words[:200]) if words else StayedSilent()


def _entry(fields: Fields, digits: int) -> Input:
    """An entry that is shorter than what was waited for was ended: by #, which Twilio takes off, or by waiting."""
    keys = pressed(fields)
    if not keys:
        return StayedSilent()
    ended = len(keys) < digits and not keys.endswith("*") and not _left_entry(keys)
    return Pressed(f"{keys}#" if ended else keys)


def _left_entry(keys: str) -> bool:
    """Whether a * came with nothing left to erase: it went back, and what follows was no digit of the entry."""
    typed = 0
    for key in keys:
        typed += -1 if key == "*" else 1
        if typed < 0:
            return True
    return False


def pressed(fields: Fields) -> str:
    """The keys that came, and nothing else."""
    return "".join(key for key in one(fields, "Digits")[:MOST_KEYS] if key in "0123456789*#")


def failed_place(error_url: str) -> tuple[str, int, str, bool]:
    """From the address that failed: language, turn, sealed place, and whether it was `now` already."""
    try:
        split = urlsplit(error_url)
    except ValueError:
        return "", 0, "", False
    query = parse_qs(split.query)
    parts = split.path.strip("/").split("/")
    turn = parts[-2] if len(parts) > 2 and parts[-3:-2] != [CALL] else query.get("n", ["0"])[0]
    number = int(turn) if turn.isascii() and turn.isdigit() and len(turn) <= 6 else 0
    return query.get("l", [""])[0], number, query.get("s", [""])[0], parts[-1:] == [NOW]
