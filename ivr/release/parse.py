"""From plain data to content: the same for files on disk and for a release kept from before. Nothing raises."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any

from ivr.engine.content import CLOCK, HOUR, MINUTE, USUAL_CLOCK, Clock, Content, Fact, Text, Tongue
from ivr.engine.menu import RETURN, Limits, Node, Roles
from ivr.engine.parked import offered
from ivr.engine.reading import Mistake, Source, read
from ivr.engine.turn import Variant
from ivr.release.files import SMS, Raw

GLOBALS = ("person", "again", "back", "main", "next", "text")
TEXT_FIELDS = {"full", "short", "doubt", "tts", "facts", "reviewed"}
SMS_FIELDS = TEXT_FIELDS - {"short", "tts"}
FACT_FIELDS = {"says", "source", "value", "speak", "doubt", "valid_until", "reviewed"}
SPEAK = {"number", "digits", "words"}
TREE_FIELDS = {"tree", "source", "review", "nodes", "removed", "parked", "file", "lines"}

Wrong = Callable[[str], None]
"""Takes what is wrong; the place is known."""


def parse(raw: Raw) -> Content:
    """All content that can be read, and a mistake for all that cannot."""
    mistakes: list[Mistake] = []
    sources = tuple(_source(tree) for tree in raw["trees"])
    written, wrong = read(sources)
    mistakes += wrong
    removed: dict[str, str] = {}
    parked: dict[str, str | None] = {}
    for tree, source in zip(raw["trees"], sources, strict=True):
        wrong_here = _wrong(mistakes, Mistake(source.file, 1, source.tree, ""))
        removed |= {str(old): str(new) for old, new in _table(tree, "removed", wrong_here).items()}
        parked |= _parked(tree, written, wrong_here)
        _date(tree, "review", wrong_here)
        _unknown(tree, TREE_FIELDS, wrong_here)
    roles, limits = _frame(raw["helpline"], mistakes)
    if roles.text is None:  # nothing can be sent, so nothing is offered
        written = {id: replace(node, text=None) for id, node in written.items()}
    nodes = offered(written, parked)
    lines = raw.get("lines", {}).get("facts", {})
    facts = {id: fact for id, data in raw["facts"].items() if (fact := _fact(id, data, lines.get(id, 1), mistakes))}
    tongues = [tongue for code, data in raw["languages"].items() if (tongue := _tongue(code, data, mistakes))]
    ordered = tuple(sorted(tongues, key=lambda tongue: (tongue.order, tongue.code)))
    named = raw["helpline"].get("places")
    places = None if named is None else str(named)
    return Content(sources, written, nodes, roles, limits, facts, ordered, removed, tuple(mistakes), places)


def _source(tree: Raw) -> Source:
    review = tree.get("review")
    name = str(tree.get("tree") or tree["file"])
    return Source(tree["file"], name, tree["nodes"], tree.get("lines", {}), str(review) if review else None)


def _parked(tree: Raw, written: Mapping[str, Node], wrong: Wrong) -> dict[str, str | None]:
    parked = {str(id): None if to is None else str(to) for id, to in _table(tree, "parked", wrong).items()}
    for id in dict.fromkeys((*parked, *parked.values())):
        if id not in (None, RETURN, *written):
            wrong(f"`parked` names `{id}`, which does not exist")
    return parked


def _frame(data: Raw, mistakes: list[Mistake]) -> tuple[Roles, Limits]:
    wrong = _wrong(mistakes, Mistake("menus/helpline.yaml", 1, "", ""))
    names = [field.name for field in dataclass_fields(Roles)]
    _unknown(data, {*names, "limits", "places"}, wrong)
    limits: dict[str, Any] = {}
    kinds = {field.name: field.type for field in dataclass_fields(Limits)}
    for name, value in _table(data, "limits", wrong).items():
        kind = (int,) if kinds.get(name) is int else (int, float)
        if name not in kinds:
            wrong(f"unknown limit `{name}`")
        elif isinstance(value, bool) or not isinstance(value, kind) or value <= 0:
            wrong(f"`{name}` must be a {'whole ' if kind == (int,) else ''}number above 0")
        else:
            limits[name] = value
    given = {name: str(data.get(name, "")) for name in names if name != "text"}
    by_text = data.get("text")
    return Roles(**given, text=None if by_text is None else str(by_text)), Limits(**limits)


def _fact(id: str, data: Any, line: int, mistakes: list[Mistake]) -> Fact | None:
    wrong = _wrong(mistakes, Mistake("menus/facts.yaml", line, id, ""))
    if not isinstance(data, dict) or not data.get("says") or not data.get("source"):
        wrong("a fact must have `says` and `source`")
        return None
    _unknown(data, FACT_FIELDS, wrong)
    speak, value, doubt = str(data.get("speak", "words")), data.get("value"), data.get("doubt", False)
    if speak not in SPEAK:
        wrong(f"`speak` must be one of {', '.join(sorted(SPEAK))}")
    if not isinstance(doubt, bool):
        wrong("`doubt` must be true or false")
    return Fact(
        id,
        str(data["says"]),
        str(data["source"]),
        line,
        None if value is None else str(value),
        speak,
        bool(doubt),
        _date(data, "valid_until", wrong),
        _date(data, "reviewed", wrong),
    )


def _tongue(code: str, data: Raw, mistakes: list[Mistake]) -> Tongue | None:
    about = data["language"]
    wrong = _wrong(mistakes, Mistake(f"prompts/{code}/language.yaml", 1, code, "", code))
    missing = [name for name in ("name", "direction", "order", "digits", "keys") if name not in about]
    if missing:
        wrong(f"missing: {', '.join(missing)}")
        return None
    texts = {}
    for id, text in data["texts"].items():
        place = Mistake(f"prompts/{code}/texts.yaml", data.get("lines", {}).get(id, 1), id, "", code)
        texts[id] = _text(id, text, place.line, _wrong(mistakes, place))
    words_wrong = _wrong(mistakes, Mistake(f"prompts/{code}/words.yaml", 1, code, "", code))
    words = {str(id): _list(data["words"], id, words_wrong) for id in data["words"]}
    keys = {str(key): str(word) for key, word in _table(about, "keys", wrong).items()}
    return Tongue(
        code=code,
        name=str(about["name"]),
        direction=str(about["direction"]),
        order=_whole(about, "order", wrong),
        digits=str(about["digits"]),
        group=_whole(about, "group", wrong, 2),
        keys=keys,
        pronounce={str(name): str(spelled) for name, spelled in _table(about, "pronounce", wrong).items()},
        texts=texts,
        words=words | _commands(about, wrong),
        numbers=_numbers(about, keys, wrong),
        voices=_voices(about, wrong),
        speech_model=about.get("speech_model"),
        comma=str(about.get("comma", ",")),
        clock=_clock(about, wrong),
        sms=_sms(code, data, mistakes),
    )


def _sms(code: str, data: Raw, mistakes: list[Mistake]) -> dict[str, Text]:
    """What is sent as text messages; there may be none."""
    texts = {}
    for id, text in data.get("sms", {}).items():
        place = Mistake(f"prompts/{code}/{SMS}", data.get("lines", {}).get(f"{SMS}/{id}", 1), id, "", code)
        wrong = _wrong(mistakes, place)
        known = text
        if isinstance(text, dict):
            _unknown(text, SMS_FIELDS, wrong)
            known = {name: value for name, value in text.items() if name in SMS_FIELDS}
        texts[id] = _text(id, known, place.line, wrong)
    return texts


def _text(id: str, data: Any, line: int, wrong: Wrong) -> Text:
    if isinstance(data, str):
        return Text(id, {Variant.FULL: data}, line)
    if not isinstance(data, dict) or not isinstance(data.get("full"), str):
        wrong("a text must be words, or a mapping with `full`")
        return Text(id, {Variant.FULL: ""}, line)
    _unknown(data, TEXT_FIELDS, wrong)
    spelled = {"full": data["tts"]} if isinstance(data.get("tts"), str) else _table(data, "tts", wrong)
    _unknown(spelled, set(Variant), wrong)
    return Text(
        id,
        {variant: str(data[variant]) for variant in Variant if data.get(variant) is not None},
        line,
        {Variant(name): str(words) for name, words in spelled.items() if name in set(Variant)},
        _list(data, "facts", wrong),
        _date(data, "reviewed", wrong),
    )


def _commands(about: Raw, wrong: Wrong) -> dict[str, tuple[str, ...]]:
    """Ways to say yes, no and each command that works everywhere."""
    said = {answer: _list(about, answer, wrong) for answer in ("yes", "no")}
    commands = _table(about, "globals", wrong)
    return said | {f"global.{name}": _list(commands, name, wrong) for name in GLOBALS}


def _clock(about: Raw, wrong: Wrong) -> Clock:
    """How a time is told; what is not said stays as it is usual."""
    said = _table(about, "clock", wrong)
    _unknown(said, {"full", "part", "half", "hours"}, wrong)
    hours = said.get("hours", USUAL_CLOCK.hours)
    if hours not in (12, 24):
        wrong("`clock` counts `hours` to 12 or to 24")
    found = {name: _list(said, name, wrong) for name in ("full", "part", "half")}
    for name in sorted({name for names in found.values() for name in names} - {HOUR, MINUTE, *CLOCK}):
        wrong(f"`clock` names `{name}`: one of {', '.join((HOUR, MINUTE, *CLOCK))}")
    return Clock(**{name: names for name, names in found.items() if names}, hours=12 if hours == 12 else 24)


def _numbers(about: Raw, keys: Mapping[str, str], wrong: Wrong) -> dict[str, tuple[str, ...]]:
    """Ways to say each row of digits; the words of the keys are ways to say their figure."""
    said = _table(about, "numbers", wrong)
    for digits in said:
        if not (digits.isascii() and digits.isdigit()):
            wrong(f"`numbers` names `{digits}`, which is no row of digits")
    figures = {key: (word,) for key, word in keys.items() if key.isdigit()}
    return {digits: (*figures.get(digits, ()), *_list(said, digits, wrong)) for digits in sorted({*figures, *said})}


def _voices(about: Raw, wrong: Wrong) -> tuple[Mapping[str, str | int], ...]:
    voices = about.get("voices") or []
    if isinstance(voices, list) and all(isinstance(voice, dict) for voice in voices):
        return tuple(voices)
    wrong("`voices` must be a list of mappings")
    return ()


def _wrong(mistakes: list[Mistake], place: Mistake) -> Wrong:
    return lambda what: mistakes.append(replace(place, what=what))


def _unknown(data: Mapping[str, Any], known: set[str], wrong: Wrong) -> None:
    for name in sorted(set(data) - known):
        wrong(f"unknown field `{name}`")


def _table(data: Mapping[str, Any], name: str, wrong: Wrong) -> Raw:
    value = data.get(name)
    if value is None or isinstance(value, dict):
        return value or {}
    wrong(f"`{name}` must be a mapping")
    return {}


def _list(data: Mapping[str, Any], name: str, wrong: Wrong) -> tuple[str, ...]:
    value = data.get(name)
    if value is None or isinstance(value, list):
        return tuple(str(item) for item in value or ())
    wrong(f"`{name}` must be a list")
    return ()


def _whole(data: Mapping[str, Any], name: str, wrong: Wrong, default: int = 1) -> int:
    value = data.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    wrong(f"`{name}` must be a whole number from 1")
    return default


def _date(data: Mapping[str, Any], name: str, wrong: Wrong) -> str | None:
    """A date that sorts as a text: 2027-01-31."""
    value = data.get(name)
    if value is None:
        return None
    try:
        if datetime.date.fromisoformat(str(value)).isoformat() == value:
            return str(value)
    except ValueError:
        pass
    wrong(f"`{name}` must be a date such as 2027-01-31")
    return None
