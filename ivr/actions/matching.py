"""Which sound a file is a recording of, by its name: a prompt's id or code, with or without a language before it.

`<language>-1007.wav`, `1007 second take.m4a`, `welcome.short.wav`, `<language>/Welcome (2).ogg`. Where a name could
mean two things, it means nothing: a person decides.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Spot = tuple[str, str]
"""(language, name of a sound)."""

GAP = re.compile(r"[\s_\-\u2010-\u2015\u200c\u200e\u200f]+")
ENDING = re.compile(r"\.[a-z0-9]{2,5}$")
AGAIN = re.compile(r"(?:-?\(\d{1,2}\)|-cop(?:y|ie)(?:-?\(?\d{1,2}\)?)?|-(?:take|prise)-?\d{1,2})$")
"""What devices and people put behind the name of another take of the same."""
CODE = re.compile(r"(\d{4})(?!\d)")


@dataclass(frozen=True)
class Matcher:
    """Knows every sound there is, its code, and the languages; `language` is the one that was chosen."""

    language: str
    spots: frozenset[Spot]
    codes: Mapping[int, str]
    _names: dict[str, set[str]] = field(default_factory=dict, init=False, repr=False)
    _tongues: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for language, name in self.spots:
            self._tongues[folded(language)] = language
            for way in (folded(name), dotless(folded(name))):
                self._names.setdefault(way, set()).add(name)

    def match(self, path: str) -> Spot | None:
        """The one sound that a file of this path can be of."""
        *folders, last = [part for part in re.split(r"[/\\]", path) if part] or [""]
        languages = {self._tongues[key] for key in map(folded, folders) if key in self._tongues}
        if len(languages) > 1:
            return None
        for stem in _stems(folded(last)):
            if found := self._fitting(stem, languages):
                return found.pop() if len(found) == 1 else None
        return None

    def _fitting(self, stem: str, of_folder: set[str]) -> set[Spot]:
        ways = self._spoken(stem, of_folder)
        return {(language, name) for language, rest in ways for name in self._named(rest)} & self.spots

    def _spoken(self, stem: str, of_folder: set[str]) -> Iterable[tuple[str, str]]:
        """Ways to read a language before the name: none, or one that agrees with the folder's."""
        yield (*of_folder, self.language)[0], stem
        for key, language in self._tongues.items():
            rest = stem.removeprefix(key)
            if rest != stem and rest[:1] in ("-", ".") and of_folder <= {language}:
                yield language, rest[1:].lstrip("-")

    def _named(self, stem: str) -> set[str]:
        """The names that these words can be."""
        exact = self._names.get(stem, set())
        if len(exact) > 1:  # by the dots they are two
            exact = {name for name in exact if folded(name) == stem} or exact
        coded = CODE.match(stem)
        name = self.codes.get(int(coded[1])) if coded else None
        return exact | ({name} if name else set())


def folded(text: str) -> str:
    """Without what people and systems write differently: case, forms of letters and figures, spaces, underscores."""
    plain = unicodedata.normalize("NFKC", text.strip()).casefold()
    figures = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in plain)
    return GAP.sub("-", figures).strip("-")


def dotless(key: str) -> str:
    """As it is written where a dot looks like an ending."""
    return key.replace(".", "-")


def _stems(last: str) -> list[str]:
    """The name as it is, then without its ending, then without the number of a take."""
    bare = ENDING.sub("", last).rstrip("-")
    return [last, bare, AGAIN.sub("", bare)]
