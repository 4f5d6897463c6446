"""From the pieces of a turn to the sounds that are played, each with its address."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ivr.engine.turn import Piece, Prompt, Speech
from ivr.errors import VoiceFailed
from ivr.release.release import Release, SoundRef
from ivr.voice.pieces import PAUSE, Reading, names

NO_LANGUAGE = "-"
"""Stands in an address where a sound belongs to no language: a pause, free speech."""


@dataclass(frozen=True, slots=True)
class Played:
    """One sound of a turn."""

    language: str
    name: str
    sound: SoundRef

    @property
    def path(self) -> str:
        """Where the sound is served."""
        return f"/audio/{self.language}/{self.name}/{self.sound.hash}.wav"


Speaker = Callable[[Speech], SoundRef]
"""Renders free speech in time, or raises VoiceFailed."""


def nobody_speaks(speech: Speech) -> SoundRef:
    """Where no free speech is configured."""
    raise VoiceFailed(f"no voice for free speech in {speech.language}")


def played(release: Release, pieces: Iterable[Piece], speaker: Speaker = nobody_speaks) -> list[Played]:
    """The sounds of these pieces, in order; KeyError when the release lacks one, which its check refuses."""
    return [sound for piece in pieces for sound in _played(release, piece, speaker)]


def _played(release: Release, piece: Piece, speaker: Speaker) -> Iterator[Played]:
    if isinstance(piece, Speech):
        yield Played(NO_LANGUAGE, "speech", speaker(piece))
        return
    if isinstance(piece, Prompt):
        yield _one(release, piece.language, names(piece, Reading())[0])
        return
    for name in names(piece, reading(release, piece.language)):
        yield _one(release, NO_LANGUAGE if name.startswith(PAUSE) else piece.language, name)


def reading(release: Release, language: str) -> Reading:
    """How a language reads digits."""
    return Reading(group=release.content.tongue(language).group)


def _one(release: Release, language: str, name: str) -> Played:
    return Played(language, name, release.sounds[language, name])


def caption(release: Release, sound: Played) -> str:
    """What a sound says, in words; nothing for a pause."""
    return release.captions.get((sound.language, sound.name), "")
