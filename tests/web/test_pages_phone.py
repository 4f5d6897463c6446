"""The button that rings one's own phone, and what the page says while it goes on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ivr import app
from ivr.actions import jobs
from ivr.actions.jobs import Board
from ivr.store import audit, dials, staff
from ivr.store.dials import How, State
from ivr.web import phone
from ivr.web.site import Site
from tests import helpline
from tests.doubles.carrier import Carrier
from tests.doubles.outgoing import Outgoing
from tests.doubles.serving import in_process
from tests.web import people
from tests.web.people import Clock, Visit

PHONE = "+33639980099"


class Room:
    """An aidant in front of the account page, and the telephone company."""

    def __init__(self, joined: Any, http: Any, company: Carrier) -> None:
        self.joined, self.http, self.company = joined, http, company
        self.id = people.hire(joined, "aidant")
        self.visit = Visit(http, people.signed_in(joined, self.id))

    def have_phone(self, number: str | None = PHONE) -> None:
        with self.joined.database.transaction() as tx:
            staff.set_phone(tx, self.id, number)

    def work(self) -> None:
        board = Board(self.joined.database, self.joined.kinds, self.joined.clock)
        while (held := jobs.take(board, uuid4().hex)) is not None:
            jobs.record(board, held, jobs.perform(board, held))

    def call(self) -> Outgoing:
        self.work()
        return Outgoing(self.company, list(self.company.kept["Calls"])[-1], self.http)

    def says(self) -> str:
        """What the live part of the page says now."""
        return str(self.visit.get("/live/phone").text)


@contextmanager
def room(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> Iterator[Room]:
    monkeypatch.setattr(app, "Site", partial(Site, stream_seconds=0.0))
    clock = Clock()
    clock.now = float(int(time.time()))
    with Carrier(account_sid=helpline.ACCOUNT, auth_token=helpline.TOKEN) as company:
        company.add_number(helpline.NUMBER)
        joined = helpline.helpline(folder, clock=clock, TWILIO_API_URL=company.url, **more)
        http = in_process(app.application(joined))
        http.base_url = helpline.PUBLIC
        yield Room(joined, http, company)
        http.close()
        joined.database.dispose()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with room(tmp_path, monkeypatch, TWILIO_NUMBER=helpline.NUMBER) as made:
        yield made


def test_the_phone_rings_and_the_page_says_each_step(here: Room) -> None:
    here.have_phone()
    answer = here.visit.post("/account/phone/try")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account#phone")
    assert 'data-test="new"' in here.says()
    call = here.call()
    assert call.record["to"] == PHONE
    call.rings()
    assert 'data-test="ringing"' in here.says()
    call.answers()
    assert 'data-test="answered"' in here.says()
    call.press("1")
    assert 'data-test="tested"' in here.says()
    assert call.troubles == []
    assert PHONE not in here.says()


def test_it_is_written_down_who_tried(here: Room) -> None:
    here.have_phone()
    here.visit.post("/account/phone/try")
    with here.joined.database.reading() as tx:
        (entry,) = audit.page(tx, audit.Filter(what="phone-tested"), 10)
    assert (entry.staff_id, entry.about) == (here.id, f"staff/{here.id}")
    assert PHONE not in str(entry)


def test_whoever_tries_too_often_is_asked_to_wait(here: Room) -> None:
    here.have_phone()
    for _ in range(3):
        assert here.visit.post("/account/phone/try").status_code == 303
        here.call().nobody_answers()
    assert 'data-test="no-answer"' in here.says()
    assert here.visit.post("/account/phone/try").status_code == 429


def test_without_a_number_the_page_says_what_is_missing(here: Room) -> None:
    assert "/account/phone/try" not in here.visit.get("/account").text
    refused = here.visit.post("/account/phone/try")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


def test_without_a_telephone_company_there_is_no_button(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with room(tmp_path, monkeypatch) as here:
        here.have_phone()
        assert "/account/phone/try" not in here.visit.get("/account").text
        assert here.visit.post("/account/phone/try").status_code == 404


def test_every_state_and_every_end_of_a_test_has_its_words() -> None:
    at = {"id": 1, "kind": dials.Kind.TEST, "request_id": None, "staff_id": 1, "created_at": 0.0, "changed_at": 0.0}
    nothing = dict.fromkeys(("call_ref", "leg_ref", "accepted_at", "answered_at", "ended_at"))
    of_talks = {How.TALKED, How.VOICEMAIL, How.CALLER_BUSY, How.CALLER_NO_ANSWER, How.CALLER_FAILED, How.NOT_CONNECTED}
    never = of_talks | {How.NOT_ALLOWED, How.RECORDED, How.LOST, How.CALLER_LEFT}
    for how in set(How) - never:
        assert phone.said(dials.Dial(**at, **nothing, state=State.OVER, how=how))
    for state in (State.NEW, State.PLACING, State.RINGING, State.ANSWERED, State.UNKNOWN):
        assert phone.said(dials.Dial(**at, **nothing, state=state, how=None))
    assert phone.said(None) == ""


def test_a_stranger_cannot(here: Room) -> None:
    here.have_phone()
    stranger = Visit(here.http)
    assert stranger.post("/account/phone/try").headers["location"].startswith("/sign-in")
    assert stranger.get("/live/phone").status_code == 303
    here.work()
    assert here.company.kept["Calls"] == {}
