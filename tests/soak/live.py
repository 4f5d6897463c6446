"""Live calls, round after round, on one server: what a call takes it gives back, and no call is left behind."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.live import megabytes, ready, server
from tests.bench.live_callers import calls

MOST_MORE, MOST_A_CALL = 10.0, 0.005
"""Megabytes that memory may grow after the first rounds: some for caches, and 5 kB a call."""
WARM = 2
"""Rounds in which caches fill."""


@dataclass(frozen=True)
class Plan:
    """So many rounds of so many calls, each of so many seconds."""

    rounds: int
    calls: int = 40
    seconds: float = 20.0


def soak(plan: Plan, tell: Callable[[str], None]) -> list[str]:
    """What went wrong, in words."""
    wrong: list[str] = []
    sizes: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="hamrah-soak-") as folder,
        server("tests.bench.live_server", folder) as (base, pid),
    ):
        ready(base)
        for n in range(plan.rounds):
            waited = asyncio.run(calls(base, plan.calls, plan.seconds))
            sizes.append(megabytes(pid))
            tell(f"round {n + 1}: {len(waited.voice)} of {waited.asked} words answered, {sizes[-1]:.0f} MB")
            if len(waited.first) != plan.calls or waited.refused:
                wrong.append(f"round {n + 1}: only {len(waited.first)} of {plan.calls} calls were heard")
    allowed = MOST_MORE + MOST_A_CALL * plan.calls * (plan.rounds - WARM)
    if len(sizes) > WARM and sizes[-1] - sizes[WARM - 1] > allowed:
        wrong.append(f"memory grew from {sizes[WARM - 1]:.0f} to {sizes[-1]:.0f} MB, allowed {allowed:.0f} more")
    return wrong
