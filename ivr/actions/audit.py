"""What is written down about the staff's doings, in the transaction of the doing itself."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.store import audit
from ivr.store.database import Transaction


class What(StrEnum):
    """What was done. A value is stored for years: it never changes its meaning."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    LINK_MADE = "link-made"
    LINK_USED = "link-used"
    STAFF_ADDED = "staff-added"
    STAFF_CHANGED = "staff-changed"
    STAFF_DISABLED = "staff-disabled"
    STAFF_ENABLED = "staff-enabled"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    CODE_ON = "second-step-on"
    CODE_OFF = "second-step-off"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    NUMBER_READ = "number-read"
    RESTORED = "restored"
    REQUEST_MADE = "request-made"
    REQUEST_CLAIMED = "request-claimed"
    REQUEST_RELEASED = "request-released"
    CLAIM_ENDED = "claim-ended"
    REQUEST_TAKEN_BACK = "request-taken-back"
    REQUEST_REASSIGNED = "request-reassigned"
    CALL_STARTED = "call-started"
    CALLED_BY_HAND = "called-by-hand"
    CALL_CHANGED = "call-changed"
    CALL_JUDGED = "call-judged"
    REQUEST_WRAPPED_UP = "request-wrapped-up"
    REQUEST_CANCELLED = "request-cancelled"
    REQUEST_REOPENED = "request-reopened"
    REQUEST_ERASED = "request-erased"
    PERSON_LOOKED_UP = "person-looked-up"
    PERSON_ERASED = "person-erased"
    NOTE_WRITTEN = "note-written"
    SHIFTS_CHANGED = "shifts-changed"
    DAY_CLOSED = "day-closed"
    DAY_OPENED = "day-opened"
    NUMBER_BLOCKED = "number-blocked"
    NUMBER_UNBLOCKED = "number-unblocked"
    JOB_RETRIED = "job-retried"
    JOB_SETTLED = "job-settled"
    CALL_ENDED = "call-ended"
    PHONE_TESTED = "phone-tested"
    MESSAGE_HEARD = "message-heard"
    RECORDER_RUNG = "recorder-rung"
    RECORDING_KEPT = "recording-kept"
    TAKE_ADDED = "take-added"
    TAKE_CHECKED_ANEW = "take-checked-anew"
    TAKE_OVERRULED = "take-overruled"
    TAKE_APPROVED = "take-approved"
    TAKE_WITHDRAWN = "take-withdrawn"
    WORDING_WRITTEN = "wording-written"
    PUBLICATION_PLANNED = "publication-planned"
    PUBLICATION_CANCELLED = "publication-cancelled"
    PUBLICATION_MADE = "publication-made"
    PUBLICATION_REFUSED = "publication-refused"
    UPLOADED = "uploaded"
    UPLOAD_CANCELLED = "upload-cancelled"
    ANNOUNCEMENT_SET = "announcement-set"
    ANNOUNCEMENT_REMOVED = "announcement-removed"
    PLACE_ADDED = "place-added"
    PLACE_CORRECTED = "place-corrected"
    PLACE_VERIFIED = "place-verified"
    PLACE_REMOVED = "place-removed"
    PLACE_BROUGHT_BACK = "place-brought-back"
    SOURCE_TAKEN = "source-taken"
    CORRECTION_KEPT = "correction-kept"
    PROPOSAL_MADE = "proposal-made"
    PROPOSAL_ACCEPTED = "proposal-accepted"
    PROPOSAL_DECLINED = "proposal-declined"
    TEXT_SENT_AGAIN = "text-sent-again"
    TEXT_LEFT = "text-left"
    TEXTS_STOPPED = "texts-stopped"
    TEXTS_ALLOWED = "texts-allowed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, from which place (a keyed hash of an address); the helpline itself has neither."""

    staff_id: int | None = None
    place: str | None = None


HELPLINE = Actor()


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does it, and when."""

    actor: Actor
    now: float


def note(tx: Transaction, deed: Deed, what: What, about: str, **details: str | int) -> None:
    """Writes down who did what to which object, such as `staff/3`; details hold no number and no secret."""
    entry = audit.Entry(deed.now, deed.actor.staff_id, deed.actor.place, what.value, about, details)
    audit.add(tx, entry)


def number_read(tx: Transaction, deed: Deed, request_id: int) -> None:
    """Writes down that a caller's number was shown in full; to be called before it is shown."""
    note(tx, deed, What.NUMBER_READ, f"request/{request_id}")


def staff_object(staff_id: int) -> str:
    """How the audit names somebody of the staff."""
    return f"staff/{staff_id}"
