"""Takes: every recording that somebody made of a prompt's wording, with what the checks found and who approved it.

waiting ── treat ──> good ──┐
   ^  └────────────> doubtful ── overrule ──┐
   │  └────────────> bad     └──────────────┴── approve ──> approved
   └── again (good, doubtful, bad: checked anew)          any of them ── withdraw ──> withdrawn

bad, withdrawn ── forget, after their term (`forgetting`) ──> forgotten: the row without the voice
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, insert, select, update

from ivr.store import news
from ivr.store.database import Stored, Transaction
from ivr.store.studio_tables import takes


class State(StrEnum):
    """Where a take stands; doubtful ones have warnings that somebody may overrule, bad ones have errors."""

    WAITING = "waiting"
    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"


class Source(StrEnum):
    """How a take came here."""

    BROWSER = "browser"
    UPLOAD = "upload"
    TELEPHONE = "telephone"
    BUNDLE = "bundle"


CHECKED = (State.GOOD, State.DOUBTFUL, State.BAD)
GONE = (State.WITHDRAWN, State.FORGOTTEN)
"""Nobody can publish them."""


@dataclass(frozen=True, slots=True)
class NewTake:
    """A recording as it came: `name` is the sound's, `text` the words it was made for, `file` lies in the vault."""

    language: str
    name: str
    text: str
    source: Source
    file: str
    sha256: str
    made_by: int | None
    made_at: float


@dataclass(frozen=True, slots=True)
class Take:
    """A stored take; `report`, `sound` (hash of the treated sound) and `seconds` once it was treated."""

    id: int
    language: str
    name: str
    text: str
    source: Source
    state: State
    file: str
    sha256: str
    made_by: int | None
    made_at: float
    report: Mapping[str, Any] | None
    sound: str | None
    seconds: float | None
    overruled_by: int | None
    overruled_why: str | None
    approved_by: int | None
    approved_at: float | None
    withdrawn_at: float | None


@dataclass(frozen=True, slots=True)
class Treated:
    """What became of an original: `report` is plain data; a bad one may have no sound."""

    state: State
    report: Mapping[str, Any]
    sound: str | None
    seconds: float | None


THIS = takes.c.id == bindparam("take")
NAMES: BindParameter[Any] = bindparam("ids", expanding=True)
ADD = insert(takes).returning(takes.c.id)
FIND = select(takes).where(THIS)
ALL = select(takes).order_by(takes.c.id)
FIND_ALL = select(takes).where(takes.c.id.in_(NAMES))
HOLD = FIND_ALL.order_by(takes.c.id).with_for_update()
OF_PLACE = (
    select(takes)
    .where(takes.c.language == bindparam("language"), takes.c.name == bindparam("name"))
    .order_by(takes.c.id.desc())
)
SAME = select(takes).where(takes.c.sha256 == bindparam("digest"), takes.c.state.not_in(GONE)).order_by(takes.c.id)
NEWEST = (
    select(takes)
    .where(
        takes.c.id.in_(
            select(func.max(takes.c.id)).where(takes.c.state.not_in(GONE)).group_by(takes.c.language, takes.c.name)
        )
    )
    .order_by(takes.c.id)
)
NEWEST_APPROVED = select(takes).where(
    takes.c.id.in_(
        select(func.max(takes.c.id)).where(takes.c.state == State.APPROVED).group_by(takes.c.language, takes.c.name)
    )
)
TREAT = (
    update(takes)
    .where(THIS, takes.c.state == State.WAITING)
    .values(
        state=bindparam("became"),
        report=bindparam("found"),
        sound=bindparam("hash"),
        seconds=bindparam("length"),
    )
)
AGAIN = (
    update(takes)
    .where(THIS, takes.c.state.in_(CHECKED))
    .values(state=State.WAITING, overruled_by=None, overruled_why=None)
)
OVERRULE = (
    update(takes)
    .where(THIS, takes.c.state == State.DOUBTFUL)
    .values(state=State.GOOD, overruled_by=bindparam("who"), overruled_why=bindparam("why"))
)
APPROVE = (
    update(takes)
    .where(THIS, takes.c.state == State.GOOD)
    .values(state=State.APPROVED, approved_by=bindparam("who"), approved_at=bindparam("at"))
)
WITHDRAW = (
    update(takes).where(THIS, takes.c.state.not_in(GONE)).values(state=State.WITHDRAWN, withdrawn_at=bindparam("at"))
)
SOUNDING = select(takes).where(takes.c.sound == bindparam("hash"), takes.c.state.not_in(GONE)).order_by(takes.c.id)
FILES = select(takes.c.file).where(takes.c.file != "")
ECHOES = select(takes).where(takes.c.state == State.FORGOTTEN, takes.c.sound.is_not(None)).order_by(takes.c.id)
HAVING = select(takes.c.sound).where(takes.c.state != State.FORGOTTEN, takes.c.sound.is_not(None))
SILENCE = update(takes).where(THIS, takes.c.state == State.FORGOTTEN).values(sound=None)


