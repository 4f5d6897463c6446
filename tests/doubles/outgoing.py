"""A call that the helpline asked for: the aidant's phone, and whoever its `<Dial>` calls.

`Outgoing(carrier, sid, client)` stands for what the company does after a REST call was accepted. The test says what the
two people do. Status callbacks go out at once, or into `held` while `hold` is on, to be delivered in any order.
"""

import uuid
from collections.abc import Sequence

import httpx

from tests.doubles import carrier_records as records
from tests.doubles.carrier import Carrier
from tests.doubles.carrier_callbacks import call_webhooks
from tests.doubles.exchange import Answer, Pairs, Webhook, WebhookFailed, call_fields
from tests.doubles.phone import NotNow, Phone
from tests.doubles.twiml import TwimlError, Verb, read

IN_A_WHISPER = frozenset({"Play", "Say", "Gather", "Hangup"})
"""All that the document of a `<Number>` may hold: "only Say/Play/Gather/Hangup; no Dial"."""


class Outgoing:
    """`phone` is the aidant's, `dialled` every number that a `<Dial>` of this call rang, `leg` the caller's call."""

    def __init__(self, carrier: Carrier, call_sid: str, client: httpx.Client) -> None:
        self.carrier, self.sid = carrier, call_sid
        self._asked = carrier.asked[call_sid]
        url = httpx.URL(str(self._asked["url"]))
        self.record = carrier.kept["Calls"][call_sid]
        public = f"{url.scheme}://{url.netloc.decode()}"
        self.phone = Phone(
            client,
            public,
            carrier.auth_token,
            carrier.account_sid,
            str(self.record["to"]),
            voice_url=str(url),
            fallback_url="",
            status_url="",
            strict=True,
        )
        self.dialled: list[str] = []
        self.heard_by_caller: list[Verb] = []
        self.leg: records.Record | None = None
        self.bridged = False
        self.hold = False
        self.held: list[Webhook] = []
        self.troubles: list[str] = []
        self._picked_up = self._over = False

    # the aidant

    def rings(self) -> None:
        """Their phone rings."""
        self._tell_steps("initiated", "ringing")

    def nobody_answers(self, status: str = "no-answer") -> None:
        """no-answer, busy, failed or canceled: the call is over."""
        self._over = True
        self._tell_steps(status)

    def answers(self) -> None:
        """They pick up, and hear what the helpline says."""
        self._tell_steps("answered")
        self._picked_up = True
        self.phone.ring(str(self.record["from"]), call_sid=self.sid, direction="outbound-api")
        self._after()

    def press(self, keys: str) -> None:
        """They press a key in the whisper; a `<Dial>` that follows begins to ring."""
        self.phone.press(keys)
        self._after()

    def stays_silent(self) -> None:
        """The whisper runs out, once."""
        self.phone.stay_silent()
        self._after()

    def speaks(self, seconds: int = 3, *, key: str = "#") -> str:
        """They speak into a `<Record>`; the id of the recording, empty when they said nothing."""
        self.phone.finish_recording(seconds, key=key if seconds else "")
        self._after()
        return self.recorded if seconds else ""

    def aidant_hangs_up(self, *, told: bool = True, recorded: int = 0) -> None:
        """At any time; `told`: the action of a running `<Dial>` is posted to, though nobody hears the answer."""
        if self.leg is not None:
            self._leg_ends("completed" if self.bridged else "canceled")
        dial = self.phone.call.wait
        self.phone.hang_up(recorded=recorded)
        if dial is not None and dial.name == "Dial" and told:
            status = "completed" if self.bridged else "canceled"
            self._ask(Webhook(dial.attributes["action"], self._dial_fields(status), str(uuid.uuid4())))
        self._after()

    # the caller

    def caller_answers(self) -> bool:
        """Somebody, or a machine, picks up; whether the two are connected."""
        number = self._number()
        self._leg_steps("answered")
        body = self._ask(Webhook(number.attributes["url"], self._leg_fields("in-progress"), str(uuid.uuid4())))
        try:
            verbs = read(body.content_type, body.body) if body else None
        except TwimlError as error:
            self.troubles.append(str(error))
            verbs = None
        if verbs is None:
            self._dial_ends("failed")  # the company's own error message, then the leg is cut
            return False
        assert {verb.name for verb in verbs} <= IN_A_WHISPER
        self.heard_by_caller += [verb for verb in verbs if verb.name != "Hangup"]
        if any(verb.name == "Hangup" for verb in verbs):
            self._dial_ends("completed")
            return False
        self.bridged = True
        return True

    def caller_is(self, status: str) -> None:
        """busy, no-answer or failed: nobody picks up."""
        self._dial_ends(status)

    def caller_hangs_up(self) -> None:
        """The talk is over."""
        if not self.bridged:
            raise NotNow("nobody talks")
        self._dial_ends("completed")

    # the helpline, by REST

    def notice(self) -> bool:
        """Whether the helpline ended the call by REST; if so, both legs are over and say so."""
        if self.record["status"] not in records.OVER or self._over:
            return False
        if self._picked_up and self.phone.alive:
            self.aidant_hangs_up()
        else:
            self.nobody_answers("canceled")
        return True

    def deliver(self, order: Sequence[int] | None = None) -> list[int]:
        """Sends what is held, in this order of places (which may repeat); the statuses of the answers."""
        held, self.held, self.hold = self.held, [], False
        return [self._post(held[place]) for place in (range(len(held)) if order is None else order)]

    @property
    def recorded(self) -> str:
        """The id of the last recording that was made in this call."""
        sent = (dict(one.webhook.fields) for one in reversed(self.phone.requests))
        return next(fields["RecordingSid"] for fields in sent if "RecordingSid" in fields)

    @property
    def over(self) -> bool:
        """Whether the aidant's leg has ended."""
        return self._over

    # within

    def _after(self) -> None:
        """What follows from the document that just came: a `<Dial>` begins to ring, or the call is over."""
        if not self.phone.alive and not self._over:
            self._over = True
            self._tell_steps("completed")  # also when a document failed: it had been answered
        elif self.phone.waiting == "dial" and self.leg is None:
            number = self._number()
            self.dialled.append(number.text)
            self.leg = {
                **self.record,
                "sid": records.new_sid("CA"),
                "parent_call_sid": self.sid,
                "to": number.text,
                "from": self._dial().attributes.get("callerId", self.record["to"]),
                "direction": "outbound-dial",
                "status": "ringing",
                "start_time": records.stamp(),
            }
            self.carrier.kept["Calls"][str(self.leg["sid"])] = self.leg
            self.carrier.asked[str(self.leg["sid"])] = {}
            self._leg_steps("initiated", "ringing")

    def _dial(self) -> Verb:
        wait = self.phone.call.wait
        if wait is None or wait.name != "Dial":
            raise NotNow(f"the call waits for {self.phone.waiting}")
        return wait

    def _number(self) -> Verb:
        (number,) = self._dial().children
        return number

    def _dial_ends(self, status: str) -> None:
        self._leg_ends(status)
        assert self.leg is not None
        self.phone.dial_ends(status, bridged=self.bridged, leg=str(self.leg["sid"]))
        self._after()

    def _leg_ends(self, status: str) -> None:
        assert self.leg is not None
        self.leg["status"], self.leg["end_time"] = status, records.stamp()
        self._leg_steps(status)

    def _leg_steps(self, *events: str) -> None:
        number = self._number().attributes
        wanted = number.get("statusCallbackEvent", "completed").split()
        for event in events:
            if number.get("statusCallback") and ("completed" if event in records.OVER else event) in wanted:
                status = "in-progress" if event == "answered" else event
                self._send(Webhook(number["statusCallback"], self._leg_fields(status), str(uuid.uuid4())))

    def _leg_fields(self, status: str) -> Pairs:
        assert self.leg is not None
        sids = str(self.leg["sid"]), self.carrier.account_sid
        fields = call_fields(sids, str(self.leg["from"]), str(self.leg["to"]), status, "outbound-dial")
        return (*fields, ("ParentCallSid", self.sid))

    def _dial_fields(self, status: str) -> Pairs:
        assert self.leg is not None
        sids = self.sid, self.carrier.account_sid
        known = call_fields(sids, str(self.record["from"]), str(self.record["to"]), "completed", "outbound-api")
        own = (("DialCallStatus", status), ("DialCallSid", str(self.leg["sid"])))
        return (*known, *own, ("DialBridged", str(self.bridged).lower()))

    def _tell_steps(self, *events: str) -> None:
        ended = self.record["status"] in records.OVER
        webhooks = list(call_webhooks(self.record, self._asked, events, 30))
        if ended:  # by REST, before: its true end stays
            self.record["status"] = "completed"
        for webhook in webhooks:
            self._send(webhook)

    def _send(self, webhook: Webhook) -> None:
        if self.hold:
            self.held.append(webhook)
        else:
            self._post(webhook)

    def _post(self, webhook: Webhook) -> int:
        answer = self._ask(webhook)
        if answer is not None and answer.status == 204 and answer.body:
            self.troubles.append(f"a callback is answered 204, and with words: {answer.body[:80]!r}")
        return 0 if answer is None else answer.status

    def _ask(self, webhook: Webhook) -> Answer | None:
        try:
            return self.phone.exchange.deliver(webhook, self.phone)
        except WebhookFailed as error:
            self.troubles.append(f"{webhook.url}: {error}")
            return None
