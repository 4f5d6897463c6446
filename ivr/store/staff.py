"""The people who work here: their account, what they speak, how they are reached and how they prove who they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from ivr.store.crypto import ID_BYTES
from ivr.store.database import Database, Stored, Transaction
from ivr.store.schema import staff, staff_codes
from ivr.store.statements import insert_once


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff, opened; `phone` is E.164, `languages` are those of the phone, by code."""

    id: int
    email: str
    name: str
    roles: frozenset[str]
    languages: tuple[str, ...]
    page_language: str | None
    theme: str | None
    phone: str | None
    password_hash: str | None
    has_totp: bool
    created_at: float
    disabled_at: float | None


@dataclass(frozen=True, slots=True)
class NewMember:
    """An account without a password: an invitation brings it."""

    email: str
    name: str
    roles: frozenset[str]
    languages: tuple[str, ...]
    created_at: float


@dataclass(frozen=True, slots=True)
class Totp:
    """A shared secret (base32) and the last time step that was used, so that no code counts twice."""

    secret: str
    step: int


THIS = staff.c.id == bindparam("member")
FIND = select(staff).where(THIS)
BY_EMAIL = select(staff).where(staff.c.email == bindparam("address"))
ALL = select(staff).order_by(staff.c.disabled_at.is_not(None), func.lower(staff.c.name), staff.c.id)
ADD = insert_once(staff, ("email", "name", "roles", "languages", "created_at")).returning(staff.c.id)
STEP = update(staff).where(THIS, staff.c.totp_step < bindparam("step")).values(totp_step=bindparam("step"))
ADD_CODES = insert(staff_codes)
OF_MEMBER = staff_codes.c.staff_id == bindparam("member")
FORGET_CODES = delete(staff_codes).where(OF_MEMBER)
USE_CODE = delete(staff_codes).where(OF_MEMBER, staff_codes.c.code_hash == bindparam("hash"))
COUNT_CODES = select(func.count()).select_from(staff_codes).where(OF_MEMBER)


def add(tx: Transaction, new: NewMember) -> int | None:
    """The id of the new account; None when the e-mail address is taken."""
    values = {
        "email": new.email,
        "name": new.name,
        "roles": _joined(sorted(new.roles)),
        "languages": _joined(new.languages),
        "created_at": new.created_at,
    }
    id = tx.execute(ADD, values).scalar()
    return None if id is None else int(id)


def find(tx: Transaction, id: int) -> Member | None:
    """The account of this id."""
    return _opened(tx, tx.execute(FIND, {"member": id}).first())


def by_email(tx: Transaction, email: str) -> Member | None:
    """The account of this address, as `add` was given it."""
    return _opened(tx, tx.execute(BY_EMAIL, {"address": email}).first())


def everybody(tx: Transaction, *, lock: bool = False) -> list[Member]:
    """All accounts by name, disabled ones last; `lock` holds others off from changing any of them."""
    rows = tx.execute(ALL.with_for_update() if lock else ALL)
    return [member for row in rows if (member := _opened(tx, row))]


def change(tx: Transaction, id: int, **columns: Any) -> None:
    """Sets plain columns: email, name, roles, languages, page_language, theme, password_hash, disabled_at."""
    values = {
        name: _joined(sorted(value) if name == "roles" else value) if name in ("roles", "languages") else value
        for name, value in columns.items()
    }
    tx.execute(update(staff).where(staff.c.id == id).values(values))


def set_phone(tx: Transaction, id: int, number: str | None) -> None:
    """Keeps the phone (E.164), sealed; None forgets it."""
    sealed = None if number is None else tx.keyring.seal(number.encode(), _about(id, "phone"))
    tx.execute(update(staff).where(staff.c.id == id).values(phone_sealed=sealed))


def set_totp(tx: Transaction, id: int, totp: Totp | None) -> None:
    """Keeps the second proof, sealed; None switches it off and forgets the recovery codes."""
    sealed = None if totp is None else tx.keyring.seal(totp.secret.encode(), _about(id, "totp"))
    step = None if totp is None else totp.step
    tx.execute(update(staff).where(staff.c.id == id).values(totp_sealed=sealed, totp_step=step))
    tx.execute(FORGET_CODES, {"member": id})


def totp(tx: Transaction, id: int) -> Totp | None:
    """The second proof of this account."""
    row = tx.execute(FIND, {"member": id}).first()
    if row is None or row.totp_sealed is None:
        return None
    return Totp(tx.keyring.open(row.totp_sealed, _about(id, "totp")).decode(), row.totp_step)


def use_step(tx: Transaction, id: int, step: int) -> bool:
    """Whether this time step had not been used, nor a later one; it is now."""
    return tx.execute(STEP, {"member": id, "step": step}).rowcount == 1


def set_codes(tx: Transaction, id: int, hashes: Iterable[str]) -> None:
    """Replaces the recovery codes."""
    tx.execute(FORGET_CODES, {"member": id})
    tx.connection.execute(ADD_CODES, [{"staff_id": id, "code_hash": hash} for hash in hashes])


def use_code(tx: Transaction, id: int, hash: str) -> bool:
    """Whether this recovery code was there; it is gone now."""
    return tx.execute(USE_CODE, {"member": id, "hash": hash}).rowcount == 1


def codes_left(tx: Transaction, id: int) -> int:
    """How many recovery codes were not used."""
    return int(tx.execute(COUNT_CODES, {"member": id}).scalar_one())


def rotate(database: Database) -> int:
    """Seals what an old key sealed anew, all in one transaction (accounts are few); how many accounts."""
    count = 0
    with database.transaction() as tx:
        for row in tx.execute(select(staff).with_for_update()).all():
            values = _anew(tx, row)
            if values:
                tx.execute(update(staff).where(staff.c.id == row.id).values(values))
                count += 1
    return count


def _anew(tx: Transaction, row: Stored) -> Mapping[str, bytes]:
    sealed = {"phone": row.phone_sealed, "totp": row.totp_sealed}
    return {
        f"{what}_sealed": tx.keyring.seal(tx.keyring.open(blob, _about(row.id, what)), _about(row.id, what))
        for what, blob in sealed.items()
        if blob is not None and blob[:ID_BYTES] != tx.keyring.current_id
    }


def _about(id: int, what: str) -> bytes:
    return f"staff/{id}/{what}".encode()


def _joined(words: Iterable[str]) -> str:
    return " ".join(words)


def _opened(tx: Transaction, row: Stored | None) -> Member | None:
    if row is None:
        return None
    phone = None if row.phone_sealed is None else tx.keyring.open(row.phone_sealed, _about(row.id, "phone")).decode()
    return Member(
        id=row.id,
        email=row.email,
        name=row.name,
        roles=frozenset(row.roles.split()),
        languages=tuple(row.languages.split()),
        page_language=row.page_language,
        theme=row.theme,
        phone=phone,
        password_hash=row.password_hash,
        has_totp=row.totp_sealed is not None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
