"""A caller who walks through a book, asked and answered as the door of every channel does it."""

from dataclasses import dataclass, field, replace

from ivr.engine import engine
from ivr.engine.inputs import (
    Arrived,
    Context,
    Input,
    Known,
    Learned,
    Pressed,
    Said,
    StayedSilent,
    Unavailable,
)
from ivr.engine.menu import Book
from ivr.engine.state import State
from ivr.engine.turn import Ask, Digits, Fact, Hours, Moment, Number, Piece, Prompt, Result, Turn, Variant

CHAIN = 50
"""More questions to the outside than any small book can ask in a row."""


def said(pieces: tuple[Piece, ...], language: str | None = None) -> list[str]:
    """What is said, as prompt ids with `.short` or `.doubt` behind, in one language or in all."""
    return [_said(piece) for piece in pieces if language is None or getattr(piece, "language", "") == language]


def _said(piece: Piece) -> str:
    match piece:
        case Prompt(id, _, variant):
            return id if variant is Variant.FULL else f"{id}.{variant.value}"
        case Digits(digits, _):
            return f"digits {digits}"
        case Number(n, _):
            return f"number {n}"
        case Moment(date, part, _, _):
            return f"moment {date} {part}"
        case Hours(days, spans, _):
            return f"hours {days} {spans}"
        case _:
            return piece.text


@dataclass
class Caller:
    """A call in progress. `outside` answers what the engine asks; what it does not know is unavailable."""

    book: Book
    outside: dict[str, Known] = field(default_factory=dict)
    context: Context = field(default_factory=lambda: Context(1000.0, "2026-11-22"))
    state: State = field(init=False)
    turn: Turn = field(init=False)
    facts: list[Fact] = field(init=False, default_factory=list)

    def arrives(self, language: str | None = "aa", *, first_call: bool = False, **more: bool) -> "Caller":
        """The call comes in, by default from somebody who chose "aa" in an earlier call."""
        return self._settle(*engine.begin(self.book, Arrived(language, first_call, **more), self.context))

    def does(self, *inputs: Input) -> "Caller":
        """One input after the other."""
        for input in inputs:
            self._settle(*engine.advance(self.book, self.state, input, self.context))
        return self

    def presses(self, keys: str) -> "Caller":
        """One key after the other, each a turn of its own."""
        return self.does(*(Pressed(key) for key in keys))

    def stays_silent(self, times: int = 1) -> "Caller":
        """Nothing comes, so often."""
        return self.does(*[StayedSilent()] * times)

    def says(self, words: str) -> "Caller":
        """Speaks."""
        return self.does(Said(words))

    def at(self, now: float, today: str | None = None) -> "Caller":
        """Time goes by."""
        self.context = replace(self.context, now=now, today=today or self.context.today)
        return self

    @property
    def hears(self) -> list[str]:
        """What the last turn says, as ids."""
        return said(self.turn.pieces)

    def _settle(self, state: State, turn: Turn) -> "Caller":
        pieces: tuple[Piece, ...] = ()
        facts, understood = turn.facts, turn.result
        for _ in range(CHAIN):
            if not isinstance(turn.ending, Ask):
                break
            ahead = state.ahead
            pieces = () if ahead else pieces + turn.pieces
            learned = Learned(turn.ending.kind, self.outside.get(turn.ending.kind, Unavailable()))
            state, turn = engine.advance(self.book, state, learned, self.context)
            facts += turn.facts
            if turn.result is not Result.REACHED or (ahead and not state.ahead):
                understood = turn.result
        assert not isinstance(turn.ending, Ask), f"the engine never stops asking {turn.ending}"
        self.state, self.turn = state, replace(turn, pieces=pieces + turn.pieces, facts=facts, result=understood)
        self.facts += facts
        return self
