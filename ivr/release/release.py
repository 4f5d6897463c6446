"""A release: everything a call needs to be told the same thing from its first turn to its last."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.content import Content, book, filled, spellings
from ivr.engine.menu import Book
from ivr.engine.say import NUMBERS
from ivr.engine.state import dumps
from ivr.engine.turn import Variant
from ivr.release.files import Raw
from ivr.release.parse import parse


@dataclass(frozen=True, slots=True)
class SoundRef:
    """Which sound a name has: the hash in its address, its length, and whether a person recorded it."""

    hash: str
    seconds: float
    kind: str  # recorded or placeholder


SoundTable = Mapping[tuple[str, str], SoundRef]
"""(language, name) -> sound; a name is a prompt id, with `.short` or `.doubt` for those wordings."""


@dataclass(frozen=True, slots=True)
class Release:
    """Immutable; the id is a hash of everything in it."""

    id: str
    raw: Raw = field(repr=False)
    content: Content = field(repr=False)
    book: Book = field(repr=False)
    sounds: SoundTable = field(repr=False)
    captions: Mapping[tuple[str, str], str] = field(repr=False)  # (language, name) -> what is said, in words


def make(raw: Raw, sounds: SoundTable) -> Release:
    """A release from plain data and the sounds of its script; the same data gives the same id."""
    content = parse(raw)
    table = {f"{language}/{name}": [s.hash, s.seconds, s.kind] for (language, name), s in sounds.items()}
    kept = {**_without_lines(raw), "sounds": table}
    id = hashlib.sha256(dumps(kept)).hexdigest()[:16]
    return Release(id, kept, content, book(content), dict(sounds), script(content, spelled=False))


def load(kept: Raw) -> Release:
    """The release that was kept as plain data."""
    sounds = {
        (place.split("/", 1)[0], place.split("/", 1)[1]): SoundRef(*entry) for place, entry in kept["sounds"].items()
    }
    return make({name: entry for name, entry in kept.items() if name != "sounds"}, sounds)


def script(content: Content, *, spelled: bool) -> dict[tuple[str, str], str]:
    """(language, name) -> the words of every sound a release needs; `spelled` for the placeholder voice."""
    words: dict[tuple[str, str], str] = {}
    for tongue in content.tongues:
        texts = spellings(content, tongue) if spelled else filled(content, tongue)
        words |= {(tongue.code, sound_name(id, variant)): text for (id, variant), text in texts.items()}
        words |= {(tongue.code, f"digit.{key}"): word for key, word in tongue.keys.items() if key.isdigit()}
        figures = {ord(str(n)): figure for n, figure in enumerate(tongue.digits)}
        numbers = {n: str(n).translate(figures) for n in NUMBERS}
        say = tongue.pronounce if spelled else {}
        words |= {(tongue.code, f"number.{n}"): say.get(figure, figure) for n, figure in numbers.items()}
    return words


def sound_name(prompt: str, variant: Variant) -> str:
    """The name of a prompt's wording."""
    return prompt if variant is Variant.FULL else f"{prompt}.{variant.value}"


def _without_lines(raw: Raw) -> dict[str, Any]:
    """Lines serve the checker: moving a text within its file is not a new release."""
    trees = [{name: entry for name, entry in tree.items() if name != "lines"} for tree in raw["trees"]]
    languages = {
        code: {name: entry for name, entry in data.items() if name != "lines"}
        for code, data in raw["languages"].items()
    }
    return {**{n: e for n, e in raw.items() if n not in {"lines", "sounds"}}, "trees": trees, "languages": languages}
