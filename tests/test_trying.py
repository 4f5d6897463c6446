"""Whoever wants a person now is put through to one who is free, over webhooks; nobody loses their place by it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr.actions import dialling, looking, shifts, trying
from ivr.actions.audit import Actor, Deed
from ivr.actions.direct import Switch
from ivr.actions.jobs import Job
from ivr.actions.legs import Report
from ivr.app import Parts
from ivr.channels.terminal.phone import TerminalPhone
from ivr.engine.inputs import Pressed, StayedSilent, Unavailable
from ivr.errors import StorageAway
from ivr.store import audit, dials, requests, staff
from ivr.store import shifts as kept_shifts
from ivr.store.audit import Filter
from ivr.store.database import Database, Transaction
from ivr.store.dials import Dial, How, Kind, NewDial, State
from ivr.store.requests import Request, Status
from ivr.store.staff import NewMember
from tests.actions.desks import ask, bring
from tests.actions.tiny import Clock, heard, with_answerers
from tests.doubles.exchange import Answer
from tests.doubles.phone import Phone
from tests.doubles.rung import Rung, ringing
from tests.helpline import MONDAY_MORNING, NUMBER, at, client, helpline, phone, prepared

AIDANT, CALLER, OTHER = "+33639980090", "+33639980001", "+33639980002"
LANGUAGE = prepared().release.book.languages[0]
NOW = ("0", "1", "1", "1", "1")
"""A person; the number is right; the phone is theirs; now; anybody."""
WHOLE_DAY = [[("08:00", "20:00")]] * 5 + [[], []]


class House:
    """A helpline with a telephone that tries first, and the people who work there."""

    def __init__(self, joined: Parts, clock: Clock, http: Any) -> None:
        self.joined, self.clock, self.http = joined, clock, http
        self.database = joined.database
        self.noted: dict[str, Phone] = {}

    def hire(
        self, number: str | None = AIDANT, *, language: str = LANGUAGE, works: bool = True, week: Any = WHOLE_DAY
    ) -> int:
        """Somebody on shift; `works`: they tried their phone, and it worked."""
        with self.database.transaction() as tx:
            mail = f"{number}{language}@example.org"
            id = staff.add(tx, NewMember(mail, "Aidant", frozenset({"aidant"}), (language,), self.clock.now))
            assert id is not None
            staff.set_phone(tx, id, number)
            shifts.replace(tx, id, week, self.deed(id))
            if works:
                self.tested(tx, id)
        return id

    def tested(self, tx: Any, id: int) -> None:
        at = self.clock.now - 86_400
        dial = dials.find(tx, dials.add(tx, NewDial(Kind.TEST, id, None, at)))
        assert dial is not None
        dials.move(tx, dial, (State.NEW,), State.OVER, at, how=How.TESTED.value, accepted_at=at, ended_at=at)

    def deed(self, staff_id: int | None) -> Deed:
        return Deed(Actor(staff_id), self.clock.now)

    def asks(
        self, caller: str = CALLER, *way: str, handset: Phone | None = None, until: Callable[[], object] = lambda: None
    ) -> Phone:
        """Somebody rings, wants a person now, and hears that it is noted; then the page ends."""
        handset = self.notes_it(caller, *way, handset=handset)
        until()
        handset.stay_silent()
        return handset

    def notes_it(self, caller: str = CALLER, *way: str, handset: Phone | None = None) -> Phone:
        """The same up to where it is noted."""
        handset = self.noted[caller] = handset or phone(self.http, strict=True)
        handset.ring(caller)
        known = prepared().release.book.languages
        for key in (str(known.index(LANGUAGE) + 1), "#", *(way or NOW)):
            while not set(key) & set("#*") and handset.waiting == "gather" and is_page(handset):
                handset.stay_silent()
            handset.press(key)
        assert f"{LANGUAGE}/person.noted" in heard(handset)
        return handset

    def tries(self, caller: str) -> bool:
        """The page ends: whether somebody is rung."""
        self.noted[caller].stay_silent()
        return ringing(self.noted[caller]) is not None

    def closes(self) -> None:
        with self.database.transaction() as tx:
            kept_shifts.close(tx, MONDAY_MORNING[:10], "")

    def leaves(self, id: int) -> None:
        with self.database.transaction() as tx:
            staff.change(tx, id, disabled_at=self.clock.now)

    def has(self, id: int, status: Status, *, over: bool = False) -> None:
        """Another request is in their hands; `over`: no phone rings for it."""
        with self.database.transaction() as tx:
            dial_id = bring(tx, ask(tx, 9), status, id)
            dial = None if dial_id is None else dials.find(tx, dial_id)
            if dial is not None and over:
                dials.move(tx, dial, (State.NEW,), State.UNKNOWN, self.clock.now)

    def tests_phone(self, id: int) -> None:
        with self.database.transaction() as tx:
            dials.add(tx, NewDial(Kind.TEST, id, None, self.clock.now))

    def request(self, number: str = CALLER) -> Request:
        with self.database.reading() as tx:
            return requests.history(tx, number)[0]

    def dial(self, number: str = CALLER) -> Dial:
        with self.database.reading() as tx:
            return dials.of_request(tx, self.request(number).id)[-1]

    def notes(self) -> list[tuple[str, int | None]]:
        with self.database.reading() as tx:
            rows = tx.connection.exec_driver_sql("SELECT kind, staff_id FROM request_notes ORDER BY id").fetchall()
        return [(row[0], row[1]) for row in rows]

    def sweep(self, seconds: float) -> None:
        """The watch of attempts looks again after so long."""
        self.clock.now += seconds
        assert self.joined.trunk is not None
        write = looking.watch_kind(self.joined.trunk).handler(Job(1, "watch-dials", "k", {}, 1))
        assert write is not None
        with self.database.transaction() as tx:
            write(tx)


@contextmanager
def house(tmp: Path, url: str = "", **environ: str) -> Iterator[House]:
    clock = Clock()
    clock.now = at(MONDAY_MORNING)()
    known = {"TWILIO_NUMBER": NUMBER, "IVR_TRY_FIRST": "on", **environ}
    joined = with_answerers(helpline(tmp, clock=clock, database_url=url, **known), recording=lambda _: Unavailable())
    with client(joined) as http:
        yield House(joined, clock, http)
    joined.database.dispose()


@pytest.fixture
def free(tmp_path: Path) -> Iterator[House]:
    """One aidant is free."""
    with house(tmp_path) as made:
        made.hire()
        yield made


def is_page(handset: Phone) -> bool:
    """Whether an explanation is said, of which silence is the next page."""
    return handset.gather["timeout"] == "2"


def still_waits(house: House, how: How, number: str = CALLER) -> None:
    """At the old place, as if nobody had been tried; the desk is told who was."""
    request, dial = house.request(number), house.dial(number)
    assert (request.status, request.staff_id, request.created_at) == (Status.WAITING, None, house.clock.now)
    assert request.due_at <= request.created_at
    assert (dial.kind, dial.state, dial.how, dial.spoken) == (Kind.DIRECT, State.OVER, how, False)
    assert house.notes() == [("not-taken", dial.staff_id)]


def goes_on(handset: Phone) -> None:
    """The caller hears that they are in the queue, and the call goes on as if nobody had been tried."""
    assert heard(handset) == [f"{LANGUAGE}/person.try-missed", f"{LANGUAGE}/person.noted"]
    handset.stay_silent()
    assert heard(handset) == [f"{LANGUAGE}/danger", f"{LANGUAGE}/person.go-on"]
    assert handset.errors == []


def test_a_caller_is_put_through_to_who_is_free(tmp_path: Path, url: str) -> None:
    with house(tmp_path, url) as made:
        aidant = made.hire()
        handset = made.asks()
        dial = ringing(handset)
        assert heard(handset) == [f"{LANGUAGE}/person.try"]
        assert dial is not None
        assert (dial.attributes["callerId"], dial.attributes["timeout"], dial.children[0].text) == (
            NUMBER,
            "25",
            AIDANT,
        )
        request = made.request()
        assert (request.status, request.staff_id, request.dial_id) == (Status.DIALLING, aidant, made.dial().id)

        rung = Rung(handset).rings()
        assert made.dial().state is State.RINGING
        rung.answers()
        words = ("desk.waits", "desk.topic.general", "desk.take")
        assert heard(rung.phone) == [f"{LANGUAGE}/{word}" for word in words]
        assert made.dial().state is State.ANSWERED
        rung.press("1")
        assert rung.bridged
        assert (made.dial().state, made.request().status) == (State.BRIDGED, Status.TALKING)
        assert not made.dial().spoken

        rung.hangs_up()
        request, attempt = made.request(), made.dial()
        assert (request.status, request.staff_id, attempt.how, attempt.spoken) == (
            Status.WRAP_UP,
            aidant,
            How.TALKED,
            True,
        )
        assert heard(handset) == [f"{LANGUAGE}/bye"]
        assert (handset.ended, handset.errors, rung.phone.errors) == ("hangup", [], [])
        with made.database.reading() as tx:
            steps = [dict(entry.details)["event"] for entry in audit_of(tx, request.id)]
        assert steps == ["claim", "dial", "bridged", "over"]


def audit_of(tx: Transaction, request_id: int) -> list[audit.Row]:
    return audit.page(tx, Filter(about=f"request/{request_id}"), 9)[::-1]


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
def test_a_phone_that_is_not_answered_leaves_the_caller_in_the_queue(free: House, status: str) -> None:
    handset = free.asks()
    Rung(handset).rings().is_(status)
    still_waits(free, How(status))
    goes_on(handset)


@pytest.mark.parametrize("key", ["2", "0", "#"])
def test_another_key_than_1_does_not_put_anybody_through(free: House, key: str) -> None:
    handset = free.asks()
    rung = Rung(handset).rings().answers()
    rung.press(key)
    assert (rung.bridged, heard(rung.phone)) == (False, [])
    still_waits(free, How.DECLINED)
    goes_on(handset)


def test_a_voicemail_presses_nothing_and_hears_the_whisper_once(free: House) -> None:
    # B9: "`DialCallStatus=completed` also comes when the callee hangs up in the whisper (K)"
    handset = free.asks()
    rung = Rung(handset).rings().answers()
    rung.stays_silent()
    assert (rung.over, rung.bridged, len(rung.phone.call.heard_all)) == (True, False, 3)
    still_waits(free, How.DECLINED)
    goes_on(handset)


def test_who_hangs_up_in_the_whisper_did_not_talk(free: House) -> None:
    handset = free.asks()
    Rung(handset).rings().answers().hangs_up()
    still_waits(free, How.DECLINED)
    goes_on(handset)


@pytest.mark.parametrize("told", [True, False])
def test_a_caller_who_hangs_up_while_it_rings_waits_in_the_queue(free: House, told: bool) -> None:
    handset = free.asks()
    Rung(handset).rings().caller_hangs_up(told=told)
    still_waits(free, How.CALLER_LEFT)
    assert handset.errors == []


def test_a_caller_who_hangs_up_in_the_whisper_waits_and_a_late_key_puts_nobody_through(free: House) -> None:
    handset = free.asks()
    rung = Rung(handset).rings().answers()
    rung.caller_hangs_up()
    still_waits(free, How.DECLINED)
    rung.phone.press("1")
    assert (heard(rung.phone), rung.phone.ended) == ([f"{LANGUAGE}/desk.gone"], "hangup")
    still_waits(free, How.DECLINED)


@pytest.mark.parametrize("first", ["leg", "dial"])
def test_a_key_for_a_caller_who_was_just_gone_is_no_talk(free: House, first: str) -> None:
    # our own record: accepted by key, and not contradicted by `DialBridged`, whichever news comes first
    handset = free.asks()
    rung = Rung(handset).rings().answers()
    rung.phone.press("1")
    assert free.request().status is Status.TALKING
    if first == "leg":
        rung.caller_hangs_up()
    else:
        handset.dial_ends("completed", bridged=False, leg=rung.sid)
        rung.tell("completed")
    still_waits(free, How.NOT_CONNECTED)


def test_a_caller_who_ends_the_talk_is_wrapped_up(free: House) -> None:
    handset = free.asks()
    rung = Rung(handset).rings().answers()
    rung.press("1")
    rung.caller_hangs_up()
    assert (free.request().status, free.dial().how, free.notes()) == (Status.WRAP_UP, How.TALKED, [])


def test_every_delivery_may_come_twice(free: House) -> None:
    handset = phone(free.http, strict=True)
    handset.deliver_twice = True
    free.asks(handset=handset)
    rung = Rung(handset)
    rung.phone.deliver_twice = True
    rung.rings().answers().press("1")
    rung.hangs_up()
    assert (free.request().status, free.dial().spoken, heard(handset)) == (Status.WRAP_UP, True, [f"{LANGUAGE}/bye"])
    with free.database.reading() as tx:
        assert len(dials.of_request(tx, free.request().id)) == 1


def test_an_answer_that_was_lost_rings_the_same_phone_for_the_same_attempt(free: House) -> None:
    handset = phone(free.http)
    free.asks(handset=handset, until=handset.lose_answer)
    assert ringing(handset) is not None
    Rung(handset).rings().answers().press("1")
    assert free.request().status is Status.TALKING


def test_once_their_phone_was_heard_of_the_number_is_named_no_more(free: House) -> None:
    handset = free.asks()
    rung = Rung(handset).rings()
    first, again = handset.repeat_last()
    assert AIDANT.encode() in first
    assert (b"<Dial" in again, AIDANT.encode() in again, b"/transferred?a=" in again) == (False, False, True)
    rung.answers().press("1")
    assert rung.bridged


def test_who_is_tried_by_one_caller_is_not_tried_by_another(tmp_path: Path, url: str) -> None:
    with house(tmp_path, url) as made:
        made.hire()
        callers = [f"+3363998{n:04}" for n in range(1, 5)]
        for number in callers:
            made.notes_it(number)
        with ThreadPoolExecutor(len(callers)) as threads:
            tried = list(threads.map(made.tries, callers))
        assert sorted(tried) == [False, False, False, True]
        found = sorted(made.request(number).status for number in callers)
        assert found == [Status.DIALLING, *[Status.WAITING] * 3]


def test_of_two_who_are_free_each_gets_one_caller(tmp_path: Path, url: str) -> None:
    with house(tmp_path, url) as made:
        both = {made.hire(), made.hire("+33639980091")}
        made.asks(CALLER)
        made.asks(OTHER)
        assert {made.request(CALLER).staff_id, made.request(OTHER).staff_id} == both


def nobody(handset: Phone) -> bool:
    """The call goes on at once, without a word of it."""
    return heard(handset) == [f"{LANGUAGE}/danger", f"{LANGUAGE}/person.go-on"]


WITHOUT: dict[str, Callable[[House], object]] = {
    "nobody at all": lambda made: None,
    "off shift": lambda made: made.hire(week=[[("08:00", "10:00")], *WHOLE_DAY[1:]]),
    "another language": lambda made: made.hire(language="zz"),
    "no phone": lambda made: made.hire(None),
    "a phone that was never tried": lambda made: made.hire(works=False),
    "a phone that we may not ring": lambda made: made.hire("+442079460000"),
    "a closed day": lambda made: (made.hire(), made.closes()),
    "an account that is not used any more": lambda made: made.leaves(made.hire()),
    "a call back": lambda made: made.has(made.hire(), Status.DIALLING),
    "a talk": lambda made: made.has(made.hire(), Status.TALKING),
    "a talk without an outcome": lambda made: made.has(made.hire(), Status.WRAP_UP),
    "a test of their phone": lambda made: made.tests_phone(made.hire()),
}


@pytest.mark.parametrize("why", WITHOUT)
def test_nobody_is_tried_who_is_not_there_or_not_free(tmp_path: Path, why: str) -> None:
    with house(tmp_path) as made:
        handset = made.notes_it()  # somebody was there when "now" was offered
        WITHOUT[why](made)
        handset.stay_silent()
        assert nobody(handset)
        assert (made.request().status, made.request().dial_id, made.notes()) == (Status.WAITING, None, [])


def test_who_only_has_a_claim_or_something_to_check_is_free(tmp_path: Path) -> None:
    for status in (Status.CLAIMED, Status.CHECK):
        with house(tmp_path / status) as made:
            aidant = made.hire()
            made.has(aidant, status, over=True)
            made.asks()
            assert made.request().staff_id == aidant


def test_who_was_rung_in_vain_is_left_in_peace_for_a_while(free: House) -> None:
    Rung(free.asks()).rings().is_("no-answer")
    free.clock.now += trying.PEACE_SECONDS - 1
    assert nobody(free.asks(OTHER))
    free.clock.now += 1
    assert ringing(free.asks("+33639980003")) is not None


def test_a_caller_who_hung_up_does_not_keep_others_from_being_put_through(free: House) -> None:
    Rung(free.asks()).rings().caller_hangs_up()
    assert ringing(free.asks(OTHER)) is not None


def test_nobody_is_tried_twice_in_one_call(free: House) -> None:
    handset = free.asks()
    Rung(handset).rings().is_("busy")
    free.hire("+33639980091")
    goes_on(handset)
    handset.press("*")
    while handset.alive:
        assert ringing(handset) is None
        handset.stay_silent()


@pytest.mark.parametrize("way", [("0", "1", "1", "2", "1"), ("0", "1", "1", "1", "2")], ids=["later", "a woman"])
def test_who_wants_to_be_called_later_or_by_a_woman_is_not_put_through_to_anybody(
    free: House, way: tuple[str, ...]
) -> None:
    assert ringing(free.asks(CALLER, *way)) is None
    assert free.request().dial_id is None


def test_without_the_setting_nothing_is_different(tmp_path: Path) -> None:
    for environ in ({"IVR_TRY_FIRST": ""}, {"TWILIO_NUMBER": ""}):
        with house(tmp_path / str(len(environ)) / next(iter(environ)), **environ) as made:
            made.hire()
            assert nobody(made.asks())


def test_the_terminal_puts_nobody_through(free: House) -> None:
    handset = TerminalPhone(free.joined.calls, CALLER)
    answer = handset.ring()
    known = prepared().release.book.languages
    for key in (str(known.index(LANGUAGE) + 1), "#", *NOW):
        answer = handset.do(Pressed(key), answer) or answer
    answer = handset.do(StayedSilent(), answer) or answer
    assert (answer.turn.node, free.request().status) == ("person.more", Status.WAITING)


def test_a_shared_phone_is_put_through_too_and_nothing_is_said_of_it(free: House) -> None:
    handset = free.asks(CALLER, "0", "1", "2", "1", "1")
    rung = Rung(handset).rings().answers()
    assert free.request().phone == "shared"
    assert f"{LANGUAGE}/desk.flagged" not in heard(rung.phone)


def test_nobody_stays_held_when_nothing_more_is_heard(tmp_path: Path, url: str) -> None:
    with house(tmp_path, url) as made:
        made.hire()
        rung = Rung(made.asks()).rings().answers()
        asked = made.clock.now
        made.sweep(looking.QUIET_SECONDS)
        assert made.request().status is Status.DIALLING
        made.sweep(1)
        made.clock.now = asked
        still_waits(made, How.LOST)
        rung.phone.press("1")
        assert heard(rung.phone) == [f"{LANGUAGE}/desk.gone"]
        still_waits(made, How.LOST)


def test_a_talk_whose_end_was_not_told_is_wrapped_up(free: House) -> None:
    rung = Rung(free.asks()).rings().answers()
    rung.press("1")
    free.sweep(looking.QUIET_SECONDS + 1)
    assert free.request().status is Status.TALKING  # it may go on
    rung.tell("completed")
    assert free.request().status is Status.TALKING  # whether they were connected is not known yet
    free.sweep(looking.QUIET_SECONDS + 1)
    assert (free.request().status, free.dial().how) == (Status.WRAP_UP, How.TALKED)


def test_a_talk_of_which_nothing_more_is_heard_is_over_after_the_longest_talk(free: House) -> None:
    Rung(free.asks()).rings().answers().press("1")
    assert free.joined.trunk is not None
    free.sweep(free.joined.trunk.call_seconds + looking.QUIET_SECONDS + 1)
    assert (free.request().status, free.dial().how) == (Status.WRAP_UP, How.TALKED)


def test_the_button_gives_the_caller_back_to_the_queue(free: House) -> None:
    handset = free.asks()
    with free.database.transaction() as tx:
        dialling.hang_up(tx, free.dial().id, free.deed(free.dial().staff_id))
    still_waits(free, How.ENDED)
    rung = Rung(handset).rings().answers()
    assert (heard(rung.phone), rung.phone.ended) == ([f"{LANGUAGE}/desk.gone"], "hangup")
    rung.hangs_up()
    goes_on(handset)


def test_without_the_database_a_caller_comes_back_to_what_is_said_of_the_queue(free: House) -> None:
    handset = free.asks()
    rung = Rung(handset).rings().answers()
    with away(free):
        rung.press("1")
        assert (rung.bridged, heard(rung.phone)) == (False, [])
    assert heard(handset) == [f"{LANGUAGE}/person.try-missed", f"{LANGUAGE}/person.noted"]


@contextmanager
def away(house: House) -> Iterator[None]:
    """The database does not answer."""

    def gone(*_: object, **__: object) -> None:
        raise StorageAway("away")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "transaction", gone)
        patch.setattr(Database, "reading", gone)
        yield


def test_an_address_with_no_attempt_is_refused(free: House) -> None:
    handset = free.asks()
    dial = ringing(handset)
    assert dial is not None
    action = dial.attributes["action"]
    assert f"a={free.dial().id}&" in action
    answer = deliver(handset, action.replace(f"a={free.dial().id}&", "a=x&"))
    assert answer.status == 400


def test_an_attempt_that_is_none_of_these_was_no_talk(free: House) -> None:
    handset = free.asks()
    with free.database.transaction() as tx:
        test = dials.add(tx, NewDial(Kind.TEST, 1, None, free.clock.now))
    switch = Switch(free.database, NUMBER, 60, free.clock)
    for id in (test, 999):
        assert not switch.ended(id, Report("completed", "CA1", True))
    assert switch.bridge(999) is None
    assert free.request().status is Status.DIALLING
    assert ringing(handset) is not None
    assert AIDANT not in repr(switch.bridge(free.dial().id))


def deliver(handset: Phone, url: str) -> Answer:
    last = handset.requests[-1].webhook
    return handset.exchange.send(replace(last, url=url, token="again"))
