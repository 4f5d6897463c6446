"""What a Gather makes of the keys pressed while it runs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

KEYS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class Typed:
    """`digits` so far; `ended` when the Gather is over by itself; `lost` came after its end."""

    digits: str
    ended: bool
    lost: str = ""


def type_keys(gather: Mapping[str, str], before: str, keys: str) -> Typed:
    """Adds `keys` to the digits `before`, by the Gather's numDigits and finishOnKey (default '#', empty for none)."""
    if not keys or not set(keys) <= KEYS:
        raise ValueError(f"keys are 0-9, * and #, not {keys!r}")
    finish, most = gather.get("finishOnKey", "#"), int(gather.get("numDigits", "0"))
    digits = before
    for count, key in enumerate(keys, 1):
        if key == finish:
            return Typed(digits, True, keys[count:])
        digits += key
        if len(digits) == most:
            return Typed(digits, True, keys[count:])
    return Typed(digits, False)
