"""What a menu file becomes: nodes, options, roles and limits, all immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.engine.turn import Variant

RETURN = "return"
"""A target that goes back to where the sub-tree was entered; the main menu when it was not."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A value that an answer from outside or from the caller left behind, spoken in its place."""

    kind: str  # digits, number, moment, hours or speech
    name: str


Line = str | Placed


@dataclass(frozen=True, slots=True)
class Only:
    """Said only while a value of this name is there; with `value`, only while it is this one."""

    needs: str
    say: tuple[Line, ...]
    value: str | None = None


Say = tuple[Line | Only, ...]
"""What a node says, in order: prompt ids, placed values, and what depends on a value."""


@dataclass(frozen=True, slots=True)
class Option:
    """One key of a menu or question: `id` never changes its meaning, also as a remembered answer.

    With `needs` it is there only while a value of that name is. Spoken, it is asked back where it is `sure`, never
    where that is False, and without a word on it where it leads to a promise.
    """

    key: str
    id: str
    to: str
    say: tuple[Line, ...]
    topic: str | None = None
    needs: str | None = None
    sure: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What every node has."""

    id: str
    tree: str
    say: Say
    topic: str | None = None
    text: str | None = None  # id of the text message that key 7 sends, where any can be sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(Base):
    """The language choice: a key for each language, and a way out for callers of another one."""

    then: str
    other: Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Base):
    """A choice of one key; a question remembers the chosen option id under `remember`."""

    options: tuple[Option, ...]
    remember: str | None = None
    private: bool = False  # an answer about a person's situation: not for statistics
    silence: str | None = None  # where the first silence leads; without it silence is counted
    sure: bool = False  # every spoken choice is asked back
    give_up: str | None = None  # where whoever missed too often is led; without it to a person, or a goodbye


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Base):
    """An explanation in pages; silence or 1 goes on, after the last page to `then`."""

    pages: tuple[Say, ...]
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Base):
    """Digits keyed by the caller, read back and confirmed unless told otherwise, remembered under `remember`."""

    remember: str
    least: int
    most: int
    then: str
    private: bool = False
    confirm: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Base):
    """A spoken message of at most `seconds`, an empty one too leads on; `unavailable` where nothing can record it."""

    seconds: int
    then: str
    unavailable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Base):
    """A transfer to a destination known by name outside; `missed` where nobody took it, `unavailable` without a try."""

    target: str
    seconds: int
    then: str
    missed: str
    unavailable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Base):
    """Goes on by a remembered answer, without a word."""

    by: str
    cases: Mapping[str, str]
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Base):
    """Asks the outside (`Ask`), then goes on by the case it answers."""

    ask: str
    cases: Mapping[str, str]
    unavailable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto(Base):
    """Goes to another tree, which finds these values; with `then`, comes back there when that tree says `return`."""

    to: str
    then: str | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Base):
    """The one promise: a request for a person is stored, then `then` says so; `unavailable` where it cannot be.

    An unfinished one is stored so that a hang-up loses nothing; nothing is promised yet.
    """

    then: str
    unavailable: str
    unfinished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Base):
    """The request that was found is taken back, then `then` says so; `unavailable` where it cannot be."""

    then: str
    unavailable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendText(Base):
    """The text message that the value `text_of` names is asked for; `unavailable` where that cannot be stored."""

    then: str
    unavailable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Base):
    """Last words, then the call ends."""

    how: str = "finished"


Node = Language | Menu | Steps | Entry | Message | Connect | Route | Question | Goto | Request | Cancel | SendText | End
Listening = Language | Menu | Steps | Entry | Message | Connect


@dataclass(frozen=True, slots=True)
class Roles:
    """Which nodes the engine itself goes to; without `text` no text message is offered."""

    start: str
    welcome_back: str
    main: str
    person: str
    goodbye: str
    trouble: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long anything may go on. Seconds of silence are counted after the last piece."""

    tries: int = 3
    inputs: int = 400
    minutes: int = 60
    menu_silence: float = 6
    page_silence: float = 2
    entry_silence: float = 8
    back: int = 12  # how many nodes `*` remembers


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Why a prompt may not be said as certain: marked so, or past the date (ISO)."""

    doubt: bool
    until: str | None


@dataclass(frozen=True, slots=True)
class Book:
    """All that the engine reads of a release."""

    nodes: Mapping[str, Node]
    roles: Roles
    limits: Limits
    languages: tuple[str, ...]  # in the order of their keys 1, 2, 3 …
    places: str | None = None  # the language in which names and streets are read; None: the caller's
    variants: Mapping[tuple[str, str], frozenset[Variant]] = field(default_factory=dict)  # of (language, prompt)
    doubts: Mapping[str, tuple[Doubtful, ...]] = field(default_factory=dict)  # prompt -> the facts it speaks
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)  # language -> option id -> phrases
    numbers: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)  # language -> digits -> phrases
    removed: Mapping[str, str] = field(default_factory=dict)  # removed node -> its successor
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)  # what was computed once

    def node(self, id: str) -> Node:
        """The node of this id, the successor it named, or the main menu when nobody knows it."""
        node = self.nodes.get(id)
        return self.nodes[self._successor(id)] if node is None else node

    def _successor(self, id: str) -> str:
        for _ in range(len(self.removed)):
            id = self.removed.get(id, self.roles.main)
            if id in self.nodes:
                return id
        return self.roles.main
