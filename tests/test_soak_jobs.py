"""A short one of the long test: `make soak PART=jobs` kills 200 times under 2 000 jobs."""

from pathlib import Path

from tests.soak import jobs
from tests.soak.house import house
from tests.soak.kills import Plan


def test_a_server_and_two_workers_killed_at_random_do_what_leaves_the_building_at_most_once(tmp_path: Path) -> None:
    with house(tmp_path / "data") as one:
        assert jobs.soak(one, Plan(seed=7, rounds=4, phones=0), print) == []
