"""One call as the telephone company runs it: fetches documents, plays, waits, falls back when an answer is unusable.

ring ─> document ─> … ─> waits for keys, a recording, a transfer or a stream ─> the caller acts ─> document …
          │ Redirect, action: the next document
          └ unusable: the fallback, once; then the call has failed
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Literal
from urllib.parse import urljoin

from tests.doubles.exchange import Answer, Chaos, Exchange, Pairs, Webhook, WebhookFailed, call_fields
from tests.doubles.sounds import check_sound
from tests.doubles.twiml import BAD_SCHEMA, TwimlError, Verb, read

Waiting = Literal["gather", "record", "dial", "stream"]
WAITS: Mapping[str, Waiting] = {"Gather": "gather", "Record": "record", "Dial": "dial", "Connect": "stream"}


class RedirectLoop(AssertionError):
    """Document after document, and the caller is never asked anything."""


@dataclass(frozen=True, slots=True)
class Line:
    """How the called number is configured; "" switches fallback or status off."""

    account_sid: str
    number: str
    voice_url: str
    fallback_url: str
    status_url: str
    fetch_sounds: bool = False
    strict: bool = False
    most_documents: int = 20


@dataclass(frozen=True, slots=True)
class Document:
    """A TwiML answer as it came."""

    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error that Twilio would list in its debugger."""

    code: int
    url: str
    why: str


@dataclass(slots=True)
class Call:
    """All that is known of one call; `ended` says by what."""

    sid: str
    from_: str
    direction: str
    status: str = "ringing"
    seconds: int = 0
    url: str = ""  # of the current document
    verbs: tuple[Verb, ...] = ()
    at: int = 0
    wait: Verb | None = None
    typed: str = ""
    in_a_row: int = 0
    heard: list[str] = field(default_factory=list)
    heard_all: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    ended: str | None = None
    failure: str | None = None

    @property
    def waiting(self) -> Waiting | None:
        """What the call waits for."""
        return WAITS[self.wait.name] if self.wait else None

    def move_on(self) -> Verb:
        """The caller did something: the wait is over, a new one begins with empty ears."""
        assert self.wait
        verb, self.wait = self.wait, None
        self.heard, self.in_a_row, self.typed = [], 0, ""
        return verb


class Company:
    """Runs `call` on `line`, sending webhooks through `exchange` with `chaos`; keeps documents and errors."""

    def __init__(self, line: Line, exchange: Exchange, chaos: Chaos) -> None:
        self.line, self.exchange, self.chaos = line, exchange, chaos
        self.documents: list[Document] = []
        self.errors: list[Trouble] = []
        self._fetched: set[str] = set()

    def fetch(self, call: Call, target: str, extra: Pairs = (), method: str = "POST") -> None:
        """Puts the document at `target` (relative to the current one) in place; the fallback's if that is unusable."""
        call.in_a_row += 1
        if call.in_a_row > self.line.most_documents:
            raise RedirectLoop(f"{call.in_a_row} documents in a row, the last at {target}")
        url = urljoin(call.url or self.line.voice_url, target)
        try:
            self._open(call, url, extra, method)
        except (WebhookFailed, TwimlError) as error:
            self.errors.append(Trouble(error.code, url, str(error)))
            if self.line.strict and isinstance(error, TwimlError):
                raise
            self._fall_back(call, error.code, url)

    def follow(self, call: Call, verb: Verb, extra: Pairs) -> None:
        """Goes where a finished verb points: to its action, or to the next verb when it has none."""
        if "action" in verb.attributes:
            self.fetch(call, verb.attributes["action"], extra, verb.attributes.get("method", "POST"))

    def ask_in_vain(self, call: Call, verb: Verb, extra: Pairs) -> None:
        """Tells a verb's action although nobody is left to hear the answer, which may be any document."""
        url = urljoin(call.url, verb.attributes["action"])
        try:
            answer = self._ask(call, url, extra, verb.attributes.get("method", "POST"))
            read(answer.content_type, answer.body)
        except (WebhookFailed, TwimlError) as error:
            self.errors.append(Trouble(error.code, url, str(error)))

    def carry_on(self, call: Call) -> None:
        """Runs verbs until the call waits or is over; a document that runs out ends it."""
        while call.wait is None and call.ended is None:
            if call.at == len(call.verbs):
                self.end(call, "completed", "document")
                return
            verb = call.verbs[call.at]
            call.at += 1
            self._perform(call, verb)

    def end(self, call: Call, status: str, by: str) -> None:
        """The call is over; its status callback is sent, if there is a URL for it."""
        call.wait, call.status, call.ended = None, status, by
        if self.line.status_url:
            extra: Pairs = (
                ("CallDuration", str(call.seconds)),
                ("Timestamp", formatdate(usegmt=True)),
                ("SequenceNumber", "0"),
                ("CallbackSource", "call-progress-events"),
            )
            self.tell(call, self.line.status_url, extra)

    def tell(self, call: Call, target: str, extra: Pairs, method: str = "POST") -> None:
        """Sends a callback whose answer does not matter to the call; a wrong answer is put among the errors."""
        url = urljoin(call.url or self.line.voice_url, target)
        try:
            answer = self._ask(call, url, extra, method)
        except WebhookFailed as error:
            self.errors.append(Trouble(error.code, url, str(error)))
            return
        if answer.body.strip() and not _is_empty_document(answer):
            why = f"a callback is answered 204, or 200 with an empty <Response/>: {answer.body[:80]!r}"
            self.errors.append(Trouble(BAD_SCHEMA, url, why))

    def _ask(self, call: Call, url: str, extra: Pairs, method: str) -> Answer:
        known = call_fields(
            (call.sid, self.line.account_sid), call.from_, self.line.number, call.status, call.direction
        )
        return self.exchange.deliver(Webhook(url, (*known, *extra), str(uuid.uuid4()), method), self.chaos)

    def _open(self, call: Call, url: str, extra: Pairs, method: str) -> None:
        answer = self._ask(call, url, extra, method)
        self.documents.append(Document(url, answer.body))
        verbs = read(answer.content_type, answer.body)
        call.url, call.verbs, call.at = url, verbs, 0
        if not verbs or verbs[0].name != "Reject":
            call.status = "in-progress"

    def _fall_back(self, call: Call, code: int, url: str) -> None:
        if not self.line.fallback_url:
            self._fail(call, self.errors[-1].why)
            return
        try:
            self._open(call, self.line.fallback_url, (("ErrorCode", str(code)), ("ErrorUrl", url)), "POST")
        except (WebhookFailed, TwimlError) as error:
            self.errors.append(Trouble(error.code, self.line.fallback_url, str(error)))
            self._fail(call, f"{self.errors[-2].why}; then the fallback: {error}")

    def _fail(self, call: Call, why: str) -> None:
        call.failure = why
        self.end(call, "failed", "failed")

    def _perform(self, call: Call, verb: Verb) -> None:
        if verb.name in WAITS:
            for inner in verb.children if verb.name == "Gather" else ():
                self._sound(call, inner)
            call.wait = verb
        elif verb.name == "Redirect":
            self.fetch(call, verb.text, (), verb.attributes.get("method", "POST"))
        elif verb.name == "Hangup":
            self.end(call, "completed", "hangup")
        elif verb.name == "Reject":
            busy = verb.attributes.get("reason") == "busy"
            self.end(call, "busy" if busy else "no-answer", "busy" if busy else "rejected")
        else:
            self._sound(call, verb)

    def _sound(self, call: Call, verb: Verb) -> None:
        times = int(verb.attributes.get("loop", "1"))
        if verb.name == "Say":
            call.said.extend([verb.text] * times)
            return
        url = urljoin(call.url, verb.text)
        call.heard.extend([url] * times)
        call.heard_all.extend([url] * times)
        if self.line.fetch_sounds and url not in self._fetched:
            check_sound(url, self.exchange.get(url))
            self._fetched.add(url)


def _is_empty_document(answer: Answer) -> bool:
    try:
        return read(answer.content_type, answer.body) == ()
    except TwimlError:
        return False
