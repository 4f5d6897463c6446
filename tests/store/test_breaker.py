"""Who waits for a database that does not answer: one, not everybody, again and again."""

import pytest

from ivr.errors import StorageAway
from ivr.store.breaker import LONG, PAUSE, Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def fails(breaker: Breaker, clock: Clock, after: float) -> str:
    """The reason that is given for an attempt that fails after so many seconds."""
    with pytest.raises(StorageAway) as caught, breaker.trying():  # noqa: PT012
        clock.now += after
        raise StorageAway("gone")
    return str(caught.value)


def test_after_a_long_wait_in_vain_nobody_tries_for_a_while() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    assert fails(breaker, clock, LONG) == "gone"
    assert fails(breaker, clock, 0) != "gone"
    clock.now += PAUSE
    assert fails(breaker, clock, 0) == "gone"


def test_a_quick_refusal_keeps_nobody_from_trying() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    assert [fails(breaker, clock, LONG / 2) for _ in range(3)] == ["gone"] * 3


def test_while_one_tries_again_the_others_go_on_without() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fails(breaker, clock, LONG)
    clock.now += PAUSE
    with breaker.trying():
        assert fails(breaker, clock, 0) != "gone"
    assert fails(breaker, clock, 0) == "gone"


def test_another_error_is_no_outage() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    with pytest.raises(ZeroDivisionError), breaker.trying():  # noqa: PT012
        clock.now += LONG
        raise ZeroDivisionError
    assert fails(breaker, clock, 0) == "gone"
