"""Why something that somebody of the staff asked for is not done; the pages say it in their language."""

from enum import StrEnum

from ivr.errors import BadInput


class Reason(StrEnum):
    """What is wrong with what was asked; pages have a sentence for each."""

    WRONG_SIGN_IN = "wrong-sign-in"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105
    WRONG_CODE = "wrong-code"
    LINK_GONE = "link-gone"
    SHORT_PASSWORD = "short-password"  # noqa: S105
    LONG_PASSWORD = "long-password"  # noqa: S105
    GUESSABLE_PASSWORD = "guessable-password"  # noqa: S105
    TWO_PASSWORDS = "two-passwords"
    BAD_EMAIL = "bad-email"
    EMAIL_TAKEN = "email-taken"
    NO_NAME = "no-name"
    NO_ROLE = "no-role"
    BAD_PHONE = "bad-phone"
    LAST_ADMIN = "last-admin"
    BAD_CHOICE = "bad-choice"
    NOT_POSSIBLE = "not-possible"
    NOT_YOURS = "not-yours"
    OTHER_LANGUAGE = "other-language"
    OUTSIDE_WINDOW = "outside-window"
    BAD_WINDOW = "bad-window"
    ALREADY_OPEN = "already-open"
    NO_TEXT = "no-text"
    BAD_SPAN = "bad-span"
    BAD_DATE = "bad-date"
    NOT_DIALLED = "not-dialled"
    BLOCKED = "blocked"
    NUMBER_LIMIT = "number-limit"
    TOTAL_LIMIT = "total-limit"
    BAD_NUMBER = "bad-number"
    NO_REASON = "no-reason"
    ALREADY_BLOCKED = "already-blocked"
    LOOK_FIRST = "look-first"
    NO_PHONE = "no-phone"
    NO_SUCH_PROMPT = "no-such-prompt"
    EDITED_MEANWHILE = "edited-meanwhile"
    BAD_TEXT = "bad-text"
    CHANGED_MEANWHILE = "changed-meanwhile"
    OWN_TAKE = "own-take"
    NOT_APPROVED = "not-approved"
    IS_PUBLISHED = "is-published"
    NOTHING_CHANGES = "nothing-changes"
    NO_FILES = "no-files"
    TOO_MANY_FILES = "too-many-files"
    BAD_ZIP = "bad-zip"
    OTHER_WORDS = "other-words"
    NO_MOMENT = "no-moment"
    END_FIRST = "end-first"
    NO_PLACE_NAME = "no-place-name"
    TOO_LONG = "too-long"
    BAD_POSTAL_CODE = "bad-postal-code"
    BAD_WEBSITE = "bad-website"
    OUTSIDE_FRANCE = "outside-france"
    BAD_HOURS = "bad-hours"
    HOURS_UNKNOWN = "hours-unknown"
    PLACE_CHANGED = "place-changed"
    WANTS_NO_TEXTS = "wants-no-texts"
    GETS_TEXTS = "gets-texts"


class Refused(BadInput):
    """Not done; `field` is the name of the input that is at fault, empty when it is the whole."""

    def __init__(self, reason: Reason, field: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.field = field


class TooSoon(BadInput):
    """Too many tries in vain from here: the next one counts in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds
