"""Calling people back, over the wire: the aidant's phone first, then the caller's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.actions import dialling
from ivr.actions.machine import NotPossible
from ivr.actions.refusals import Reason, Refused
from ivr.store import desk as queue
from ivr.store import dials, staff
from ivr.store.dials import How, State
from ivr.store.requests import Status
from tests.actions.tiny import CALLER, NUMBER, heard
from tests.callback import AIDANT, Desk, desk
from tests.channels.webhooks import post


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    with desk(tmp_path, sqlite_url) as made:
        yield made


@pytest.fixture
def either(tmp_path: Path, url: str) -> Iterator[Desk]:
    """On both databases."""
    with desk(tmp_path, url) as made:
        yield made


def test_the_aidants_phone_rings_first_and_then_the_callers_and_both_talk(either: Desk) -> None:
    house = either
    request_id, dial_id, call = house.begun()
    assert (call.record["to"], call.record["from"]) == (AIDANT, NUMBER)
    assert house.request(request_id).status is Status.DIALLING
    call.rings()
    assert house.dial(dial_id).state is State.RINGING
    call.answers()
    assert house.dial(dial_id).state is State.ANSWERED
    assert heard(call.phone) == ["aa/desk.next", "aa/desk.topic.tale", "aa/desk.own", "aa/desk.accept"]
    call.press("1")
    assert call.dialled == [CALLER]
    assert house.dial(dial_id).state is State.CALLING
    assert call.caller_answers()
    assert (house.dial(dial_id).state, house.request(request_id).status) == (State.BRIDGED, Status.TALKING)
    call.caller_hangs_up()
    dial = house.dial(dial_id)
    assert (dial.state, dial.how, dial.spoken) == (State.OVER, How.TALKED, True)
    assert house.request(request_id).status is Status.WRAP_UP
    assert call.over
    assert call.troubles == call.phone.errors == call.heard_by_caller == []


@pytest.mark.parametrize("phone", ["own", "shared", "unknown"])
def test_an_aidant_hears_whose_phone_it_is_and_the_caller_hears_nothing_of_us(house: Desk, phone: str) -> None:
    _, _, call = house.talking(phone=phone)
    words = "aa/desk.own" if phone == "own" else "aa/desk.flagged"
    assert [name for name in heard_in_all(call) if name in ("aa/desk.own", "aa/desk.flagged")] == [words]
    assert call.heard_by_caller == []


def heard_in_all(call) -> list[str]:
    return [url.split("/audio/")[1].rsplit("/", 1)[0] for url in call.phone.heard_all]


def test_the_whisper_is_in_the_requests_language_or_in_one_that_the_aidant_speaks(house: Desk) -> None:
    for language, spoken in (("bb", "bb"), (None, "aa"), ("gone", "aa")):
        house.company.kept["Calls"].clear()
        request_id, _, call = house.begun(language=language)
        call.answers()
        assert heard(call.phone)[0] == f"{spoken}/desk.next"
        call.press("2")
        finish(house, request_id)


def finish(house: Desk, request_id: int) -> None:
    with house.database.transaction() as tx:
        queue.move(tx, request_id, list(Status), Status.DONE)


@pytest.mark.parametrize(("status", "how"), [("busy", How.BUSY), ("no-answer", How.NO_ANSWER), ("failed", How.FAILED)])
def test_an_aidants_phone_that_is_not_answered_gives_the_request_back(house: Desk, status: str, how: How) -> None:
    request_id, dial_id, call = house.begun()
    call.rings()
    call.nobody_answers(status)
    dial = house.dial(dial_id)
    assert (dial.state, dial.how, dial.spoken) == (State.OVER, how, False)
    assert house.request(request_id).status is Status.CLAIMED


def test_who_picks_up_and_presses_nothing_calls_nobody(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.stays_silent()
    assert call.phone.alive
    call.stays_silent()
    assert (call.over, call.dialled) == (True, [])
    assert (house.dial(dial_id).how, house.request(request_id).status) == (How.DECLINED, Status.CLAIMED)


def test_who_presses_another_key_calls_nobody_and_may_call_again(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.press("2")
    assert (call.over, call.dialled, heard(call.phone)) == (True, [], ["aa/desk.declined"])
    assert (house.dial(dial_id).how, house.request(request_id).status) == (How.DECLINED, Status.CLAIMED)
    again = house.call_back(request_id)
    house.work()
    assert again != dial_id
    assert len(house.placed()) == 2


@pytest.mark.parametrize(
    ("status", "how"),
    [("busy", How.CALLER_BUSY), ("no-answer", How.CALLER_NO_ANSWER), ("failed", How.CALLER_FAILED)],
)
def test_a_caller_who_is_not_reached_is_wrapped_up(house: Desk, status: str, how: How) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.press("1")
    call.caller_is(status)
    dial = house.dial(dial_id)
    assert (dial.state, dial.how, dial.spoken) == (State.OVER, how, False)
    assert house.request(request_id).status is Status.WRAP_UP


def test_an_answer_that_was_not_connected_is_no_talk(house: Desk) -> None:
    # B9: "`DialCallStatus=completed` also comes when the callee hangs up in the whisper (K)"
    request_id, dial_id, call = house.begun()
    call.answers()
    call.press("1")
    call.caller_answers()
    call.bridged = False
    call._dial_ends("completed")
    assert (house.dial(dial_id).how, house.dial(dial_id).spoken) == (How.NOT_CONNECTED, False)
    assert house.request(request_id).status is Status.WRAP_UP


def test_completed_alone_is_no_talk(house: Desk) -> None:
    _, dial_id, call = house.begun()
    call.answers()
    call.press("1")
    call.caller_is("completed")  # and nothing told us that anybody answered
    assert (house.dial(dial_id).how, house.dial(dial_id).spoken) == (How.NOT_CONNECTED, False)


@pytest.mark.parametrize("told", [True, False])
def test_an_aidant_who_hangs_up_while_the_caller_is_rung_must_say_what_came_of_it(house: Desk, told: bool) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.press("1")
    call.aidant_hangs_up(told=told)
    assert (house.dial(dial_id).how, house.request(request_id).status) == (How.NOT_CONNECTED, Status.WRAP_UP)


@pytest.mark.parametrize("told", [True, False])
def test_an_aidant_may_end_a_talk_too(house: Desk, told: bool) -> None:
    request_id, dial_id, call = house.talking()
    call.aidant_hangs_up(told=told)
    assert (house.dial(dial_id).how, house.request(request_id).status) == (How.TALKED, Status.WRAP_UP)


def test_a_voicemail_is_ended_by_a_button_and_was_no_talk(either: Desk) -> None:
    house = either
    request_id, dial_id, call = house.talking(phone="shared")
    with house.database.transaction() as tx:
        dialling.hang_up(tx, dial_id, house.deed(), voicemail=True)
    assert house.work() == ["end-call done"]
    assert call.notice()
    dial = house.dial(dial_id)
    assert (dial.state, dial.how, dial.spoken) == (State.OVER, How.VOICEMAIL, False)
    assert house.request(request_id).status is Status.WRAP_UP
    assert call.heard_by_caller == []


def test_a_call_that_was_not_placed_yet_is_ended_before_anything_rings(house: Desk) -> None:
    request_id = house.ask()
    dial_id = house.call_back(request_id)
    with house.database.transaction() as tx:
        dialling.hang_up(tx, dial_id, house.deed())
    house.work()
    assert house.placed() == []
    assert (house.dial(dial_id).how, house.request(request_id).status) == (How.ENDED, Status.CLAIMED)


def test_a_ringing_aidants_phone_is_ended_by_the_same_button(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.rings()
    with house.database.transaction() as tx:
        dialling.hang_up(tx, dial_id, house.deed(), voicemail=True)  # there is no machine yet
    assert house.work() == ["end-call done"]
    assert call.notice()
    assert (house.dial(dial_id).how, house.request(request_id).status) == (How.DECLINED, Status.CLAIMED)


def test_nobody_ends_the_call_of_another_or_one_that_is_over(house: Desk) -> None:
    _, dial_id, call = house.begun()
    other = house.hire("other@example.org", None)
    for deed in (house.deed(other), house.deed()):
        with pytest.raises(NotPossible), house.database.transaction() as tx:
            dialling.hang_up(tx, dial_id, deed)
        call.over or call.nobody_answers()
    with pytest.raises(NotPossible), house.database.transaction() as tx:
        dialling.hang_up(tx, 999, house.deed())


def test_a_request_that_is_gone_meanwhile_is_not_dialled(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    with house.database.transaction() as tx:
        queue.move(tx, request_id, (Status.DIALLING,), Status.CLOSED)  # erased
    call.press("1")
    assert (call.dialled, heard(call.phone), call.over) == ([], ["aa/desk.gone"], True)
    assert (house.dial(dial_id).how, house.request(request_id).status) == (How.WITHDRAWN, Status.CLOSED)


def test_a_request_that_is_gone_before_is_not_even_rung_for(house: Desk) -> None:
    request_id = house.ask()
    dial_id = house.call_back(request_id)
    with house.database.transaction() as tx:
        queue.move(tx, request_id, (Status.DIALLING,), Status.CLOSED)
    house.work()
    assert (house.placed(), house.dial(dial_id).how) == ([], How.WITHDRAWN)


def test_a_caller_who_is_not_to_be_spoken_with_any_more_is_let_go(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.press("1")
    finish(house, request_id)
    assert not call.caller_answers()
    assert call.heard_by_caller == []
    assert house.dial(dial_id).state is State.OVER


def test_an_aidant_without_a_phone_is_told_so(house: Desk) -> None:
    with house.database.transaction() as tx:
        staff.set_phone(tx, house.member.id, None)
    request_id = house.ask()
    with pytest.raises(Refused, match=Reason.NO_PHONE):
        house.call_back(request_id)
    assert house.request(request_id).status is Status.CLAIMED
    with house.database.reading() as tx:
        assert dials.of_request(tx, request_id) == []


def test_an_aidant_who_left_meanwhile_is_not_rung(house: Desk) -> None:
    dial_id = house.call_back(house.ask())
    with house.database.transaction() as tx:
        staff.change(tx, house.member.id, disabled_at=house.clock.now)
    house.work()
    assert (house.placed(), house.dial(dial_id).how) == ([], How.NO_PHONE)


def test_a_number_that_had_enough_calls_today_is_not_called(tmp_path: Path, sqlite_url: str) -> None:
    with desk(tmp_path, sqlite_url, IVR_MOST_CALLS="1/5") as house:
        request_id, _, call = house.begun()
        call.nobody_answers()
        dial_id = house.call_back(request_id)
        house.work()
        assert (house.dial(dial_id).how, house.request(request_id).status) == (How.NOT_ALLOWED, Status.CLAIMED)
        assert len(house.placed()) == 1


def test_a_call_of_which_nobody_heard_in_two_minutes_is_placed_no_more(house: Desk) -> None:
    request_id = house.ask()
    dial_id = house.call_back(request_id)
    house.work(seconds=121)
    assert house.placed() == []
    assert (house.dial(dial_id).how, house.request(request_id).status) == (How.TOO_LATE, Status.CLAIMED)


def test_every_number_and_limit_is_in_what_the_company_is_asked(house: Desk) -> None:
    _, dial_id, call = house.begun()
    form = dict(house.company.asked[call.sid]["form"])
    assert form["Url"] == f"https://help.example/twilio/desk/{dial_id}/answer"
    assert form["StatusCallback"] == f"https://help.example/twilio/desk/{dial_id}/status"
    assert (form["Timeout"], form["TimeLimit"]) == ("30", str(45 * 60 + 150))
    assert "Record" not in form


@pytest.mark.parametrize("what", ["answer", "accept", "caller", "leg", "ended", "status"])
def test_a_delivery_about_no_attempt_of_ours_calls_nobody(house: Desk, what: str) -> None:
    sent = (("CallSid", "CA7"), ("CallStatus", "in-progress"), ("Digits", "1"))
    for dial in ("7", "x", "9" * 20, "-1"):
        answer = post(house, f"/twilio/desk/{dial}/{what}", sent)
        assert answer.status_code == (400 if dial != "7" else 204 if what in ("leg", "status") else 200)
        assert "<Dial" not in answer.text
    assert post(house, f"/twilio/desk/7/{what}", (("CallStatus", "ringing"),)).status_code in (400, 200)


@pytest.mark.parametrize("what", ["answer", "accept", "caller", "leg", "ended", "status"])
def test_a_stranger_cannot(house: Desk, what: str) -> None:
    _, dial_id, call = house.begun()
    call.answers()
    sent = (("CallSid", call.sid), ("CallStatus", "in-progress"), ("Digits", "1"))
    before = house.dial(dial_id)
    for signed in ("", "nonsense"):
        assert post(house, f"/twilio/desk/{dial_id}/{what}", sent, signed=signed).status_code == 403
    assert house.dial(dial_id) == before
