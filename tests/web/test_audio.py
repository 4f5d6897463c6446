"""Sounds over HTTP: whole, in ranges, for ever; and nothing that is not a sound."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.actions.tiny import TONE, running, tone

SOUND = f"/audio/aa/main/{TONE}.wav"


@pytest.fixture
def client(tmp_path: Path, sqlite_url: str) -> Iterator[httpx.Client]:
    with running(tmp_path, sqlite_url) as tiny:
        (tmp_path / "data" / "secret.wav").write_bytes(b"secret")
        (tmp_path / "data" / "sounds" / "short.wav").write_bytes(b"secret")
        yield tiny.client


def test_a_sound_comes_whole_with_its_length_and_may_be_kept_for_ever(client: httpx.Client) -> None:
    # B1: "caches GET media by ETag/Last-Modified"
    answer = client.get(SOUND)
    assert (answer.status_code, answer.content) == (200, tone())
    headers = answer.headers
    assert headers["content-type"] == "audio/wav"
    assert headers["content-length"] == str(len(tone()))
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["accept-ranges"] == "bytes"
    assert headers["etag"]
    assert headers["last-modified"]


def test_the_head_of_a_sound_comes_without_it(client: httpx.Client) -> None:
    answer = client.head(SOUND)
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", str(len(tone())))


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=100-", 100, None), ("bytes=-44", -44, None), ("bytes=10-99999999", 10, None)],
)
def test_a_part_of_a_sound_can_be_fetched(client: httpx.Client, wanted: str, first: int, last: int | None) -> None:
    answer = client.get(SOUND, headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.content == tone()[first : None if last is None else last + 1]
    assert answer.headers["content-range"].endswith(f"/{len(tone())}")


def test_a_part_behind_the_end_is_refused(client: httpx.Client) -> None:
    assert client.get(SOUND, headers={"Range": "bytes=9999999-"}).status_code == 416


@pytest.mark.parametrize(
    "path",
    [
        f"/audio/aa/main/{'0' * 32}.wav",
        "/audio/aa/main/short.wav",
        f"/audio/aa/main/{TONE.upper()}.wav",
        f"/audio/aa/main/{TONE}0.wav",
        "/audio/aa/main/..%2fsecret.wav",
        "/audio/aa/main/%2e%2e%2fsecret.wav",
        "/audio/aa/main/..%5csecret.wav",
        f"/audio/aa/main/{TONE}%00.wav",
        f"/audio/aa/main/{TONE}%0a.wav",
        "/audio/aa/main/.wav",
        f"/audio/aa/main/{'a' * 9000}.wav",
        f"/audio/aa/{TONE}.wav",
        "/audio/../secret.wav",
    ],
)
def test_what_is_no_sound_is_not_there(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, b"secret" in answer.content) == (404, False)


def test_nothing_is_written_to_this_address(client: httpx.Client) -> None:
    assert client.post(SOUND).status_code == 405
    assert client.put(SOUND, content=b"x").status_code == 405


def test_a_sound_is_never_redirected(client: httpx.Client) -> None:
    # the telephone company's Play follows redirects, its cache does not
    assert client.get(f"{SOUND}/").status_code == 404
