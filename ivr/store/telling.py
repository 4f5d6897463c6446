"""Writes the news of a transaction right before its commit, topics in order.

A topic's row stays locked until the commit. Told in the middle, two transactions that go on to lock each other's rows
would wait for one another; told last and in order, they cannot.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, literal, text
from sqlalchemy.dialects.postgresql import insert

from ivr.store.schema import news

CHANNEL = "ivr_news"
GROW = (
    insert(news)
    .values(topic=bindparam("about"), version=literal(1))
    .on_conflict_do_update(index_elements=["topic"], set_={"version": news.c.version + 1})
)
NOTIFY = text("SELECT pg_notify(:channel, :about)")


def write(connection: Connection, topics: Iterable[str]) -> None:
    """Grows the version of each topic and, on PostgreSQL, tells whoever listens."""
    for topic in sorted(topics):
        connection.execute(GROW, {"about": topic})
        if connection.dialect.name == "postgresql":
            connection.execute(NOTIFY, {"channel": CHANNEL, "about": topic})
