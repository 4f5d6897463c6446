"""Four digits for each sound's name, the same in every language, never given twice: for file names and telephones."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from ivr.store.database import Transaction
from ivr.store.statements import insert_once
from ivr.store.studio_tables import prompt_codes

FIRST = 1001
ALL = select(prompt_codes.c.name, prompt_codes.c.code)
BY_CODE = select(prompt_codes.c.name).where(prompt_codes.c.code == bindparam("code"))
ADD = insert_once(prompt_codes, ("code", "name"))


def of_names(tx: Transaction, names: Iterable[str]) -> dict[str, int]:
    """The code of each name; who has none yet is given the next one, in the order of the names."""
    wanted = list(dict.fromkeys(names))
    while True:
        known: dict[str, int] = {row.name: int(row.code) for row in tx.execute(ALL)}
        missing = [name for name in wanted if name not in known]
        if not missing:
            return known
        first = max(known.values(), default=FIRST - 1) + 1
        # nothing, where somebody else was quicker: we look again
        tx.connection.execute(ADD, [{"code": code, "name": name} for code, name in enumerate(missing, first)])


def lacks(tx: Transaction, names: Iterable[str]) -> bool:
    """Whether one of the names has no code yet."""
    known = {row.name for row in tx.execute(ALL)}
    return any(name not in known for name in names)


def name_of(tx: Transaction, code: int) -> str | None:
    """The name that has this code."""
    name: str | None = tx.execute(BY_CODE, {"code": code}).scalar()
    return name
