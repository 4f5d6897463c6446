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
