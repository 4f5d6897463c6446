"""Recording by telephone: a sitting is one call to somebody's own phone, what was spoken in it becomes a take.

expected ── take ──> taken            A recording is expected from the moment that somebody spoke it. Nobody has to
   ├─ drop ──> dropped                say that they want it: what is not dropped by key becomes a take, also when the
   └─ lose ──> lost                   line breaks.
"""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from ivr.store import dials, news
from ivr.store.database import Stored, Transaction
from ivr.store.dials import Dial
from ivr.store.statements import insert_once
from ivr.store.studio_tables import sittings, spoken


class Step(StrEnum):
    """What a sitting waits for."""

    PIN = "pin"
    CODE = "code"
    SPEAK = "speak"
    FETCH = "fetch"
    CHOICE = "choice"
    OVER = "over"


class State(StrEnum):
    """What became of a recording; `dropped`: spoken again instead, `lost`: it could not be fetched."""

    EXPECTED = "expected"
    TAKEN = "taken"
    DROPPED = "dropped"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Sitting:
    """Where a call stands: `said` are the names of sounds, `tries` counts those in vain, `name` is what is recorded."""

    dial_id: int
    language: str
    n: int
    step: Step
    said: tuple[str, ...]
    tries: int
    name: str | None
    spoken_id: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """Which sound somebody spoke, and the words that it had then."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording; `kept_at` is there when it was kept by key, `take_id` when it is a take."""

    id: int
    dial_id: int
    ref: str
    name: str
    text: str
    state: State
    at: float
    kept_at: float | None
    take_id: int | None


COLUMNS = tuple(sittings.c[name] for name in Sitting.__dataclass_fields__)
OPEN = insert(sittings).values({name: bindparam(name) for name in Sitting.__dataclass_fields__})
FIND = select(*COLUMNS).where(sittings.c.dial_id == bindparam("dial"))
LOCK = FIND.with_for_update()
GO_ON = (
    update(sittings)
    .where(sittings.c.dial_id == bindparam("dial"))
    .values({name: bindparam(name) for name in ("n", "step", "said", "tries", "name", "spoken_id")})
)
ADD = insert_once(spoken, ("dial_id", "ref", "name", "text", "state", "at")).returning(spoken.c.id)
BY_REF = select(spoken.c.id).where(spoken.c.ref == bindparam("ref"), spoken.c.dial_id == bindparam("dial"))
THIS = spoken.c.id == bindparam("spoken")
RECORDING = select(*(spoken.c[name] for name in Spoken.__dataclass_fields__))
FIND_SPOKEN = RECORDING.where(THIS)
LOCK_SPOKEN = FIND_SPOKEN.with_for_update()
OF_SITTING = RECORDING.where(spoken.c.dial_id == bindparam("dial")).order_by(spoken.c.id)
MOVE = (
    update(spoken)
    .where(THIS, spoken.c.state == bindparam("before"))
    .values(state=bindparam("after"), take_id=bindparam("take"))
)
KEEP = update(spoken).where(THIS, spoken.c.kept_at.is_(None)).values(kept_at=bindparam("since"))


def begin(tx: Transaction, dial_id: int, language: str) -> None:
    """A sitting whose phone has not rung yet."""
    new = Sitting(dial_id, language, 0, Step.PIN, (), 0, None, None)
    tx.execute(OPEN, {"dial_id": dial_id, "language": language, **_values(new)})


def find(tx: Transaction, dial_id: int) -> Sitting | None:
    """The sitting of this attempt to call."""
    return _sitting(tx.execute(FIND, {"dial": dial_id}).first())


def lock(tx: Transaction, dial_id: int) -> Sitting | None:
    """The same, held off from everybody else until the commit."""
    return _sitting(tx.execute(LOCK, {"dial": dial_id}).first())


def go_on(tx: Transaction, dial: Dial, sitting: Sitting, **changed: Any) -> Sitting:
    """The sitting after something happened in it: one more was said."""
    after = replace(sitting, n=sitting.n + 1, **changed)
    tx.execute(GO_ON, {"dial": sitting.dial_id, **_values(after)})
    news.tell(tx, dials.topic(dial.staff_id))
    return after


def add(tx: Transaction, dial: Dial, ref: str, said: Said, at: float) -> tuple[int, bool] | None:
    """The id of a recording and whether it is new; None when it is another sitting's."""
    what = {"name": said.name, "text": said.text}
    values = {"dial_id": dial.id, "ref": ref, **what, "state": State.EXPECTED.value, "at": at}
    id = tx.execute(ADD, values).scalar()
    if id is not None:
        news.tell(tx, dials.topic(dial.staff_id))
        return int(id), True
    id = tx.execute(BY_REF, {"ref": ref, "dial": dial.id}).scalar()
    return None if id is None else (int(id), False)


def recording(tx: Transaction, id: int) -> Spoken | None:
    """The recording of this id."""
    return _spoken(tx.execute(FIND_SPOKEN, {"spoken": id}).first())


def lock_recording(tx: Transaction, id: int) -> Spoken | None:
    """The same, held off from everybody else until the commit."""
    return _spoken(tx.execute(LOCK_SPOKEN, {"spoken": id}).first())


def recordings(tx: Transaction, dial_id: int) -> list[Spoken]:
    """What was spoken in a sitting, the first one first."""
    return [found for row in tx.execute(OF_SITTING, {"dial": dial_id}) if (found := _spoken(row))]


def take(tx: Transaction, id: int, take_id: int) -> bool:
    """It is a take; False when nobody expects it any more."""
    return _move(tx, id, State.EXPECTED, State.TAKEN, take_id)


def drop(tx: Transaction, id: int) -> bool:
    """Nobody wants it, before it was fetched; False when it is here, or lost."""
    return _move(tx, id, State.EXPECTED, State.DROPPED, None)


def lose(tx: Transaction, id: int) -> bool:
    """It will not come; False when nobody expects it."""
    return _move(tx, id, State.EXPECTED, State.LOST, None)


def keep(tx: Transaction, id: int, at: float) -> bool:
    """Somebody said that they want it; False when that was known."""
    return tx.execute(KEEP, {"spoken": id, "since": at}).rowcount == 1


def _move(tx: Transaction, id: int, before: State, after: State, take_id: int | None) -> bool:
    values = {"spoken": id, "before": before.value, "after": after.value, "take": take_id}
    return tx.execute(MOVE, values).rowcount == 1


def _values(sitting: Sitting) -> dict[str, Any]:
    return {
        "n": sitting.n,
        "step": sitting.step.value,
        "said": json.dumps(sitting.said),
        "tries": sitting.tries,
        "name": sitting.name,
        "spoken_id": sitting.spoken_id,
    }


def _sitting(row: Stored | None) -> Sitting | None:
    if row is None:
        return None
    return Sitting(**{**row._mapping, "step": Step(row.step), "said": tuple(json.loads(row.said))})


def _spoken(row: Stored | None) -> Spoken | None:
    return None if row is None else Spoken(**{**row._mapping, "state": State(row.state)})
