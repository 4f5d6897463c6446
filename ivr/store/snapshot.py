"""All rows of one moment, while others write; as plain values that both databases take back."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, select, text

from ivr.errors import BadInput
from ivr.store import engines, migrate
from ivr.store.database import Database

LEFT_OUT = frozenset({"alembic_version", "staff_sessions", "staff_links"})
"""No copy brings an ended session or a used link back to life."""
BATCH = 500

Values = Sequence[Any]


class Snapshot:
    """The database as it was at one moment; tables come in an order in which each refers only to earlier ones."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = reflected(connection)
        self.revision = migrate.revision(connection)

    @property
    def columns(self) -> Mapping[str, list[str]]:
        """The names of each table's columns, in the order of the values."""
        return {table.name: [column.name for column in table.columns] for table in self._tables}

    @property
    def counters(self) -> Mapping[str, int]:
        """The highest id that each table ever gave, also to rows that are gone."""
        return _counters(self._connection, self._tables)

    def rows(self) -> Iterator[tuple[str, list[Values]]]:
        """Every row, some hundred at a time, each batch with its table."""
        for table in self._tables:
            query = select(table).order_by(*table.primary_key.columns)
            for batch in self._connection.execute(query, execution_options={"yield_per": BATCH}).partitions():
                yield table.name, [tuple(row) for row in batch]


@contextmanager
def taken(database: Database) -> Iterator[Snapshot]:
    """A snapshot, for as long as the block lasts; nobody waits for it, however long that is."""
    with database.reading() as tx:
        if tx.connection.dialect.name == "postgresql":
            tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            engines.without_limits(tx.connection)
        yield Snapshot(tx.connection)  # SQLite's transactions are snapshots by nature


def reflected(connection: Connection) -> list[Table]:
    """The tables that are there, whatever their revision, without those that no copy holds."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT]


def _sequence_of(connection: Connection, table: Table) -> str | None:
    """The sequence that numbers a table's rows on PostgreSQL, quoted; None where the ids come from elsewhere."""
    if [column.name for column in table.primary_key.columns] != ["id"]:
        return None
    found: str | None = connection.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
    return found


def _counters(connection: Connection, tables: Sequence[Table]) -> dict[str, int]:
    if connection.dialect.name == "sqlite":
        ours = {table.name for table in tables}
        found = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {name: int(seq) for name, seq in found if name in ours}
    sequences = {table.name: _sequence_of(connection, table) for table in tables}
    given = {name: _given(connection, sequence) for name, sequence in sequences.items() if sequence}
    return {name: last for name, last in given.items() if last}


def _given(connection: Connection, sequence: str) -> int:
    last, called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608
    return int(last) if called else 0


def line(row: Values) -> bytes:
    """A row as a line of JSON; bytes are {"b64": …}."""
    plain = [{"b64": b64encode(value).decode()} if isinstance(value, bytes) else value for value in row]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def values(line: bytes) -> list[Any]:
    """The row of a line; BadInput when it is none."""
    try:
        return [b64decode(value["b64"]) if isinstance(value, dict) else value for value in json.loads(line)]
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput("a row of the backup cannot be read") from error
