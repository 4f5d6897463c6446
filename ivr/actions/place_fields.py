"""What somebody typed about a place, understood field by field or refused; and the same the other way, for a form.

Values are cleaned as imports clean them, so that a correction that says what the source says is none.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ivr.actions.refusals import Reason, Refused
from ivr.directory.importing import cleaning
from ivr.directory.offices import KINDS
from ivr.directory.record import Bad

WORDS = {"name": 200, "street": 200, "extra": 200, "city": 100, "hours_note": 500, "note": 1000}
"""Plain texts, and how long each may be."""
DAYS = tuple("1234567")
YES, NO = "yes", "no"
TYPED = (
    *("kind", *WORDS, "postal_code", "visit", "lat", "lon", "phone", "email", "website", "known"),
    *(f"hours-{day}" for day in DAYS),
)
"""The fields of the form; `known` says whether the hours are."""
DIALLED = re.compile(r"[+\d\s().\-]*")


def _dialled(text: object) -> str:
    """A number alone: words beside it would be lost."""
    return cleaning.phone(text) if DIALLED.fullmatch(str(text)) else ""


SHAPED: Mapping[str, tuple[Callable[[object], str], Reason]] = {
    "phone": (_dialled, Reason.BAD_NUMBER),
    "email": (cleaning.email, Reason.BAD_EMAIL),
    "website": (cleaning.website, Reason.BAD_WEBSITE),
}
TIME = re.compile(r"([01]?\d|2[0-4])(?:[:hH.]([0-5]\d)?)?", re.ASCII)
SPAN = re.compile(r"(\S+?)\s*[-–—]\s*(\S+)")


def understood(typed: Mapping[str, str]) -> dict[str, Any]:
    """Every field as it is stored; Refused names the first that cannot be understood."""
    fields: dict[str, Any] = {name: _words(typed[name], name, most) for name, most in WORDS.items()}
    if not fields["name"]:
        raise Refused(Reason.NO_PLACE_NAME, "name")
    fields["kind"] = _kind(typed["kind"])
    fields["postal_code"] = _postal_code(typed["postal_code"])
    fields |= {name: _shaped(typed[name], name) for name in SHAPED}
    fields["visit"] = {YES: True, NO: False}.get(typed["visit"])
    fields["lat"], fields["lon"] = _point(typed["lat"].strip(), typed["lon"].strip())
    fields["hours"] = _hours(typed)
    return fields


def typed(fields: Mapping[str, Any]) -> dict[str, str]:
    """A place as the form has it."""
    hours = fields["hours"]
    plain = {name: fields[name] for name in ("kind", *WORDS, "postal_code", *SHAPED)}
    return {
        **plain,
        "visit": {True: YES, False: NO, None: ""}[fields["visit"]],
        "lat": degrees(fields["lat"]),
        "lon": degrees(fields["lon"]),
        "known": "" if hours is None else YES,
        **{f"hours-{day}": spans_typed((hours or {}).get(day, [])) for day in DAYS},
    }


def spans_typed(spans: list[list[str]]) -> str:
    """The hours of a day as people write them: "09:00-12:00, 14:00-17:00"."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in spans)


def degrees(value: float | None) -> str:
    """A coordinate as people write it, to a tenth of a metre."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Refused(Reason.BAD_CHOICE, "kind")
    return kind


def _words(words: str, name: str, most: int) -> str:
    words = cleaning.text(words)
    if len(words) > most:
        raise Refused(Reason.TOO_LONG, name)
    return words


def _postal_code(code: str) -> str:
    try:
        return cleaning.postal(code)
    except Bad:
        raise Refused(Reason.BAD_POSTAL_CODE, "postal_code") from None


def _shaped(text: str, name: str) -> str:
    clean, reason = SHAPED[name]
    found = clean(text)
    if text.strip() and not found:
        raise Refused(reason, name)
    return found


def _point(lat: str, lon: str) -> tuple[float | None, float | None]:
    if not (lat or lon):
        return None, None
    try:
        found = cleaning.coordinates(lat, lon)
    except Bad:
        found = None
    if found is None:
        raise Refused(Reason.OUTSIDE_FRANCE, "lat" if lat else "lon")
    return found


def _hours(typed: Mapping[str, str]) -> dict[str, list[list[str]]] | None:
    if typed["known"] == YES:
        return {day: spans for day in DAYS if (spans := _spans(typed, day))}
    for day in DAYS:
        if typed[f"hours-{day}"].strip():
            raise Refused(Reason.HOURS_UNKNOWN, f"hours-{day}")
    return None


def _spans(typed: Mapping[str, str], day: str) -> list[list[str]]:
    found: list[list[str]] = []
    for part in filter(None, (piece.strip() for piece in typed[f"hours-{day}"].split(","))):
        span = SPAN.fullmatch(part)
        times = [_time(text) for text in span.groups()] if span else [""]
        if "" in times or not (found[-1][1] if found else "00:00") <= times[0] < times[1] <= "24:00":
            raise Refused(Reason.BAD_HOURS, f"hours-{day}")
        found.append(times)
    return found


def _time(text: str) -> str:
    known = TIME.fullmatch(text)
    return f"{int(known[1]):02}:{known[2] or '00'}" if known else ""
