"""Phone numbers as callers and carriers write them, brought to E.164 and told apart by who could be called back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType


class Kind(StrEnum):
    """What a number is good for. Premium is all that costs somebody extra, and the French 08 service numbers."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    FOREIGN = "foreign"
    SHORT = "short"
    PREMIUM = "premium"
    WITHHELD = "withheld"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Number:
    """A number understood; `e164` is there for mobile, landline, foreign and premium numbers."""

    kind: Kind
    e164: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom the helpline may dial: countries by their two letters, and mobile, landline or both."""

    countries: frozenset[str]
    types: frozenset[Kind]


PEOPLE = frozenset({Kind.MOBILE, Kind.LANDLINE})
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Every country that can be named; satellites and worldwide services belong to none of them."""
LONGEST = 64  # characters; a number has at most 15 digits
FRENCH = frozenset({33, 262, 508, 590, 594, 596, 681, 687, 689})
TEN_DIGITS = ("RE", "GP", "GF", "MQ")  # overseas with a leading 0; YT is in the plan of RE, BL and MF in that of GP
FEWER_DIGITS = ("NC", "PF", "PM", "WF")  # six or eight, without one
NOWHERE = "ZZ"
"""The region of numbers that say their own: without a + they are none."""

WITHHELD_WORDS = ("anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld")
KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
# A carrier that can only send digits spells the word on a keypad: +266696687 is "anonymous".
WITHHELD_DIGITS = frozenset(word.translate(KEYPAD) for word in WITHHELD_WORDS)

ADDRESS = re.compile(r"(?:sips?|tel|client):([^@;?]*)", re.IGNORECASE)
WRITTEN = re.compile(r"[+\d\s().\-/\u2010-\u2015\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
# Emergency and social (1X, 11X, 19X), operators (10XX), services (3XXX), directories and European social services.
SHORT = re.compile(r"1\d|1[19]\d|10\d\d|3\d{3}|11[68]\d{3}")
# Arcep keeps these out of use for films and books: decision 2018-0881, national numbering plan.
FICTION = re.compile(r"\+33(?:19900|26191|35301|46571|53649|63998)\d{4}")


def understand(raw: str | None, production: bool) -> Number:
    """What a carrier or a caller wrote; numbers of fiction are valid outside production only. Never raises."""
    text = (raw or "")[: LONGEST + 1].strip()
    address = ADDRESS.match(text)
    if address:
        text = address.group(1)
    if _withheld(text):
        return Number(Kind.WITHHELD)
    if len(text) > LONGEST or not WRITTEN.fullmatch(text):
        return Number(Kind.WITHHELD if address else Kind.INVALID)
    digits = phonenumbers.normalize_digits_only(text)
    if SHORT.fullmatch(digits.removeprefix("33") if "+" in text else digits):
        return Number(Kind.SHORT)
    return _judge(text, digits, production)


def mask(e164: str) -> str:
    """What a page may show of a number: "06 •• •• 18 24"; of a foreign or shorter one only the last two digits."""
    number = _parse(e164, "FR") if len(e164) <= LONGEST else None
    if number is None:
        return "••"
    national = phonenumbers.national_significant_number(number)
    if number.country_code in FRENCH and len(national) == 9:
        return f"0{national[0]} •• •• {national[5:7]} {national[7:]}"
    return f"+{number.country_code} •• •• {national[-2:]}"


def core(e164: str) -> str:
    """The digits that occur in every way to write this number, however its country is named or left out."""
    number = _parse(e164, "FR")
    return e164.lstrip("+") if number is None else phonenumbers.national_significant_number(number)


def as_keyed(e164: str) -> str:
    """The digits that people in the country key and say: 0639980001; of a number abroad with its country's code."""
    number = _parse(e164, "FR")
    if number is None or number.country_code not in FRENCH:
        return f"00{phonenumbers.normalize_digits_only(e164)}"
    return phonenumbers.normalize_digits_only(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))


def may_dial(number: Number, reach: Reach) -> bool:
    """Whether it is somebody's own line in a country that may be dialled; services and satellites never are."""
    parsed = _parse(number.e164 or "", NOWHERE)
    if parsed is None or number.kind not in {*PEOPLE, Kind.FOREIGN}:
        return False
    country = phonenumbers.region_code_for_number(parsed)
    found = {number.kind} if number.kind in PEOPLE else LINES.get(phonenumbers.number_type(parsed), frozenset())
    return country in COUNTRIES & reach.countries and bool(found) and found <= reach.types


def _withheld(text: str) -> bool:
    word = text.strip("+<>\"' ").lower()
    return not word or word in WITHHELD_WORDS or word in WITHHELD_DIGITS


def _judge(text: str, digits: str, production: bool) -> Number:
    """Overseas plans are the narrower ones; the same digits in two of them are two people, so they are neither's."""
    mainland = _read(text, "FR", production)
    if "+" in text:
        return mainland
    plans = TEN_DIGITS if digits[:1] == "0" else FEWER_DIGITS
    found = {number for region in plans if (number := _read(text, region, production)).kind in PEOPLE}
    return found.pop() if len(found) == 1 else mainland


def _read(text: str, region: str, production: bool) -> Number:
    number = _parse(text, region)
    kind = Kind.INVALID if number is None else _kind(number, production)
    return Number(kind) if number is None or kind is Kind.INVALID else Number(kind, _e164(number))


def _kind(number: PhoneNumber, production: bool) -> Kind:
    e164 = _e164(number)
    fiction = FICTION.fullmatch(e164) is not None
    if (fiction and production) or not (fiction or phonenumbers.is_valid_number(number)):
        return Kind.INVALID
    if fiction:
        return Kind.MOBILE if e164.startswith("+336") else Kind.LANDLINE
    type = phonenumbers.number_type(number)
    if type in (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST):
        return Kind.PREMIUM
    if number.country_code not in FRENCH:
        return Kind.FOREIGN
    return KINDS.get(type, Kind.PREMIUM)


KINDS = {
    PhoneNumberType.MOBILE: Kind.MOBILE,
    PhoneNumberType.FIXED_LINE: Kind.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Kind.LANDLINE,
    PhoneNumberType.VOIP: Kind.LANDLINE,
}

LINES: Mapping[int, frozenset[Kind]] = {
    PhoneNumberType.MOBILE: frozenset({Kind.MOBILE}),
    PhoneNumberType.FIXED_LINE: frozenset({Kind.LANDLINE}),
    PhoneNumberType.VOIP: frozenset({Kind.LANDLINE}),
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PEOPLE,
}
"""What a line abroad may turn out to be; no other type is ever dialled: personal and company numbers cost extra."""


def _parse(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
