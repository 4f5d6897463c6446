"""Keys: what is sealed opens with the same key and subject only."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import BadSetting, Forged
from ivr.store.crypto import Keyring
from tests.databases import KEY, OLD_KEY

RING = Keyring(KEY)
BEFORE = Keyring(OLD_KEY)
AFTER = Keyring(KEY, [OLD_KEY])
TOKEN_LETTERS = string.ascii_letters + string.digits + "-_"


@given(st.binary(), st.binary())
def test_what_was_sealed_opens_with_the_same_subject(data: bytes, about: bytes) -> None:
    assert RING.open(RING.seal(data, about), about) == data
    assert RING.open_token(RING.seal_token(data, about), about) == data


@given(st.binary(), st.binary(), st.binary())
def test_another_subject_opens_nothing(data: bytes, about: bytes, other: bytes) -> None:
    if about == other:
        other += b"!"
    with pytest.raises(Forged):
        RING.open(RING.seal(data, about), other)
    with pytest.raises(Forged):
        RING.open_token(RING.seal_token(data, about), other)


@given(st.binary(), st.data())
def test_one_changed_bit_is_a_forgery(data: bytes, draw: st.DataObject) -> None:
    blob = bytearray(RING.seal(data, b"x"))
    blob[draw.draw(st.integers(0, len(blob) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(Forged):
        RING.open(bytes(blob), b"x")


@given(st.binary(), st.data())
def test_one_changed_letter_of_a_token_is_a_forgery(data: bytes, draw: st.DataObject) -> None:
    token = RING.seal_token(data, b"x")
    at = draw.draw(st.integers(0, len(token) - 1))
    letter = draw.draw(st.sampled_from(TOKEN_LETTERS).filter(lambda other: other != token[at]))
    with pytest.raises(Forged):
        RING.open_token(token[:at] + letter + token[at + 1 :], b"x")


@given(st.binary())
def test_foreign_bytes_are_a_forgery(blob: bytes) -> None:
    with pytest.raises(Forged):
        RING.open(blob, b"x")
    with pytest.raises(Forged):
        RING.open(RING.current_id + blob, b"x")


@given(st.text())
def test_foreign_text_is_a_forgery(token: str) -> None:
    with pytest.raises(Forged):
        RING.open_token(token, b"x")


@pytest.mark.parametrize("spelling", ["{}=", "{}==", " {}", "{}\n", "{}!", "é{}", "{}.{}"])
def test_a_token_has_one_spelling(spelling: str) -> None:
    token = RING.seal_token(b"state", b"x")
    with pytest.raises(Forged):
        RING.open_token(spelling.format(token, token), b"x")


@given(st.binary(), st.binary())
def test_a_token_of_the_same_state_is_the_same_string(data: bytes, about: bytes) -> None:
    token = RING.seal_token(data, about)
    assert token == Keyring(KEY).seal_token(data, about)
    assert set(token) <= set(TOKEN_LETTERS)


def test_two_seals_of_the_same_data_differ() -> None:
    assert RING.seal(b"same", b"x") != RING.seal(b"same", b"x")


@given(st.binary(), st.binary())
def test_an_old_key_still_opens_and_no_longer_seals(data: bytes, about: bytes) -> None:
    assert AFTER.open(BEFORE.seal(data, about), about) == data
    assert AFTER.open_token(BEFORE.seal_token(data, about), about) == data
    with pytest.raises(Forged):
        BEFORE.open(AFTER.seal(data, about), about)
    with pytest.raises(Forged):
        BEFORE.open_token(AFTER.seal_token(data, about), about)


@given(st.text())
def test_hashes_begin_with_the_current_keys(number: str) -> None:
    assert AFTER.hashes(number) == RING.hashes(number) + BEFORE.hashes(number)
    assert len(set(AFTER.hashes(number))) == 2


def test_a_key_named_twice_is_one_key() -> None:
    assert Keyring(KEY, [KEY, OLD_KEY, OLD_KEY]).hashes("x") == AFTER.hashes("x")


def test_a_short_key_is_refused_without_being_shown() -> None:
    with pytest.raises(BadSetting, match="at least 16 bytes") as refused:
        Keyring(b"hunter2")
    assert "hunter2" not in str(refused.value)
