"""Rows for every table of a database of any revision: each kind of value, and none where none is allowed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, select
from sqlalchemy.types import Boolean, Float, Integer, LargeBinary

from ivr.store.database import Database
from ivr.store.snapshot import reflected

ROWS = 3
SET_UP = {
    "sqlite": "SELECT name, sql FROM sqlite_master ORDER BY name",
    "postgresql": "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY 1, ordinal_position",
}
_known: dict[tuple[Any, ...], list[Table]] = {}


def fill(database: Database) -> None:
    with database.transaction() as tx:
        for table in tables(tx.connection):
            tx.connection.execute(insert(table), list(_rows(tx.connection, table)))


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a copy holds."""
    with database.reading() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key.columns))]
            for table in tables(tx.connection)
        }


def tables(connection: Connection) -> list[Table]:
    """Those of a copy; looked up once for all databases that were set up by the same words."""
    words = SET_UP[connection.dialect.name]
    key = tuple(tuple(row) for row in connection.exec_driver_sql(words))
    if key not in _known:
        _known[key] = reflected(connection)
    return _known[key]


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    parents = {
        column.name: list(connection.execute(select(key.column).order_by(key.column)).scalars())
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table is not table  # such a row refers to itself
    }
    for n in range(ROWS):
        row = {column.name: _value(column, n) for column in table.columns}
        for name, found in parents.items():
            if row[name] is not None:
                row[name] = found[n]
        yield row


def _value(column: Column[Any], n: int) -> Any:
    """The last row has nothing where nothing is allowed."""
    if column.nullable and n == ROWS - 1:
        return None
    if isinstance(column.type, Boolean):
        return n % 2 == 0
    if isinstance(column.type, Integer):
        return n + 11
    if isinstance(column.type, Float):
        return 1_780_000_000.1 + n / 3
    if isinstance(column.type, LargeBinary):
        return bytes(range(256)) + bytes([n])
    return f"{column.name} {n}: é پناهنده \"'\\\n\t{{}}"
