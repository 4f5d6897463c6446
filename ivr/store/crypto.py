"""Keys, and what they are for: sealing data at rest, hashing numbers for look-up, sealing what travels in addresses."""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ivr.errors import BadSetting, Forged

LEAST_BYTES = 16  # of a secret
ID_BYTES = 4
NONCE_BYTES = 12


def _derive(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"hamrah/1/" + purpose).derive(secret)


class _Key:
    """One secret and its subkeys; the ciphers are made once, they are the slow part."""

    __slots__ = ("hash_key", "id", "rest", "token")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < LEAST_BYTES:
            raise BadSetting(f"An encryption key needs at least {LEAST_BYTES} bytes, this one has {len(secret)}.")
        self.id = _derive(secret, b"id", ID_BYTES)
        self.rest = AESGCM(_derive(secret, b"rest", 32))
        self.hash_key = _derive(secret, b"hash", 32)
        self.token = AESSIV(_derive(secret, b"token", 64))


WORD = b"word"
"""What the seal of a word is bound to."""


class Keyring:
    """The current key seals and hashes; old keys still open and find, until a rotation made them needless."""

    __slots__ = ("_by_id", "_current", "_keys", "_words")

    def __init__(self, current: bytes, old: Sequence[bytes] = ()) -> None:
        self._keys = tuple(_Key(secret) for secret in dict.fromkeys((current, *old)))
        self._current = self._keys[0]
        self._by_id = {key.id: key for key in self._keys}
        self._words: dict[str, str] = {}

    @property
    def current_id(self) -> bytes:
        """The first bytes of everything that the current key seals."""
        return self._current.id

    @property
    def ids(self) -> tuple[bytes, ...]:
        """Which keys these are, the current one first; nothing can be opened with them."""
        return tuple(key.id for key in self._keys)

    def seal(self, data: bytes, about: bytes) -> bytes:
        """Encrypt for the database (AES-256-GCM): key id, nonce, ciphertext; opens only with the same `about`."""
        nonce = os.urandom(NONCE_BYTES)
        return self._current.id + nonce + self._current.rest.encrypt(nonce, data, about)

    def open(self, blob: bytes, about: bytes) -> bytes:
        """What `seal` was given, under any key of the ring; `Forged` otherwise."""
        key = self._by_id.get(blob[:ID_BYTES])
        nonce = blob[ID_BYTES : ID_BYTES + NONCE_BYTES]
        if key is None or len(nonce) < NONCE_BYTES:
            raise Forged("no key of ours sealed this")
        try:
            return key.rest.decrypt(nonce, blob[ID_BYTES + NONCE_BYTES :], about)
        except InvalidTag:
            raise Forged("the seal does not fit") from None

    def hashes(self, number: str) -> tuple[str, ...]:
        """Look-up hashes of a number (HMAC-SHA256, hex), the current key's first."""
        data = number.encode()
        return tuple(hmac.digest(key.hash_key, data, "sha256").hex() for key in self._keys)

    def seal_token(self, data: bytes, about: bytes) -> str:
        """Encrypt for an address (AES-SIV, base64url): the same input gives the same string."""
        return urlsafe_b64encode(self._current.token.encrypt(data, [about])).rstrip(b"=").decode()

    def open_token(self, token: str, about: bytes) -> bytes:
        """What `seal_token` was given, under any key of the ring; `Forged` otherwise."""
        sealed = _unpack(token)
        for key in self._keys:
            try:
                return key.token.decrypt(sealed, [about])
            except InvalidTag:
                continue
        raise Forged("the seal does not fit")

    def seal_word(self, word: str) -> str:
        """Encrypt one of a few words (a node id) so that equal ones stay equal: rows can be counted, not read."""
        sealed = self._words.get(word)
        if sealed is None:
            sealed = self._words[word] = self.seal_token(word.encode(), WORD)
        return sealed

    def open_word(self, sealed: str) -> str:
        """What `seal_word` was given; `Forged` otherwise."""
        return self.open_token(sealed, WORD).decode()


def _unpack(token: str) -> bytes:
    try:
        packed = token.encode("ascii")
        sealed = urlsafe_b64decode(packed + b"=" * (-len(packed) % 4))
    except (UnicodeEncodeError, NotBase64):
        raise Forged("not a token of ours") from None
    # The decoder skips foreign letters and spare bits: only the one spelling that we write is ours.
    if urlsafe_b64encode(sealed).rstrip(b"=") != packed:
        raise Forged("not a token of ours")
    return sealed
