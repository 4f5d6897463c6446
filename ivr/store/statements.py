"""Statements that several subjects share."""

from sqlalchemy import Insert, Table, bindparam, exists, select
from sqlalchemy.dialects.postgresql import insert

from ivr.store.schema import calls


def insert_once(table: Table, columns: tuple[str, ...]) -> Insert:
    """INSERT that does nothing when the row is there. SQLite renders PostgreSQL's ON CONFLICT the same way."""
    return insert(table).values({name: bindparam(name) for name in columns}).on_conflict_do_nothing()


def insert_once_in_a_call(table: Table, columns: tuple[str, ...]) -> Insert:
    """The same, and nothing either when there is no such call: a failed foreign key would end the transaction."""
    values = select(*(bindparam(name, type_=table.c[name].type) for name in columns))
    known = exists(select(1).where(calls.c.id == bindparam("call_id")))
    return insert(table).from_select(list(columns), values.where(known)).on_conflict_do_nothing()
