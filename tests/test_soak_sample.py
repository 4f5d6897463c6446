"""What `make soak` does for half an hour, for some seconds: three kills of the real server, and an outage."""

from pathlib import Path

from tests.databases import running_postgres
from tests.soak import kills, outage
from tests.soak.house import house
from tests.soak.kills import Plan


def test_after_three_kills_every_call_goes_on_at_its_turn_and_every_promise_is_kept(tmp_path: Path) -> None:
    with house(tmp_path / "data") as one:
        assert kills.soak(one, Plan(seed=11, rounds=3, phones=3), print) == []


def test_while_the_database_is_away_explanations_go_on_and_nothing_is_promised(tmp_path: Path) -> None:
    with running_postgres() as server, house(tmp_path / "data", server.url) as one:
        assert outage.soak(one, server, Plan(seed=12, rounds=1, phones=3), print) == []
