"""Whether one more call can be live."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.app import Parts
from ivr.channels.live.switchboard import LATE, LOOK_SECONDS, WAITING, Switchboard
from tests import livehouse
from tests.actions.tiny import Clock
from tests.doubles import virtual


@pytest.fixture
def made(tmp_path: Path, sqlite_url: str) -> Parts:
    made = livehouse.house(tmp_path, sqlite_url, Clock())
    made.database.dispose()
    return made


def board(made: Parts) -> Switchboard:
    return livehouse.board(made, livehouse.Scripted(lambda *_: ""))


Change = Callable[[Switchboard], None]


def full(table: Switchboard) -> None:
    for _ in range(table.most):
        table.enter()


def unready(table: Switchboard) -> None:
    table.ears.languages = frozenset  # type: ignore[method-assign]


def waiting(table: Switchboard) -> None:
    table.ears.late = WAITING  # type: ignore[misc]


@pytest.mark.parametrize("change", [full, unready, waiting])
def test_a_call_is_refused_while(made: Parts, change: Change) -> None:
    async def look() -> tuple[bool, bool]:
        table = board(made)
        before = table.accepts()
        change(table)
        after = table.accepts()
        table.close()
        return before, after

    assert virtual.run(look()) == (True, False)


def test_a_call_is_refused_while_the_loop_is_late_and_taken_when_it_is_not(made: Parts) -> None:
    async def look() -> list[bool]:
        table, found = board(made), []
        table.enter()
        loop = asyncio.get_running_loop()
        for _ in range(4):
            await asyncio.sleep(LOOK_SECONDS / 2)
            loop._jumps.now += LATE + LOOK_SECONDS  # type: ignore[attr-defined]  # something held the loop
        await asyncio.sleep(0)
        found.append(table.accepts())
        await asyncio.sleep(60)
        found.append(table.accepts())
        table.leave()
        await asyncio.sleep(2 * LOOK_SECONDS)
        return [*found, table.lateness == 0]

    assert virtual.run(look()) == [False, True, True]
