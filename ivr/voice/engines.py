"""Placeholder voices: which there are, and the first one that works here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ivr.audio.samples import Samples
from ivr.errors import VoiceFailed
from ivr.voice.espeak import Espeak
from ivr.voice.pico import Pico
from ivr.voice.piper import Piper


class Voice(Protocol):
    """Something that reads a text aloud."""

    name: str
    """Engine, version, voice and settings: what changes the sound changes the name, which is part of the cache key."""

    def speak(self, text: str) -> Samples:
        """The text at the engine's own loudness; VoiceFailed when it cannot."""


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """One of a language's voices. `rate`: words a minute for espeak, a percentage for the others; None: as usual."""

    engine: str
    voice: str
    rate: int | None = None
    amplitude: int | None = None


USUAL = {"espeak": 130}
"""The rate of an engine whose rate is no percentage."""
SLOWLY = 0.8
"""Of the usual rate, for names and streets that people write down."""


def slowly(choice: VoiceChoice) -> VoiceChoice:
    """The same voice, easier to follow."""
    return replace(choice, rate=round((choice.rate or USUAL.get(choice.engine, 100)) * SLOWLY))


Engine = Callable[[VoiceChoice, Path | None], Voice]
"""Builds a voice, given the models folder; VoiceFailed with the reason when this voice is not available here."""

ENGINES: dict[str, Engine] = {
    "pico": lambda choice, _: Pico(choice.voice, choice.rate),
    "espeak": lambda choice, _: Espeak(choice.voice, choice.rate, choice.amplitude),
    "piper": lambda choice, models_dir: Piper(choice.voice, models_dir, choice.rate),
}


def best_voice(choices: Sequence[VoiceChoice], models_dir: Path | None = None) -> Voice:
    """The first available one; VoiceFailed with every reason when there is none."""
    reasons = []
    for choice in choices:
        if choice.engine not in ENGINES:
            reasons.append(f"there is no engine {choice.engine!r} (there are: {', '.join(sorted(ENGINES))})")
            continue
        try:
            return ENGINES[choice.engine](choice, models_dir)
        except VoiceFailed as error:
            reasons.append(str(error))
    raise VoiceFailed("no voice: " + "; ".join(reasons or ["none is named"]))