def add(tx: Transaction, new: NewTake) -> int:
    """Stores a take that waits to be treated; its id."""
    values = {name: getattr(new, name) for name in NewTake.__slots__}
    news.tell(tx, news.STUDIO)
    id = tx.execute(ADD, {**values, "source": new.source.value, "state": State.WAITING.value}).scalar_one()
    return int(id)


def find(tx: Transaction, id: int) -> Take | None:
    """The take of this id."""
    row = tx.execute(FIND, {"take": id}).first()
    return None if row is None else _take(row)


def find_all(tx: Transaction, ids: Sequence[int]) -> dict[int, Take]:
    """The takes of these ids, by id."""
    return {row.id: _take(row) for row in tx.execute(FIND_ALL, {"ids": list(ids)})}


def hold(tx: Transaction, ids: Sequence[int]) -> dict[int, Take]:
    """The same; until the commit they stay as they are."""
    return {row.id: _take(row) for row in tx.execute(HOLD, {"ids": list(ids)})}


def everything(tx: Transaction) -> list[Take]:
    """Every take, the oldest first."""
    return [_take(row) for row in tx.execute(ALL)]


def of_place(tx: Transaction, language: str, name: str) -> list[Take]:
    """Every take of a wording, the newest first."""
    return [_take(row) for row in tx.execute(OF_PLACE, {"language": language, "name": name})]


def same(tx: Transaction, sha256: str) -> list[Take]:
    """Takes whose original is this very file, the oldest first; none that were withdrawn."""
    return [_take(row) for row in tx.execute(SAME, {"digest": sha256})]


def sounding(tx: Transaction, sound: str) -> list[Take]:
    """Takes whose treated sound is this very one, the oldest first; none that were withdrawn."""
    return [_take(row) for row in tx.execute(SOUNDING, {"hash": sound})]


def newest(tx: Transaction) -> dict[tuple[str, str], Take]:
    """The newest take of every wording that has one and did not withdraw it, by (language, name)."""
    return {(row.language, row.name): _take(row) for row in tx.execute(NEWEST)}


def newest_approved(tx: Transaction) -> dict[tuple[str, str], Take]:
    """The newest approved take of every wording that has one, by (language, name)."""
    return {(row.language, row.name): _take(row) for row in tx.execute(NEWEST_APPROVED)}


def treat(tx: Transaction, id: int, treated: Treated) -> bool:
    """What the checks found; False when it does not wait for them any more."""
    values = {
        "became": treated.state.value,
        "found": json.dumps(treated.report, ensure_ascii=False),
        "hash": treated.sound,
        "length": treated.seconds,
    }
    return _changed(tx, TREAT, {"take": id, **values})


def again(tx: Transaction, id: int) -> bool:
    """It waits to be checked anew, and no warning is overruled; False when it was not checked, or is approved."""
    return _changed(tx, AGAIN, {"take": id})


def overrule(tx: Transaction, id: int, staff_id: int | None, why: str) -> bool:
    """Somebody heard it and finds it good; False when it is not doubtful."""
    return _changed(tx, OVERRULE, {"take": id, "who": staff_id, "why": why})


def approve(tx: Transaction, id: int, staff_id: int | None, at: float) -> bool:
    """It may be published; False when it is not good, or was approved already."""
    return _changed(tx, APPROVE, {"take": id, "who": staff_id, "at": at})


def withdraw(tx: Transaction, id: int, at: float) -> bool:
    """Nobody shall publish it; False when it was withdrawn already."""
    return _changed(tx, WITHDRAW, {"take": id, "at": at})


def echoes(tx: Transaction) -> list[Take]:
    """Forgotten takes whose treated sound may still lie there."""
    return [_take(row) for row in tx.execute(ECHOES)]


def sounds(tx: Transaction) -> set[str]:
    """The treated sounds of all takes that are not forgotten."""
    return set(tx.execute(HAVING).scalars())


def silence(tx: Transaction, id: int) -> None:
    """Nothing of a forgotten take's sound is left."""
    tx.execute(SILENCE, {"take": id})


def files(tx: Transaction) -> set[str]:
    """The names of every original in the vault that a take knows."""
    return set(tx.execute(FILES).scalars())


def _changed(tx: Transaction, statement: Any, values: Mapping[str, Any]) -> bool:
    changed = tx.execute(statement, values).rowcount == 1
    if changed:
        news.tell(tx, news.STUDIO)
    return changed


def _take(row: Stored) -> Take:
    values = dict(row._mapping)
    report = None if row.report is None else json.loads(row.report)
    return Take(**{**values, "source": Source(row.source), "state": State(row.state), "report": report})
