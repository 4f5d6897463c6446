"""From plain data to content: the same for files on disk and for a release kept from before."""

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from typing import Any

from ivr.engine.content import Content, Fact, Text, Tongue
from ivr.engine.menu import Limits, Roles
from ivr.engine.reading import Mistake, Source, read
from ivr.engine.turn import Variant
from ivr.release.files import Raw

GLOBALS = ("person", "again", "back", "main")
TEXT_FIELDS = {"full", "short", "doubt", "tts", "facts", "reviewed"}
FACT_FIELDS = {"says", "source", "value", "speak", "doubt", "valid_until", "reviewed"}
SPEAK = {"number", "digits", "words"}


def parse(raw: Raw) -> Content:
    """All content that can be read, and a mistake for all that cannot."""
    mistakes: list[Mistake] = []
    sources = tuple(_source(tree) for tree in raw["trees"])
    nodes, wrong = read(sources)
    mistakes += wrong
    removed: dict[str, str] = {}
    for tree in raw["trees"]:
        removed |= {str(old): str(new) for old, new in (tree.get("removed") or {}).items()}
        unknown = sorted(set(tree) - {"tree", "source", "review", "nodes", "removed", "file", "lines"})
        mistakes += [Mistake(tree["file"], 1, str(tree.get("tree")), f"unknown field `{name}`") for name in unknown]
    roles, limits = _frame(raw["helpline"], mistakes)
    lines = raw.get("lines", {}).get("facts", {})
    facts = {id: fact for id, data in raw["facts"].items() if (fact := _fact(id, data, lines.get(id, 1), mistakes))}
    tongues = [tongue for code, data in raw["languages"].items() if (tongue := _tongue(code, data, mistakes))]
    ordered = tuple(sorted(tongues, key=lambda tongue: (tongue.order, tongue.code)))
    return Content(sources, nodes, roles, limits, facts, ordered, removed, tuple(mistakes))


def _source(tree: Raw) -> Source:
    review = tree.get("review")
    name = str(tree.get("tree") or tree["file"])
    return Source(tree["file"], name, tree["nodes"], tree.get("lines", {}), str(review) if review else None)


def _frame(data: Raw, mistakes: list[Mistake]) -> tuple[Roles, Limits]:
    file = "menus/helpline.yaml"
    names = [field.name for field in dataclass_fields(Roles)]
    limits = data.get("limits") or {}
    known = {field.name for field in dataclass_fields(Limits)}
    for name in sorted(set(data) - {*names, "limits"}):
        mistakes.append(Mistake(file, 1, name, "unknown field"))
    for name, value in limits.items():
        if name not in known:
            mistakes.append(Mistake(file, 1, name, "unknown limit"))
        elif isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            mistakes.append(Mistake(file, 1, name, "a limit must be a number above 0"))
    good: dict[str, Any] = {
        name: value for name, value in limits.items() if name in known and isinstance(value, int | float)
    }
    return Roles(**{name: str(data.get(name, "")) for name in names}), Limits(**good)


def _fact(id: str, data: Any, line: int, mistakes: list[Mistake]) -> Fact | None:
    file = "menus/facts.yaml"
    if not isinstance(data, dict) or not data.get("says") or not data.get("source"):
        mistakes.append(Mistake(file, line, id, "a fact must have `says` and `source`"))
        return None
    for name in sorted(set(data) - FACT_FIELDS):
        mistakes.append(Mistake(file, line, id, f"unknown field `{name}`"))
    speak = str(data.get("speak", "words"))
    if speak not in SPEAK:
        mistakes.append(Mistake(file, line, id, f"`speak` must be one of {', '.join(sorted(SPEAK))}"))
    value, until, reviewed = (data.get(name) for name in ("value", "valid_until", "reviewed"))
    return Fact(
        id,
        str(data["says"]),
        str(data["source"]),
        line,
        None if value is None else str(value),
        speak,
        bool(data.get("doubt", False)),
        None if until is None else str(until),
        None if reviewed is None else str(reviewed),
    )


def _tongue(code: str, data: Raw, mistakes: list[Mistake]) -> Tongue | None:
    about = data["language"]
    file = f"prompts/{code}/language.yaml"
    missing = [name for name in ("name", "direction", "order", "digits", "keys") if name not in about]
    if missing:
        mistakes.append(Mistake(file, 1, code, f"missing: {', '.join(missing)}", code))
        return None
    texts = {}
    for id, text in data["texts"].items():
        line = data.get("lines", {}).get(id, 1)
        texts[id] = _text(id, text, line, lambda what, id=id, line=line: _wrong(mistakes, code, id, line, what))
    return Tongue(
        code=code,
        name=str(about["name"]),
        direction=str(about["direction"]),
        order=int(about["order"]),
        digits=str(about["digits"]),
        group=max(1, int(about.get("group", 2))),
        keys={str(key): str(word) for key, word in about["keys"].items()},
        pronounce={str(name): str(spelled) for name, spelled in (about.get("pronounce") or {}).items()},
        texts=texts,
        words=_words(about, data["words"]),
        voices=tuple(about.get("voices") or ()),
        speech_model=about.get("speech_model"),
        comma=str(about.get("comma", ",")),
    )


def _wrong(mistakes: list[Mistake], code: str, id: str, line: int, what: str) -> None:
    mistakes.append(Mistake(f"prompts/{code}/texts.yaml", line, id, what, code))


def _text(id: str, data: Any, line: int, wrong: Any) -> Text:
    if isinstance(data, str):
        return Text(id, {Variant.FULL: data}, line)
    if not isinstance(data, dict) or not isinstance(data.get("full"), str):
        wrong("a text must be words, or a mapping with `full`")
        return Text(id, {Variant.FULL: ""}, line)
    for name in sorted(set(data) - TEXT_FIELDS):
        wrong(f"unknown field `{name}`")
    spelled = data.get("tts") or {}
    spelled = {"full": spelled} if isinstance(spelled, str) else spelled
    return Text(
        id,
        {variant: str(data[variant]) for variant in Variant if data.get(variant) is not None},
        line,
        {Variant(name): str(words) for name, words in spelled.items() if name in set(Variant)},
        tuple(str(name) for name in data.get("facts") or ()),
        None if data.get("reviewed") is None else str(data["reviewed"]),
    )


def _words(about: Raw, words: Raw) -> Mapping[str, tuple[str, ...]]:
    """Ways to say each option, each global command, yes and no."""
    said = {str(id): tuple(str(way) for way in ways or ()) for id, ways in words.items()}
    said |= {answer: tuple(str(way) for way in about.get(answer) or ()) for answer in ("yes", "no")}
    commands = about.get("globals") or {}
    return said | {f"global.{name}": tuple(str(way) for way in commands.get(name) or ()) for name in GLOBALS}
