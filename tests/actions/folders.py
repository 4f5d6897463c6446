"""The authors' folders of a small helpline on disk, and a voice that hums."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from ivr.actions import releases
from ivr.actions.releases import Folders
from ivr.audio.samples import RATE, Samples, to_samples
from tests.engine import books

TODAY = "2026-11-25"
OUTCOMES = {
    "helped": {"then": "done"},
    "referred": {"then": "done"},
    "appointment": {"then": "window"},
    "no_answer": {"then": "retry", "after": 60, "times": 2},
    "busy": {"then": "retry", "after": 10, "times": 3},
    "wrong_number": {"then": "close"},
    "out_of_service": {"then": "close"},
    "declined": {"then": "close"},
    "other_language": {"then": "language"},
}


class Hummer:
    """A voice that hums and counts what it said."""

    name = "hummer"

    def __init__(self) -> None:
        self.said: list[str] = []

    def speak(self, text: str) -> Samples:
        self.said.append(text)
        return hum(0.3)


def hum(seconds: float) -> Samples:
    return to_samples(0.1 * np.sin(2 * np.pi * 440 * np.arange(int(RATE * seconds)) / RATE))


def write(root: Path, data: dict[str, Any]) -> Folders:
    """Puts what `books.raw` made into files as an author would."""
    menus, prompts = root / "menus", root / "prompts"
    menus.mkdir(parents=True, exist_ok=True)
    _dump(menus / "helpline.yaml", data["helpline"])
    _dump(menus / "facts.yaml", data["facts"])
    _dump(menus / "hours.yaml", data["hours"])
    _dump(menus / "outcomes.yaml", OUTCOMES)
    for tree in data["trees"]:
        _dump(menus / f"{tree['tree']}.yaml", {k: v for k, v in tree.items() if k not in ("file", "lines")})
    for code, language in data["languages"].items():
        folder = prompts / code
        folder.mkdir(parents=True, exist_ok=True)
        _dump(folder / "language.yaml", language["language"])
        _dump(folder / "texts.yaml", language["texts"])
        _dump(folder / "words.yaml", language["words"])
    return Folders(menus, prompts, root / "models")


def _dump(path: Path, data: Any) -> None:
    path.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False), encoding="utf-8")


def small(**more: Any) -> dict[str, Any]:
    """One language, one tree, open on Wednesdays."""
    data = books.raw(**more)
    data["hours"] = {"week": {"wed": [["09:00", "12:30"]]}, "holidays": "FR", "closed": []}
    return data


def humming(monkeypatch: pytest.MonkeyPatch) -> Hummer:
    """From now on every language's voice hums."""
    voice = Hummer()
    monkeypatch.setattr(releases, "best_voice", lambda *_: voice)
    return voice
