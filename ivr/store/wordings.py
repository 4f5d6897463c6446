"""Wordings that admins wrote on the page, each a version laid over what stands in texts.yaml; none is ever changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from ivr.store import news
from ivr.store.database import Stored, Transaction
from ivr.store.statements import insert_once
from ivr.store.studio_tables import wordings


@dataclass(frozen=True, slots=True)
class NewWording:
    """A text as it would stand in texts.yaml; `under` is what stood there then."""

    language: str
    prompt: str
    entry: Mapping[str, Any]
    under: Mapping[str, Any] | str
    staff_id: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Wording:
    """A stored version."""

    id: int
    language: str
    prompt: str
    entry: Mapping[str, Any]
    under: Mapping[str, Any] | str
    staff_id: int | None
    at: float


IDS: BindParameter[Any] = bindparam("ids", expanding=True)
LAST = select(func.max(wordings.c.id)).where(
    wordings.c.language == bindparam("language"), wordings.c.prompt == bindparam("prompt")
)
COLUMNS = ("language", "prompt", "replaces", "entry", "under", "staff_id", "at")
ADD = insert_once(wordings, COLUMNS).returning(wordings.c.id)
FIND_ALL = select(wordings).where(wordings.c.id.in_(IDS))
ALL = select(wordings).order_by(wordings.c.id)
OF_PROMPT = (
    select(wordings)
    .where(wordings.c.language == bindparam("language"), wordings.c.prompt == bindparam("prompt"))
    .order_by(wordings.c.id.desc())
)
NEWEST = select(wordings).where(
    wordings.c.id.in_(select(func.max(wordings.c.id)).group_by(wordings.c.language, wordings.c.prompt))
)


def add(tx: Transaction, new: NewWording, seen: int) -> int | None:
    """Stores a version; its id. None, and nothing kept, when the newest is not the one its author saw (0: none)."""
    if last(tx, new.language, new.prompt) != seen:
        return None
    values = {
        "language": new.language,
        "prompt": new.prompt,
        "replaces": seen,
        "entry": json.dumps(new.entry, ensure_ascii=False),
        "under": json.dumps(new.under, ensure_ascii=False),
        "staff_id": new.staff_id,
        "at": new.at,
    }
    id: int | None = tx.execute(ADD, values).scalar()
    if id is not None:
        news.tell(tx, news.STUDIO)
    return id


def last(tx: Transaction, language: str, prompt: str) -> int:
    """The id of a prompt's newest version, 0 when there is none."""
    return int(tx.execute(LAST, {"language": language, "prompt": prompt}).scalar() or 0)


def find_all(tx: Transaction, ids: Sequence[int]) -> dict[int, Wording]:
    """The versions of these ids, by id."""
    return {row.id: _wording(row) for row in tx.execute(FIND_ALL, {"ids": list(ids)})}


def everything(tx: Transaction) -> list[Wording]:
    """Every version of every text, the oldest first."""
    return [_wording(row) for row in tx.execute(ALL)]


def of_prompt(tx: Transaction, language: str, prompt: str) -> list[Wording]:
    """Every version of a prompt's text, the newest first."""
    return [_wording(row) for row in tx.execute(OF_PROMPT, {"language": language, "prompt": prompt})]


def newest(tx: Transaction) -> dict[tuple[str, str], Wording]:
    """The newest version of every prompt that has one, by (language, prompt)."""
    return {(row.language, row.prompt): _wording(row) for row in tx.execute(NEWEST)}


def _wording(row: Stored) -> Wording:
    entry, under = json.loads(row.entry), json.loads(row.under)
    return Wording(row.id, row.language, row.prompt, entry, under, row.staff_id, row.at)
