"""Values as others wrote them: brought to our form, or refused with a reason."""

import html
import re
import unicodedata

from ivr.directory.record import Bad

LINE_MOST, NOTE_MOST, WEB_MOST = 200, 1000, 500

_SILENT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<!--.*?(?:-->|$)|</?[a-zA-Z!?][^<>]*(?:>|$)", re.DOTALL)
_MARKED = re.compile(r"[<>&]")
_POSTAL = re.compile(r"\d{5}")
_INSEE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_DEPARTEMENT = re.compile(r"0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-9]|98[4-9]")
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+")
_SITE = re.compile(r"(?:https?://)?[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::\d+)?(?:[/?#][^\s<>\"']*)?")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d?)/(\d\d?)/(\d{4})")
_ABROAD = {"262": "0", "508": "0", "590": "0", "594": "0", "596": "0", "269": "0", "33": "0"}
"""Country codes whose numbers are keyed in France with a 0 (269 stood for Mayotte too)."""
_SIX = "508"
"""Saint-Pierre-et-Miquelon writes six digits behind it."""
_FEWER = ("681", "687", "689")
"""Those that are keyed with 00 in front."""
_DEAR = re.compile(r"08[129]\d{7}|118\d{3}")

BOXES = (
    (41.2, 51.3, -5.6, 9.8),  # south, north, west, east: the mainland and Corsica
    (14.2, 18.3, -63.3, -60.7),  # Antilles
    (2.0, 6.0, -54.8, -51.4),  # Guyane
    (-21.5, -20.7, 55.0, 56.0),  # La Réunion
    (-13.2, -12.4, 44.8, 45.5),  # Mayotte
    (46.6, 47.3, -56.6, -56.0),  # Saint-Pierre-et-Miquelon
    (-23.5, -17.5, 158.0, 172.5),  # Nouvelle-Calédonie
    (-14.5, -13.0, -178.4, -176.0),  # Wallis-et-Futuna
    (-28.0, -7.5, -155.0, -134.0),  # Polynésie
    (10.0, 10.6, -109.5, -108.9),  # Clipperton
)


def text(value: object) -> str:
    """One line without markup, control signs or hidden ones."""
    found = "" if value is None else str(value)
    if found.isprintable() and not _MARKED.search(found):
        return " ".join(found.split())
    for _ in range(3):
        if "<" not in found and "&" not in found:
            break
        found = html.unescape(_TAG.sub(" ", _SILENT.sub(" ", found)))
    found = found.replace("<", " ").replace(">", " ")
    shown = (" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in found)
    return " ".join("".join(sign for sign in shown if unicodedata.category(sign) not in ("Cf", "Co", "Cs")).split())


def line(value: object, what: str) -> str:
    """A name or a part of an address."""
    found = text(value)
    if len(found) > LINE_MOST:
        raise Bad(f"{what} is longer than {LINE_MOST} characters")
    return found


def note(value: object) -> str:
    """Free text; the end of a long one is cut off."""
    found = text(value)
    return found if len(found) <= NOTE_MOST else f"{found[: NOTE_MOST - 1]}…"


def postal(value: object) -> str:
    """Five digits or nothing."""
    found = text(value).replace(" ", "")
    if found and not _POSTAL.fullmatch(found):
        raise Bad(f"the postal code is {_shown(found)}, not five digits")
    return found


def city(value: object) -> str:
    """The name of a town."""
    found = line(value, "the town")
    if _POSTAL.fullmatch(found):
        raise Bad(f"where the town should stand there is {found}: are columns swapped?")
    return found


def insee(value: object) -> str | None:
    """The code of a commune; a list names it first."""
    first = value[0] if isinstance(value, list) and value else value
    found = "" if first in (None, []) else text(first).upper()
    if not found:
        return None
    if not _INSEE.fullmatch(found):
        raise Bad(f"{_shown(found)} is no INSEE code of a commune")
    return found


def departement(value: object) -> str | None:
    """Its code, with the 0 that spreadsheets lose."""
    found = text(value).upper()
    if found.isdigit() and len(found) == 1:
        found = f"0{found}"
    if not found:
        return None
    if not _DEPARTEMENT.fullmatch(found):
        raise Bad(f"{_shown(found)} is no département")
    return found


def coordinates(lat: object, lon: object) -> tuple[float, float] | None:
    """Where a place is, if it is in France."""
    north, east = text(lat).replace(",", "."), text(lon).replace(",", ".")
    if not north or not east:
        return None
    try:
        here = float(north), float(east)
    except ValueError:
        raise Bad(f"the coordinates are no numbers: {_shown(north)}, {_shown(east)}") from None
    if here == (0.0, 0.0):
        return None
    if _inside(*here):
        return here
    if _inside(here[1], here[0]):
        raise Bad("latitude and longitude are swapped")
    raise Bad(f"the coordinates are outside of France: {_shown(north)}, {_shown(east)}")


def _inside(lat: float, lon: float) -> bool:
    return any(south <= lat <= north and west <= lon <= east for south, north, west, east in BOXES)


def phone(value: object) -> str:
    """As it is keyed in France, digits only; nothing where it is no number that works."""
    found = text(value).replace("(0)", "")
    found = re.split(r"/|;| ou | - |,", found)[0]
    plus = found.strip().startswith("+")
    digits = re.sub(r"\D", "", found)
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    if plus:
        digits = _from_abroad(digits)
    good = re.fullmatch(r"0[1-9]\d{8}|00(?:68[179])\d{6,8}|3\d{3}|1\d{2}|11[68]\d{3}", digits)
    return digits if good and not dead(digits) and not _DEAR.fullmatch(digits) else ""


def _from_abroad(digits: str) -> str:
    for code, lead in _ABROAD.items():
        if digits.startswith(code):
            rest = digits[len(code) :].removeprefix("0")
            if code == _SIX and len(rest) == 6:
                return f"0{code}{rest}"
            return lead + rest if len(rest) == 9 else ""
    return f"00{digits}" if digits.startswith(_FEWER) else ""


def dead(value: object) -> bool:
    """0810 numbers were switched off."""
    digits = re.sub(r"\D", "", text(value).replace("(0)", ""))
    return bool(re.fullmatch(r"(?:0|33|0033)810\d{6}", digits))


def dear(value: object) -> bool:
    """Numbers at a higher price (081, 082, 089, 118…) are not told to people who have little credit."""
    digits = re.sub(r"\D", "", text(value).replace("(0)", ""))
    return bool(_DEAR.fullmatch(re.sub(r"^(?:00)?33(?=8\d{8}$)", "0", digits))) and not dead(digits)


def email(value: object) -> str:
    """The first address; nothing where it is none."""
    found = re.split(r"[\s;,|]+", text(value).strip())[0]
    return found if len(found) <= LINE_MOST and _EMAIL.fullmatch(found) else ""


def website(value: object) -> str:
    """A web address, with its scheme; nothing where it is none."""
    found = re.split(r"[\s|]+", text(value).strip())[0]
    if len(found) > WEB_MOST or not _SITE.fullmatch(found):
        return ""
    return found if found.startswith(("http://", "https://")) else f"http://{found}"


def day(value: object) -> str | None:
    """An ISO date out of ISO or French spellings; None where it is none."""
    found = _DAY.match(text(value))
    if not found:
        return None
    year, month, date = (int(part) for part in (found[1] or found[6], found[2] or found[5], found[3] or found[4]))
    return f"{year:04}-{month:02}-{date:02}" if 1 <= month <= 12 and 1 <= date <= 31 else None


def _shown(value: str) -> str:
    return f"“{value[:40]}”"
