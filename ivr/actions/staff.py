"""What admins do with accounts: invite, change, link, disable. An account is never deleted: the audit names it."""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ivr.actions.account import checked_languages, checked_name
from ivr.actions.audit import HELPLINE, Deed, What, note, staff_object
from ivr.actions.refusals import Reason, Refused
from ivr.actions.signing import staff_email
from ivr.store import sessions, staff
from ivr.store.database import Transaction
from ivr.store.sessions import Kind, Link
from ivr.store.staff import Member, NewMember

EMAIL = re.compile(r"[^\s@<>\"',;]{1,64}@[^\s@<>\"',;]{1,190}")
LINK_SECONDS = {Kind.INVITATION: 7 * 24 * 3600, Kind.RESET: 24 * 3600, Kind.ENTRY: 12 * 3600}
TRIAL_EMAIL = "admin@trial.invalid"
TRIAL_NAME = "Admin"


class Role(StrEnum):
    """What somebody may do: call people back, see that it goes well, or look after accounts and settings."""

    AIDANT = "aidant"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


CALLS_BACK = frozenset({Role.AIDANT, Role.COORDINATOR})
"""Who works at the desk."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account as an admin writes it down."""

    email: str
    name: str
    roles: frozenset[str]
    languages: tuple[str, ...] = ()


def invite(tx: Transaction, person: Person, spoken: Collection[str], deed: Deed) -> tuple[int, str]:
    """The new account's id and the token of its invitation; Refused names the field."""
    email = _email(person.email)
    roles, languages = _roles(person.roles), checked_languages(person.languages, spoken)
    id = staff.add(tx, NewMember(email, checked_name(person.name), roles, languages, deed.now))
    if id is None:
        raise Refused(Reason.EMAIL_TAKEN, "email")
    note(tx, deed, What.STAFF_ADDED, staff_object(id), roles=" ".join(sorted(roles)))
    return id, make_link(tx, id, Kind.INVITATION, deed)


def change(tx: Transaction, member: Member, person: Person, spoken: Collection[str], deed: Deed) -> None:
    """Keeps what an admin changed; Refused when nobody would be left to look after accounts."""
    email, roles = _email(person.email), _roles(person.roles)
    taken = staff.by_email(tx, email)
    if taken is not None and taken.id != member.id:
        raise Refused(Reason.EMAIL_TAKEN, "email")
    if Role.ADMIN not in roles:
        _keep_an_admin(tx, member)
    languages = checked_languages(person.languages, spoken)
    staff.change(tx, member.id, email=email, name=checked_name(person.name), roles=roles, languages=languages)
    note(tx, deed, What.STAFF_CHANGED, staff_object(member.id), roles=" ".join(sorted(roles)))


def make_link(tx: Transaction, staff_id: int, kind: Kind, deed: Deed) -> str:
    """The token of a one-time link; earlier links of this person work no more."""
    token = secrets.token_urlsafe(32)
    sessions.add_link(tx, token, Link(0, staff_id, kind), deed.now + LINK_SECONDS[kind])
    note(tx, deed, What.LINK_MADE, staff_object(staff_id), kind=kind.value)
    return token


def proper_kind(member: Member) -> Kind:
    """An invitation until there is a password, a reset after."""
    return Kind.INVITATION if member.password_hash is None else Kind.RESET


def disable(tx: Transaction, member: Member, deed: Deed) -> None:
    """Nobody signs in to it any more; its sessions and links end now."""
    _keep_an_admin(tx, member)
    staff.change(tx, member.id, disabled_at=deed.now)
    sessions.end_all(tx, member.id)
    sessions.void_links(tx, member.id)
    note(tx, deed, What.STAFF_DISABLED, staff_object(member.id))


def enable(tx: Transaction, member: Member, deed: Deed) -> None:
    """The account works again, with its password."""
    staff.change(tx, member.id, disabled_at=None)
    note(tx, deed, What.STAFF_ENABLED, staff_object(member.id))


def trial_link(tx: Transaction, now: float) -> str:
    """The token that lets whoever tries the helpline in, as somebody with every role."""
    deed = Deed(HELPLINE, now)
    member = staff.by_email(tx, TRIAL_EMAIL)
    if member is None:
        id = staff.add(tx, NewMember(TRIAL_EMAIL, TRIAL_NAME, frozenset(Role), (), now))
        assert id is not None
        note(tx, deed, What.STAFF_ADDED, staff_object(id))
        return make_link(tx, id, Kind.ENTRY, deed)
    return make_link(tx, member.id, Kind.ENTRY, deed)


def _email(written: str) -> str:
    email = staff_email(written)
    if not EMAIL.fullmatch(email):
        raise Refused(Reason.BAD_EMAIL, "email")
    return email


def _roles(roles: Collection[str]) -> frozenset[str]:
    if not roles:
        raise Refused(Reason.NO_ROLE, "roles")
    if not set(roles) <= set(Role):
        raise Refused(Reason.BAD_CHOICE, "roles")
    return frozenset(str(role) for role in roles)


def _keep_an_admin(tx: Transaction, member: Member) -> None:
    others = (other for other in staff.everybody(tx, lock=True) if other.id != member.id and other.disabled_at is None)
    if Role.ADMIN in member.roles and not any(Role.ADMIN in other.roles for other in others):
        raise Refused(Reason.LAST_ADMIN)
