"""What everybody may change of their own account."""

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass

import pyotp

from ivr.actions import passwords, patience, signing
from ivr.actions.audit import Actor, Deed, What, note, staff_object
from ivr.actions.patience import Pair
from ivr.actions.refusals import Reason, Refused
from ivr.actions.signing import Admitted, Browser
from ivr.numbers import Kind, understand
from ivr.store import sessions, staff
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.sessions import Session
from ivr.store.staff import Member, Totp

CODES, CODE_BYTES = 10, 10
LONGEST_NAME = 100
ISSUER = "Hamrah"


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody writes about themselves."""

    name: str
    phone: str
    languages: tuple[str, ...]


def change(tx: Transaction, member: Member, own: Own, spoken: Collection[str], *, production: bool) -> None:
    """Keeps it; `spoken` are the helpline's languages. Refused names the field."""
    staff.change(tx, member.id, name=checked_name(own.name), languages=checked_languages(own.languages, spoken))
    staff.set_phone(tx, member.id, checked_phone(own.phone, production))


def checked_name(name: str) -> str:
    """A name that can be shown in a line."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.replace("\u200c", "").isprintable():
        raise Refused(Reason.NO_NAME, "name")
    return name


def checked_languages(codes: Collection[str], spoken: Collection[str]) -> tuple[str, ...]:
    """The codes in order, each one of the helpline's."""
    if not set(codes) <= set(spoken):
        raise Refused(Reason.BAD_CHOICE, "languages")
    return tuple(sorted(set(codes)))


def checked_phone(written: str, production: bool) -> str | None:
    """E.164 of a French number that a person answers; None when nothing is written."""
    if not written.strip():
        return None
    number = understand(written, production)
    if number.kind not in {Kind.MOBILE, Kind.LANDLINE}:
        raise Refused(Reason.BAD_PHONE, "phone")
    return number.e164


def confirm(database: Database, member: Member, password: str, browser: Browser, now: float) -> None:
    """Refused unless this is their password; throttled as signing in is."""
    pair = Pair(f"password/{member.id}", browser.place)
    with database.transaction() as tx:
        patience.begin(tx, pair, now)
    if not passwords.fits(member.password_hash, password):
        raise Refused(Reason.WRONG_PASSWORD, "old")
    with database.transaction() as tx:
        patience.succeeded(tx, pair)


def change_password(database: Database, member: Member, password: str, browser: Browser, now: float) -> Admitted:
    """A new password, after `confirm`: every session ends, this browser gets a new one."""
    passwords.check(password, member.email)
    hashed = passwords.hashed(password)
    with database.transaction() as tx:
        staff.change(tx, member.id, password_hash=hashed)
        sessions.end_all(tx, member.id)
        sessions.void_links(tx, member.id)
        note(tx, Deed(Actor(member.id, browser.place), now), What.PASSWORD_CHANGED, staff_object(member.id))
        return signing.admit(tx, member, browser, now, proven=True)


@dataclass(frozen=True, slots=True)
class Offer:
    """A second proof that is not switched on yet: its secret for people, for cameras, and sealed for the form."""

    secret: str
    address: str
    sealed: str


def offer_totp(keyring: Keyring, member: Member, sealed: str = "") -> Offer:
    """A new secret, or the one that a form brings back; Forged when it is not this person's."""
    about = f"totp-offer/{member.id}".encode()
    secret = keyring.open_token(sealed, about).decode() if sealed else pyotp.random_base32()
    address = pyotp.TOTP(secret).provisioning_uri(name=member.email, issuer_name=ISSUER)
    return Offer(secret, address, sealed or keyring.seal_token(secret.encode(), about))


def switch_totp_on(tx: Transaction, member: Member, secret: str, code: str, deed: Deed) -> tuple[str, ...]:
    """From now on a code is asked for; gives the recovery codes. Refused when the code does not fit the secret."""
    step = signing.matching_step(secret, "".join(code.split()), deed.now)
    if step is None:
        raise Refused(Reason.WRONG_CODE, "code")
    staff.set_totp(tx, member.id, Totp(secret, step))
    note(tx, deed, What.CODE_ON, staff_object(member.id))
    return make_codes(tx, member.id)


def switch_totp_off(tx: Transaction, staff_id: int, deed: Deed) -> None:
    """Only the password is asked for."""
    staff.set_totp(tx, staff_id, None)
    note(tx, deed, What.CODE_OFF, staff_object(staff_id))


def new_codes(tx: Transaction, staff_id: int, deed: Deed) -> tuple[str, ...]:
    """New recovery codes in place of the old ones."""
    note(tx, deed, What.RECOVERY_CODES_MADE, staff_object(staff_id))
    return make_codes(tx, staff_id)


def make_codes(tx: Transaction, staff_id: int) -> tuple[str, ...]:
    """Recovery codes, in groups of four characters."""
    codes = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(CODES)]
    staff.set_codes(tx, staff_id, [signing.code_hash(code) for code in codes])
    return tuple("-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes)


def end_session(tx: Transaction, member: Member, session_id: int, deed: Deed) -> bool:
    """Ends one of their sessions; whether there was such a one."""
    note(tx, deed, What.SESSION_ENDED, staff_object(member.id))
    return sessions.end(tx, member.id, session_id)


def end_others(tx: Transaction, session: Session, deed: Deed) -> int:
    """Ends every session of theirs but this one; how many."""
    note(tx, deed, What.SESSION_ENDED, staff_object(session.staff_id), which="others")
    return sessions.end_all(tx, session.staff_id, session.id)
