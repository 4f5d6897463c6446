"""How many parts a text message has, which is what it costs: after 3GPP TS 23.038 and 23.040."""

from collections.abc import Iterator
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Signs of one septet."""
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Signs of two."""
SEPTETS, SEPTETS_EACH = 160, 153
UNITS, UNITS_EACH = 70, 67
"""What one part holds when it is alone, and when there are several: of septets, and of UTF-16 units."""
LONGEST = 1600
"""Signs that the telephone company takes in one text."""


@dataclass(frozen=True, slots=True)
class Length:
    """Parts, and whether a sign made every one cost two bytes."""

    parts: int
    wide: bool


def length(text: str) -> Length:
    """What a text costs; an empty one is a part too."""
    wide = not set(text) <= BASIC | EXTENDED
    alone, each = (UNITS, UNITS_EACH) if wide else (SEPTETS, SEPTETS_EACH)
    widths = list(_units(text) if wide else _septets(text))
    return Length(1 if sum(widths) <= alone else _filled(widths, each), wide)


def strange(text: str) -> str:
    """The signs that no septet stands for, each once, in order."""
    return "".join(dict.fromkeys(sign for sign in text if sign not in BASIC | EXTENDED))


def _septets(text: str) -> Iterator[int]:
    return (2 if sign in EXTENDED else 1 for sign in text)


def _units(text: str) -> Iterator[int]:
    return (2 if ord(sign) > 0xFFFF else 1 for sign in text)


def _filled(widths: list[int], each: int) -> int:
    """A sign of two never stands in two parts."""
    parts, left = 1, each
    for width in widths:
        if width > left:
            parts, left = parts + 1, each
        left -= width
    return parts
