"""Passwords: what is good enough, and argon2id, a few at a time because each takes 64 MiB for a moment."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ivr.actions.refusals import Reason, Refused

LEAST, MOST = 12, 200
AT_ONCE = threading.BoundedSemaphore(2)
HASHER = PasswordHasher()


def check(password: str, email: str) -> None:
    """Refused when too short, too long, or made of the person's address or of few different characters."""
    if len(password) < LEAST:
        raise Refused(Reason.SHORT_PASSWORD, "password")
    if len(password) > MOST:
        raise Refused(Reason.LONG_PASSWORD, "password")
    if email.partition("@")[0].lower() in password.lower() or len(set(password)) < 5:
        raise Refused(Reason.GUESSABLE_PASSWORD, "password")


def hashed(password: str) -> str:
    """What is stored of a password."""
    with AT_ONCE:
        return HASHER.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether this is the password; without a stored one it takes as long, and is not."""
    with AT_ONCE:
        try:
            HASHER.verify(stored or _nobodys(), password[: MOST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody has this password")
