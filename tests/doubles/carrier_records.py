"""What the REST stand-in keeps and how it checks a form: records shaped as Twilio's, errors with Twilio's numbers."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

Record = dict[str, object]
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

TWICE = frozenset("\f^{}\\[~]|€")
SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")

CALL_PARAMETERS = frozenset(
    [
        "To",
        "From",
        "Url",
        "Twiml",
        "Method",
        "FallbackUrl",
        "FallbackMethod",
        "StatusCallback",
        "StatusCallbackEvent",
        "StatusCallbackMethod",
        "Timeout",
        "TimeLimit",
        "SendDigits",
        "CallToken",
        "MachineDetection",
        "MachineDetectionTimeout",
        "AsyncAmd",
        "AsyncAmdStatusCallback",
        "AsyncAmdStatusCallbackMethod",
    ]
)
NUMBER_PARAMETERS = frozenset(
    [
        "VoiceUrl",
        "VoiceMethod",
        "VoiceFallbackUrl",
        "VoiceFallbackMethod",
        "StatusCallback",
        "StatusCallbackMethod",
        "FriendlyName",
    ]
)
CALL_CHANGES = frozenset(["Status", "Url", "Twiml", "Method", "FallbackUrl", "StatusCallback"])
MESSAGE_PARAMETERS = frozenset(["To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod"])
CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
OVER = ("completed", "busy", "failed", "no-answer", "canceled")


class Refused(Exception):
    """An error as Twilio reports it: HTTP `status`, `code` and words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    @property
    def body(self) -> Record:
        """The JSON of an error."""
        info = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": info, "status": self.status}


