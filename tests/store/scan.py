"""Searches the whole store for a number, in whatever column it may be, sealed or not; and a folder of sealed files.

Sealed bytes are opened without knowing what they are bound to: AES-GCM is AES-CTR and a tag, which is not asked for.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from sqlalchemy import inspect

from ivr.errors import Forged
from ivr.numbers import core
from ivr.store.crypto import ID_BYTES, NONCE_BYTES, Keyring, _derive
from ivr.store.database import Database

TAG_BYTES = 16


def places(database: Database, secrets: list[bytes], number: str) -> list[str]:
    """Every `table.column` in which the number stands: plain, hashed or sealed under one of the secrets."""
    needles = _needles(Keyring(secrets[0], secrets[1:]), number)
    found = []
    for name, value in _values(database):
        for text in _readings(value, secrets):
            if any(needle in text for needle in needles):
                found.append(name)
    return sorted(set(found))


def files(folder: Path, secrets: list[bytes], number: str) -> list[str]:
    """The files in which it stands, or in whose name."""
    needles = _needles(Keyring(secrets[0], secrets[1:]), number)
    texts = {path.name: [path.name.encode(), *_readings(path.read_bytes(), secrets)] for path in folder.rglob("*.*")}
    return [name for name, read in texts.items() if any(needle in text for text in read for needle in needles)]


def _needles(keyring: Keyring, number: str) -> list[bytes]:
    data = number.encode()
    plain = [hashlib.new(kind, data).hexdigest() for kind in ("md5", "sha1", "sha256", "blake2s", "blake2b")]
    return [needle.encode() for needle in (core(number), *keyring.hashes(number), *plain)]


def _values(database: Database) -> Iterator[tuple[str, object]]:
    """Of the tables that the database has, not of those that the code knows."""
    with database.reading() as tx:
        for table in inspect(tx.connection).get_table_names():
            rows = tx.connection.exec_driver_sql(f'SELECT * FROM "{table}"')
            columns = rows.keys()
            names = [f"{table}.{column}" for column in columns]
            for row in rows:
                yield from zip(names, row, strict=True)


def _readings(value: object, secrets: list[bytes]) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
        yield from (text for secret in secrets if (text := _opened(value, secret)) is not None)
    elif isinstance(value, str):
        yield value.encode()
        for secret in secrets:
            try:
                yield Keyring(secret).open_word(value).encode()
            except Forged:
                continue
    elif value is not None:
        yield str(value).encode()


def _opened(blob: bytes, secret: bytes) -> bytes | None:
    if blob[:ID_BYTES] != Keyring(secret).current_id:
        return None
    nonce, sealed = blob[ID_BYTES : ID_BYTES + NONCE_BYTES], blob[ID_BYTES + NONCE_BYTES : -TAG_BYTES]
    counter = nonce + (2).to_bytes(4, "big")
    return Cipher(AES(_derive(secret, b"rest", 32)), CTR(counter)).decryptor().update(sealed)
