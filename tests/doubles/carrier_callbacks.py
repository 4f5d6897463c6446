"""The status callbacks of calls and texts that the helpline created, in any order; the record keeps its true end."""

import uuid
from collections.abc import Iterator, Sequence

from tests.doubles.carrier_records import CALL_EVENTS, OVER, Record, stamp
from tests.doubles.exchange import Pairs, Webhook, call_fields


def call_webhooks(
    call: Record, asked: Record, events: Sequence[str], seconds: int, extra: Pairs = ()
) -> Iterator[Webhook]:
    """Webhooks for the events that were subscribed to; `seconds` is the CallDuration of a completed call."""
    unknown = set(events) - {*CALL_EVENTS, *OVER}
    if unknown:
        raise ValueError(f"events are among {(*CALL_EVENTS, *OVER)}, not {sorted(unknown)}")
    last = max(events, key=_rank)
    call["status"] = _status(last)
    call["start_time"] = call["start_time"] or stamp()
    if last in OVER:
        call["end_time"], call["duration"] = stamp(), str(seconds if last == "completed" else 0)
    subscribed = asked["events"]
    assert isinstance(subscribed, list)
    tokens = {event: str(uuid.uuid4()) for event in events}  # a repeated event is the same webhook again
    for event in events:
        if asked["status_callback"] and ("completed" if event in OVER else event) in subscribed:
            own: Pairs = (("CallDuration", str(call["duration"])), ("Duration", "1")) if event in OVER else ()
            own += (("SequenceNumber", str(_rank(event))), ("Timestamp", stamp()))
            own += (("CallbackSource", "call-progress-events"), *extra)
            fields = call_fields(
                (str(call["sid"]), str(call["account_sid"])),
                str(call["from"]),
                str(call["to"]),
                _status(event),
                "outbound-api",
            )
            method = str(asked["status_callback_method"])
            yield Webhook(str(asked["status_callback"]), (*fields, *own), tokens[event], method)


def message_webhooks(message: Record, asked: Record, statuses: Sequence[str], error: int) -> Iterator[Webhook]:
    """One webhook for each status; the record keeps the one that comes last in a text's life."""
    lives = ("accepted", "queued", "sending", "sent", "failed", "undelivered", "delivered")
    message["status"] = max(statuses, key=lives.index)
    for status in statuses if asked["status_callback"] else ():
        fields: Pairs = (
            ("MessageSid", str(message["sid"])),
            ("SmsSid", str(message["sid"])),
            ("AccountSid", str(message["account_sid"])),
            ("From", str(message["from"] or "")),
            ("To", str(message["to"])),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("ApiVersion", "2010-04-01"),
        )
        if status in ("failed", "undelivered") and error:
            fields += (("ErrorCode", str(error)),)
            message["error_code"] = error
        yield Webhook(str(asked["status_callback"]), fields, str(uuid.uuid4()))


def _rank(event: str) -> int:
    return 3 if event in OVER else CALL_EVENTS.index(event)


def _status(event: str) -> str:
    return "in-progress" if event == "answered" else event
