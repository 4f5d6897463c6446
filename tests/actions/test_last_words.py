"""The sounds of last resort are whole files on disk, one a language and one of all."""

from pathlib import Path

import numpy as np
import pytest

from ivr.actions.last_words import write
from ivr.audio.wav import read_wav
from ivr.errors import BadContent
from tests.actions.tiny import TONE, release, tone


def test_each_language_has_its_last_words_and_one_file_has_all(tmp_path: Path) -> None:
    sound = tmp_path / "tone.wav"
    sound.write_bytes(tone())
    asked: list[str] = []

    def find(hash: str) -> Path:
        asked.append(hash)
        return sound

    folder = tmp_path / "made" / "last-words"
    for _ in range(2):  # a second start overwrites
        write(release(), find, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["aa.wav", "all.wav", "bb.wav"]
    assert set(asked) == {TONE}
    assert (folder / "aa.wav").read_bytes() == tone()
    once, twice = read_wav(tone())[0], read_wav((folder / "all.wav").read_bytes())[0]
    assert np.array_equal(twice, np.concatenate([once, once]))


def test_a_missing_sound_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadContent, match=r"system\.broken` in aa is missing: run `ivr prepare`"):
        write(release(), lambda _: None, tmp_path)
    assert list(tmp_path.iterdir()) == []
