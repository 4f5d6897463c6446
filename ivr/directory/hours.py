"""The ways in which the official sets write opening hours, each read whole or not at all: never a guess.

What is not understood is kept as a note for people to read. The week itself is in `ivr/directory/week.py`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.directory.week import DAYS, Hours, Span, grouped, is_holiday, opens, read, spans_on, tidy, written

__all__ = [
    "Hours",
    "Parsed",
    "Span",
    "from_dila",
    "from_france_services",
    "from_listing",
    "from_osm",
    "grouped",
    "hold",
    "is_holiday",
    "opens",
    "read",
    "spans_on",
    "written",
]

NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
OSM = re.findall("..", "motuwethfrsasu")

CLOSED = re.compile(r"(neant|ferme|fermee|fermeture|ferme toute la journee|journee fermee)?")
HARMLESS = re.compile(r"((uniquement|seulement) )?((avec|sur|sans|avec ou sans|avec et sans) )?(rendez[- ]vous|rdv)")
"""What may stand beside hours without changing them."""
TAKES_BACK = re.compile(
    r"\bferm(e|es|ee|ees|eture|etures)?\b|\bvacances\b|\bconges\b|\bsauf\b|\bexceptionnel|\bestiv|\bmodifi|\bchangent\b"
)
"""What in a comment beside the hours says that they do not always hold."""

_SPAN = re.compile(r"(?:de |d'|du )?(.+?) ?(?:-| a | jusqu'a ) ?(.+)")
_CLOCK = re.compile(r"(\d{1,2})(?: ?[:h] ?(\d{2})(?::00)?)?(?: ?h)?")
_EMPTY = ("00:00", "00:00")
"""How the France services list writes a half day without hours."""
_OSM_RULE = re.compile(r"([a-z][a-z, -]*? )?(24/7|off|closed|[\d:, -]+)")
_OSM_SPAN = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")
_OSM_NEXT = re.compile(r"\s*,\s*(?=[a-z])(?<=[\d\"],)|\s*,\s+(?=[a-z])")


@dataclass(frozen=True)
class Parsed:
    """What a source's words mean: no hours are unknown ones. The note is what a person should read beside them."""

    hours: Hours | None
    note: str = ""


def from_france_services(days: Mapping[str, str | None]) -> Parsed:
    """Columns `h_lundi` (or `lundi`): "09:00 - 12:00 / 13:30 - 17:00"; empty or "-" is closed."""
    said = "; ".join(f"{name.removeprefix('h_')}: {text.strip()}" for name, text in days.items() if text)
    return _week([(name.removeprefix("h_"), text or "") for name, text in days.items()], said)


def from_listing(text: str) -> Parsed:
    """As one text: "lundi: 09:00 - 12:00 / 13:30 - 17:00; mardi: …"; "lundi au jeudi: …" is read too."""
    parts = [part.partition(":") for part in text.split(";") if part.strip()]
    return _week([(name, said) for name, _, said in parts], text)


def _week(days: Iterable[tuple[str, str]], said: str) -> Parsed:
    """Hours when every day was understood and one of them is open; else everything that was said, as a note."""
    week: dict[str, list[Span]] = {}
    note = " ".join(said.split())
    for name, text in days:
        meant, spans = _days(_plain(name)), _spans(_plain(text))
        if meant is None or spans is None:
            return Parsed(None, note)
        for day in meant:
            week.setdefault(day, []).extend(spans)
    hours = tidy(week)
    return Parsed(hours) if hours else Parsed(None, note)


def hold(comment: str) -> bool:
    """Whether a comment beside hours leaves them as they are: no closing, holidays or exception in it."""
    return TAKES_BACK.search(_plain(comment)) is None


def from_dila(ranges: Iterable[Mapping[str, object]]) -> Parsed:
    """`plage_ouverture`: days from and to with two spans and a comment, which may take back what the times say."""
    days: list[tuple[str, str]] = []
    comments: dict[str, None] = {}
    for one in ranges:
        told = {key: str(value or "").strip() for key, value in one.items()}
        first, last = told.get("nom_jour_debut", ""), told.get("nom_jour_fin", "")
        pairs = [(told.get(f"valeur_heure_debut_{n}", ""), told.get(f"valeur_heure_fin_{n}", "")) for n in (1, 2)]
        times = " / ".join(f"{start} - {end}" for start, end in pairs if start or end)
        days.append((f"{first} au {last}" if last and last != first else first, times or "?"))
        if comment := " ".join(told.get("commentaire", "").split()):
            comments[comment] = None
    note = "; ".join([*(f"{name}: {times}" for name, times in days), *comments])
    if not all(HARMLESS.fullmatch(_plain(comment)) for comment in comments):
        return Parsed(None, note)
    parsed = _week(days, note)
    return Parsed(parsed.hours, parsed.note or "; ".join(comments))


