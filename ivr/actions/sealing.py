"""Where a call stands, as it travels in an address and as it is kept.

In an address: sealed, the same bytes for the same place, never a keyed number. In the store: everything.
"""

import json
from dataclasses import dataclass
from typing import Any

from ivr.engine.state import State, dumps, unwire, wire
from ivr.engine.turn import Turn
from ivr.engine.wire import turn_in, turn_out
from ivr.store.crypto import Keyring


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands after turn `n`; `adrift` when the store does not know of that turn."""

    call_id: str
    n: int
    release_id: str
    state: State
    adrift: bool = False
    lacks_secrets: bool = False  # its keyed numbers are in the store only


def token(keyring: Keyring, place: Place) -> str:
    """The place, sealed for an address and bound to its call and turn."""
    data: dict[str, Any] = {"r": place.release_id, "s": wire(place.state)}
    if place.adrift:
        data["u"] = 1
    if place.state.secrets:
        data["x"] = 1
    return keyring.seal_token(dumps(data), _about(place.call_id, place.n))


def open_token(keyring: Keyring, call_id: str, n: int, sealed: str) -> Place:
    """The place that was sealed for this call and turn; Forged when it was not."""
    data = json.loads(keyring.open_token(sealed, _about(call_id, n)))
    return Place(call_id, n, data["r"], unwire(data["s"], {}), "u" in data, "x" in data)


def payload(place: Place, turn: Turn, told: str) -> bytes:
    """What the store keeps of a turn: where the call stands, what was said, and what the caller did (`told`)."""
    kept = {"r": place.release_id, "s": wire(place.state), "t": turn_out(turn), "i": told}
    if place.state.secrets:
        kept["x"] = dict(place.state.secrets)
    return dumps(kept)


def open_payload(call_id: str, n: int, kept: bytes) -> tuple[Place, Turn]:
    """The place and turn that `payload` kept."""
    data = json.loads(kept)
    return Place(call_id, n, data["r"], unwire(data["s"], data.get("x", {}))), turn_in(data["t"])


def _about(call_id: str, n: int) -> bytes:
    return f"place/{call_id}/{n}".encode()
