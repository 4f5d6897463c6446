"""Speech models on this machine: which are here, what they were made of, and what they have to hear.

Which model a language has is data (its language.yaml). Beside an installed model NAME.json pins the archive that it
was made of (ivr/speech/installing.py).
"""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ivr.engine.content import Tongue
from ivr.errors import BadInput
from ivr.speech.recognizer import ENGINES

INCOMING = ".incoming"
"""Where archives wait until a model is whole; nobody looks for a model there."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Pin:
    """The archive of an installed model; `verified` by what, None: nobody had published a checksum for it."""

    sha256: str
    size: int
    source: str
    date: str
    verified: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A model that is installed; its size in bytes on the disk."""

    name: str
    size: int
    pin: Pin | None


def engine(name: str) -> str:
    """The engine of a model; BadInput for what can be no model's name."""
    if not _NAME.fullmatch(name) or name.partition("-")[0] not in ENGINES:
        engines = ", ".join(f"{each}-…" for each in ENGINES)
        raise BadInput(f"{name!r} is no name of a speech model: they are called {engines}")
    return name.partition("-")[0]


def installed(models: Path) -> tuple[Found, ...]:
    """Every model that is here, by name."""
    if not models.is_dir():
        return ()
    names = sorted(path.name for path in models.iterdir() if path.is_dir() and path.name.partition("-")[0] in ENGINES)
    return tuple(Found(name, _size(models / name), pin(models, name)) for name in names)


def pin(models: Path, name: str) -> Pin | None:
    """What is known of an installed model's archive; None for one that somebody put there by hand."""
    with suppress(OSError, ValueError, TypeError):
        return Pin(**json.loads(pin_file(models, name).read_text(encoding="utf-8")))
    return None


def pin_file(models: Path, name: str) -> Path:
    """Where a model's pin is."""
    return models / f"{name}.json"


def phrases_of(tongue: Tongue) -> tuple[str, ...]:
    """All that can be said in a language, wherever it means something."""
    ways = (*tongue.words.values(), *tongue.numbers.values())
    return tuple(dict.fromkeys(phrase for phrases in ways for phrase in phrases))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
