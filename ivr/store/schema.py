"""The tables, the same on SQLite and PostgreSQL. Times are seconds since the epoch, UTC; `*_sealed` is encrypted."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_once",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "ix": "%(table_name)s_%(column_0_N_name)s",
    }
)

# A plain BIGINT would not count by itself on SQLite.
Id = BigInteger().with_variant(Integer(), "sqlite")

callers = Table(
    "callers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number_hash", Text, nullable=False, unique=True),
    Column("number_sealed", LargeBinary, nullable=False),
    Column("language", Text),
    Column("first_seen", Double, nullable=False),
    Column("last_seen", Double, nullable=False),
    sqlite_autoincrement=True,
)

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("caller_id", Id, ForeignKey("callers.id")),
    Column("release_id", Text, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("ended_how", Text),
    Column("ended_node", Text),
)
Index("calls_caller_id", calls.c.caller_id)
Index(
    "calls_in_progress",
    calls.c.release_id,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

turns = Table(
    "turns",
    metadata,
    Column("call_id", Text, ForeignKey("calls.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("node", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("call_id", Text, ForeignKey("calls.id"), nullable=False),
    Column("caller_id", Id, ForeignKey("callers.id")),
    Column("number_sealed", LargeBinary, nullable=False),
    Column("number_hash", Text, nullable=False, index=True),
    Column("language", Text),
    Column("topic", Text, nullable=False),
    Column("details_sealed", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("status", Text, nullable=False),
    UniqueConstraint("call_id", "topic"),
    sqlite_autoincrement=True,
)
Index("requests_caller_id", requests.c.caller_id)
