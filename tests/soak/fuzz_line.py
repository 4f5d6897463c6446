"""The telephone company's webhooks, rightly signed: calls that go on from turn to turn, and fields that no call has."""

import re
from collections.abc import Callable
from random import Random
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

from tests.doubles.signer import signature
from tests.helpline import NUMBER, PUBLIC, TOKEN
from tests.soak import fuzz_values as values
from tests.soak.callers import KEYS
from tests.soak.fuzz_wire import Asked, Got

Pairs = list[tuple[str, str]]
FIELDS_TEXT = """
CallSid ParentCallSid From To Caller Called CallStatus Digits SpeechResult RecordingSid RecordingUrl
RecordingDuration DialCallStatus DialCallSid DialBridged ErrorUrl ErrorCode AnsweredBy CallDuration
SequenceNumber MessageSid MessageStatus FinishedOnKey Direction
"""
FIELDS = FIELDS_TEXT.split()
STATUSES_TEXT = """
queued initiated ringing in-progress answered completed busy failed no-answer canceled
"""
STATUSES = STATUSES_TEXT.split()
ALIVE = ["ringing", "in-progress"]
MOST_CALLS = 12


class Line:
    """Some calls at once, in which people do what people do; `outgoing` are those that we asked for: id, addresses."""

    def __init__(self, random: Random, outgoing: Callable[[], dict[str, list[str]]]) -> None:
        self._random, self._outgoing = random, outgoing
        self._calls: dict[str, list[str]] = {}  # CallSid -> where it may go on
        self._of: dict[str, str] = {}
        self.addresses: list[str] = ["/twilio/voice"]
        self._desk: list[str] = []
        self.sounds: list[str] = []

    def next(self) -> Asked:
        """The next thing that happens in a call."""
        chance = self._random.random()
        if chance < 0.03:
            failed = PUBLIC + self._random.choice(self.addresses)
            sid = self._random.choice([*self._calls, "CA0"])
            return self.signed("/twilio/fallback", [*self._fields(sid), ("ErrorUrl", failed), ("ErrorCode", "11200")])
        asked = self._outgoing()
        if asked and chance < 0.3:
            return self._out(*self._random.choice(list(asked.items())))
        if len(self._calls) < MOST_CALLS or self._random.random() < 0.1:
            return self._ring()
        sid = self._random.choice(list(self._calls))
        if not self._calls[sid] or self._random.random() < 0.05:
            del self._calls[sid]
            return self.signed("/twilio/status", [*self._fields(sid), ("CallStatus", self._random.choice(STATUSES))])
        target = self._random.choice(self._calls[sid])
        fields = [*self._fields(sid), *self._done(target)]
        if self._random.random() < 0.25:
            fields = self._meddled(fields)
        return self.signed(target, fields)

    def odd(self, target: str) -> Asked:
        """Something about an address that nobody asked for."""
        refs = [*self._outgoing(), *self._calls, "CA0", values.text(self._random)[:300]]
        pairs = [("CallSid", self._random.choice(refs)), ("ParentCallSid", self._random.choice(refs))]
        pairs += [("DialCallSid", self._random.choice(refs))] if self._random.random() < 0.5 else []
        pairs += [("CallStatus", self._random.choice(STATUSES)), ("Digits", self._random.choice("0123456789*#"))]
        pairs += [
            ("DialCallStatus", self._random.choice(STATUSES)),
            ("DialBridged", self._random.choice(("true", "false", "x"))),
        ]
        return self.signed(target, self._meddled(pairs) if self._random.random() < 0.6 else pairs)

    def signed(self, target: str, pairs: Pairs) -> Asked:
        """A webhook; now and then its signature, its length or its form is wrong."""
        body, kind, more = values.form(pairs), values.KINDS[0], list[tuple[str, str]]()
        if self._random.random() < 0.04:
            body, kind = values.body(self._random, pairs)
            more = values.headers(self._random)
        sent = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        known = {"Host": "help.example", "Content-Type": kind, "User-Agent": "TwilioProxy/1.1"}
        known["X-Twilio-Signature"] = signature(TOKEN, PUBLIC + target, [pair for pair in sent if _encodable(pair)])
        return Asked(
            "POST", target, "", "company", tuple((known | dict(more)).items()), body, self._random.random() < 0.005
        )

    def learn(self, asked: Asked, got: Got) -> list[str]:
        """Keeps where the call may go on; ParseError when the answer is no document. The addresses it names."""
        if got.status != 200 or not got.headers.get("content-type", "").startswith("text/xml"):
            return []
        root = ElementTree.fromstring(got.body)
        found = [urlsplit(address)._replace(scheme="", netloc="").geturl() for address in _addresses(root)]
        sid = dict(parse_qsl(asked.body.decode("utf-8", "replace"))).get("CallSid", "")
        if sid in self._calls:
            self._calls[sid] = found
        self.addresses = (self.addresses + found)[-40:]
        self._desk = (self._desk + [address for address in found if "/desk/" in address])[-12:]
        self.sounds = (self.sounds + [urlsplit(play.text or "").path for play in root.iter("Play")])[-40:]
        return found

    def _ring(self) -> Asked:
        sid = f"CA{self._random.getrandbits(128):032x}"
        self._calls[sid] = []
        self._of[sid] = values.number(self._random)
        return self.signed("/twilio/voice", self._fields(sid))

    def _out(self, sid: str, addresses: list[str]) -> Asked:
        """The phone of somebody who works here rings, is picked up, a key is pressed, the caller's rings …"""
        of_this = addresses[0].rpartition("/")[0]
        named = [address for address in self._desk if address.startswith(f"{of_this}/")]
        target = self._random.choice([*named, *named, *named, *addresses])
        leg = f"CA{self._random.choice('ab') * 32}"
        of_leg = target.endswith(("/leg", "/caller"))
        pairs = [("CallSid", leg if of_leg else sid), ("ParentCallSid", sid), ("DialCallSid", leg)]
        pairs += [("Digits", self._random.choice("111112")), ("CallStatus", self._random.choice(ALIVE * 5 + STATUSES))]
        pairs += [
            ("DialCallStatus", self._random.choice(STATUSES)),
            ("DialBridged", self._random.choice(("true", "false"))),
        ]
        return self.signed(target, self._meddled(pairs) if self._random.random() < 0.2 else pairs)

    def _fields(self, sid: str) -> Pairs:
        return [("CallSid", sid), ("From", self._of.get(sid, "")), ("To", NUMBER), ("CallStatus", "in-progress")]

    def _done(self, target: str) -> Pairs:
        if "/recorded" in target:
            return [("RecordingSid", f"RE{self._random.getrandbits(128):032x}"), ("RecordingDuration", "7")]
        if "/transferred" in target:
            return [
                ("DialCallStatus", self._random.choice(STATUSES)),
                ("DialBridged", self._random.choice(("true", "false"))),
            ]
        if "/entry" in target:
            return [("Digits", values.NUMBERS[0].replace("+33", "0"))]
        key = self._random.choice(KEYS)
        return [] if key == "s" else [("Digits", key)]

    def _meddled(self, pairs: Pairs) -> Pairs:
        name = self._random.choice(FIELDS)
        value = self._random.choice(
            (values.text(self._random), values.number(self._random), PUBLIC + self._random.choice(self.addresses))
        )
        kept = [pair for pair in pairs if pair[0] != name or self._random.random() < 0.3]
        return [*kept, (name, value)] if self._random.random() < 0.9 else kept


def _addresses(root: ElementTree.Element) -> list[str]:
    named = [
        value
        for verb in root.iter()
        for name, value in verb.attrib.items()
        if name in ("action", "url", "statusCallback")
    ]
    return [*named, *(verb.text or "" for verb in root.iter("Redirect"))]


def _encodable(pair: tuple[str, str]) -> bool:
    return not re.search("[\ud800-\udfff]", "".join(pair))
