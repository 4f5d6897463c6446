"""Signing in: a password, a second proof where there is one, or a one-time link. Each proof gets a session of its own.

Hashing a password takes a tenth of a second: no transaction is open meanwhile, or every call would wait for it.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from hashlib import sha256

import pyotp

from ivr.actions import passwords, patience
from ivr.actions.audit import Actor, Deed, What, note, staff_object
from ivr.actions.patience import Pair
from ivr.actions.refusals import Reason, Refused
from ivr.store import sessions, staff
from ivr.store.database import Database, Transaction
from ivr.store.sessions import Kind, Link, Session
from ivr.store.staff import Member

STEP_SECONDS = 30
LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Browser:
    """Who asks, as far as a browser tells: its name and the place it asks from (a keyed hash of the address)."""

    agent: str
    place: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """A session has begun: the token goes into the browser's cookie."""

    token: str
    needs_code: bool


def sign_in(database: Database, email: str, password: str, browser: Browser, now: float) -> Admitted:
    """A wrong password and an unknown account get the same answer, after the same time; TooSoon when throttled."""
    address = staff_email(email)
    pair = Pair(database.keyring.hashes(f"account/{address}")[0], browser.place)
    with database.transaction() as tx:
        patience.begin(tx, pair, now)
        member = staff.by_email(tx, address)
    known = member.password_hash if member and member.disabled_at is None else None
    fits = passwords.fits(known, password)
    with database.transaction() as tx:
        member = staff.by_email(tx, address)
        if fits and member is not None and member.disabled_at is None and member.password_hash == known:
            patience.succeeded(tx, pair)
            return admit(tx, member, browser, now)
        if member is not None:
            note(tx, Deed(Actor(None, browser.place), now), What.SIGN_IN_FAILED, staff_object(member.id))
    raise Refused(Reason.WRONG_SIGN_IN)


def admit(tx: Transaction, member: Member, browser: Browser, now: float, *, proven: bool = False) -> Admitted:
    """Begins a session with a fresh token; `proven` when the second proof was given too."""
    token = secrets.token_urlsafe(32)
    needs_code = member.has_totp and not proven
    sessions.begin(tx, token, Session(0, member.id, browser.agent[:LONGEST_AGENT], now, now, needs_code))
    if not needs_code:
        note(tx, Deed(Actor(member.id, browser.place), now), What.SIGNED_IN, staff_object(member.id))
    return Admitted(token, needs_code)


def prove(database: Database, session: Session, code: str, browser: Browser, now: float) -> Admitted:
    """The second step: the six digits, or a recovery code; the session with the password alone is replaced."""
    pair = Pair(f"code/{session.staff_id}", browser.place)
    with database.transaction() as tx:
        patience.begin(tx, pair, now)
    with database.transaction() as tx:
        member = staff.find(tx, session.staff_id)
        if member is not None and member.disabled_at is None and code_fits(tx, member.id, code, now):
            patience.succeeded(tx, pair)
            sessions.end(tx, member.id, session.id)
            return admit(tx, member, browser, now, proven=True)
        deed = Deed(Actor(None, browser.place), now)
        note(tx, deed, What.SIGN_IN_FAILED, staff_object(session.staff_id), step="code")
    raise Refused(Reason.WRONG_CODE, "code")


def code_fits(tx: Transaction, staff_id: int, code: str, now: float) -> bool:
    """Whether this is the current code or an unused recovery code; neither fits twice."""
    written = "".join(code.split()).replace("-", "").upper()
    totp = staff.totp(tx, staff_id)
    if totp is None:
        return False
    step = matching_step(totp.secret, written, now)
    if step is not None:
        return staff.use_step(tx, staff_id, step)
    return staff.use_code(tx, staff_id, code_hash(written))


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The time step of these six digits: this one, the one before or the one after (RFC 6238, 5.2)."""
    digits, this = pyotp.TOTP(secret), int(now // STEP_SECONDS)
    fitting = [step for step in (this - 1, this, this + 1) if _same(digits.generate_otp(step), code)]
    return max(fitting, default=None)


def opened(tx: Transaction, token: str, now: float) -> tuple[Link, Member]:
    """The one-time link of this token and whom it is for; Refused when it was used, is too old or never was."""
    link = sessions.link(tx, token, now)
    member = None if link is None else staff.find(tx, link.staff_id)
    if link is None or member is None or member.disabled_at is not None:
        raise Refused(Reason.LINK_GONE)
    return link, member


def enter(database: Database, token: str, browser: Browser, now: float) -> Admitted:
    """Uses a link that lets in by itself: a trial's."""
    with database.transaction() as tx:
        link, member = opened(tx, token, now)
        if link.kind is not Kind.ENTRY:
            raise Refused(Reason.LINK_GONE)
        _use(tx, link, browser, now)
        return admit(tx, member, browser, now)


def choose_password(database: Database, token: str, password: str, browser: Browser, now: float) -> Admitted:
    """Uses an invitation or a reset link: the password is set, every session of theirs ends, and one begins."""
    with database.reading() as tx:
        member = opened(tx, token, now)[1]
    passwords.check(password, member.email)
    hashed = passwords.hashed(password)
    with database.transaction() as tx:
        link, member = opened(tx, token, now)
        _use(tx, link, browser, now)
        staff.change(tx, member.id, password_hash=hashed)
        sessions.end_all(tx, member.id)
        return admit(tx, replace(member, password_hash=hashed), browser, now)


def sign_out(tx: Transaction, session: Session, deed: Deed) -> None:
    """Ends this session."""
    sessions.end(tx, session.staff_id, session.id)
    note(tx, deed, What.SIGNED_OUT, staff_object(session.staff_id))


def staff_email(written: str) -> str:
    """An e-mail address as it is compared and stored."""
    return written.strip().lower()


def code_hash(code: str) -> str:
    """What is kept of a recovery code, which has 80 random bits."""
    return sha256(f"recovery/{code}".encode()).hexdigest()


def _use(tx: Transaction, link: Link, browser: Browser, now: float) -> None:
    if not sessions.use_link(tx, link.id):
        raise Refused(Reason.LINK_GONE)
    note(
        tx, Deed(Actor(link.staff_id, browser.place), now), What.LINK_USED, staff_object(link.staff_id), kind=link.kind
    )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
