"""News for open pages: a topic's version grows in the transaction that changed what the topic stands for."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, bindparam, select

from ivr.errors import StorageAway
from ivr.store import engines
from ivr.store.database import Transaction
from ivr.store.schema import news
from ivr.store.telling import CHANNEL

POLL_SECONDS = 0.1
REQUESTS = "requests"
"""The topic of the requests that wait for a person."""
JOBS = "jobs"
"""The topic of the jobs that wait for a person."""
STUDIO = "studio"
"""The topic of takes, texts, uploads and publications."""

VERSIONS = select(news.c.topic, news.c.version).where(news.c.topic.in_(bindparam("topics", expanding=True)))


def tell(tx: Transaction, topic: str) -> None:
    """The topic's version grows, and whoever watches hears of it, when the transaction is committed, never before."""
    tx.news.add(topic)


def versions(tx: Transaction, topics: tuple[str, ...]) -> dict[str, int]:
    """The version of each topic; 0 for one that never had news."""
    found = {row.topic: int(row.version) for row in tx.execute(VERSIONS, {"topics": topics})}
    return {topic: found.get(topic, 0) for topic in topics}


@contextmanager
def watching(address: str) -> Iterator["Watch"]:
    """A connection of its own to the database of this address; `StorageAway` when it does not answer."""
    engine = engines.engine(address)
    try:
        with engine.connect() as connection:
            yield (_Listening if connection.dialect.name == "postgresql" else _Polling)(connection)
    finally:
        engine.dispose()


class _Polling:
    """SQLite counts the commits of every other connection, this process's and others': asking costs microseconds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen = self._count()

    def changed(self, seconds: float) -> bool:
        """Waits at most `seconds` for any commit at all."""
        end = time.monotonic() + seconds
        while (count := self._count()) == self._seen:
            if time.monotonic() >= end:
                return False
            time.sleep(POLL_SECONDS)
        self._seen = count
        return True

    def _count(self) -> int:
        return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())


class _Listening:
    """PostgreSQL tells us."""

    def __init__(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        self._driver = driver
        self._driver.autocommit = True
        self._driver.execute(f"LISTEN {CHANNEL}")

    def changed(self, seconds: float) -> bool:
        """Waits at most `seconds` for news."""
        try:
            return any(True for _ in self._driver.notifies(timeout=seconds, stop_after=1))
        except psycopg.OperationalError as error:
            raise StorageAway("The database stopped telling news.") from error


Watch = _Polling | _Listening
