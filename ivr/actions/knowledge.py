"""What the outside answers when the engine asks: a visible dict of answerers, joined in app.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.actions import hours
from ivr.actions.limits import Limits
from ivr.actions.wishes import OF_A_NUMBER
from ivr.engine.inputs import Known, Unavailable
from ivr.engine.state import State
from ivr.engine.turn import Ask, Value
from ivr.numbers import Kind, Number, as_keyed, may_dial, understand
from ivr.release.release import Release
from ivr.store.database import Transaction

CALLBACK_NUMBER = "callback_number"
"""The private answer under which a caller keys the number to be called back on."""

KEYED = "keyed"
"""The value that says that the number was keyed; unlike the number it travels."""
READ_BACK = "number"
"""The secret that is read back: the number as people key it."""
ATTEMPT = "attempt"
"""The value that names the attempt to put a caller through; who has one was tried once in this call."""
GIVEN = "code_given"
"""The secret under which a caller keys the code of an earlier call; forgotten unless it is right."""


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


def answerers(limits: Limits) -> dict[str, Answerer]:
    """One answerer a kind; a kind that is not here is Unavailable."""
    return {
        "hours": lambda asked: hours.known(asked.release.raw["hours"], datetime.fromtimestamp(asked.now, limits.zone)),
        "number": lambda asked: number_case(asked.line, asked.state, limits),
    }


def number_case(line: Line, state: State, limits: Limits) -> Known:
    """callable, with the secret `number` as it is keyed; foreign, withheld, short; wrong: what was keyed is gone."""
    keyed, found = CALLBACK_NUMBER in state.secrets, _at_hand(line, state, limits)
    values: dict[str, Value | None] = dict.fromkeys((KEYED, *OF_A_NUMBER))
    if found is not None:
        return Known("callable", {**values, KEYED: 1 if keyed else None}, {READ_BACK: as_keyed(found), GIVEN: None})
    kind = line.number.kind.value if line.number.kind in (Kind.FOREIGN, Kind.WITHHELD) else "short"
    return Known("wrong" if keyed else kind, values, dict.fromkeys((CALLBACK_NUMBER, READ_BACK, GIVEN)))


def callback_number(line: Line, state: State, limits: Limits) -> str | None:
    """The number to call back (E.164): the keyed one, else the one that rings; None when neither can be called.

    None too when a keyed one was lost with the database: the one that rings may be anybody's.
    """
    lost = KEYED in state.values and CALLBACK_NUMBER not in state.secrets
    return None if lost else _at_hand(line, state, limits)


def _at_hand(line: Line, state: State, limits: Limits) -> str | None:
    keyed = state.secrets.get(CALLBACK_NUMBER)
    number = line.number if keyed is None else understand(keyed, limits.production)
    return number.e164 if may_dial(number, limits.reach) else None
