"""Files encrypted under a passphrase, in the format of age (age-encryption.org/v1): its own tools open them too.

The header wraps a random file key with the passphrase (scrypt). The body is cut into chunks (ChaCha20-Poly1305); the
nonce of each holds its number and whether it is the last, so that none can be moved, left out or cut off unseen.
"""

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hmac
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ivr.errors import BadInput, Forged

FIRST_LINE = b"age-encryption.org/v1\n"
WORK = 17
"""Work factor of new files: scrypt takes 2**WORK KiB, and a third of a second where this was written."""
MOST_WORK = 20
"""What we read at most: a gigabyte."""

CHUNK, TAG, NONCE = 64 * 1024, 16, 16
FILE_KEY, SALT = 16, 16
LONGEST_HEADER = 256
WRAPPED_NONCE = bytes(12)
HEADER = re.compile(
    rb"(age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---)"
    rb" ([A-Za-z0-9+/]{43})\n"
)
NOT_OURS = "this is no file that was encrypted under a passphrase (age)"
CUT_OFF = "the file is damaged, or its end is missing"


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The key of one file, and where its body begins."""

    key: bytes
    at: int


class Writer:
    """Encrypts what is written to it; without `close` the file counts as cut off."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        key, salt, nonce = os.urandom(FILE_KEY), os.urandom(SALT), os.urandom(NONCE)
        wrapped = ChaCha20Poly1305(_wrap_key(passphrase, salt, WORK)).encrypt(WRAPPED_NONCE, key, None)
        head = FIRST_LINE + b"-> scrypt %b %d\n%b\n---" % (_text(salt), WORK, _text(wrapped))
        file.write(b"%b %b\n%b" % (head, _text(_mac(key, head)), nonce))
        self._file = file
        self._body = _Body(key, nonce)
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        """Takes any number of bytes."""
        self._waiting += data
        while len(self._waiting) > CHUNK:  # the last chunk may be full, but is known only at the end
            self._file.write(self._body.seal(bytes(self._waiting[:CHUNK]), last=False))
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Writes the last chunk; the file itself stays open."""
        self._file.write(self._body.seal(bytes(self._waiting), last=True))


class Reader:
    """What was written, chunk by chunk; BadInput where a chunk is not what it was or the last one is missing."""

    def __init__(self, file: BinaryIO, unlocked: Unlocked) -> None:
        file.seek(unlocked.at)
        self._file = file
        self._body = _Body(unlocked.key, file.read(NONCE))
        self._ahead = b""
        self._plain = b""
        self._ended = False

    def read(self, size: int) -> bytes:
        """At most `size` bytes; fewer only at the end."""
        while len(self._plain) < size and not self._ended:
            self._plain += self._chunk()
        data, self._plain = self._plain[:size], self._plain[size:]
        return data

    def _chunk(self) -> bytes:
        sealed = self._ahead + self._file.read(CHUNK + TAG + 1 - len(self._ahead))
        self._ended = len(sealed) <= CHUNK + TAG
        self._ahead = sealed[CHUNK + TAG :]
        return self._body.open(sealed[: CHUNK + TAG], last=self._ended)


class _Body:
    """The key of the chunks, and the number of the next one."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        self._cipher = ChaCha20Poly1305(HKDF(SHA256(), 32, nonce, b"payload").derive(key))
        self._number = 0

    def seal(self, plain: bytes, *, last: bool) -> bytes:
        """The next chunk."""
        return self._cipher.encrypt(self._nonce(last), plain, None)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        """The next chunk, which only the whole body may leave empty."""
        first = self._number == 0
        try:
            plain = self._cipher.decrypt(self._nonce(last), sealed, None)
        except InvalidTag:
            raise BadInput(CUT_OFF) from None
        if not plain and not first:
            raise BadInput(CUT_OFF)
        return plain

    def _nonce(self, last: bool) -> bytes:
        self._number += 1
        return (self._number - 1).to_bytes(11, "big") + bytes([last])


def unlock(file: BinaryIO, passphrases: Iterable[str]) -> Unlocked:
    """The key of the file, by the first passphrase that fits; Forged when none does, BadInput for no such file."""
    found = HEADER.match(file.read(LONGEST_HEADER))
    if found is None:
        raise BadInput(NOT_OURS)
    head, salt, work, wrapped, mac = found.groups()
    if int(work) > MOST_WORK:
        raise BadInput(f"the file asks for too much memory (work factor {int(work)})")
    for passphrase in passphrases:
        key = _unwrapped(_wrap_key(passphrase, _bytes(salt), int(work)), _bytes(wrapped))
        if key is None:
            continue
        if not constant_time.bytes_eq(_mac(key, head), _bytes(mac)):
            raise BadInput(CUT_OFF)
        return Unlocked(key, found.end())
    raise Forged("the passphrase is not the one that this file was encrypted under")


def _unwrapped(wrap_key: bytes, wrapped: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(wrap_key).decrypt(WRAPPED_NONCE, wrapped, None)
    except InvalidTag:
        return None


def _wrap_key(passphrase: str, salt: bytes, work: int) -> bytes:
    whole = FIRST_LINE.strip() + b"/scrypt" + salt
    return Scrypt(salt=whole, length=32, n=2**work, r=8, p=1).derive(passphrase.encode())


def _mac(key: bytes, head: bytes) -> bytes:
    made = hmac.HMAC(HKDF(SHA256(), 32, None, b"header").derive(key), SHA256())
    made.update(head)
    return made.finalize()


def _text(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    data = b64decode(text + b"=" * (-len(text) % 4))
    if _text(data) != text:
        raise BadInput(NOT_OURS)
    return data
