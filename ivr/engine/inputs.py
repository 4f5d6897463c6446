"""What can happen to a call, in the past tense. Silence and hanging up are inputs of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.engine.turn import Value


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call came in; `language` is what this caller chose last time, if anything.

    `speech`: it can be spoken to; `texting`: what is told can be sent to it as a text message.
    """

    language: str | None = None
    first_call: bool = True
    speech: bool = False
    texting: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys 0-9, * and #, in order; several at once mean the same as one after the other."""

    keys: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a recogniser (or a typing tester) heard, as words; "" where a voice was no word that it knows.

    While the language is unknown each language's recogniser hears the same utterance: `others` is what they heard.
    """

    words: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StayedSilent:
    """Nothing came in the time the turn gave."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The caller spoke a message; `ref` names it, `None` when nothing was recorded."""

    ref: str | None


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """A transfer came back: `answered` is our own record that a person took the call."""

    answered: bool


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over, by whichever side."""


@dataclass(frozen=True, slots=True)
class LeftOff:
    """Where an earlier call was cut off, and what its caller had answered."""

    node: str
    page: int
    topic: str | None
    answers: Mapping[str, str]
    stack: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """An answer from outside: which case it is, and named values that later prompts may speak.

    None forgets a value, and what the caller answered under that name.
    What is private stands among `secrets`: it may be spoken, and never travels in an address.
    """

    case: str
    values: Mapping[str, Value | None] = field(default_factory=dict)
    secrets: Mapping[str, str | None] = field(default_factory=dict)
    left_off: LeftOff | None = None  # the call goes on there, whatever the case


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The outside cannot say: no such answerer, or it is out of order."""


@dataclass(frozen=True, slots=True)
class Learned:
    """The answer to the turn's `Ask` of the same kind."""

    kind: str
    value: Known | Unavailable


Input = Arrived | Pressed | Said | StayedSilent | Recorded | TransferEnded | HungUp | Learned


@dataclass(frozen=True, slots=True)
class Context:
    """What the engine is told of the world beside the input: the clock, and whether a promise can be kept now."""

    now: float  # seconds since the epoch, UTC
    today: str  # ISO date where the helpline lives, for facts that expire
    storing: bool = True
