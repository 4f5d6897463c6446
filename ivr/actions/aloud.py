"""Names, streets and other free text, spoken to callers slowly by the voice of their language."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from ivr.actions.sounds import NOTHING
from ivr.engine.content import Tongue, pronounced
from ivr.engine.say import NOT_SPOKEN
from ivr.engine.turn import Speech
from ivr.errors import VoiceFailed
from ivr.release.release import Release, SoundRef
from ivr.voice.engines import Voice, VoiceChoice, best_voice, slowly
from ivr.voice.free_speech import FreeSpeech
from ivr.voice.sounds import PLACEHOLDER

log = logging.getLogger("ivr.voice")

PATIENCE = 3.0
"""Seconds that a caller waits for a sound: what is said before it lasts longer than most renders."""
SIGNS_A_SECOND = 13


class Aloud:
    """The free text of all calls of this process; `find` gives the file of a release's sound."""

    def __init__(
        self, speech: FreeSpeech, release: Callable[[], Release], find: Callable[[str], Path | None], models: Path
    ) -> None:
        self._speech, self._release, self._find, self._models = speech, release, find, models
        self._voices: dict[str, Voice | None] = {}
        self._lock = Lock()

    def begin(self, release: Release, speech: Speech) -> SoundRef:
        """The sound that it will be: it is being made."""
        tongue = next((tongue for tongue in release.content.tongues if tongue.code == speech.language), None)
        voice = None if tongue is None else self._voice(tongue)
        if tongue is None or voice is None:
            return NOTHING
        key = self._speech.begin(pronounced(speech.text, tongue.pronounce), voice)
        return SoundRef(key, len(speech.text) / SIGNS_A_SECOND, PLACEHOLDER)

    def find(self, key: str) -> Path | None:
        """The sound of this name, if it is there."""
        return self._speech.find(key)

    def is_hopeless(self, key: str) -> bool:
        """Whether it is known that it will not come."""
        return key == NOTHING.hash or self._speech.is_hopeless(key)

    def wait(self, key: str) -> Path | None:
        """The sound of this name; None when it does not come in time."""
        return self._speech.wait(key, PATIENCE)

    def instead(self, language: str) -> Path | None:
        """The sound that says in this language that something cannot be said; None where nobody speaks it."""
        sound = self._release().sounds.get((language, NOT_SPOKEN))
        return None if sound is None else self._find(sound.hash)

    def _voice(self, tongue: Tongue) -> Voice | None:
        """Built once: some load a model."""
        with self._lock:
            named = repr(tongue.voices)
            if named not in self._voices:
                self._voices[named] = self._built(tongue)
            return self._voices[named]

    def _built(self, tongue: Tongue) -> Voice | None:
        try:
            return best_voice([slowly(VoiceChoice(**choice)) for choice in tongue.voices], self._models)  # type: ignore[arg-type]
        except VoiceFailed as error:
            log.error("nobody speaks the names of places", extra={"language": tongue.code, "why": str(error)})
            return None
