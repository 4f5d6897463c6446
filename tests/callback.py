"""A small helpline with a telephone company that calls out for it: jobs are done when a test says so."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from ivr.actions import callbacks, dialling, jobs
from ivr.actions.audit import Actor, Deed
from ivr.actions.jobs import Board
from ivr.app import application
from ivr.store import calls, dials, requests, staff
from ivr.store.dials import Dial
from ivr.store.requests import NewRequest, Request, Status, Wish
from ivr.store.staff import Member, NewMember
from tests.actions import tiny as small
from tests.actions.tiny import ACCOUNT, CALLER, NUMBER, TOKEN, Clock, Tiny
from tests.doubles.carrier import Carrier
from tests.doubles.outgoing import Outgoing
from tests.doubles.serving import in_process

AIDANT = "+33639980099"
TOPIC = "tale"


class Desk(Tiny):
    """`company` is the telephone company, `member` an aidant with a phone, `deed()` what they do now."""

    def __init__(self, made: Any, clock: Clock, client: httpx.Client, company: Carrier) -> None:
        super().__init__(made, clock, client)
        self.company = company
        self.database = made.database
        self.member = self.hire("aidant@example.org", AIDANT)

    def hire(self, email: str, phone: str | None) -> Member:
        """Somebody who calls people back."""
        with self.database.transaction() as tx:
            id = staff.add(tx, NewMember(email, "A", frozenset({"aidant"}), ("aa", "bb"), self.clock.now))
            assert id is not None
            staff.set_phone(tx, id, phone)
            found = staff.find(tx, id)
        assert found is not None
        return found

    def deed(self, member: Member | None = None) -> Deed:
        return Deed(Actor((member or self.member).id), self.clock.now)

    def ask(self, number: str = CALLER, phone: str = "own", language: str | None = "aa", topic: str = TOPIC) -> int:
        """A caller asked to be called back; its id."""
        call_id = uuid4().hex
        with self.database.transaction() as tx:
            calls.log_call(tx, calls.NewCall(call_id, "twilio", call_id, None, "r", self.clock.now))
            wish = Wish(language, phone=phone)
            return requests.put(tx, NewRequest(call_id, None, number, topic, {}, self.clock.now, wish))

    def claim(self, request_id: int) -> None:
        with self.database.transaction() as tx:
            callbacks.claim(tx, request_id, self.member.id, self.deed(), other=True)

    def call_back(self, request_id: int) -> int:
        """The aidant claims it and presses the button; the attempt's id."""
        if self.request(request_id).status is Status.WAITING:
            self.claim(request_id)
        with self.database.transaction() as tx:
            return dialling.call_back(tx, request_id, self.deed())

    def work(self, seconds: float = 0) -> list[str]:
        """Does what is due, after so many seconds; the outcomes."""
        self.clock.now += seconds
        board = Board(self.database, self.parts.kinds, self.clock, chance=lambda: 0.5)
        outcomes = []
        while (held := jobs.take(board, uuid4().hex)) is not None:
            outcomes.append(f"{held.kind} {jobs.record(board, held, jobs.perform(board, held))}")
        return outcomes

    def placed(self) -> list[Outgoing]:
        """Every call that the company was asked for, the first one first."""
        sids = [sid for sid, call in self.company.kept["Calls"].items() if call["direction"] == "outbound-api"]
        return [Outgoing(self.company, sid, self.client) for sid in sids]

    def begun(self, **how: str) -> tuple[int, int, Outgoing]:
        """A request, its attempt, and the call to the aidant that the company was asked for."""
        request_id = self.ask(**how)
        dial_id = self.call_back(request_id)
        self.work()
        (call,) = self.placed()
        return request_id, dial_id, call

    def talking(self, **how: str) -> tuple[int, int, Outgoing]:
        """The same, and the two talk."""
        request_id, dial_id, call = self.begun(**how)
        call.rings()
        call.answers()
        call.press("1")
        assert call.caller_answers()
        return request_id, dial_id, call

    def dial(self, id: int) -> Dial:
        with self.database.reading() as tx:
            found = dials.find(tx, id)
        assert found is not None
        return found

    def request(self, id: int) -> Request:
        with self.database.reading() as tx:
            found = requests.find(tx, id)
        assert found is not None
        return found

    def dead(self) -> list[str]:
        """The kinds of the jobs that wait for a person."""
        with self.database.reading() as tx:
            return list(tx.connection.exec_driver_sql("SELECT kind FROM jobs WHERE state = 'dead'").scalars())


@contextmanager
def desk(folder: Path, url: str, **more: str) -> Iterator[Desk]:
    """The house, on a migrated database."""
    clock = Clock()
    clock.now = float(int(time.time()))  # the company has a clock of its own
    with Carrier(account_sid=ACCOUNT, auth_token=TOKEN) as company:
        company.add_number(NUMBER)
        made = small.joined(folder, url, clock, TWILIO_API_URL=company.url, **more)
        with in_process(application(made)) as client:
            yield Desk(made, clock, client, company)
        made.database.dispose()
