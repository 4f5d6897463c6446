"""What a text message says: an author's text with its facts, or with a place, filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.engine.content import PLACEHOLDER, Content, Fact, Text, Tongue
from ivr.engine.sms import LONGEST
from ivr.engine.turn import Variant

PLACE, ADDRESS, WRITE = "place", "place.address", "place.write"
DAY, RANGE, SPAN, AND = "hours.day", "hours.range", "hours.span", "hours.and"
FRAME: Mapping[str, frozenset[str]] = {
    **dict.fromkeys((PLACE, ADDRESS, WRITE), frozenset({"name", "address", "phone", "hours", "map"})),
    DAY: frozenset({"days", "spans"}),
    RANGE: frozenset({"first", "last"}),
    SPAN: frozenset({"from", "to"}),
    AND: frozenset(),
}
"""The texts that the program fills in by itself, and what each may name."""
VISITS = {True: PLACE, None: ADDRESS, False: WRITE}
LEFT_TO_RIGHT = "\u200e"

Week = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Days with the same hours: weekdays (`1`, `135`, or a range `1-5`), and from when until when (`09:00`)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a place; empty where nobody knows."""

    name: str
    address: str
    phone: str = ""
    week: Week = ()
    map: str = ""
    visit: bool | None = True  # False: one can only write there; None: nobody knows


def explained(content: Content, language: str, id: str, today: str) -> str:
    """An explanation, with what is doubtful said as doubtful; KeyError when there is none of this id."""
    tongue = content.tongue(language)
    text = tongue.sms[id]
    told = [content.facts[name] for name in text.facts if name in content.facts]
    doubtful = any(_doubtful(fact, today) for fact in told)
    variant = Variant.DOUBT if doubtful and Variant.DOUBT in text.wordings else Variant.FULL
    return filled(content, tongue, text.wordings[variant])[:LONGEST]


def of_place(content: Content, language: str, told: Told) -> str:
    """An address. A line that names something nobody knows is left out."""
    tongue = content.tongue(language)
    hours = "\n".join(_day(tongue, days, spans) for days, spans in told.week)
    known = {name: _latin(getattr(told, name), tongue) for name in ("name", "address", "phone", "map")} | {
        "hours": hours
    }
    lines = tongue.sms[VISITS[told.visit]].wordings[Variant.FULL].splitlines()
    kept = [_put(line, known) for line in lines if all(known.get(name) for name in PLACEHOLDER.findall(line))]
    return "\n".join(kept).strip()[:LONGEST]


def filled(content: Content, tongue: Tongue, words: str) -> str:
    """With the values of the facts as they are read, not as they are spoken: an address stays one."""
    values = {fact.id: _written(fact, tongue) for fact in content.facts.values() if fact.value is not None}
    return _put(words, values)


def _written(fact: Fact, tongue: Tongue) -> str:
    value = fact.value or ""
    return _figures(value, tongue) if fact.speak == "number" else _latin(value, tongue)


def _latin(value: str, tongue: Tongue) -> str:
    """Kept in one piece where lines run from right to left: "12 rue" would lose its 12 to the other end."""
    return LEFT_TO_RIGHT + value if value and tongue.direction == "rtl" else value


def _day(tongue: Tongue, days: str, spans: Sequence[tuple[str, str]]) -> str:
    said = [_words(tongue, SPAN, {"from": _figures(a, tongue), "to": _figures(b, tongue)}) for a, b in spans]
    named = {"days": _days(tongue, days), "spans": _words(tongue, AND, {}).join(said)}
    return _words(tongue, DAY, named)


def _days(tongue: Tongue, days: str) -> str:
    first, _, last = days.partition("-")
    if last:
        return _words(tongue, RANGE, {"first": _weekday(tongue, first), "last": _weekday(tongue, last)})
    return _words(tongue, AND, {}).join(_weekday(tongue, day) for day in days)


def _weekday(tongue: Tongue, day: str) -> str:
    text: Text = tongue.texts[f"weekday.{day}"]
    return text.wordings[Variant.FULL]


def _words(tongue: Tongue, id: str, values: Mapping[str, str]) -> str:
    return _put(tongue.sms[id].wordings[Variant.FULL], values)


def _put(words: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), words)


def _figures(text: str, tongue: Tongue) -> str:
    return re.sub("[0-9]", lambda figure: tongue.digits[int(figure[0])], text)


def _doubtful(fact: Fact, today: str) -> bool:
    return fact.doubt or (fact.valid_until is not None and fact.valid_until < today)
