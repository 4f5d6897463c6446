"""What `make soak PART=live` does for twenty minutes, for some seconds."""

from tests.soak import live


def test_live_calls_come_and_go_and_leave_nothing_behind() -> None:
    assert live.soak(live.Plan(rounds=2, calls=5, seconds=4.0), print) == []
