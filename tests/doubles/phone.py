"""A caller's handset: what a test does and what it can see. The company behind it is in call.py."""

import uuid
from collections.abc import Mapping

import httpx

from tests.doubles.call import Call, Company, Document, Line, Trouble, Waiting
from tests.doubles.exchange import Exchange, Pairs, Sent
from tests.doubles.keypad import type_keys
from tests.doubles.twiml import Verb

DIAL_STATUSES = ("completed", "answered", "busy", "no-answer", "failed", "canceled")


class NotNow(AssertionError):
    """The caller does what this moment of the call does not allow: the test is wrong, or the helpline is."""


class Phone:
    """Rings `number` as a caller would.

    `client` is an httpx.Client (or TestClient) whose base URL is where the application listens; signatures are made
    over `public_url`. The three other URLs default to /twilio/voice, /twilio/fallback and /twilio/status below it;
    "" switches fallback or status off. `strict`: bad TwiML raises TwimlError instead of going to the fallback.
    `patience`: seconds a webhook may take. `most_documents`: in a row without asking the caller.

    Switches, at any time: `deliver_twice`, `deliver_concurrently` (each webhook arrives twice, one after the other or
    at once; both answers must be equal, else NotTheSame) and `retry_until_up`, seconds: an unreachable application is
    asked the same again and again. Twilio does not do this last one; it is for tests that kill the server.
    """

    # slots, so that a mistyped switch is an error and not a test of nothing
    __slots__ = (
        "_call",
        "_company",
        "answers_until_lost",
        "deliver_concurrently",
        "deliver_twice",
        "lost_keys",
        "retry_until_up",
    )

    def __init__(
        self,
        client: httpx.Client,
        public_url: str,
        auth_token: str,
        account_sid: str,
        number: str,
        *,
        voice_url: str | None = None,
        fallback_url: str | None = None,
        status_url: str | None = None,
        fetch_sounds: bool = False,
        strict: bool = False,
        patience: float = 15.0,
        most_documents: int = 20,
    ) -> None:
        public = public_url.rstrip("/")
        line = Line(
            account_sid,
            number,
            f"{public}/twilio/voice" if voice_url is None else voice_url,
            f"{public}/twilio/fallback" if fallback_url is None else fallback_url,
            f"{public}/twilio/status" if status_url is None else status_url,
            fetch_sounds,
            strict,
            most_documents,
        )
        self._company = Company(line, Exchange(client, public, auth_token, patience), self)
        self._call: Call | None = None
        self.deliver_twice = self.deliver_concurrently = False
        self.retry_until_up = 0.0
        self.answers_until_lost = 0
        self.lost_keys = ""

    # what the caller does

    def ring(
        self, from_: str = "+33639980001", *, call_sid: str = "", direction: str = "inbound", url: str = ""
    ) -> None:
        """Starts a call; `from_` may be "anonymous"; ids are opaque; `url` for a call that the helpline placed."""
        if self._call and self.alive:
            raise NotNow("the last call is not over")
        call = self._call = Call(call_sid or f"CA{uuid.uuid4().hex}", from_, direction)
        call.status = "ringing" if direction == "inbound" else "in-progress"
        self.lost_keys = ""
        self._company.fetch(call, url or self._company.line.voice_url)
        self._company.carry_on(call)

    def press(self, keys: str, *, type_ahead: bool = False) -> None:
        """Presses keys in the running Gather; what does not finish it is sent after its timeout.

        With `type_ahead` an unfinished Gather goes on and takes the next press. Keys after its end go to `lost_keys`.
        """
        call, gather = self._during("gather")
        typed = type_keys(gather.attributes, call.typed, keys)
        self.lost_keys += typed.lost
        call.typed = typed.digits
        call.seconds += len(keys)
        if typed.ended or not type_ahead:
            self._gathered(call)

    def stay_silent(self) -> None:
        """Lets the Gather time out: keys typed ahead are sent; without any the next verb follows."""
        call, gather = self._during("gather")
        call.seconds += int(gather.attributes.get("timeout", "5"))
        self._gathered(call)

    def finish_recording(self, seconds: int, *, key: str = "") -> None:
        """Ends the recording by silence or with a key; an empty one (0 s) falls through to the next verb."""
        call, record = self._during("record")
        if key and key not in record.attributes.get("finishOnKey", "1234567890*#"):
            raise NotNow(f"{key} does not end this recording")
        if seconds > int(record.attributes.get("maxLength", "3600")):
            raise NotNow(f"{seconds} s are more than maxLength")
        call.seconds += seconds
        call.move_on()
        if seconds:
            recording = self._recording(call, seconds)
            self._company.follow(call, record, (*recording, *((("Digits", key),) if key else ())))
            self._recording_is_ready(call, record, recording)
        self._company.carry_on(call)

    def dial_ends(
        self, status: str = "completed", *, seconds: int = 60, bridged: bool | None = None, leg: str = ""
    ) -> None:
        """Ends the transfer with a DialCallStatus; "completed" with `bridged` False is a hang-up in the whisper."""
        if status not in DIAL_STATUSES:
            raise ValueError(f"DialCallStatus is one of {DIAL_STATUSES}, not {status!r}")
        call, dial = self._during("dial")
        spoken = status in ("completed", "answered")
        call.seconds += seconds if spoken else 0
        call.move_on()
        fields: Pairs = (
            ("DialCallStatus", status),
            ("DialCallSid", leg or f"CA{uuid.uuid4().hex}"),
            ("DialBridged", str(spoken if bridged is None else bridged).lower()),
            *((("DialCallDuration", str(seconds)),) if spoken else ()),
        )
        self._company.follow(call, dial, fields)
        self._company.carry_on(call)

    @property
    def stream(self) -> tuple[str, dict[str, str]]:
        """The address and parameters of the stream that the call's sound goes to."""
        call = self._call
        if call is None or call.wait is None or call.waiting != "stream":
            raise NotNow("no stream")
        (stream,) = call.wait.children
        parameters = {each.attributes["name"]: each.attributes["value"] for each in stream.children}
        return stream.attributes["url"], parameters

    def stream_closes(self) -> None:
        """Our server closed the media stream: its action, or the verb after </Connect>, follows."""
        call, connect = self._during("stream")
        call.move_on()
        self._company.follow(call, connect, ())
        self._company.carry_on(call)

    def hang_up(self, *, recorded: int = 0) -> None:
        """The caller hangs up; after `recorded` seconds of a Record its action is told so (Digits=hangup)."""
        call = self.call
        if call.ended:
            raise NotNow(f"the call is over: {call.ended}")
        call.seconds += recorded
        record = call.move_on()
        call.status = "completed"
        if record.name == "Record" and recorded:
            recording = self._recording(call, recorded)
            # the answer is never run: there is nobody to play it to
            self._company.ask_in_vain(call, record, (*recording, ("Digits", "hangup")))
            self._recording_is_ready(call, record, recording)
        self._company.end(call, "completed", "caller")

    # chaos

    def repeat_last(self) -> tuple[bytes, bytes]:
        """Delivers the last request again, with the same token and signature; its first and its second body."""
        last = self.requests[-1]
        again = self._company.exchange.send(last.webhook)
        return (last.answer.body if last.answer else b""), again.body

    def lose_answer(self, k: int = 1) -> None:
        """The k-th answer from now is lost after the application made it: Twilio goes to the fallback."""
        self.answers_until_lost = k

    # what can be seen

    @property
    def exchange(self) -> Exchange:
        """Sends webhooks that are not this phone's own, such as those of the other leg."""
        return self._company.exchange

    @property
    def call(self) -> Call:
        """The call under way or just ended, with all its particulars."""
        if self._call is None:
            raise NotNow("nobody has rung")
        return self._call

    @property
    def alive(self) -> bool:
        """Whether the call goes on."""
        return self.call.ended is None

    @property
    def waiting(self) -> Waiting | None:
        """What the call waits for; None when it is over."""
        return self.call.waiting

    @property
    def gather(self) -> Mapping[str, str]:
        """Attributes of the running Gather, as written."""
        return self._during("gather")[1].attributes

    @property
    def heard(self) -> list[str]:
        """Absolute URLs of the sounds played since the caller last did something."""
        return self.call.heard

    @property
    def heard_all(self) -> list[str]:
        """Absolute URLs of all sounds of this call."""
        return self.call.heard_all

    @property
    def said(self) -> list[str]:
        """Texts of all <Say> of this call."""
        return self.call.said

    @property
    def ended(self) -> str | None:
        """By what the call ended: caller, hangup, document (it ran out of verbs), rejected, busy or failed."""
        return self.call.ended

    @property
    def failure(self) -> str | None:
        """Why the call failed: neither a document nor the fallback was usable."""
        return self.call.failure

    @property
    def documents(self) -> list[Document]:
        """Every TwiML answer to this phone, unusable ones too."""
        return self._company.documents

    @property
    def errors(self) -> list[Trouble]:
        """What Twilio's debugger would list; a healthy test ends with none."""
        return self._company.errors

    @property
    def requests(self) -> list[Sent]:
        """Every webhook of this phone, each delivery by itself."""
        return self._company.exchange.log

    # within

    def _during(self, wait: Waiting) -> tuple[Call, Verb]:
        call = self.call
        if call.wait is None or call.waiting != wait:
            raise NotNow(f"the call waits for {call.waiting}, not for {wait} (ended: {call.ended}, at {call.url})")
        return call, call.wait

    def _gathered(self, call: Call) -> None:
        digits, empty = call.typed, call.wait is not None and call.wait.never_returns
        gather = call.move_on()
        if digits or empty:
            self._company.follow(call, gather, (("Digits", digits),))
        self._company.carry_on(call)

    def _recording(self, call: Call, seconds: int) -> Pairs:
        sid = f"RE{uuid.uuid4().hex}"
        account = self._company.line.account_sid
        url = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}"
        return ("RecordingUrl", url), ("RecordingSid", sid), ("RecordingDuration", str(seconds))

    def _recording_is_ready(self, call: Call, record: Verb, recording: Pairs) -> None:
        url = record.attributes.get("recordingStatusCallback")
        events = record.attributes.get("recordingStatusCallbackEvent", "completed").split()
        if url and "completed" in events:
            extra: Pairs = (
                ("RecordingStatus", "completed"),
                ("RecordingChannels", "1"),
                ("RecordingSource", "RecordVerb"),
            )
            method = record.attributes.get("recordingStatusCallbackMethod", "POST")
            self._company.tell(call, url, (*recording, *extra), method)
