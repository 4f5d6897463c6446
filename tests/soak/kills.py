"""kill -9 at random moments; the callers' calls go on at their turn, and every promise is kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.soak.callers import Crowd
from tests.soak.house import House
from tests.soak.verdict import changed, wrong

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How hard the server has it."""

    seed: int
    rounds: int  # kills, or outages
    phones: int
    minutes: float = 0.0  # of a part that goes by time


def soak(house: House, plan: Plan, tell: Tell) -> list[str]:
    """What went wrong; nothing, one hopes."""
    random, began = Random(plan.seed), time.monotonic()
    house.start()
    with Crowd(house.base, plan.phones, plan.seed) as crowd:
        for n in range(1, plan.rounds + 1):
            time.sleep(random.uniform(0.0, 1.5))
            house.kill()
            house.start()
            turns = sum(len(call.turns) for call in crowd.calls)
            if n % 10 == 0 or n == plan.rounds:
                tell(f"{n} kills, {len(crowd.calls)} calls, {turns} turns, {time.monotonic() - began:.0f} s")
        time.sleep(1)
    found = wrong(house.parts().database, crowd.calls)
    promised = sum(call.promised for call in crowd.calls)
    asked = sum(len(call.turns) for call in crowd.calls)
    tell(f"{len(crowd.calls)} calls, {promised} promises; asking for all {asked} turns once more")
    found += changed(house.base, crowd.calls)
    return found if promised else [*found, "nobody was promised anything: the soak shows nothing"]
