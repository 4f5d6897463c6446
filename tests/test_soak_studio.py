"""A short one of the long test: `make soak PART=studio` sends 200 files, and on PostgreSQL 40."""

from pathlib import Path

from tests.soak import studio
from tests.soak.house import house
from tests.soak.studio import Plan


def test_files_of_a_zip_whose_worker_is_killed_in_the_middle_are_one_take_each(tmp_path: Path) -> None:
    with house(tmp_path / "data") as one:
        assert studio.soak(one, Plan(seed=5, files=20, kills=2), print) == []
