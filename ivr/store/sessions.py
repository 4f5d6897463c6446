"""Who is signed in where, and the one-time links that let somebody in. Of every token only a hash is kept."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import bindparam, delete, insert, or_, select, update

from ivr.store import news
from ivr.store.database import Transaction
from ivr.store.schema import staff_links, staff_sessions

IDLE_SECONDS = 12 * 3600
LONGEST_SECONDS = 7 * 24 * 3600
CODE_SECONDS = 10 * 60
"""For how long a password alone waits for its second proof."""
SEEN_SECONDS = 60
"""How exactly we note when a session was last used."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in; while `needs_code` only its password was proven."""

    id: int
    staff_id: int
    agent: str
    created_at: float
    seen_at: float
    needs_code: bool


class Kind(StrEnum):
    """What a one-time link is for: a first password, a new one, or a trial's way in without one."""

    INVITATION = "invitation"
    RESET = "reset"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link that still works."""

    id: int
    staff_id: int
    kind: Kind


COLUMNS = [staff_sessions.c[name] for name in Session.__dataclass_fields__]
LIVES = (
    staff_sessions.c.created_at > bindparam("now") - LONGEST_SECONDS,
    staff_sessions.c.seen_at > bindparam("now") - IDLE_SECONDS,
    or_(staff_sessions.c.needs_code.is_(False), staff_sessions.c.created_at > bindparam("now") - CODE_SECONDS),
)
FIND = select(*COLUMNS).where(staff_sessions.c.token_hash == bindparam("hash"), *LIVES)
OF_MEMBER = (
    select(*COLUMNS)
    .where(staff_sessions.c.staff_id == bindparam("member"), staff_sessions.c.needs_code.is_(False), *LIVES)
    .order_by(staff_sessions.c.seen_at.desc(), staff_sessions.c.id.desc())
)
SEE = (
    update(staff_sessions)
    .where(staff_sessions.c.id == bindparam("session"), staff_sessions.c.seen_at < bindparam("now") - SEEN_SECONDS)
    .values(seen_at=bindparam("now"))
)
THEIRS = staff_sessions.c.staff_id == bindparam("member")
END = delete(staff_sessions).where(THEIRS, staff_sessions.c.id == bindparam("session"))
END_OTHERS = delete(staff_sessions).where(THEIRS, staff_sessions.c.id != bindparam("session"))
SWEEP = delete(staff_sessions).where(
    or_(
        staff_sessions.c.created_at < bindparam("now") - LONGEST_SECONDS,
        staff_sessions.c.seen_at < bindparam("now") - IDLE_SECONDS,
    )
)

LINK = select(staff_links.c.id, staff_links.c.staff_id, staff_links.c.kind).where(
    staff_links.c.token_hash == bindparam("hash"), staff_links.c.expires_at > bindparam("now")
)
USE_LINK = delete(staff_links).where(staff_links.c.id == bindparam("link"))
VOID_LINKS = delete(staff_links).where(staff_links.c.staff_id == bindparam("member"))


def topic(staff_id: int) -> str:
    """The news that somebody's sessions changed."""
    return f"sessions/{staff_id}"


def begin(tx: Transaction, token: str, new: Session) -> int:
    """Stores a session under its token's hash (`new.id` is not looked at); expired ones of everybody go."""
    tx.execute(SWEEP, {"now": new.created_at})
    values = {name: getattr(new, name) for name in Session.__dataclass_fields__ if name != "id"}
    key = tx.execute(insert(staff_sessions).values(**values, token_hash=hashed(token))).inserted_primary_key
    assert key is not None
    news.tell(tx, topic(new.staff_id))
    return int(key[0])


def find(tx: Transaction, token: str, now: float) -> Session | None:
    """The session of this token, if it has not expired."""
    row = tx.execute(FIND, {"hash": hashed(token), "now": now}).first()
    return None if row is None else Session(*row)


def see(tx: Transaction, session: Session, now: float) -> None:
    """Notes that it is used."""
    tx.execute(SEE, {"session": session.id, "now": now})


def of_member(tx: Transaction, staff_id: int, now: float) -> list[Session]:
    """Where somebody is signed in, the last used first."""
    return [Session(*row) for row in tx.execute(OF_MEMBER, {"member": staff_id, "now": now})]


def end(tx: Transaction, staff_id: int, session_id: int) -> bool:
    """Ends one session of theirs; whether there was such a one."""
    gone = tx.execute(END, {"member": staff_id, "session": session_id}).rowcount == 1
    news.tell(tx, topic(staff_id))
    return gone


def end_all(tx: Transaction, staff_id: int, but: int = 0) -> int:
    """Ends every session of theirs but one; how many."""
    gone = tx.execute(END_OTHERS, {"member": staff_id, "session": but}).rowcount
    news.tell(tx, topic(staff_id))
    return gone


def add_link(tx: Transaction, token: str, link: Link, expires_at: float) -> None:
    """Stores a link (`link.id` is not looked at); earlier ones of the same person work no more."""
    void_links(tx, link.staff_id)
    values = {"staff_id": link.staff_id, "kind": link.kind.value, "expires_at": expires_at}
    tx.execute(insert(staff_links).values(**values, token_hash=hashed(token)))


def link(tx: Transaction, token: str, now: float) -> Link | None:
    """The link of this token, if it was not used and has not expired."""
    row = tx.execute(LINK, {"hash": hashed(token), "now": now}).first()
    return None if row is None else Link(row.id, row.staff_id, Kind(row.kind))


def use_link(tx: Transaction, link_id: int) -> bool:
    """Whether this was the first use; there is no second."""
    return tx.execute(USE_LINK, {"link": link_id}).rowcount == 1


def void_links(tx: Transaction, staff_id: int) -> None:
    """No link of theirs works any more."""
    tx.execute(VOID_LINKS, {"member": staff_id})


def hashed(token: str) -> str:
    """What is kept of a token; a plain hash is enough for 256 random bits."""
    return sha256(token.encode()).hexdigest()