def from_osm(text: str) -> Parsed:
    """OpenStreetMap's `opening_hours`, weekdays and times only.

    A later rule replaces a day's earlier one; one behind a comma adds to it.
    """
    note = " ".join(text.split())
    week: dict[str, list[Span]] = {}
    plain = re.sub(r'"([^"]*)"', lambda said: "" if HARMLESS.fullmatch(said[1]) else "?", _plain(text))
    for part in filter(str.strip, plain.split(";")):
        for number, rule in enumerate(_OSM_NEXT.split(part)):
            meant = _osm_rule(rule.strip())
            if meant is None:
                return Parsed(None, note)
            days, spans = meant
            week |= {day: [*week.get(day, []), *spans] if number and spans else spans for day in days}
    hours = tidy(week) if week else None
    return Parsed(hours, note if hours is None or '"' in text else "")


def _osm_rule(rule: str) -> tuple[str, list[Span]] | None:
    """The weekdays of one rule, and when they are open. Public holidays are nobody's weekday."""
    parts = _OSM_RULE.fullmatch(rule)
    days = _osm_days(parts[1]) if parts and parts[1] else DAYS
    if parts is None or days is None:
        return None
    if parts[2] in ("off", "closed", "24/7"):
        return days, [("00:00", "24:00")] if parts[2] == "24/7" else []
    spans = [_OSM_SPAN.fullmatch(one.replace(" ", "")) for one in parts[2].split(",")]
    found = [(one[1].zfill(5), one[2].zfill(5)) for one in spans if one]
    return (days, found) if len(found) == len(spans) else None


def _osm_days(said: str) -> str | None:
    days = ""
    for one in said.replace(" ", "").split(","):
        first, dash, last = one.partition("-")
        if not dash and first == "ph":
            continue
        if first not in OSM or (dash and last not in OSM):
            return None
        start, end = OSM.index(first), OSM.index(last or first)
        days += (DAYS + DAYS)[start : end + (8 if end < start else 1)]
    return days


def _days(name: str) -> str | None:
    """Weekdays of "lundi", "lundi au vendredi" or "lundi, mardi et jeudi"; None for any other words."""
    days = ""
    for one in re.split(r" ?, ?| et ", name):
        ends = re.split(r" ?- ?| au? ", re.sub(r"^(du|le|les) ", "", one))
        if len(ends) > 2 or any(end.removesuffix("s") not in NAMES for end in ends):
            return None
        first, last = (NAMES.index(end.removesuffix("s")) for end in (ends[0], ends[-1]))
        if last < first:
            return None
        days += DAYS[first : last + 1]
    return days


def _spans(text: str) -> list[Span] | None:
    """One day's spans; empty when it is closed, None when anything in it is not a time."""
    if CLOSED.fullmatch(text.strip("- ")):
        return []
    found: list[Span] = []
    for part in re.split(r" ?[/,|&] ?| et | puis ", text):
        meant = _SPAN.fullmatch(part)
        start, end = (_clock(meant[1], meant[2]), _clock(meant[2], meant[1])) if meant else (None, None)
        if start is None or end is None:
            return None
        found.append((start, end))
    open_halves = [span for span in found if span != _EMPTY]
    return open_halves or found


def _clock(said: str, beside: str) -> str | None:
    """HH:MM. A bare number is an hour only beside one that says so: "9-12h", "9h-12"."""
    said = {"midi": "12h", "minuit": "24h"}.get(said, said)
    parts = _CLOCK.fullmatch(said)
    if parts is None or (not _marked(said) and not _marked(beside)):
        return None
    return f"{int(parts[1]):02}:{int(parts[2] or 0):02}"


def _marked(said: str) -> bool:
    return ":" in said or "h" in said or said in ("midi", "minuit")


def _plain(text: str) -> str:
    """Small letters without accents, one kind of dash and of apostrophe, single spaces."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one))
    bare = re.sub(r"[‐‑‒–—―−]", "-", bare).replace("’", "'").replace("heures", "h").replace("heure", "h")
    return " ".join(bare.split())
