"""Every error of the helpline, by whose fault it is and whether trying again helps.

HelplineError
├── BadInput           the other side sent something wrong; trying again does not help
│   ├── Forged         a signature or seal does not fit
│   └── TooLarge       more than we read
├── BadContent         a menu, text or fact is wrong; an author mends it
├── BadSetting         the operator mends it
├── StorageAway        the database does not answer; trying again helps
├── VoiceFailed        a sound could not be made; trying again may help
└── CarrierFailed      the telephone company refused or did not answer
    ├── CarrierBusy    429, 5xx, timeouts; trying again helps
    └── CarrierRefused 4xx; trying again does not help
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


class CarrierFailed(HelplineError):
    """The telephone company's API did not do what was asked."""


class CarrierBusy(CarrierFailed):
    """429, 5xx or no answer: trying again helps."""


class CarrierRefused(CarrierFailed):
    """4xx: trying again does not help."""
