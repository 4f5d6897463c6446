"""What the helpline asks of any telephone company, in plain values. A carrier tries each thing once and keeps nothing.

Every method raises CarrierBusy (ask again, see `retry_after`) or CarrierRefused (see `code`); `call` and `text` also
CarrierUnknown: it may have happened. No error, repr or log line of this package holds a number, an address or a secret.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

MOST_BYTES = 30_000_000
"""The longest recording that is fetched: half an hour of 16-bit sound at 8 kHz."""


@dataclass(frozen=True, slots=True)
class CallRef:
    """A call, by the carrier's id: an opaque string."""

    id: str


@dataclass(frozen=True, slots=True)
class TextRef:
    """A text, by the carrier's id."""

    id: str


@dataclass(frozen=True, slots=True)
class RecordingRef:
    """A recording, by the carrier's id; never by an address that somebody sent."""

    id: str


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to place; numbers in E.164. `status_url` carries our id of the attempt: the carrier knows no other."""

    to: str = field(repr=False)
    from_: str = field(repr=False)
    answer_url: str = field(repr=False)
    status_url: str = field(repr=False)
    ring_seconds: int
    time_limit: int  # seconds from the answer on


@dataclass(frozen=True, slots=True)
class NewText:
    """A text to send; `sender` is a rented number (E.164), a name, or the id of a messaging service."""

    to: str = field(repr=False)
    sender: str = field(repr=False)
    body: str = field(repr=False)
    status_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call that the carrier knows of; `status` and `direction` in its words, no start while it is queued."""

    ref: CallRef
    status: str
    started_at: datetime | None
    direction: str


@dataclass(frozen=True, slots=True)
class TextReport:
    """What the carrier says of a text, in its words; `error` is its number of what went wrong, 0 without one."""

    ref: TextRef
    status: str
    error: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that is whole and on the disk."""

    size: int  # bytes
    sha256: str


class Carrier(Protocol):
    """The only way out of the building."""

    def call(self, new: NewCall) -> CallRef:
        """Asks for a call; it rings after this returns. CarrierUnknown when the answer was lost."""
        ...

    def end_call(self, ref: CallRef) -> None:
        """Afterwards the call is over, also if it was before."""
        ...

    def move(self, ref: CallRef, url: str) -> None:
        """Afterwards the call gets its next document there; nothing when it is over."""
        ...

    def text(self, new: NewText) -> TextRef:
        """Asks for a text; CarrierUnknown when the answer was lost."""
        ...

    def look_at_text(self, ref: TextRef) -> TextReport:
        """What became of it; CarrierRefused with `status` 404 when the carrier knows it no more."""
        ...

    def find_calls(self, to: str, from_: str, since: datetime) -> list[FoundCall]:
        """Calls between two numbers that began at or after `since` (with a time zone) or still wait to be dialled."""
        ...

    def fetch_recording(self, ref: RecordingRef, into: Path, limit: int = MOST_BYTES) -> Saved:
        """A whole wav in `into`, or nothing there: BadInput when it is no wav, TooLarge over `limit` bytes.

        CarrierBusy while the carrier is still preparing it.
        """
        ...

    def delete_copies(self, ref: CallRef | TextRef | RecordingRef) -> None:
        """Afterwards the carrier keeps no row and no sound of it (of a call: its recordings too), also if it did not.

        CarrierBusy while a call or a text is not yet over.
        """
        ...
