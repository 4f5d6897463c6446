"""All that authors write, as plain immutable values: menus, texts, facts, languages. Nothing is filled in yet."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ivr.engine import desk
from ivr.engine.menu import Book, Doubtful, Language, Limits, Line, Menu, Node, Placed, Roles, Say, Steps
from ivr.engine.reading import Mistake, Source
from ivr.engine.say import CHOOSE, SPOKEN_KEYS, SYSTEM, every, lines
from ivr.engine.turn import Variant

SHORT_NUMBER = 3
"""Digits that are said in one breath in every language, as 112."""

DAYS = ("moment.today", "moment.tomorrow", *(f"weekday.{day}" for day in range(1, 8)))
PARTS = tuple(f"part.{part}" for part in ("morning", "afternoon", "evening"))
MOMENTS = (*DAYS, *(f"month.{month}" for month in range(1, 13)), *PARTS)
"""What is said of a moment; every language must have each of these."""

HOUR, MINUTE = "hour", "minute"
CLOCK = ("clock.hour", "clock.hour-and", "clock.minutes", "clock.half")
HOURS = (*(f"hours.{word}" for word in ("from", "to", "and", "till", "closed")), *CLOCK)
"""What is said of opening hours; every language must have each of these where a menu speaks any."""

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something callers are told. `value` and its marks are there for what changes."""

    id: str
    says: str
    source: str
    line: int = 1
    value: str | None = None
    speak: str = "words"  # number, digits or words
    doubt: bool = False
    valid_until: str | None = None  # ISO date
    reviewed: str | None = None  # ISO date


@dataclass(frozen=True, slots=True)
class Text:
    """A prompt's words in one language, a wording each."""

    id: str
    wordings: Mapping[Variant, str]
    line: int = 1
    spelled: Mapping[Variant, str] = field(default_factory=dict)  # for the placeholder voice, where it differs
    facts: tuple[str, ...] = ()
    reviewed: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """How a language tells a full hour and any other time: `hour`, `minute` and names of CLOCK, in their order.

    `half` is how half past is told, where that is not like any other time.
    `hours` is how far people count: to 24, or to 12 and then from one again.
    """

    full: tuple[str, ...] = (HOUR, "clock.hour")
    part: tuple[str, ...] = (HOUR, "clock.hour-and", MINUTE)
    half: tuple[str, ...] = ()
    hours: int = 24

    def hour(self, hour: int) -> int:
        """The number that is said for this hour of the day."""
        return hour if self.hours == 24 else (hour - 1) % self.hours + 1

    def words(self, minute: int) -> tuple[str, ...]:
        """What tells a time of this minute."""
        return self.full if minute == 0 else self.half if minute == 30 and self.half else self.part


USUAL_CLOCK = Clock()


@dataclass(frozen=True, slots=True)
class Tongue:
    """A phone language: how it counts, groups and spells, and all its texts."""

    code: str
    name: str
    direction: str
    order: int
    digits: str  # its ten figures, zero first
    group: int  # how many digits are read in one breath
    keys: Mapping[str, str]  # the word of each key
    pronounce: Mapping[str, str]
    texts: Mapping[str, Text]
    words: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # digits -> ways to say them
    voices: tuple[Mapping[str, str | int], ...] = ()
    speech_model: str | None = None
    comma: str = ","
    clock: Clock = USUAL_CLOCK
    sms: Mapping[str, Text] = field(default_factory=dict)  # what is sent, by its id


@dataclass(frozen=True, slots=True)
class Content:
    """One state of the authors' files, read but not yet believed."""

    sources: tuple[Source, ...]
    written: Mapping[str, Node]
    nodes: Mapping[str, Node]  # those that callers can meet: what is written, around what is parked
    roles: Roles
    limits: Limits
    facts: Mapping[str, Fact]
    tongues: tuple[Tongue, ...]  # in the order of their keys
    removed: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()  # what could not be read
    places: str | None = None  # the language in which names and streets are read

    def tongue(self, code: str) -> Tongue:
        """The language of this code; KeyError when there is none."""
        return {tongue.code: tongue for tongue in self.tongues}[code]

    def last_successor(self, id: str) -> str | None:
        """The node that stands for a removed one; None when the way there ends nowhere or in a circle."""
        for _ in self.removed:
            id = self.removed.get(id, id)
        return id if id in self.nodes else None


def prompt_keys(content: Content) -> dict[str, set[str]]:
    """For each prompt of an option, the keys under which menus offer it."""
    keys: dict[str, set[str]] = {id: {key} for id, key in (*SPOKEN_KEYS.items(), *desk.KEYS.items())}
    for node in content.written.values():
        options = node.options if isinstance(node, Menu) else (node.other,) if isinstance(node, Language) else ()
        for option in options:
            for prompt in prompts_of(option.say):
                keys.setdefault(prompt, set()).add(option.key)
    return keys


