"""Daily limits, whom we dial, who is blocked: looked at in the deed's own transaction, and never passed by a race."""

from datetime import datetime

import pytest

from ivr.actions import limits
from ivr.actions.limits import Cap, OverLimit, cap, spend
from ivr.actions.refusals import Reason, Refused
from ivr.store import blocklist, tallies
from ivr.store.database import Database, Transaction
from tests.spending import PARIS, reach
from tests.spending import limits as made
from tests.store.people import NUMBER, OTHER, at_once

THIRD = "+33639980003"
ABROAD = "+493012345678"


def at(local: str) -> float:
    return datetime.fromisoformat(local).replace(tzinfo=PARIS).timestamp()


NOON = at("2026-11-25T12:00")


def why(tx: Transaction, number: str, given: limits.Limits, now: float = NOON) -> Reason | None:
    """What `spend` refuses one more call with."""
    try:
        spend(tx, "call", number, given, now)
    except Refused as refused:
        return refused.reason
    return None


def test_a_number_has_its_cap_a_day_and_everybody_together_another(database: Database) -> None:
    with database.transaction() as tx:
        assert [why(tx, NUMBER, made()) for _ in range(3)] == [None, None, Reason.NUMBER_LIMIT]
        assert [why(tx, OTHER, made()) for _ in range(2)] == [None, Reason.TOTAL_LIMIT]
        assert why(tx, THIRD, made()) is Reason.TOTAL_LIMIT


def test_who_is_over_a_limit_is_told_apart_from_who_is_never_dialled(database: Database) -> None:
    given = made(Cap(1))
    with database.transaction() as tx:
        spend(tx, "call", NUMBER, given, NOON)
        with pytest.raises(OverLimit):
            spend(tx, "call", NUMBER, given, NOON)
        with pytest.raises(Refused) as refused:
            spend(tx, "call", ABROAD, given, NOON)
    assert not isinstance(refused.value, OverLimit)


def test_without_a_total_only_the_number_counts(database: Database) -> None:
    given = made(Cap(1))
    with database.transaction() as tx:
        assert [why(tx, number, given) for number in (NUMBER, NUMBER, OTHER)] == [None, Reason.NUMBER_LIMIT, None]
        assert limits.reached(tx, given, NOON) == ()


def test_requests_calls_and_texts_are_counted_apart(database: Database) -> None:
    given = made(Cap(1, 1))
    with database.transaction() as tx:
        for kind in ("request", "call", "text"):
            spend(tx, kind, NUMBER, given, NOON)  # type: ignore[arg-type]
        assert limits.reached(tx, given, NOON) == ("request", "call", "text")


def test_a_day_ends_at_the_helpline_s_own_midnight(database: Database) -> None:
    given = made(Cap(1, 1))
    with database.transaction() as tx:
        assert why(tx, NUMBER, given, at("2026-11-25T23:59")) is None
        assert why(tx, NUMBER, given, at("2026-11-25T23:59") + 59) is Reason.NUMBER_LIMIT
        assert why(tx, NUMBER, given, at("2026-11-26T00:00")) is None


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)], ids=["spring", "autumn"])
def test_the_days_on_which_clocks_change_are_one_day_each(database: Database, day: str, hours: int) -> None:
    given, begin = made(Cap(1, 1)), at(f"{day}T00:00")
    with database.transaction() as tx:
        assert why(tx, NUMBER, given, begin) is None
        assert why(tx, NUMBER, given, begin + hours * 3600 - 1) is Reason.NUMBER_LIMIT
        assert why(tx, NUMBER, given, begin + hours * 3600) is None


def test_what_the_total_forbade_is_not_counted_for_the_number_even_if_the_transaction_is_kept(
    database: Database,
) -> None:
    with database.transaction() as tx:
        for number in (NUMBER, NUMBER, OTHER):
            spend(tx, "call", number, made(), NOON)
        assert why(tx, OTHER, made()) is Reason.TOTAL_LIMIT
    with database.reading() as tx:
        assert tallies.used(tx, "call", OTHER, "2026-11-25") == 1
        assert tallies.used_by_all(tx, "call", "2026-11-25") == 3


@pytest.mark.parametrize("given", [made(Cap(1, 100)), made(Cap(1, 1))], ids=["of one number", "of everybody"])
def test_of_two_at_the_last_place_exactly_one_passes(database: Database, given: limits.Limits) -> None:
    whom = NUMBER if given.caps["call"].total == 100 else None
    numbers = [whom or f"+3363998{n:04}" for n in range(20)]
    ends = at_once(database, lambda tx, n: spend(tx, "call", numbers[n], given, NOON))
    assert [end for end in ends if end is None] == [None]
    assert all(isinstance(end, OverLimit) for end in ends if end is not None)
    with database.reading() as tx:
        assert sum(tallies.used(tx, "call", number, "2026-11-25") for number in set(numbers)) == 1


def test_a_blocked_number_and_one_that_we_do_not_dial_pass_in_no_way(database: Database) -> None:
    with database.transaction() as tx:
        blocklist.add(tx, NUMBER, "why", None, NOON)
        for number, reason in ((NUMBER, Reason.BLOCKED), (ABROAD, Reason.NOT_DIALLED), ("112", Reason.NOT_DIALLED)):
            assert why(tx, number, made()) is reason
            assert limits.forbidden(tx, number, made()) is reason
            assert limits.obstacle(tx, "call", number, made(), NOON) is reason
            assert tallies.used(tx, "call", number, "2026-11-25") == 0


def test_with_a_wider_setting_a_number_abroad_may_be_spent_on(database: Database) -> None:
    with database.transaction() as tx:
        assert why(tx, ABROAD, made(whom=reach("DE"))) is None
        assert why(tx, ABROAD, made(whom=reach("DE", types=["mobile"]))) is Reason.NOT_DIALLED


def test_in_production_numbers_of_fiction_are_never_dialled(database: Database) -> None:
    with database.transaction() as tx:
        assert why(tx, NUMBER, made(production=True)) is Reason.NOT_DIALLED


def test_looking_counts_nothing_and_says_what_would_be(database: Database) -> None:
    given = made()
    with database.transaction() as tx:
        for _ in range(5):
            assert limits.obstacle(tx, "call", NUMBER, given, NOON) is None
        for number in (NUMBER, NUMBER, OTHER):
            assert limits.reached(tx, given, NOON) == ()
            spend(tx, "call", number, given, NOON)
        assert limits.obstacle(tx, "call", NUMBER, given, NOON) is Reason.NUMBER_LIMIT
        assert limits.obstacle(tx, "call", OTHER, given, NOON) is Reason.TOTAL_LIMIT
        assert limits.obstacle(tx, "text", OTHER, given, NOON) is None
        assert limits.reached(tx, given, NOON) == ("call",)
        assert limits.reached(tx, given, NOON + 86_400) == ()


def test_every_no_is_told_once_and_a_look_is_none(database: Database) -> None:
    told: list[tuple[str, str]] = []
    given = made(Cap(1, 1), watch=lambda *what: told.append(what))
    with database.transaction() as tx:
        why(tx, NUMBER, given)
        assert told == []
        why(tx, NUMBER, given)
        why(tx, OTHER, given)
        why(tx, ABROAD, given)
        limits.obstacle(tx, "call", NUMBER, given, NOON)
    expected = ["number-limit", "total-limit", "not-dialled"]
    assert told == [("call", reason) for reason in expected]


@pytest.mark.parametrize(("text", "read"), [("5", Cap(5)), ("6/500", Cap(6, 500))])
def test_a_cap_is_written_with_or_without_a_total(text: str, read: Cap) -> None:
    assert cap(text) == read
