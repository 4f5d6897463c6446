"""What decoding leaves behind when its process is killed."""

import os
import time
from pathlib import Path

import pytest

from ivr.voice import decoding


def test_plain_sound_of_a_process_that_was_killed_is_swept_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "gettempdir", lambda: str(tmp_path))
    folders = {name: tmp_path / name for name in ("hamrah-sound-old", "hamrah-sound-new", "of-others")}
    for folder in folders.values():
        folder.mkdir()
        (folder / "plain.au").write_bytes(b"a voice")
    for name in ("hamrah-sound-old", "of-others"):
        os.utime(folders[name], (time.time() - 7200,) * 2)
    decoding.sweep(3600)
    assert {folder.name for folder in tmp_path.iterdir()} == {"hamrah-sound-new", "of-others"}
