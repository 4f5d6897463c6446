"""A small helpline that sends text messages by a telephone company, and a caller who asks for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from ivr.actions.text_sending import Outbox
from ivr.app import application
from ivr.channels.twilio.addresses import TextAddresses
from ivr.engine.inputs import Known
from ivr.store import texts
from ivr.store.texts import Text
from tests.actions import tiny as small
from tests.actions.tiny import ACCOUNT, CALLER, NUMBER, PUBLIC, TOKEN, Clock, heard
from tests.callback import Desk
from tests.doubles.carrier import Carrier
from tests.doubles.phone import Phone
from tests.doubles.serving import in_process
from tests.engine.books import menu
from tests.store.lives import place

SENDER, NEUTRAL = "Maison", "Infos"
PARIS = ZoneInfo("Europe/Paris")
NO = ("no_shared", "not_mobile", "refused", "too_many", "off")
NODES: dict[str, dict[str, Any]] = {
    "main": menu("guide", "where", "stop"),
    "guide": {**menu("main"), "text": "docs"},
    "where": {"kind": "ask", "ask": "weather", "cases": {"fine": "there"}, "unavailable": "main"},
    "there": {**menu("main"), "text": "place"},
    "text": {
        "kind": "ask",
        "ask": "text_way",
        "cases": {"ready": "ready", "shared": "ready", "whose": "whose", **{case: f"no-{case}" for case in NO}},
        "unavailable": "away",
    },
    "whose": {
        "kind": "question",
        "remember": "text_phone",
        "options": [{"key": 1, "id": "own", "to": "text"}, {"key": 2, "id": "shared", "to": "text"}],
    },
    "ready": menu("send", say=["ready", {"digits": "text_number"}, {"needs": "text_later", "say": ["later"]}]),
    "send": {"kind": "text", "then": "sent", "unavailable": "away"},
    "sent": menu("return"),
    "away": menu("return"),
    "stop": {"kind": "ask", "ask": "text_stop", "cases": {"done": "stopped"}, "unavailable": "away"},
    "stopped": menu("main"),
    **{f"no-{case}": menu("return") for case in NO},
}
SMS = {"docs": "bring a photo", "place": "{name}\n{address}"}


class Texts(Desk):
    """`outbox` is how texts leave."""

    @property
    def outbox(self) -> Outbox:
        texting = self.parts.calls.world.texting
        carrier = self.parts.carrier
        assert texting is not None
        assert carrier is not None
        return Outbox(self.database, carrier, texting, TextAddresses(PUBLIC).status, self.clock)

    def local(self, hour: int) -> None:
        """It is this hour, today, in Paris."""
        day = datetime.fromtimestamp(self.clock.now, PARIS)
        self.clock.now = day.replace(hour=hour, minute=0, second=0).timestamp()

    def caller(self, number: str = CALLER) -> Phone:
        """Somebody rang and is at the main menu, in the first language."""
        phone = self.phone()
        phone.ring(number, call_sid=f"CA{uuid4().hex}")
        if "aa/language.choose" in heard(phone):
            phone.press("1")
        return phone

    def asked(self, number: str = CALLER, whose: str = "1", what: str = "1") -> Phone:
        """They have a text promised; on a phone that is theirs (1) or shared (2)."""
        phone = self.caller(number)
        for key in (what, "7", whose, "1"):
            phone.press(key)
        return phone

    def text(self, id: int = 1) -> Text:
        with self.database.reading() as tx:
            found = texts.find(tx, id)
        assert found is not None
        return found

    def all(self) -> list[Text]:
        """Every text, the oldest first."""
        with self.database.reading() as tx:
            return texts.page(tx, 2**53, 10_000)[::-1]

    def sent(self) -> list[dict[str, Any]]:
        """What the company was asked to send, the first one first."""
        return [dict(message) for message in self.company.kept["Messages"].values()]

    def told(self, *statuses: str, nth: int = 0, error: int = 0) -> list[int]:
        """The company tells these statuses of one of its texts; what we answered."""
        sid = list(self.company.kept["Messages"])[nth]
        return [answer.status for answer in self.company.deliver_text(sid, statuses, self.client, error)]


@contextmanager
def house(folder: Path, url: str, **more: str) -> Iterator[Texts]:
    """The house, on a migrated database, at ten in the morning."""
    clock = Clock()
    with Carrier(account_sid=ACCOUNT, auth_token=TOKEN) as company:
        company.add_number(NUMBER)
        senders = {"IVR_SMS_FROM": SENDER, "IVR_SMS_FROM_SHARED": NEUTRAL}
        env = {name: value for name, value in {**senders, **more}.items() if value}
        made = small.joined(folder, url, clock, TWILIO_API_URL=company.url, **env)
        with made.database.transaction() as tx:
            id = place(tx)
        made = small.with_answerers(made, weather=lambda _: Known("fine", {"place_id": id}))
        made.shelf.put(small.release(small.content(nodes=NODES, roles={"text": "text"}, sms=SMS)))
        with in_process(application(made), raise_errors=True) as client:
            yield Texts(made, clock, client, company)
        made.database.dispose()
