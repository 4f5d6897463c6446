"""What goes wrong between us and the telephone company: nothing is dialled twice, and nothing hangs for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.actions import callbacks, dialling, jobs
from ivr.actions.jobs import Board
from ivr.actions.looking import HOPELESS_SECONDS, QUIET_SECONDS
from ivr.actions.schedule import Every, Schedule
from ivr.errors import StorageAway
from ivr.store import blocklist, staff
from ivr.store import desk as queue
from ivr.store.database import Database
from ivr.store.dials import How, State
from ivr.store.requests import Status
from tests.actions.tiny import CALLER, NUMBER, heard
from tests.callback import AIDANT, Desk, desk
from tests.channels.webhooks import post
from tests.doubles.outgoing import Outgoing


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    with desk(tmp_path, sqlite_url) as made:
        yield made


def stands(house: Desk, request_id: int, dial_id: int) -> tuple[State, How | None, Status]:
    dial = house.dial(dial_id)
    return dial.state, dial.how, house.request(request_id).status


@pytest.mark.parametrize("switch", ["deliver_twice", "deliver_concurrently"])
def test_every_delivery_may_come_twice_and_the_caller_is_dialled_once(house: Desk, switch: str) -> None:
    request_id, dial_id, call = house.begun()
    setattr(call.phone, switch, True)
    call.rings()
    call.answers()
    call.press("1")
    assert call.dialled == [CALLER]
    assert call.caller_answers()
    call.caller_hangs_up()
    assert stands(house, request_id, dial_id) == (State.OVER, How.TALKED, Status.WRAP_UP)
    assert call.troubles == []


def test_an_accept_that_is_repeated_later_names_no_number(house: Desk) -> None:
    _, dial_id, call = house.begun()
    call.answers()
    call.press("1")
    accept = f"/twilio/desk/{dial_id}/accept"
    again = post(house, accept, (("CallSid", call.sid), ("Digits", "1")))
    assert (again.status_code, "<Dial" in again.text, CALLER in again.text) == (200, False, False)
    assert house.dial(dial_id).state is State.CALLING


def test_an_answer_that_is_lost_leaves_a_check_for_a_person_and_is_never_dialled_again(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.phone.lose_answer()  # the process died between the commit and the answer, say
    call.press("1")
    assert (call.over, call.dialled) == (True, [])
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)
    for _ in range(8):
        house.work(seconds=600)
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)
    assert len(house.placed()) == 1
    assert house.dead() == []
    with house.database.transaction() as tx:
        callbacks.judge(tx, request_id, False, house.deed())
    house.call_back(request_id)
    house.work()
    _, second = house.placed()
    second.answers()
    second.press("1")
    assert second.dialled == [CALLER]


def test_where_the_company_knows_that_the_caller_was_rung_nobody_must_be_asked(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.hold = True  # nothing of what happens is told to us
    call.press("1")
    call.aidant_hangs_up(told=False)
    post(house, f"/twilio/desk/{dial_id}/status", (("CallSid", call.sid), ("CallStatus", "completed")))
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)
    assert "look-up-dial done" in house.work(seconds=60)
    assert call.leg is not None
    assert house.dial(dial_id).leg_ref == call.leg["sid"]
    assert stands(house, request_id, dial_id) == (State.OVER, How.NOT_CONNECTED, Status.WRAP_UP)


def test_news_of_the_caller_that_comes_last_settles_what_nobody_knew(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.hold = True
    call.press("1")
    call.aidant_hangs_up(told=False)
    end = len(call.held) - 1
    call.deliver([end])
    assert house.request(request_id).status is Status.CHECK
    post(
        house,
        f"/twilio/desk/{dial_id}/leg",
        (("CallSid", "CA-leg"), ("ParentCallSid", call.sid), ("CallStatus", "busy")),
    )
    assert stands(house, request_id, dial_id) == (State.OVER, How.CALLER_BUSY, Status.WRAP_UP)


def test_callbacks_in_any_order_and_twice_lead_to_the_same_end(tmp_path: Path, sqlite_url: str) -> None:
    with desk(tmp_path, sqlite_url, IVR_MOST_CALLS="100/500") as house:
        for order in (*permutations(range(4)), (3, 0, 3, 2, 2, 1)):
            house.company.kept["Calls"].clear()
            request_id, dial_id, call = house.begun()
            call.hold = True
            call.rings()
            call.answers()
            call.press("1")
            assert len(call.held) == 5
            call.held, call.hold = call.held[1:], True  # the caller's two, and two of the aidant's
            assert set(call.deliver([*order])) == {204}
            assert house.dial(dial_id).state is State.CALLING
            assert call.caller_answers()
            call.caller_hangs_up()
            assert stands(house, request_id, dial_id) == (State.OVER, How.TALKED, Status.WRAP_UP)
            with house.database.transaction() as tx:
                queue.move(tx, request_id, (Status.WRAP_UP,), Status.DONE)


def test_webhooks_may_come_before_the_answer_of_the_company(house: Desk) -> None:
    request_id = house.ask()
    dial_id = house.call_back(request_id)
    board = Board(house.database, house.parts.kinds, house.clock)
    held = jobs.take(board, "a")
    assert held is not None
    end = jobs.perform(board, held)  # the company was asked, and what it answered is not stored yet
    (call,) = house.placed()
    assert house.dial(dial_id).state is State.PLACING
    call.rings()
    call.answers()
    call.press("1")
    jobs.record(board, held, end)
    assert (house.dial(dial_id).state, house.dial(dial_id).call_ref) == (State.CALLING, call.sid)
    assert stands(house, request_id, dial_id) == (State.CALLING, None, Status.DIALLING)


def lost_worker(house: Desk, *, asked: bool) -> tuple[int, int]:
    """A worker takes the job and is killed, after or before the company was asked."""
    request_id = house.ask()
    dial_id = house.call_back(request_id)
    board = Board(house.database, house.parts.kinds, house.clock)
    held = jobs.take(board, "a")
    assert held is not None
    if asked:
        jobs.perform(board, held)
    return request_id, dial_id


def test_a_worker_that_is_killed_after_it_asked_leaves_a_call_that_is_found(house: Desk) -> None:
    request_id, dial_id = lost_worker(house, asked=True)
    house.work(seconds=31)
    (call,) = house.placed()
    assert house.dial(dial_id).call_ref == call.sid
    call.answers()
    call.press("1")
    call.caller_answers()
    call.caller_hangs_up()
    assert stands(house, request_id, dial_id) == (State.OVER, How.TALKED, Status.WRAP_UP)
    house.work(seconds=120)  # now the lease of the killed worker has ended
    plant(house)
    house.work()
    assert (house.dead(), len(house.placed())) == ([], 1)


def plant(house: Desk) -> None:
    """What recurs is made."""
    Schedule([Every("watch-dials", 60)]).plant(house.database, house.clock.now)


def test_a_worker_that_is_killed_before_it_asked_gives_the_request_back(house: Desk) -> None:
    request_id, dial_id = lost_worker(house, asked=False)
    house.work(seconds=QUIET_SECONDS + 60)
    plant(house)
    house.work()
    assert stands(house, request_id, dial_id) == (State.OVER, How.TOO_LATE, Status.CLAIMED)
    house.clock.now += 60
    plant(house)
    house.work()
    assert (house.placed(), house.dead()) == ([], [])


def test_a_lost_answer_of_the_company_is_looked_up(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "lost")
    assert stands(house, request_id, dial_id) == (State.PLACING, None, Status.DIALLING)
    assert house.work(seconds=31) == ["look-up-dial done"]
    (call,) = house.placed()
    assert (house.dial(dial_id).state, house.dial(dial_id).call_ref) == (State.RINGING, call.sid)


def test_a_call_that_was_over_when_it_was_found_is_over(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "lost")
    (call,) = house.placed()
    call.hold = True
    call.nobody_answers("busy")
    house.work(seconds=31)
    assert stands(house, request_id, dial_id) == (State.OVER, How.BUSY, Status.CLAIMED)


def ask_with(house: Desk, *faults: str) -> tuple[int, int]:
    request_id = house.ask()
    dial_id = house.call_back(request_id)
    for fault in faults:
        house.company.fail_next(fault)  # type: ignore[arg-type]
    house.work()
    return request_id, dial_id


def test_what_cannot_be_found_is_for_a_person(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "500")  # "nobody knows whether it was done"
    for seconds in (31, 10, 20, 40, 80, 160):
        house.work(seconds=seconds)
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)
    assert (house.placed(), house.dead()) == ([], [])


def test_a_company_that_is_away_is_asked_again_and_then_a_person_is(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "500")
    house.company.fail_next("503", times=20)
    for seconds in (31, 10, 20, 40, 80, 160):
        house.work(seconds=seconds)
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)


def test_two_calls_that_may_be_it_are_for_a_person(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "lost")
    (call,) = house.placed()
    house.company.kept["Calls"]["CA-another"] = {**call.record, "sid": "CA-another"}
    house.work(seconds=31)
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)


def test_a_phone_that_rings_after_all_calls_nobody(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "lost")
    (call,) = house.placed()
    sid, record = house.company.kept["Calls"].popitem()
    for seconds in (31, 10, 20, 40, 80, 160):
        house.work(seconds=seconds)
    assert house.request(request_id).status is Status.CHECK
    house.company.kept["Calls"][sid] = record
    call.answers()
    assert (heard(call.phone), call.over) == (["aa/desk.gone"], True)
    assert stands(house, request_id, dial_id) == (State.OVER, How.WITHDRAWN, Status.CLAIMED)
    assert call.dialled == []


def test_an_old_call_of_another_attempt_is_never_taken_for_this_one(house: Desk) -> None:
    request_id, first, call = house.begun()
    call.nobody_answers()
    second = house.call_back(request_id)
    house.company.fail_next("500")
    house.work()
    for seconds in (31, 10, 20, 40, 80, 160):
        house.work(seconds=seconds)
    assert (house.dial(second).state, house.dial(second).call_ref) == (State.UNKNOWN, None)
    assert house.dial(first).how is How.NO_ANSWER


def test_a_busy_company_is_asked_again_shortly(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "429")
    assert stands(house, request_id, dial_id) == (State.NEW, None, Status.DIALLING)
    house.work(seconds=5)
    (call,) = house.placed()
    assert house.dial(dial_id).call_ref == call.sid


def test_a_company_that_stays_busy_gives_the_request_back(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "503", "503", "503", "503", "503")
    for _ in range(5):
        house.work(seconds=25)
    assert stands(house, request_id, dial_id) == (State.OVER, How.REFUSED, Status.CLAIMED)
    assert (house.placed(), house.dead()) == ([], [])


def test_a_call_that_the_company_refuses_gives_the_request_back_and_says_why(house: Desk) -> None:
    house.company.kept["IncomingPhoneNumbers"].clear()  # the number is not rented any more
    request_id, dial_id = ask_with(house)
    assert stands(house, request_id, dial_id) == (State.OVER, How.REFUSED, Status.CLAIMED)
    assert house.dead() == []


def test_a_request_that_goes_while_the_company_is_busy_is_not_dialled(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "429")
    with house.database.transaction() as tx:
        queue.move(tx, request_id, (Status.DIALLING,), Status.CLOSED)
    house.work(seconds=5)
    assert (house.placed(), house.dial(dial_id).how) == ([], How.WITHDRAWN)


def test_a_second_call_never_becomes_the_same_attempt(house: Desk) -> None:
    _, dial_id, call = house.begun()
    sid = house.company._keep("Calls", {**call.record, "sid": "CA-second"}, house.company.asked[call.sid])
    second = Outgoing(house.company, sid, house.client)
    second.answers()
    assert (second.over, second.phone.heard, second.dialled) == (True, [], [])
    assert house.dial(dial_id).call_ref == call.sid
    call.answers()
    call.press("1")
    assert call.dialled == [CALLER]


def test_a_leg_of_another_call_changes_nothing(house: Desk) -> None:
    _, dial_id, call = house.begun()
    call.answers()
    call.press("1")
    before = house.dial(dial_id)
    for what in ("leg", "caller"):
        sent = (("CallSid", "CA-x"), ("ParentCallSid", "CA-another"), ("CallStatus", "in-progress"))
        post(house, f"/twilio/desk/{dial_id}/{what}", sent)
    assert house.dial(dial_id) == before


def test_a_leg_that_nobody_accepted_changes_nothing(house: Desk) -> None:
    _, dial_id, call = house.begun()
    before = house.dial(dial_id)
    for what in ("leg", "caller", "ended"):
        sent = (("CallSid", call.sid), ("DialCallSid", "CA-x"), ("CallStatus", "in-progress"))
        post(house, f"/twilio/desk/{dial_id}/{what}", sent)
    assert house.dial(dial_id) == before


# --- attempts of which nothing is heard


def watched(house: Desk, seconds: float) -> None:
    house.clock.now += seconds
    plant(house)
    house.work()


def test_a_call_whose_end_was_never_told_is_asked_for(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.rings()
    call.hold = True
    call.nobody_answers("busy")
    watched(house, QUIET_SECONDS + 60)
    assert stands(house, request_id, dial_id) == (State.OVER, How.BUSY, Status.CLAIMED)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("answered", (State.OVER, How.DECLINED, Status.CLAIMED)),
        ("accepted", (State.UNKNOWN, None, Status.CHECK)),
        ("calling", (State.OVER, How.NOT_CONNECTED, Status.WRAP_UP)),
    ],
)
def test_what_the_company_does_not_know_any_more_is_over(house: Desk, until: str, expected: object) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    if until != "answered":
        call.hold = until == "accepted"
        call.press("1")
    house.company.kept["Calls"].clear()
    watched(house, QUIET_SECONDS + 60)
    assert stands(house, request_id, dial_id) == expected


def test_a_talk_that_goes_on_is_left_alone_and_one_without_an_end_is_ended(house: Desk) -> None:
    request_id, dial_id, call = house.talking()
    watched(house, 40 * 60)
    assert house.dial(dial_id).state is State.BRIDGED
    watched(house, 20 * 60)
    assert house.dial(dial_id).state is State.BRIDGED  # the company says that it goes on
    call.hold = True
    call.caller_hangs_up()  # "in vain" is what is told to nobody: the action's answer ends it
    assert stands(house, request_id, dial_id) == (State.OVER, How.TALKED, Status.WRAP_UP)


def test_a_talk_whose_end_never_came_is_over_when_the_company_says_so(house: Desk) -> None:
    request_id, dial_id, call = house.talking()
    call.record["status"] = "completed"
    watched(house, 60 * 60)
    assert stands(house, request_id, dial_id) == (State.OVER, How.TALKED, Status.WRAP_UP)


def test_a_company_that_never_answers_does_not_hold_a_request_for_ever(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.hold = True
    call.press("1")
    house.company.fail_next("503", times=1000)
    watched(house, QUIET_SECONDS + 60)
    assert house.dial(dial_id).state is State.ACCEPTED
    watched(house, 45 * 60 + HOPELESS_SECONDS)
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)


def test_an_attempt_without_an_id_and_without_a_look_up_is_for_a_person(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "500")
    with house.database.transaction() as tx:
        tx.connection.exec_driver_sql("DELETE FROM jobs")
    watched(house, QUIET_SECONDS + 60)
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)


# --- whatever comes, in whatever order

DELIVERIES = ("answer", "accept", "refuse", "caller", "ended", "initiated", "busy", "ringing", "completed", "no-answer")
ORDER = list(State)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(DELIVERIES), max_size=12), cancelled=st.integers(0, 12))
def test_no_sequence_of_deliveries_dials_twice_or_moves_back(house: Desk, steps: list[str], cancelled: int) -> None:
    request_id = house.ask(number=f"+3363998{uuid4().int % 10_000:04d}")
    dial_id = house.call_back(request_id)
    house.work()
    sid = str(house.dial(dial_id).call_ref)
    named, gone = 0, False
    states = [house.dial(dial_id).state]
    for place, step in enumerate(steps):
        if place == cancelled:
            with house.database.transaction() as tx:
                gone = queue.move(tx, request_id, (Status.DIALLING,), Status.CLOSED)
        answer = deliver(house, dial_id, sid, step)
        if "<Dial" in answer:
            assert not gone
            assert states[-1] not in (State.CALLING, State.BRIDGED, State.OVER, State.UNKNOWN)
            named += 1
        states.append(house.dial(dial_id).state)
    places = [ORDER.index(state) for state in states if state is not State.UNKNOWN]
    assert places == sorted(places)
    dial = house.dial(dial_id)
    assert (named > 0) == (dial.accepted_at is not None)
    if dial.accepted_at is not None and dial.over and not gone:
        assert house.request(request_id).status in (Status.WRAP_UP, Status.CHECK)
    if house.request(request_id).status is Status.CLAIMED:
        assert named == 0
    assert not (dial.spoken and dial.answered_at is None)
    finish(house, request_id)


def deliver(house: Desk, dial_id: int, sid: str, step: str) -> str:
    about = (("CallSid", sid), ("From", NUMBER), ("To", AIDANT))
    leg = (("CallSid", "CA-leg"), ("ParentCallSid", sid))
    at = f"/twilio/desk/{dial_id}"
    answers = {
        "answer": lambda: post(house, f"{at}/answer", about),
        "accept": lambda: post(house, f"{at}/accept", (*about, ("Digits", "1"))),
        "refuse": lambda: post(house, f"{at}/accept", (*about, ("Digits", "3"))),
        "caller": lambda: post(house, f"{at}/caller", leg),
        "ended": lambda: post(house, f"{at}/ended", (*about, ("DialCallStatus", "completed"), ("DialBridged", "true"))),
        "initiated": lambda: post(house, f"{at}/leg", (*leg, ("CallStatus", "initiated"))),
        "busy": lambda: post(house, f"{at}/leg", (*leg, ("CallStatus", "busy"))),
    }
    told = answers.get(step, lambda: post(house, f"{at}/status", (*about, ("CallStatus", step))))()
    assert told.status_code in (200, 204)
    return str(told.text)


def finish(house: Desk, request_id: int) -> None:
    with house.database.transaction() as tx:
        queue.move(tx, request_id, list(Status), Status.DONE)


# --- while the database is away


@contextmanager
def away(*_: object) -> Iterator[None]:
    raise StorageAway("test")
    yield


def test_while_the_database_is_away_nobody_is_called_and_whoever_talks_goes_on(
    house: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id, dial_id, call = house.begun()
    about, leg = (("CallSid", call.sid), ("Digits", "1")), (("CallSid", "CA-leg"), ("ParentCallSid", call.sid))
    at = f"/twilio/desk/{dial_id}"
    with monkeypatch.context() as patched:
        patched.setattr(Database, "transaction", away)
        for what in ("answer", "accept", "ended"):
            answer = post(house, f"{at}/{what}", about)
            assert (answer.status_code, "<Hangup/>" in answer.text, "<Dial" in answer.text) == (200, True, False)
        assert post(house, f"{at}/caller", leg).text.endswith("<Response></Response>")
        for what in ("leg", "status"):
            assert post(house, f"{at}/{what}", about).status_code == 503
    assert stands(house, request_id, dial_id) == (State.RINGING, None, Status.DIALLING)


# --- what changes meanwhile


def test_a_number_that_is_blocked_during_the_whisper_is_not_called(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    with house.database.transaction() as tx:
        blocklist.add(tx, CALLER, "threats", house.member.id, house.clock.now)
    call.press("1")
    assert (call.dialled, call.over) == ([], True)
    assert stands(house, request_id, dial_id) == (State.OVER, How.NOT_ALLOWED, Status.CLAIMED)


def test_an_aidant_whose_end_is_told_twice_leaves_one_check(house: Desk) -> None:
    request_id, dial_id, call = house.begun()
    call.answers()
    call.phone.lose_answer()
    call.press("1")
    over = (("CallSid", call.sid), ("CallStatus", "completed"))
    assert post(house, f"/twilio/desk/{dial_id}/status", over).status_code == 204
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)


def test_an_attempt_that_is_not_the_requests_latest_calls_nobody(house: Desk) -> None:
    request_id, _, call = house.begun()
    call.answers()
    with house.database.transaction() as tx:
        queue.move(tx, request_id, (Status.DIALLING,), Status.DIALLING, dial_id=999)
    call.press("1")
    assert (call.dialled, heard(call.phone)) == ([], ["aa/desk.gone"])


def test_a_button_pressed_before_the_company_has_answered_ends_the_call_once_it_has(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "lost")
    with house.database.transaction() as tx:
        dialling.hang_up(tx, dial_id, house.deed())
    assert house.work() == ["end-call again"]
    assert "look-up-dial done" in house.work(seconds=31)
    house.work(seconds=30)
    (call,) = house.placed()
    assert call.notice()
    assert stands(house, request_id, dial_id) == (State.OVER, How.DECLINED, Status.CLAIMED)


def test_a_person_who_is_erased_is_not_called_and_nothing_stumbles(house: Desk) -> None:
    _, dial_id, call = house.begun()
    with house.database.transaction() as tx:
        dialling.hang_up(tx, dial_id, house.deed())
        for table in ("dials", "requests"):
            tx.connection.exec_driver_sql(f"DELETE FROM {table}")
    assert house.work(seconds=31) == ["end-call done", "look-up-dial done"]
    call.answers()
    assert (call.over, call.dialled, call.phone.errors) == (True, [], [])


def test_a_number_that_is_forgotten_is_neither_rung_nor_looked_for(house: Desk) -> None:
    request_id = house.ask()
    dial_id = house.call_back(request_id)
    with house.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE requests SET number_hash = ''")
    house.work()
    assert (house.placed(), house.dial(dial_id).how) == ([], How.WITHDRAWN)
    other, second = ask_with_number(house, "+33639980055")
    (call,) = house.placed()
    call.answers()
    call.phone.lose_answer()
    call.press("1")
    with house.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE requests SET number_hash = ''")
    for seconds in (31, 10, 20, 40, 80, 160):
        house.work(seconds=seconds)
    assert stands(house, other, second) == (State.UNKNOWN, None, Status.CHECK)


def ask_with_number(house: Desk, number: str) -> tuple[int, int]:
    request_id = house.ask(number=number)
    dial_id = house.call_back(request_id)
    house.work()
    return request_id, dial_id


def test_an_aidant_without_a_phone_any_more_is_not_looked_for(house: Desk) -> None:
    request_id, dial_id = ask_with(house, "lost")
    with house.database.transaction() as tx:
        staff.set_phone(tx, house.member.id, None)
    for seconds in (31, 10, 20, 40, 80, 160):
        house.work(seconds=seconds)
    assert stands(house, request_id, dial_id) == (State.UNKNOWN, None, Status.CHECK)
