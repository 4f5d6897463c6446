"""Turns as small JSON lists and back: what the store keeps of a turn is enough to render it again, byte for byte."""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from ivr.engine.turn import (
    Ask,
    Digits,
    Ending,
    HangUp,
    Hours,
    Listen,
    Moment,
    Number,
    Piece,
    Prompt,
    Record,
    Result,
    Speech,
    Transfer,
    Turn,
    Variant,
)


def turn_out(turn: Turn) -> list[Any]:
    """The turn without its facts: those were stored as what they are."""
    pieces = [piece_out(piece) for piece in turn.pieces]
    return [turn.node, turn.language, pieces, ending_out(turn.ending), turn.result.value]


def turn_in(data: list[Any]) -> Turn:
    """The turn that `turn_out` wrote."""
    node, language, pieces, ending, result = data
    return Turn(node, language, tuple(piece_in(piece) for piece in pieces), ending_in(ending), Result(result))


def piece_out(piece: Piece) -> list[Any]:
    """A piece as [kind, …]."""
    match piece:
        case Prompt(id, language, variant):
            return ["p", id, language] if variant is Variant.FULL else ["p", id, language, variant.value]
        case Number(n, language):
            return ["n", n, language]
        case Digits(digits, language):
            return ["d", digits, language]
        case Moment(date, part, today, language):
            return ["m", date, part, today, language]
        case Hours(days, spans, language):
            return ["h", days, [list(span) for span in spans], language]
        case Speech(text, language, around):
            return ["s", text, language, around]
    assert_never(piece)


def piece_in(data: list[Any]) -> Piece:
    """The piece that `piece_out` wrote."""
    kind, *rest = data
    return _PIECES[kind](rest)


def _prompt(rest: list[Any]) -> Piece:
    return Prompt(rest[0], rest[1], Variant(rest[2]) if len(rest) > 2 else Variant.FULL)


_PIECES: Mapping[str, Callable[[list[Any]], Piece]] = {
    "p": _prompt,
    "n": lambda rest: Number(*rest),
    "d": lambda rest: Digits(*rest),
    "m": lambda rest: Moment(*rest),
    "h": lambda rest: Hours(rest[0], tuple((start, end) for start, end in rest[1]), rest[2]),
    "s": lambda rest: Speech(*rest),
}


def ending_out(ending: Ending) -> list[Any]:
    """An ending as [kind, …]."""
    match ending:
        case Listen(keys, timeout, digits, entry, words):
            return ["listen", keys, timeout, digits, entry, list(words)]
        case Record(seconds):
            return ["record", seconds]
        case Transfer(to, seconds):
            return ["transfer", to, seconds]
        case HangUp(how):
            return ["hangup", how]
        case Ask(kind, args):
            return ["ask", kind, [list(arg) for arg in args]]
    assert_never(ending)


def ending_in(data: list[Any]) -> Ending:
    """The ending that `ending_out` wrote."""
    kind, *rest = data
    return _ENDINGS[kind](rest)


_ENDINGS: Mapping[str, Callable[[list[Any]], Ending]] = {
    "listen": lambda rest: Listen(rest[0], rest[1], rest[2], rest[3], tuple(rest[4])),
    "record": lambda rest: Record(*rest),
    "transfer": lambda rest: Transfer(*rest),
    "hangup": lambda rest: HangUp(*rest),
    "ask": lambda rest: Ask(rest[0], tuple((name, value) for name, value in rest[1])),
}