def node_prompts(node: Node) -> Iterator[str]:
    """Every prompt that a node can say."""
    yield from (item for item in node_lines(node) if isinstance(item, str))
    if isinstance(node, Language):
        yield from (CHOOSE, *prompts_of(node.other.say))


def node_lines(node: Node) -> Iterator[Line]:
    """Every prompt and value that a node can say on its pages, whatever values are there."""
    for page in range(len(node.pages) if isinstance(node, Steps) else 1):
        yield from every(lines(node, page))


def prompts_of(say: Say) -> Iterator[str]:
    """Every prompt that a say can hold, whatever values are there."""
    return (item for item in every(say) if isinstance(item, str))


def spoken_prompts(content: Content) -> dict[str, Node | None]:
    """Every prompt that can be heard, with a node that says it (None: the engine itself, or what the staff hears)."""
    nodes = content.nodes.values()
    hours = HOURS if any(_tells_hours(node) for node in nodes) else ()
    spoken: dict[str, Node | None] = dict.fromkeys((*SYSTEM, *MOMENTS, *hours, *desk.prompts(nodes)))
    for node in content.nodes.values():
        spoken |= {prompt: node for prompt in node_prompts(node) if prompt not in spoken}
    return spoken


def _tells_hours(node: Node) -> bool:
    return any(isinstance(item, Placed) and item.kind == "hours" for item in node_lines(node))


def written_prompts(content: Content) -> dict[str, Node | None]:
    """The same, with those that are parked."""
    return spoken_prompts(replace(content, nodes=content.written))


def filled(
    content: Content, tongue: Tongue, keys: Mapping[str, set[str]] | None = None
) -> dict[tuple[str, Variant], str]:
    """Each text of a language with its keys and values filled in, by (prompt, wording)."""
    known, said = prompt_keys(content) if keys is None else keys, _said(content, tongue)
    return {
        (text.id, variant): _fill(words, said, _key(content, tongue, known, text.id))
        for text in tongue.texts.values()
        for variant, words in text.wordings.items()
    }


def spellings(content: Content, tongue: Tongue) -> dict[tuple[str, Variant], str]:
    """Each text as the placeholder voice should read it."""
    keys = prompt_keys(content)
    plain, said = filled(content, tongue, keys), _said(content, tongue)
    for text in tongue.texts.values():
        for variant, words in text.spelled.items():
            plain[text.id, variant] = _fill(words, said, _key(content, tongue, keys, text.id))
    return {place: pronounced(words, tongue.pronounce) for place, words in plain.items()}


def _said(content: Content, tongue: Tongue) -> dict[str, str]:
    """The values of all facts, as this language says them."""
    return {fact.id: say_value(fact, tongue) for fact in content.facts.values() if fact.value is not None}


def _key(content: Content, tongue: Tongue, keys: Mapping[str, set[str]], prompt: str) -> str:
    """The key that a prompt names."""
    key = str(content.tongues.index(tongue) + 1) if prompt == CHOOSE else min(keys.get(prompt, {""}))
    return tongue.keys.get(key, key)


def _fill(words: str, said: Mapping[str, str], key: str) -> str:
    return PLACEHOLDER.sub(lambda found: key if found[1] == "key" else said.get(found[1], found[0]), words)


def pronounced(words: str, pronounce: Mapping[str, str]) -> str:
    """The words as a voice should read them, whose names it would read wrongly."""
    if not pronounce:
        return words
    names = "|".join(re.escape(name) for name in sorted(pronounce, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda found: pronounce[found[0]], words)


def say_value(fact: Fact, tongue: Tongue) -> str:
    """A fact's value in a language: figures of its own script, or digit by digit in breaths."""
    value = fact.value or ""
    if fact.speak == "digits":
        figures = [tongue.keys.get(figure, figure) for figure in value if figure.isdigit()]
        group = len(figures) if len(figures) <= SHORT_NUMBER else tongue.group
        breaths = [" ".join(figures[at : at + group]) for at in range(0, len(figures), group)]
        return f"{tongue.comma} ".join(breaths)
    return value.translate({ord(str(n)): figure for n, figure in enumerate(tongue.digits)})


def book(content: Content) -> Book:
    """What the engine reads of this content."""
    doubts: dict[str, tuple[Doubtful, ...]] = {}
    for tongue in content.tongues:
        for text in tongue.texts.values():
            told = [content.facts[name] for name in text.facts if name in content.facts]
            marks = tuple(Doubtful(fact.doubt, fact.valid_until) for fact in told if fact.doubt or fact.valid_until)
            if marks:
                doubts[text.id] = tuple({*doubts.get(text.id, ()), *marks})
    return Book(
        nodes=content.nodes,
        roles=content.roles,
        limits=content.limits,
        languages=tuple(tongue.code for tongue in content.tongues),
        places=content.places,
        variants={(t.code, text.id): frozenset(text.wordings) for t in content.tongues for text in t.texts.values()},
        doubts=doubts,
        words={tongue.code: tongue.words for tongue in content.tongues},
        numbers={tongue.code: tongue.numbers for tongue in content.tongues},
        removed=content.removed,
    )
