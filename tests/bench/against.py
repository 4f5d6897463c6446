"""Saturation: the helpline and a bare route take turns on the same database, A B A B; the ratio is what counts."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvloop

from ivr.store.schema import turns
from tests.bench.wire import callers, saturate
from tests.soak.house import REPOSITORY, House, free_port, wait_for

ROUNDS, SECONDS, CALLERS = 4, 5.0, 24


@dataclass(frozen=True)
class Compared:
    """Turns a second in each round, and the middle of the rounds' ratios."""

    ours: list[float]
    bare: list[float]

    @property
    def ratio(self) -> float:
        """Of neighbouring rounds, so that a busy machine is busy for both."""
        return median(our / its for our, its in zip(self.ours, self.bare, strict=True))


def compared(house: House, database: str) -> Compared:
    """`database` is a file for SQLite, a connection string for PostgreSQL: beside ours, on the same disk or server."""
    house.start()
    document = uvloop.run(_document(house.base))
    with _bare(house, database, document, _payload_bytes(house)) as base:
        ours, bare = list[float](), list[float]()
        for n in range(ROUNDS):
            ours.append(_turns_a_second(house.base, n))
            bare.append(_turns_a_second(base, n))
    house.stop()
    return Compared(ours, bare)


def _turns_a_second(base: str, seed: int) -> float:
    return len(uvloop.run(saturate(base, CALLERS, SECONDS, seed))) / SECONDS


async def _document(base: str) -> bytes:
    """What a menu in the middle of a call is answered with."""
    (caller,) = await callers(base, 1, 99)
    document = b""
    for _ in range(8):
        document = await caller.next()
    caller.connection.close()
    return document


def _payload_bytes(house: House) -> int:
    """How much of a turn is stored, sealed."""
    database = house.parts().database
    with database.reading() as tx:
        rows = tx.execute(turns.select().limit(50)).all()
        size = round(median(len(row.payload) for row in rows))
    database.dispose()
    return size


@contextmanager
def _bare(house: House, database: str, document: bytes, payload_bytes: int) -> Iterator[str]:
    port, file = free_port(), Path(house.folder) / "bare.xml"
    base = f"http://127.0.0.1:{port}"
    file.write_bytes(document.replace(house.base.encode(), base.encode()))
    words = [sys.executable, "-m", "tests.bench.bare", database, str(port), str(file), str(payload_bytes)]
    process = subprocess.Popen(words, cwd=REPOSITORY)
    try:
        wait_for(base, process)
        yield base
    finally:
        process.terminate()
        process.wait(10)
