"""Rows of a copy become the whole content of a database, in one transaction."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Integer, Table, exc, func, insert, inspect, select, table, text

from ivr.errors import BadInput
from ivr.store import migrate
from ivr.store.database import Transaction
from ivr.store.snapshot import LEFT_OUT, Values, reflected


def contents(tx: Transaction) -> dict[str, int]:
    """How many rows each table holds that is not empty; a database without tables holds nothing."""
    names = sorted(set(inspect(tx.connection).get_table_names()) - LEFT_OUT)
    counted = {name: select(func.count()).select_from(table(name)) for name in names}
    found = {name: int(tx.execute(query).scalar_one()) for name, query in counted.items()}
    return {name: rows for name, rows in found.items() if rows}


class Loading:
    """Forgets all there is, then takes the rows at the revision at which they were copied, then migrates them."""

    def __init__(self, tx: Transaction, revision: str, columns: Mapping[str, Sequence[str]]) -> None:
        self._connection = tx.connection
        if migrate.revision(self._connection) is not None:
            migrate.change(self._connection, "base", up=False)
        migrate.change(self._connection, revision, up=True)
        self._tables = _tables(self._connection)
        self._columns = columns
        known = {name: sorted(column.name for column in there.columns) for name, there in self._tables.items()}
        if {name: sorted(found) for name, found in columns.items()} != known:
            raise BadInput(f"the backup's tables are not those of its revision {revision}")

    def add(self, table: str, rows: Sequence[Values]) -> None:
        """Rows of one table; those to which they refer came before."""
        names = self._columns.get(table)
        if names is None or any(len(row) != len(names) for row in rows):
            raise BadInput(f"the backup has rows that do not fit: {table[:40]}")
        if rows:
            found = [dict(zip(names, row, strict=True)) for row in rows]
            try:
                self._connection.execute(insert(self._tables[table]), found)
            except (exc.IntegrityError, exc.DataError) as error:
                raise BadInput(f"the database refuses the backup's {table}: {type(error.orig).__name__}") from error

    def finish(self, counters: Mapping[str, int]) -> None:
        """To the newest revision; new rows get ids that no row ever had."""
        if migrate.revision(self._connection) != migrate.newest():
            migrate.change(self._connection, migrate.newest(), up=True)
            self._tables = _tables(self._connection)
        for name, found in self._tables.items():
            if "id" in found.columns and isinstance(found.c.id.type, Integer):
                _count_on(self._connection, found, counters.get(name, 0))


def _tables(connection: Connection) -> dict[str, Table]:
    return {found.name: found for found in reflected(connection)}


def _count_on(connection: Connection, table: Table, given: int) -> None:
    last = max(given, connection.scalar(select(func.max(table.c.id))) or 0)
    if not last:
        return
    values = {"name": table.name, "last": last}
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)
    else:
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), values)
