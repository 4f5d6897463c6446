"""Where a call stands: all that the next turn depends on, beside the book, the input and the clock."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.turn import Opening, Value, When

Left = tuple[str, int, int]
"""A node that the caller left, at which page, and how many sub-trees could return then."""


@dataclass(frozen=True, slots=True)
class State:
    """A call between two turns. `secrets` (numbers, codes) stay in the store; every other field may travel sealed."""

    node: str
    started: float  # seconds since the epoch
    language: str | None = None
    page: int = 0
    confirming: bool = False
    starred: bool = False  # the last key was a * on an empty entry: a 0 now means a person
    filled: bool = False  # the last key was the last digit of an entry: a # now only ends it, as people are used to
    silences: int = 0
    misses: int = 0
    misheard: int = 0  # misses by voice; where there are too many here, only keys are listened for
    offered: str = ""  # the key of a spoken choice that is asked back: it counts once the caller says yes
    spoken: bool = False  # digits of the entry were heard, not keyed: they are always read back
    inputs: int = 0
    heard: bool = False  # a key or a voice ever came
    topic: str | None = None
    asking: str | None = None  # the kind of Ask that is open
    ahead: str = ""  # keys that came before the open Ask was answered
    ended: bool = False
    trail: tuple[Left, ...] = ()  # for *
    stack: tuple[str, ...] = ()  # where sub-trees return to
    answers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


_SHORT = {
    "node": "n",
    "started": "t",
    "language": "l",
    "page": "p",
    "confirming": "c",
    "starred": "x",
    "filled": "f",
    "silences": "s",
    "misses": "m",
    "misheard": "u",
    "offered": "w",
    "spoken": "z",
    "inputs": "i",
    "heard": "h",
    "topic": "o",
    "asking": "q",
    "ahead": "k",
    "ended": "e",
}
_EMPTY = State(node="", started=-1.0)
_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def wire(state: State) -> dict[str, Any]:
    """The state as a small JSON object, without its secrets; fields that stand at their default are left out."""
    out = {short: value for name, short in _SHORT.items() if (value := getattr(state, name)) != getattr(_EMPTY, name)}
    if state.trail:
        out["b"] = [[node, page, returns] if returns else [node, page] for node, page, returns in state.trail]
    if state.stack:
        out["r"] = list(state.stack)
    if state.answers:
        out["a"] = dict(state.answers)
    if state.values:
        out["v"] = {name: _value_out(value) for name, value in state.values.items()}
    return out


def unwire(data: Mapping[str, Any], secrets: Mapping[str, str]) -> State:
    """The state that `wire` wrote, with its secrets put back."""
    plain = {name: data[short] for name, short in _SHORT.items() if short in data}
    return State(
        **plain,
        trail=tuple((node, page, *(returns or (0,))) for node, page, *returns in data.get("b", ())),
        stack=tuple(data.get("r", ())),
        answers=data.get("a", {}),
        values={name: _value_in(value) for name, value in data.get("v", {}).items()},
        secrets=secrets,
    )


def dumps(data: Mapping[str, Any]) -> bytes:
    """JSON in one canonical form: the same data gives the same bytes."""
    return _CANONICAL.encode(data).encode()


def _value_out(value: Value) -> Any:
    match value:
        case When(date, part):
            return [date, part]
        case Opening(days, spans):
            return [days, [list(span) for span in spans]]
        case _:
            return value


def _value_in(value: Any) -> Value:
    match value:
        case [days, list(spans)]:
            return Opening(days, tuple((start, end) for start, end in spans))
        case [date, part]:
            return When(date, part)
        case plain:
            return plain  # type: ignore[no-any-return]
