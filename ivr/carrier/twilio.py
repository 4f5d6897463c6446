"""Twilio's REST API, or that of a provider which speaks the same, at one configurable address."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from ivr.carrier.download import download
from ivr.carrier.link import Link, Patience, Record
from ivr.carrier.protocol import (
    MOST_BYTES,
    CallRef,
    FoundCall,
    NewCall,
    NewText,
    RecordingRef,
    Saved,
    TextRef,
    TextReport,
)
from ivr.errors import CarrierBusy, CarrierRefused

EVENTS = ("initiated", "ringing", "answered", "completed")
OVER = 21220
"""Twilio's error for a change to a call that has ended."""
NOT_YET = frozenset({"in-progress", "paused", "stopped", "processing"})
"""States in which a recording exists and its sound does not."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What a number does when it rings: addresses that are posted to."""

    voice: str
    fallback: str
    status: str


@dataclass(frozen=True, slots=True)
class Account:
    """Whose telephone line it is; the secret is only ever sent to `api_url`."""

    sid: str
    auth_token: str = field(repr=False)
    api_url: str

    def link(self, patience: Patience) -> Link:
        """The way to this account's part of the API."""
        return Link(f"{self.api_url}/2010-04-01/Accounts/{self.sid}", (self.sid, self.auth_token), patience)


class TwilioCarrier:
    """A Carrier (see protocol.py). It holds no connection: threads may share it."""

    def __init__(self, account: Account, patience: Patience | None = None) -> None:
        self._link = account.link(patience or Patience())

    def call(self, new: NewCall) -> CallRef:
        """The company then posts to `answer_url`, and every step of the call to `status_url`."""
        form = {
            "To": new.to,
            "From": new.from_,
            "Url": new.answer_url,
            "Method": "POST",
            "StatusCallback": new.status_url,
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": EVENTS,
            "Timeout": str(new.ring_seconds),
            "TimeLimit": str(new.time_limit),
        }
        return CallRef(self._link.create("Calls", form))

    def end_call(self, ref: CallRef) -> None:
        """Hangs up, whether the call waits, rings or is being held."""
        self._change(ref, {"Status": "completed"})

    def move(self, ref: CallRef, url: str) -> None:
        """What the call does now is cut off."""
        self._change(ref, {"Url": url, "Method": "POST"})

    def text(self, new: NewText) -> TextRef:
        """A name as sender has at most 11 characters; ids of services are MG and 32 more."""
        service = new.sender.startswith("MG") and len(new.sender) == 34
        form = {
            "To": new.to,
            "MessagingServiceSid" if service else "From": new.sender,
            "Body": new.body,
            "StatusCallback": new.status_url,
        }
        return TextRef(self._link.create("Messages", form))

    def look_at_text(self, ref: TextRef) -> TextReport:
        """Its status may be behind what a webhook said already."""
        record = self._link.read("Messages", ref.id)
        error = str(record.get("error_code") or "")
        return TextReport(ref, str(record.get("status")), int(error) if error.isdecimal() else 0)

    def find_calls(self, to: str, from_: str, since: datetime) -> list[FoundCall]:
        """Asks twice, because a call that waits has no start yet; only whole days (UTC) are promised as a filter."""
        between = {"To": to, "From": from_}
        day = since.astimezone(UTC).date().isoformat()
        second = since.replace(microsecond=0)
        found: dict[str, FoundCall] = {}
        for query in ({**between, "Status": "queued"}, {**between, "StartTime>": day}):
            for record in self._link.all("Calls", query, "calls"):
                begun = _moment(record, "start_time") or _moment(record, "date_created")
                if begun is None or begun >= second:
                    found[str(record["sid"])] = _found(record)
        return list(found.values())

    def fetch_recording(self, ref: RecordingRef, into: Path, limit: int = MOST_BYTES) -> Saved:
        """As a wav. Just after a call there is an id and no sound yet."""
        try:
            return download(self._link, self._link.address("Recordings", ref.id, ".wav"), into, limit)
        except CarrierRefused as refused:
            if refused.status == 404 and self._link.read("Recordings", ref.id).get("status") in NOT_YET:
                raise CarrierBusy("the recording is not ready yet", refused.code, refused.status) from None
            raise

    def delete_copies(self, ref: CallRef | TextRef | RecordingRef) -> None:
        """A call's row takes none of its recordings with it: they go first."""
        match ref:
            case CallRef():
                recordings = self._link.all("Recordings", {"CallSid": ref.id}, "recordings")
                for recording in list(recordings):
                    self._link.delete("Recordings", str(recording["sid"]))
                self._link.delete("Calls", ref.id)
            case TextRef():
                self._link.delete("Messages", ref.id)
            case RecordingRef():
                self._link.delete("Recordings", ref.id)

    def _change(self, ref: CallRef, form: dict[str, str]) -> None:
        """A call that is over, or that nobody knows, is left as it is."""
        try:
            self._link.change("Calls", ref.id, form)
        except CarrierRefused as refused:
            if refused.code != OVER and refused.status != 404:
                raise


class Numbers:
    """The rented numbers of an account."""

    def __init__(self, account: Account, patience: Patience | None = None) -> None:
        self._link = account.link(patience or Patience())

    def webhooks(self, number: str) -> Webhooks:
        """What this number (E.164) does now; CarrierRefused when the account does not rent it."""
        return _webhooks(self._find(number))

    def set_webhooks(self, number: str, wanted: Webhooks) -> Webhooks:
        """Makes the number post to these addresses; returns what the provider then says."""
        form = {
            "VoiceUrl": wanted.voice,
            "VoiceMethod": "POST",
            "VoiceFallbackUrl": wanted.fallback,
            "VoiceFallbackMethod": "POST",
            "StatusCallback": wanted.status,
            "StatusCallbackMethod": "POST",
        }
        self._link.change("IncomingPhoneNumbers", str(self._find(number)["sid"]), form)
        return _webhooks(self._find(number))

    def _find(self, number: str) -> Record:
        found = [one for one in self._rented(number) if one.get("phone_number") == number]
        if len(found) != 1:
            raise CarrierRefused("the account does not rent the number in TWILIO_NUMBER")
        return found[0]

    def _rented(self, number: str) -> Iterator[Record]:
        return self._link.all("IncomingPhoneNumbers", {"PhoneNumber": number}, "incoming_phone_numbers")


def _webhooks(number: Record) -> Webhooks:
    voice, fallback, status = (str(number.get(n) or "") for n in ("voice_url", "voice_fallback_url", "status_callback"))
    return Webhooks(voice, fallback, status)


def _found(call: Record) -> FoundCall:
    started = _moment(call, "start_time")
    return FoundCall(CallRef(str(call["sid"])), str(call.get("status")), started, str(call.get("direction")))


def _moment(record: Record, name: str) -> datetime | None:
    """A moment as in an e-mail's header (UTC), or None where there is none that can be read."""
    try:
        moment = parsedate_to_datetime(str(record.get(name)))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