class Form:
    """The fields of one request; unknown names are refused, which Twilio does not do."""

    def __init__(self, fields: list[tuple[str, str]], known: frozenset[str]) -> None:
        self.fields = fields
        unknown = {name for name, _ in fields} - known
        if unknown:
            raise Refused(400, 20001, f"unknown parameters (Twilio would ignore them): {sorted(unknown)}")

    def get(self, name: str) -> str:
        """The only value of a field, "" without one."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for key, value in self.fields if key == name]

    def url(self, name: str) -> str:
        """An absolute http(s) URL or nothing."""
        value = self.get(name)
        if value and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
            raise Refused(400, 21205, f"{name} is not a valid URL: {value}")
        return value

    def method(self, name: str) -> str:
        """GET or POST, POST when not given."""
        value = self.get(name) or "POST"
        if value not in ("GET", "POST"):
            raise Refused(400, 21206, f"{name} is GET or POST: {value}")
        return value

    def number(self, name: str, code: int) -> str:
        """A number in E.164."""
        value = self.get(name)
        if not E164.fullmatch(value):
            raise Refused(400, code, f"The '{name}' number {value} is not a valid phone number.")
        return value

    def whole(self, name: str, most: int) -> int | None:
        """A whole number from 1 to `most`, or nothing."""
        value = self.get(name)
        if value and not (value.isascii() and value.isdigit() and 1 <= int(value) <= most):
            raise Refused(400, 20001, f"{name} is 1 to {most}: {value}")
        return int(value) if value else None


def new_sid(kind: str) -> str:
    """Two letters and 32 hexadecimal digits."""
    return kind + uuid.uuid4().hex


def stamp(when: datetime | None = None) -> str:
    """RFC 2822 in UTC, as in every record."""
    return format_datetime(when or datetime.now(UTC))


def new_number(account: str, phone_number: str) -> Record:
    """A rented number without any configuration."""
    return {
        "sid": new_sid("PN"),
        "account_sid": account,
        "phone_number": phone_number,
        "friendly_name": phone_number,
        "api_version": "2010-04-01",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "voice_url": "",
        "voice_method": "POST",
        "voice_fallback_url": "",
        "voice_fallback_method": "POST",
        "status_callback": "",
        "status_callback_method": "POST",
        "date_created": stamp(),
        "date_updated": stamp(),
        "status": "in-use",
    }


def configure(number: Record, form: Form) -> None:
    """Changes what the form names: VoiceUrl becomes voice_url, and so on; an empty URL clears."""
    for name in {name for name, _ in form.fields}:
        value = form.method(name) if name.endswith("Method") else form.get(name)
        if name.endswith(("Url", "Callback")):
            value = form.url(name)
        number[re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()] = value
    number["date_updated"] = stamp()


def new_call(account: str, form: Form, callers: frozenset[str]) -> tuple[Record, Record]:
    """A queued call and, apart from what Twilio shows, what was asked for it."""
    to, from_ = form.number("To", 21211), form.number("From", 21212)
    if from_ not in callers:
        raise Refused(400, 21210, f"The source phone number provided, {from_}, is not yet verified for your account.")
    if not form.url("Url") and not form.get("Twiml"):
        raise Refused(400, 21205, "Url parameter is required.")
    if len(form.get("Twiml")) > 4000:
        raise Refused(400, 21218, "Twiml has at most 4000 characters")
    events = form.all("StatusCallbackEvent") or ["completed"]
    if not set(events) <= set(CALL_EVENTS):
        raise Refused(400, 21626, f"StatusCallbackEvent is among {CALL_EVENTS}: {events}")
    asked: Record = {
        "url": form.url("Url"),
        "twiml": form.get("Twiml"),
        "status_callback": form.url("StatusCallback"),
        "status_callback_method": form.method("StatusCallbackMethod"),
        "events": events,
        "timeout": form.whole("Timeout", 600) or 60,
        "time_limit": form.whole("TimeLimit", 86400),
        "form": form.fields,
    }
    call: Record = {
        "sid": new_sid("CA"),
        "account_sid": account,
        "to": to,
        "from": from_,
        "status": "queued",
        "direction": "outbound-api",
        "api_version": "2010-04-01",
        "date_created": stamp(),
        "date_updated": stamp(),
        "start_time": None,
        "end_time": None,
        "duration": None,
        "price": None,
        "answered_by": None,
    }
    return call, asked


def change_call(call: Record, asked: Record, form: Form) -> None:
    """Ends a call (Status completed or canceled) or sends it to other TwiML; only while it lasts."""
    status = form.get("Status")
    if status and status not in ("completed", "canceled"):
        raise Refused(400, 21218, f"Status is completed or canceled: {status}")
    if call["status"] in OVER and not (status and call["status"] == status):
        raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status == "canceled" and call["status"] not in ("queued", "ringing", "canceled"):
        raise Refused(400, 21220, "Call is in progress and cannot be canceled.")
    if status:
        call["status"], call["end_time"] = status, stamp()
    else:
        asked["url"], asked["twiml"] = form.url("Url"), form.get("Twiml")
    call["date_updated"] = stamp()


def new_message(account: str, form: Form, stopped: frozenset[str]) -> tuple[Record, Record]:
    """A queued text and what was asked for it; a recipient who said STOP is refused."""
    to, body = form.number("To", 21211), form.get("Body")
    if to in stopped:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
    if not form.get("From") and not form.get("MessagingServiceSid"):
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if form.get("From") and not SENDER.fullmatch(form.get("From")):
        raise Refused(400, 21212, f"Invalid From Number: {form.get('From')}")
    if not body:
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > 1600:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    form.whole("ValidityPeriod", 36000)
    message: Record = {
        "sid": new_sid("SM"),
        "account_sid": account,
        "to": to,
        "from": form.get("From") or None,
        "messaging_service_sid": form.get("MessagingServiceSid") or None,
        "body": body,
        "num_segments": str(segments(body)),
        "status": "queued",
        "direction": "outbound-api",
        "api_version": "2010-04-01",
        "error_code": None,
        "error_message": None,
        "date_created": stamp(),
        "date_updated": stamp(),
        "date_sent": None,
    }
    return message, {"status_callback": form.url("StatusCallback"), "form": form.fields}


def segments(body: str) -> int:
    """Parts of a text: 160 letters of GSM or 70 of UCS-2, 153 or 67 when there are several; nearly."""
    alone, each = (160, 153) if set(body) <= GSM | TWICE else (70, 67)
    units = len(body) + sum(sign in TWICE for sign in body) if alone == 160 else len(body.encode("utf-16-be")) // 2
    return 1 if units <= alone else -(-units // each)


def new_recording(account: str, call_sid: str, seconds: int) -> Record:
    """A finished recording."""
    return {
        "sid": new_sid("RE"),
        "account_sid": account,
        "call_sid": call_sid,
        "api_version": "2010-04-01",
        "duration": str(seconds),
        "channels": 1,
        "source": "RecordVerb",
        "status": "completed",
        "date_created": stamp(),
        "date_updated": stamp(),
    }


def chosen(record: Mapping[str, object], wanted: Mapping[str, str]) -> bool:
    """Whether a record fits the filters of a list: PhoneNumber, To, From, CallSid, Status, and `StartTime>`."""
    names = {"PhoneNumber": "phone_number", "To": "to", "From": "from", "CallSid": "call_sid", "Status": "status"}
    if any(record.get(key) != wanted[name] for name, key in names.items() if name in wanted):
        return False
    since = wanted.get("StartTime>")
    if since is None:
        return True
    begun = datetime.strptime(str(record.get("start_time") or record["date_created"]), "%a, %d %b %Y %H:%M:%S %z")
    return begun >= _moment(since)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(400, 20001, f"StartTime is a date or an ISO 8601 moment: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
