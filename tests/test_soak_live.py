"""What `make soak PART=live` does for twenty minutes, for some seconds."""

from tests.soak import live


def test_live_calls_come_and_go_and_leave_nothing_behind() -> None:
    assert live.soak(live.Plan(rounds=3, calls=6, seconds=5.0), print) == []
