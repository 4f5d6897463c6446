"""A short one of the long test: `make soak PART=desk` kills 200 times while 600 people are called back."""

from pathlib import Path

from tests.soak import desk
from tests.soak.house import house
from tests.soak.kills import Plan


def test_server_workers_and_aidants_killed_at_random_dial_nobody_twice_and_lose_no_request(tmp_path: Path) -> None:
    with house(tmp_path / "data") as one:
        assert desk.soak(one, Plan(seed=5, rounds=3, phones=0), print) == []
