"""What the helpline does next: pieces to play, exactly one ending, facts to store."""

from dataclasses import dataclass
from enum import StrEnum


class Variant(StrEnum):
    """Which wording of a prompt is played."""

    FULL = "full"
    SHORT = "short"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A recorded text."""

    id: str
    language: str
    variant: Variant = Variant.FULL


@dataclass(frozen=True, slots=True)
class Number:
    """A cardinal from 0 to 100, said as one word."""

    n: int
    language: str


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits read one by one, grouped as the language does; never rendered into one file."""

    digits: str
    language: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A date (ISO) and a part of day (morning, afternoon, evening), said relative to `today` (ISO)."""

    date: str
    part: str
    today: str
    language: str


@dataclass(frozen=True, slots=True)
class Hours:
    """When something is open, said in one language: see `Opening`."""

    days: str
    spans: tuple[tuple[str, str], ...]
    language: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Free text, rendered on demand; `around` is the language of what is said before and after it."""

    text: str
    language: str
    around: str


Piece = Prompt | Number | Digits | Moment | Hours | Speech


@dataclass(frozen=True, slots=True)
class When:
    """A date (ISO) and a part of day, before it is known in which language it is said."""

    date: str
    part: str


@dataclass(frozen=True, slots=True)
class Opening:
    """From when until when ("09:00", "17:30") something is open, on which weekdays: none named, "135", or "1-5".

    Without a span it is closed.
    """

    days: str
    spans: tuple[tuple[str, str], ...]


Value = str | int | When | Opening
"""What an answer from outside may carry: a text or digits, a number, a moment, or hours."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for `keys`: one of them in a menu, up to `digits` of them in an entry; words are option ids."""

    keys: str
    timeout: float  # seconds of silence after the last piece
    digits: int = 1
    entry: bool = False  # an entry ends with '#' or when `digits` are there
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller after a beep."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect to a destination the outside knows by this name."""

    to: str
    seconds: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; `how` is counted: finished, silent, limit."""

    how: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The engine must know something that only the outside knows; the answer comes as `Learned`."""

    kind: str
    args: tuple[tuple[str, str], ...] = ()


Ending = Listen | Record | Transfer | HangUp | Ask


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The caller chose a language; remembered for the next call."""

    language: str


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """The caller answered a question; a private one is about their situation: sealed always, never a statistic."""

    name: str
    value: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class CallbackRequested:
    """The caller asked for a person; stored with the turn that says so. Not `finished`: there is more to ask."""

    topic: str
    finished: bool = True


@dataclass(frozen=True, slots=True)
class CallbackCancelled:
    """The caller wants no person any more."""


@dataclass(frozen=True, slots=True)
class MessageLeft:
    """The caller left a voice message."""

    ref: str


@dataclass(frozen=True, slots=True)
class TextRequested:
    """The caller asked to have the text of this id sent, at this node."""

    what: str
    node: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over: finished, silent, limit, passed_on, or hung_up, and at which node."""

    how: str
    node: str


Fact = LanguageChosen | AnswerGiven | CallbackRequested | CallbackCancelled | MessageLeft | TextRequested | CallEnded


class Result(StrEnum):
    """How the input was understood; counted per node."""

    REACHED = "reached"
    CHOSE = "chose"
    CONFIRM = "confirm"
    NO_INPUT = "no_input"
    NO_MATCH = "no_match"
    AGAIN = "again"
    PARTIAL = "partial"
    ENDED = "ended"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of the helpline."""

    node: str
    language: str | None  # what the caller chose; None while unknown
    pieces: tuple[Piece, ...]
    ending: Ending
    result: Result
    facts: tuple[Fact, ...] = ()
