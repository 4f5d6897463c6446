"""What the outside answers when the engine asks: a visible dict of answerers, joined in app.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.actions import hours
from ivr.engine.inputs import Known, Unavailable
from ivr.engine.state import State
from ivr.engine.turn import Ask
from ivr.numbers import Kind, Number, understand
from ivr.release.release import Release
from ivr.store.database import Transaction

CALLBACK_NUMBER = "callback_number"
"""The private answer under which a caller keys the number to be called back on."""

REACHABLE = frozenset({Kind.MOBILE, Kind.LANDLINE})
"""Kinds of number that we promise to call back."""


@dataclass(frozen=True, slots=True)
class Line:
    """A call as its channel knows it; the id is made from the provider's, so that a repeated delivery finds it."""

    call_id: str
    channel: str
    external_id: str
    number: Number


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the engine and all that an answerer may look at; `tx` is None while the database is away."""

    ask: Ask
    line: Line
    state: State
    release: Release
    now: float
    tx: Transaction | None


Answerer = Callable[[Asked], Known | Unavailable]
Answerers = Mapping[str, Answerer]


def answerers(timezone: ZoneInfo, production: bool) -> dict[str, Answerer]:
    """One answerer a kind; a kind that is not here is Unavailable."""
    return {
        "hours": lambda asked: hours.known(asked.release.raw["hours"], datetime.fromtimestamp(asked.now, timezone)),
        "number": lambda asked: number_case(asked.line, asked.state, production),
    }


def number_case(line: Line, state: State, production: bool) -> Known:
    """Can we call back? callable; foreign, withheld, short as it came; wrong when a keyed one is not French."""
    keyed = state.secrets.get(CALLBACK_NUMBER)
    if keyed is not None:
        return Known("callable" if understand(keyed, production).kind in REACHABLE else "wrong")
    kind = line.number.kind
    if kind in REACHABLE:
        return Known("callable")
    return Known(kind.value if kind in {Kind.FOREIGN, Kind.WITHHELD} else "short")


def callback_number(line: Line, state: State, production: bool) -> str | None:
    """The number to call back (E.164): the keyed one, else the one that rings; None when neither can be called."""
    keyed = state.secrets.get(CALLBACK_NUMBER)
    number = line.number if keyed is None else understand(keyed, production)
    return number.e164 if number.kind in REACHABLE else None
