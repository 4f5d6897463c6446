"""Somebody at the studio who records by telephone: the page that rings them, their phone, and the telephone company."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from ivr import app
from ivr.actions import jobs
from ivr.actions.booth import pin
from ivr.actions.jobs import Board
from ivr.app import Parts
from ivr.errors import StorageAway
from ivr.store import audit, booth, dials, prompt_codes, staff, takes
from ivr.store.booth import Sitting, Spoken
from ivr.store.dials import Dial, Kind
from ivr.store.takes import Take
from tests import helpline
from tests.doubles.carrier import Carrier
from tests.doubles.outgoing import Outgoing
from tests.doubles.scripted import tone
from tests.doubles.serving import in_process
from tests.web import people
from tests.web.people import Clock, Visit

PHONE = "+33639980099"
DONE = {"fetch-spoken", "delete-copies", "dial", "look-up-dial", "watch-dials"}
"""The kinds of job that belong to this story; checking a take has tests of its own."""


class Studio:
    """An admin in front of the page; `language` is the first of the phone, `name` a sound of it."""

    def __init__(self, joined: Parts, http: Any, company: Carrier) -> None:
        self.joined, self.http, self.company = joined, http, company
        self.id = people.hire(joined, "admin")
        self.visit = Visit(http, people.signed_in(joined, self.id))
        self.have_phone()
        release = joined.shelf.current()
        self.language = release.content.tongues[0].code
        self.name, self.other = sorted(name for code, name in release.captions if code == self.language)[-2:]
        with joined.database.transaction() as tx:
            codes = prompt_codes.of_names(tx, (self.name, self.other))
        self.code, self.other_code = (str(codes[name]) for name in (self.name, self.other))

    def have_phone(self, number: str | None = PHONE) -> None:
        with self.joined.database.transaction() as tx:
            staff.set_phone(tx, self.id, number)

    def asks(self, language: str = "") -> Any:
        """They press the button."""
        return self.visit.post("/studio/telephone", {"language": language or self.language})

    def work(self, seconds: float = 0) -> list[str]:
        """Does what is due of this story, after so many seconds."""
        self.joined.clock.now += seconds  # type: ignore[attr-defined]
        kinds = {name: kind for name, kind in self.joined.kinds.items() if name in DONE}
        board, outcomes = Board(self.joined.database, kinds, self.joined.clock, chance=lambda: 0.5), []
        while (held := jobs.take(board, uuid4().hex)) is not None:
            outcomes.append(f"{held.kind} {jobs.record(board, held, jobs.perform(board, held))}")
        return outcomes

    def rung(self) -> Outgoing:
        """The button was pressed, and the phone rings."""
        assert self.asks().status_code == 303
        self.work()
        call = Outgoing(self.company, list(self.company.kept["Calls"])[-1], self.http)
        call.rings()
        return call

    def opened(self) -> Outgoing:
        """They picked up and keyed their PIN."""
        call = self.rung()
        pin = self.pin()
        call.answers()
        call.press(pin)
        return call

    def speaking(self) -> Outgoing:
        """They keyed a code too, and the beep is heard."""
        call = self.opened()
        call.press(self.code)
        assert call.phone.waiting == "record"
        return call

    def spoken(self, call: Outgoing, seconds: int = 3, *, here: bool = True) -> str:
        """They speak; `here`: it is fetched, and they hear it."""
        ref = call.speaks(seconds)
        self.company.add_recording(call.sid, tone(seconds), ref)
        if here:
            self.work(2)
            call.stays_silent()
        return ref

    def pin(self) -> str:
        """The four digits for the page; empty when there are none."""
        with self.joined.database.reading() as tx:
            return pin(tx, self.dial(), self.sitting(), self.joined.clock())

    def says(self) -> str:
        """What the live part of the page says now."""
        return str(self.visit.get("/live/recorder").text)

    @contextmanager
    def away(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Nothing can be stored."""

        def nothing() -> None:
            raise StorageAway("test")

        with monkeypatch.context() as patch:
            patch.setattr(self.joined.database, "transaction", nothing)
            yield

    def dial(self) -> Dial:
        with self.joined.database.reading() as tx:
            found = dials.last_own(tx, self.id, Kind.STUDIO)
        assert found is not None
        return found

    def sitting(self) -> Sitting:
        with self.joined.database.reading() as tx:
            found = booth.find(tx, self.dial().id)
        assert found is not None
        return found

    def recordings(self) -> list[Spoken]:
        with self.joined.database.reading() as tx:
            return booth.recordings(tx, self.dial().id)

    def takes(self, name: str = "") -> list[Take]:
        with self.joined.database.reading() as tx:
            return takes.of_place(tx, self.language, name or self.name)

    def written_down(self, what: str) -> list[audit.Row]:
        with self.joined.database.reading() as tx:
            return audit.page(tx, audit.Filter(what=what), 10)


def heard(call: Outgoing, language: str) -> list[str]:
    """The names of the sounds that were played since they last did something; "voice" is what they spoke."""
    names = []
    for url in call.phone.heard:
        parts = urlsplit(url).path.strip("/").split("/")
        if parts[:2] == ["twilio", "studio"]:
            names.append("voice")
        else:
            assert parts[1] == language
            names.append(parts[2])
    return names


@contextmanager
def studio(folder: Path, **more: str) -> Iterator[Studio]:
    """With TWILIO_NUMBER the telephone company calls for us."""
    clock = Clock()
    clock.now = float(int(time.time()))
    with Carrier(account_sid=helpline.ACCOUNT, auth_token=helpline.TOKEN) as company:
        company.add_number(helpline.NUMBER)
        joined = helpline.helpline(folder, clock=clock, TWILIO_API_URL=company.url, **more)
        http = in_process(app.application(joined))
        http.base_url = helpline.PUBLIC
        yield Studio(joined, http, company)
        http.close()
        joined.database.dispose()
