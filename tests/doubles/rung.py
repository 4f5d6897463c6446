"""Somebody's phone that a caller's `<Dial>` rings: what they do, and what the company tells of it.

`Rung(caller)` stands for the leg; `caller` is the handset that waits in the `<Dial>`. Each step tells what the number
asks to be told; the last one ends the `<Dial>`, and the caller's call goes on where its action leads.
"""

import uuid

from tests.doubles.exchange import Pairs, Webhook, WebhookFailed, call_fields
from tests.doubles.phone import NotNow, Phone
from tests.doubles.twiml import Verb

RAN_OUT = "document"
"""How the whisper ends where the two are connected."""


class Rung:
    """`phone` is theirs, `number` the one that was dialled; `bridged` says whether the two talk."""

    def __init__(self, caller: Phone) -> None:
        dial = caller.call.wait
        if dial is None or dial.name != "Dial":
            raise NotNow(f"the call waits for {caller.waiting}")
        (number,) = dial.children
        self.caller, self.dial, self.number = caller, dial, number
        self.sid, self.from_ = f"CA{uuid.uuid4().hex}", dial.attributes["callerId"]
        self.bridged = self.over = self._picked_up = False
        self.troubles: list[str] = []
        exchange, account = caller.exchange, dict(caller.requests[-1].webhook.fields)["AccountSid"]
        self.phone = Phone(
            exchange.client,
            exchange.public_url,
            exchange.auth_token,
            account,
            number.text,
            voice_url=number.attributes["url"],
            fallback_url="",
            status_url="",
            strict=True,
        )

    def rings(self) -> "Rung":
        """It rings."""
        self._tell("initiated", "ringing")
        return self

    def answers(self) -> "Rung":
        """They, or a machine, pick up and hear the whisper."""
        self._tell("in-progress")
        self._picked_up = True
        self.phone.ring(self.from_, call_sid=self.sid, direction="outbound-dial")
        return self

    def press(self, keys: str, *, caller_there: bool = True) -> None:
        """They press a key: the whisper runs out and the two are connected, or it hangs up."""
        self.phone.press(keys)
        self._whispered(caller_there)

    def stays_silent(self) -> None:
        """Nobody presses anything, as no machine does."""
        self.phone.stay_silent()
        self._whispered(True)

    def is_(self, status: str) -> None:
        """busy, no-answer or failed."""
        self._tell(status)
        self._ends(status)

    def hangs_up(self) -> None:
        """The talk, or the whisper, is over; the caller's call goes on."""
        if self.phone.alive:
            self.phone.hang_up()
        self._tell("completed")
        self._ends("completed")

    def caller_hangs_up(self, *, told: bool = True) -> None:
        """Whatever they were at; `told`: the action of the `<Dial>` is posted to, though nobody hears the answer."""
        status = "completed" if self._picked_up else "canceled"
        self._tell(status)
        if told:
            fields = self._fields(self.caller.call.sid, "completed", self._ended(status))
            ended = Webhook(self.dial.attributes["action"], fields, str(uuid.uuid4()))
            self.caller.exchange.deliver(ended, self.caller)
        self.over = True
        self.caller.hang_up()

    def tell(self, status: str) -> None:
        """One status callback of this leg, whenever it comes; what goes wrong with it is no trouble of the call's."""
        fields = (*self._fields(self.sid, status), ("ParentCallSid", self.caller.call.sid))
        webhook = Webhook(self.number.attributes["statusCallback"], fields, str(uuid.uuid4()))
        try:
            self.phone.exchange.deliver(webhook, self.phone)
        except WebhookFailed as error:
            self.troubles.append(str(error))

    def _whispered(self, caller_there: bool) -> None:
        """B3 Number: "whisper TwiML run on the callee before bridging"."""
        if self.phone.alive:
            return
        if self.phone.ended == RAN_OUT and caller_there:
            self.bridged = True
        else:
            self.hangs_up()

    def _ends(self, status: str) -> None:
        self.over = True
        self.caller.dial_ends(status, bridged=self.bridged, leg=self.sid)

    def _tell(self, *statuses: str) -> None:
        for status in statuses:
            self.tell(status)

    def _ended(self, status: str) -> Pairs:
        return ("DialCallStatus", status), ("DialCallSid", self.sid), ("DialBridged", str(self.bridged).lower())

    def _fields(self, sid: str, status: str, more: Pairs = ()) -> Pairs:
        account = dict(self.caller.requests[-1].webhook.fields)["AccountSid"]
        return (*call_fields((sid, account), self.from_, self.number.text, status, "outbound-dial"), *more)


def ringing(caller: Phone) -> Verb | None:
    """The `<Dial>` in which a caller waits."""
    wait = caller.call.wait
    return wait if wait is not None and wait.name == "Dial" else None
