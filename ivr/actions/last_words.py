"""The sounds of last resort: written to disk at start-up, played when database, release and engine are all in doubt."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ivr.audio.wav import read_wav, wav_bytes
from ivr.engine.say import BROKEN
from ivr.errors import BadContent
from ivr.release.release import Release

ALL_LANGUAGES = "all"
"""Name of the last words in every language, one after the other."""


def write(release: Release, find: Callable[[str], Path | None], folder: Path) -> None:
    """One file a language, and one of all; BadContent when a sound is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    spoken = []
    for language in release.book.languages:
        path = find(release.sounds[language, BROKEN].hash)
        if path is None:
            raise BadContent(f"the sound of `{BROKEN}` in {language} is missing: run `ivr prepare`")
        data = path.read_bytes()
        spoken.append(read_wav(data)[0])
        _write(folder / f"{language}.wav", data)
    _write(folder / f"{ALL_LANGUAGES}.wav", wav_bytes(np.concatenate(spoken)))


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)
