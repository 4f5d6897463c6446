"""Which pieces a node says, in which wording."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr.engine.inputs import Context
from ivr.engine.menu import Book, Language, Line, Menu, Node, Only, Option, Placed, Say, Steps
from ivr.engine.turn import Digits, Hours, Moment, Number, Opening, Piece, Prompt, Speech, Value, Variant, When

SILENCE = "system.silence"
WRONG_KEY = "system.wrong-key"
NOT_UNDERSTOOD = "system.not-understood"
TOO_SHORT = "system.too-short"
LIMIT = "system.limit"
BROKEN = "system.broken"  # last words when all else fails; played from disk, without a release
NOT_SPOKEN = "system.not-spoken"  # in place of free text that could not be spoken in time
ENTRY_HEARD = "entry.heard"
ENTRY_RIGHT = "entry.right"
ENTRY_AGAIN = "entry.again"
CHOOSE = "language.choose"
SPEECH = "speech"
"""The value that is there while the caller can be understood."""
SPEECH_HEARD = "speech.heard"
SPEECH_CONFIRM = "speech.confirm"
SPEECH_PERSON = "speech.person"
SPEECH_USE_KEYS = "speech.use-keys"
TEXTING = "texting"
"""The value that is there while a text message can be sent to the caller."""
TEXT_OF = "text_of"
"""The value that names the text message which the caller asked for."""
TEXT_HINT = "text.hint"

SYSTEM = (
    *(SILENCE, WRONG_KEY, NOT_UNDERSTOOD, TOO_SHORT, LIMIT, BROKEN, NOT_SPOKEN),
    *(ENTRY_HEARD, ENTRY_RIGHT, ENTRY_AGAIN, CHOOSE),
    *(SPEECH_HEARD, SPEECH_CONFIRM, SPEECH_PERSON, SPEECH_USE_KEYS),
)
"""What the engine says on its own; every language must have each of these."""

NUMBERS = range(101)
"""The cardinals that every language can say as one word; any other number is read digit by digit."""

TEXT_KEY = "7"
SPOKEN_KEYS = {ENTRY_RIGHT: "1", ENTRY_AGAIN: "2", TEXT_HINT: TEXT_KEY}
"""The keys that the engine's own prompts name."""


@dataclass(frozen=True, slots=True)
class Voice:
    """In which languages, which wording, and with which values something is said."""

    languages: tuple[str, ...]
    wanted: Variant
    values: Mapping[str, Value]


def wording(book: Book, prompt: str, language: str, wanted: Variant, context: Context) -> Variant:
    """The wording to play: a doubtful or expired value is never said as certain; short only where there is one."""
    for fact in book.doubts.get(prompt, ()):
        if fact.doubt or (fact.until is not None and fact.until < context.today):
            return Variant.DOUBT
    known = book.variants.get((language, prompt), frozenset())
    return wanted if wanted in known else Variant.FULL


def pieces(book: Book, say: Say, voice: Voice, context: Context) -> list[Piece]:
    """The prompts and values of a say, in one language after the other; a value nobody left is left out."""
    out: list[Piece] = []
    for language in voice.languages:
        for item in said(say, voice.values):
            if isinstance(item, str):
                out.append(Prompt(item, language, wording(book, item, language, voice.wanted, context)))
            elif (value := voice.values.get(item.name)) is not None:
                out.append(_placed(item, value, _Told(language, book.places or language, context.today)))
    return out


def said(say: Say, values: Mapping[str, Value]) -> Iterator[Line]:
    """What is said where these values are there."""
    for item in say:
        if not isinstance(item, Only):
            yield item
        elif item.needs in values and item.value in (None, values[item.needs]):
            yield from item.say


def every(say: Say) -> Iterator[Line]:
    """All that can be said, whatever values are there."""
    for item in say:
        yield from item.say if isinstance(item, Only) else (item,)


def node_pieces(book: Book, node: Node, page: int, voice: Voice, context: Context) -> list[Piece]:
    """All that a node says on this page: its own words, its page, its options. What depends on no value is kept."""
    key = (node.id, page, voice.languages, voice.wanted, context.today)
    kept = book.memo.get(key)
    if isinstance(kept, tuple):
        return list(kept)
    say = lines(node, page)
    if isinstance(node, Language):
        out = list(_language_pieces(book, node, voice, context))
    else:
        out = pieces(book, say, voice, context)
    return _remember(book, key, out) if all(isinstance(item, str) for item in say) else out


def lines(node: Node, page: int = 0) -> Say:
    """What a node says on a page (from 0), in order."""
    match node:
        case Menu():
            return (*node.say, *(item for option in node.options for item in _option(option)), *_hint(node))
        case Steps():
            said = (*node.say, *node.pages[0]) if page == 0 else node.pages[page]
            return (*said, *_hint(node)) if page == len(node.pages) - 1 else said
        case _:
            return node.say


def _hint(node: Menu | Steps) -> Say:
    return () if node.text is None else (Only(TEXTING, (TEXT_HINT,)),)


def _option(option: Option) -> Say:
    return option.say if option.needs is None else (Only(option.needs, option.say),)


def _language_pieces(book: Book, node: Language, voice: Voice, context: Context) -> Iterator[Piece]:
    every = Voice(book.languages, voice.wanted, voice.values)
    for say in (node.say, (CHOOSE,), node.other.say):
        yield from pieces(book, say, every, context)


def _remember(book: Book, key: object, out: Iterable[Piece]) -> list[Piece]:
    book.memo[key] = tuple(out)
    return list(out)


@dataclass(frozen=True, slots=True)
class _Told:
    """In which language something is said, in which one the names of places, and on which day."""

    language: str
    places: str
    today: str


def _placed(item: Placed, value: Value, told: _Told) -> Piece:
    match value:
        case When(date, part):
            return Moment(date, part, told.today, told.language)
        case Opening(days, spans):
            return Hours(days, spans, told.language)
        case int() if item.kind == "number" and value in NUMBERS:
            return Number(value, told.language)
        case _ if item.kind == "speech":
            return Speech(str(value), told.places, told.language)
        case _:
            return Digits(str(value), told.language)
