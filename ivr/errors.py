"""Every error of the helpline, by whose fault it is and whether trying again helps.

HelplineError
├── BadInput           the other side sent something wrong; trying again does not help
│   ├── Forged         a signature or seal does not fit
│   └── TooLarge       more than we read
├── BadContent         a menu, text or fact is wrong; an author mends it
├── BadSetting         the operator mends it
├── StorageAway        the database does not answer; trying again helps
├── VoiceFailed        a sound could not be made; trying again may help
├── SpeechFailed       a speech model cannot be used; keys and people do without
├── FetchFailed        what the operator downloads did not come
│   ├── FetchBusy      429, 5xx, timeouts, cut off, another process at it; trying again helps
│   ├── FetchRefused   4xx, not what was announced: theirs or the address's fault; trying again does not help
│   └── NoRoom         the disk here does not take it; the operator makes room
└── CarrierFailed      the telephone company refused or did not answer
    ├── CarrierBusy    429, 5xx, timeouts; trying again helps
    ├── CarrierRefused 4xx; trying again does not help
    └── CarrierUnknown a call or text was asked for and the answer was lost: look for it, never just try again
"""


class HelplineError(Exception):
    """Root of all that the helpline raises on purpose."""


class BadInput(HelplineError):
    """The other side sent something wrong."""


class Forged(BadInput):
    """A signature or a seal does not fit."""


class TooLarge(BadInput):
    """More bytes or fields than we read."""


class BadContent(HelplineError):
    """A release cannot be made: the message lists every mistake, a line each."""


class BadSetting(HelplineError):
    """A setting is missing or wrong; the message says which and what to do."""


class StorageAway(HelplineError):
    """The database does not answer; nothing was promised."""


class VoiceFailed(HelplineError):
    """A sound could not be made."""


class SpeechFailed(HelplineError):
    """A speech model cannot be loaded, or could not listen; the message says why."""


class FetchFailed(HelplineError):
    """A download did not come; the message says whose fault it is."""


class FetchBusy(FetchFailed):
    """Nobody refused it: the same again may work; not before `retry_after` seconds where the server says so."""

    retry_after: float | None = None


class FetchRefused(FetchFailed):
    """The server has it not, or has something else; or the address is wrong."""


class NoRoom(FetchFailed):
    """The disk here is full or may not be written."""


class CarrierFailed(HelplineError):
    """The telephone company's API did not do what was asked: its own error `code` and HTTP `status`, 0 without one."""

    def __init__(self, message: str, code: int = 0, status: int = 0) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class CarrierBusy(CarrierFailed):
    """It did not happen, or may safely be asked again; not before `retry_after` seconds where the company says so."""

    retry_after: float | None = None


class CarrierRefused(CarrierFailed):
    """4xx: trying again does not help."""


class CarrierUnknown(CarrierFailed):
    """It may have happened: `find_calls` or a person decides; nothing repeats it by itself."""
