"""Files under a passphrase: what was written comes back, and nothing else ever does.

Quoted lines are from the format's specification (C2SP, age-encryption.org/v1).
"""

import io
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import BadInput, Forged
from ivr.store import age

PASSPHRASE = "four plain words here"
BY_ANOTHER_PROGRAM = b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCB3SzRvUnVXRmprRW1pZWJqR1hqL2dnIDE4CjlEMVFNR2dlcWRHeWMyZjc0SVBIYnpFeVR6"
    "VzJqdkZaMG0ydXFDOTJVU2cKLS0tIHlPSWw1L3hvcGZZNDRKeWdLZUExRkxPNGwzVTVHRi82WGFZejEvN2ZRSFEKIVMJ/meBk6f0V4BNuf1MMCCb"
    "qFFfTFbwX1+RlfoDxipntFkjIX8EQYstFg4P5YWcVQA4dIIElpYpZZXenJjLzdKxa1OKVfAPE6M="
)
"""Written by age 1.1.1, as Debian has it."""


@pytest.fixture(autouse=True)
def light_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(age, "WORK", 2)


def sealed(data: bytes, passphrase: str = PASSPHRASE, piece: int = 10_000) -> bytes:
    file = io.BytesIO()
    writer = age.Writer(file, passphrase)
    for at in range(0, len(data), piece):
        writer.write(data[at : at + piece])
    writer.close()
    return file.getvalue()


def opened(file: bytes, *passphrases: str, piece: int = 10_000) -> bytes:
    stream = io.BytesIO(file)
    reader = age.Reader(stream, age.unlock(stream, passphrases or (PASSPHRASE,)))
    found = b""
    while data := reader.read(piece):
        found += data
    return found


def test_a_file_of_another_program_is_read() -> None:
    assert opened(BY_ANOTHER_PROGRAM).decode() == "سلام, age\n" * 3


SIZES = (0, 1, age.CHUNK - 1, age.CHUNK, age.CHUNK + 1, 2 * age.CHUNK, 200_000)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [777, age.CHUNK, 1_000_000])
def test_any_length_comes_back(size: int, piece: int) -> None:
    data = bytes(n * n % 251 for n in range(size))
    assert opened(sealed(data, piece=piece), piece=piece) == data


@pytest.mark.parametrize("size", SIZES)
def test_each_chunk_is_64_kib_and_only_the_last_is_shorter(size: int) -> None:
    """The final chunk MAY be shorter than 64 KiB but MUST NOT be empty unless the whole payload is empty."""
    header = len(sealed(b"")) - age.TAG
    chunks = max(1, -(-size // age.CHUNK))
    assert len(sealed(bytes(size))) == header + size + chunks * age.TAG


def test_two_files_of_one_content_have_nothing_in_common() -> None:
    """The file key MUST NOT be reused across multiple files. A new salt MUST be generated for each stanza and file."""
    one, other = sealed(b"the same"), sealed(b"the same")
    assert one.splitlines()[0] == other.splitlines()[0]
    assert one.splitlines()[1] != other.splitlines()[1]
    assert one.splitlines()[2:] != other.splitlines()[2:]


@pytest.mark.parametrize("wrong", ["", "four plain words her", "four plain words here ", "Four plain words here"])
def test_another_passphrase_opens_nothing(wrong: str) -> None:
    with pytest.raises(Forged, match="passphrase"):
        opened(sealed(b"secret"), wrong)


def test_of_several_passphrases_the_one_that_fits_opens_and_the_rest_is_not_asked_for() -> None:
    def passphrases():  # type: ignore[no-untyped-def]
        yield "not this one"
        yield PASSPHRASE
        raise AssertionError

    stream = io.BytesIO(sealed(b"secret"))
    assert age.Reader(stream, age.unlock(stream, passphrases())).read(10) == b"secret"


@given(st.data())
def test_no_changed_bit_goes_unseen(data: st.DataObject) -> None:
    whole = WHOLE
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BadInput):
        opened(bytes(changed))


@given(st.data())
def test_no_file_that_was_cut_off_is_read_as_whole(data: st.DataObject) -> None:
    """Streaming decryption MUST signal an error if the end of file is reached without … a final chunk."""
    with pytest.raises(BadInput):
        opened(WHOLE[: data.draw(st.integers(0, len(WHOLE) - 1))])


def with_light_work() -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(age, "WORK", 2)
        return sealed(bytes(2 * age.CHUNK + 100))


WHOLE = with_light_work()
HEAD = len(WHOLE) - 2 * age.CHUNK - 100 - 3 * age.TAG
STEP = age.CHUNK + age.TAG


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            WHOLE[HEAD + STEP : HEAD + 2 * STEP] + WHOLE[HEAD : HEAD + STEP] + WHOLE[HEAD + 2 * STEP :], id="moved"
        ),
        pytest.param(WHOLE[HEAD + STEP :], id="first chunk missing"),
        pytest.param(WHOLE[HEAD : HEAD + 2 * STEP], id="cut at the border of two chunks"),
        pytest.param(WHOLE[HEAD:] + bytes(20), id="something behind the end"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_chunks_are_where_they_were(body: bytes) -> None:
    with pytest.raises(BadInput):
        opened(WHOLE[:HEAD] + body)


def test_an_empty_last_chunk_behind_others_is_refused() -> None:
    """The final chunk … MUST NOT be empty unless the whole payload is empty."""
    file = io.BytesIO()
    writer = age.Writer(file, PASSPHRASE)
    file.write(writer._body.seal(bytes(age.CHUNK), last=False))
    writer.close()
    with pytest.raises(BadInput):
        opened(file.getvalue())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"org/v1\n", b"org/v2\n"),
        (b"-> scrypt", b"-> X25519"),
        (b" 2\n", b" 02\n"),
        (b" 2\n", b" 2 2\n"),
        (b"--- ", b"-> grease\n\n--- "),
    ],
)
def test_another_form_is_not_guessed_at(old: bytes, new: bytes) -> None:
    with pytest.raises(BadInput):
        opened(WHOLE.replace(old, new, 1))


def test_a_file_cannot_make_us_take_all_memory() -> None:
    with pytest.raises(BadInput, match="memory"):
        opened(WHOLE.replace(b" 2\n", b" 30\n", 1))
