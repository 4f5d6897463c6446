"""Who asks, and what they may see. Getting an object IS the permission check: what one may not see does not exist."""

from dataclasses import dataclass

from ivr.actions.staff import CALLS_BACK, Role
from ivr.errors import BadInput
from ivr.store import requests, sessions, staff
from ivr.store.database import Transaction
from ivr.store.requests import Request
from ivr.store.sessions import Session
from ivr.store.staff import Member

EVERYBODY = frozenset(Role)
ADMINS = frozenset({Role.ADMIN})
COORDINATORS = frozenset({Role.COORDINATOR})
DESK = CALLS_BACK
LEADERS = frozenset({Role.COORDINATOR, Role.ADMIN})
STRANGERS: frozenset[Role] = frozenset()
"""A page that is open to whoever comes."""


class NotThere(BadInput):
    """There is no such thing, or not for them."""


class Stranger(BadInput):
    """They must sign in first."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: `token` is their cookie; `member` is there when they are signed in, `half` when a code is still due."""

    token: str
    member: Member | None = None
    session: Session | None = None
    half: Session | None = None

    @property
    def roles(self) -> frozenset[str]:
        """What they may do; nothing for a stranger."""
        return frozenset() if self.member is None else self.member.roles

    def may(self, roles: frozenset[Role]) -> bool:
        """Whether one of these roles is theirs; everybody may what is for strangers."""
        return not roles or bool(self.roles & roles)


def visitor(tx: Transaction, token: str, now: float) -> Visitor:
    """Who has this cookie."""
    session = sessions.find(tx, token, now)
    member = None if session is None else staff.find(tx, session.staff_id)
    if session is None or member is None or member.disabled_at is not None:
        return Visitor(token)
    if session.needs_code:
        return Visitor(token, half=session)
    return Visitor(token, member, session)


def admit(visitor: Visitor, roles: frozenset[Role]) -> None:
    """Stranger or NotThere when the page is not for them."""
    if visitor.may(roles):
        return
    if visitor.member is None:
        raise Stranger
    raise NotThere


def oneself(visitor: Visitor) -> tuple[Member, Session]:
    """Their own account and session; Stranger when nobody is signed in."""
    if visitor.member is None or visitor.session is None:
        raise Stranger
    return visitor.member, visitor.session


def colleague(tx: Transaction, visitor: Visitor, id: str) -> Member:
    """The account of this id, for admins; NotThere for everybody else."""
    admit(visitor, ADMINS)
    member = staff.find(tx, number(id))
    if member is None:
        raise NotThere
    return member


def request(tx: Transaction, visitor: Visitor, id: str, *, others: bool = False) -> Request:
    """A request for a person, for the desk; one in a language they do not speak only when they want to see `others`."""
    admit(visitor, DESK)
    member, _ = oneself(visitor)
    found = requests.find(tx, number(id))
    if found is None:
        raise NotThere
    spoken = found.language is None or found.language in member.languages
    if not (spoken or others or may_open(visitor, found)):
        raise NotThere
    return found


def may_open(visitor: Visitor, request: Request) -> bool:
    """Whether they may see who it is and what was told: whose it is, and coordinators."""
    member, _ = oneself(visitor)
    return request.staff_id == member.id or visitor.may(COORDINATORS)


def opened(tx: Transaction, visitor: Visitor, id: str) -> Request:
    """A request whose caller and words they may see."""
    found = request(tx, visitor, id)
    if not may_open(visitor, found):
        raise NotThere
    return found


def number(text: str) -> int:
    """An id out of an address; NotThere when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotThere
    return int(text)
