"""Sounds over HTTP: whole, in ranges, for ever; and nothing that is not a sound."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from ivr.actions.aloud import Aloud
from ivr.actions.sounds import NOTHING
from ivr.engine.turn import Speech
from ivr.voice.free_speech import FreeSpeech
from ivr.voice.sounds import Sounds
from ivr.web import audio
from tests.actions.tiny import TONE, content, release, running, tone
from tests.doubles.serving import in_process

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


PICO = {"engine": "pico", "voice": "fr-FR"}


def speaking(folder: Path) -> tuple[Aloud, str, bytes]:
    """Who speaks, the name of a street, and its sound once it is there."""
    data = content()
    data["languages"]["bb"]["language"]["voices"] = [PICO]
    current = release(data)
    (folder / f"{TONE}.wav").write_bytes(tone())
    speech = FreeSpeech(Sounds(folder / "spoken"))
    aloud = Aloud(speech, lambda: current, lambda hash: folder / f"{hash}.wav", folder)
    key = aloud.begin(current, Speech("12 rue des Lilas", "bb", "aa")).hash
    path = aloud.wait(key)
    assert path is not None
    return aloud, key, path.read_bytes()


class Late:
    """Finds a sound only when it is asked for the second time, as while another process is making it."""

    def __init__(self, aloud: Aloud) -> None:
        self.aloud, self.asked, self.is_hopeless, self.instead = aloud, 0, aloud.is_hopeless, aloud.instead

    def find(self, key: str) -> Path | None:
        self.asked += 1
        return self.aloud.find(key) if self.asked > 1 else None


def get(aloud: object, path: str, looks: int = 2) -> httpx.Response:
    app = Starlette(routes=[audio.route(lambda _: None, aloud, looks)])  # type: ignore[arg-type]
    with in_process(app) as client:
        answer: httpx.Response = client.get(path)
    return answer


def test_free_text_is_waited_for_and_may_be_kept_for_ever(tmp_path: Path) -> None:
    aloud, key, spoken = speaking(tmp_path)
    late = Late(aloud)
    answer = get(late, f"/audio/aa/speech/{key}.wav")
    assert (answer.status_code, answer.content, late.asked) == (200, spoken, 2)
    assert answer.headers["cache-control"] == audio.FOR_EVER


@pytest.mark.parametrize("key", [NOTHING.hash, "a" * 32, "no-name"])
def test_where_free_text_does_not_come_it_is_said_so_and_nobody_keeps_that(key: str, tmp_path: Path) -> None:
    aloud, _, _ = speaking(tmp_path)
    answer = get(aloud, f"/audio/aa/speech/{key}.wav")
    assert (answer.status_code, answer.content) == (200, tone())
    assert answer.headers["cache-control"] == "no-store"


def test_in_a_language_that_nobody_speaks_nothing_is_said_in_its_place(tmp_path: Path) -> None:
    aloud, _, _ = speaking(tmp_path)
    assert get(aloud, f"/audio/zz/speech/{'a' * 32}.wav").status_code == 404


def test_other_sounds_are_not_waited_for(tmp_path: Path) -> None:
    aloud, key, _ = speaking(tmp_path)
    assert get(aloud, f"/audio/aa/main/{key}.wav").status_code == 404
    assert get(None, f"/audio/aa/speech/{key}.wav").status_code == 404


def test_too_many_who_ask_for_what_will_not_come_are_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aloud, key, spoken = speaking(tmp_path)
    monkeypatch.setattr(audio, "MOST_WAITING", 0)
    late = Late(aloud)
    answer = get(late, f"/audio/aa/speech/{'a' * 32}.wav", looks=10_000)
    assert (answer.content, late.asked) == (tone(), 1)
    assert get(aloud, f"/audio/aa/speech/{key}.wav").content == spoken
