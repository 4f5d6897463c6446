"""An aidant tries their own phone: it rings, says what to press, and the page sees how it went."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.actions import dialling
from ivr.actions.refusals import Reason, Refused, TooSoon
from ivr.store.dials import How, State
from tests.actions.tiny import heard
from tests.callback import AIDANT, Desk, desk
from tests.doubles.outgoing import Outgoing


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    with desk(tmp_path, sqlite_url) as made:
        yield made


def try_phone(house: Desk) -> int:
    with house.database.transaction() as tx:
        return dialling.self_test(tx, house.member, house.deed())


def begun(house: Desk) -> tuple[int, Outgoing]:
    dial_id = try_phone(house)
    house.work()
    return dial_id, house.placed()[-1]


def test_it_rings_says_what_to_press_and_ends_well(house: Desk) -> None:
    dial_id, call = begun(house)
    assert call.record["to"] == AIDANT
    call.rings()
    call.answers()
    assert heard(call.phone) == ["aa/desk.test"]
    call.phone.deliver_twice = True
    call.press("1")
    assert (heard(call.phone), call.over, call.dialled) == (["aa/desk.tested"], True, [])
    assert (house.dial(dial_id).state, house.dial(dial_id).how) == (State.OVER, How.TESTED)
    assert call.troubles == []


def test_another_key_or_none_is_no_success(house: Desk) -> None:
    dial_id, call = begun(house)
    call.answers()
    call.press("5")
    assert house.dial(dial_id).how is How.DECLINED
    dial_id, call = begun(house)
    call.rings()
    call.nobody_answers()
    assert house.dial(dial_id).how is How.NO_ANSWER


def test_while_one_test_goes_on_there_is_no_second(house: Desk) -> None:
    dial_id, _ = begun(house)
    assert try_phone(house) == dial_id
    house.work()
    assert len(house.placed()) == 1


def test_after_three_in_a_row_it_takes_a_while(house: Desk) -> None:
    for _ in range(3):
        _, call = begun(house)
        call.nobody_answers()
    with pytest.raises(TooSoon):
        try_phone(house)
    house.clock.now += dialling.TESTS_SECONDS + 1
    assert try_phone(house)


def test_a_test_that_nobody_placed_in_time_is_over(house: Desk) -> None:
    dial_id = try_phone(house)
    house.work(seconds=130)
    assert (house.placed(), house.dial(dial_id).how) == ([], How.TOO_LATE)


def test_without_a_phone_there_is_nothing_to_try(house: Desk) -> None:
    other = house.hire("other@example.org", None)
    with pytest.raises(Refused, match=Reason.NO_PHONE), house.database.transaction() as tx:
        dialling.self_test(tx, other, house.deed(other))


def test_a_lost_answer_is_found_here_too(house: Desk) -> None:
    dial_id = try_phone(house)
    house.company.fail_next("lost")
    house.work()
    house.work(seconds=31)
    assert house.dial(dial_id).call_ref == house.placed()[0].sid


def test_a_phone_that_rings_when_nobody_waits_any_more_is_told_nothing_of_it(house: Desk) -> None:
    dial_id = try_phone(house)
    house.company.fail_next("lost")
    house.work()
    sid, record = house.company.kept["Calls"].popitem()
    for seconds in (31, 10, 20, 40, 80, 160):
        house.work(seconds=seconds)
    assert house.dial(dial_id).state is State.UNKNOWN
    house.company.kept["Calls"][sid] = record
    (call,) = house.placed()
    call.answers()
    assert (call.over, house.dial(dial_id).how) == (True, How.WITHDRAWN)


def test_a_test_that_cannot_be_found_is_unknown_and_another_may_follow(house: Desk) -> None:
    dial_id = try_phone(house)
    house.company.fail_next("500")
    for seconds in (0, 31, 10, 20, 40, 80, 160):
        house.work(seconds=seconds)
    assert house.dial(dial_id).state is State.UNKNOWN
    assert try_phone(house) != dial_id
