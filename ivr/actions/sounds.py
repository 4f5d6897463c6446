"""From the pieces of a turn to the sounds that are played, each with its address."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ivr.engine.turn import Piece, Prompt, Speech
from ivr.release.release import Release, SoundRef
from ivr.voice.pieces import PAUSE, Reading, names
from ivr.voice.sounds import PLACEHOLDER

NO_LANGUAGE = "-"
"""Stands in an address where a sound belongs to no language: a pause."""
SPOKEN = "speech"
"""Stands in an address where free text is spoken: behind it, in place of a hash, stands its name."""
NOTHING = SoundRef("0" * 32, 0.0, PLACEHOLDER)
"""Free text that nobody can speak: at its address it is said so."""


@dataclass(frozen=True, slots=True)
class Played:
    """One sound of a turn; of free text its words too, and the language that they are in."""

    language: str
    name: str
    sound: SoundRef
    speech: Speech | None = None

    @property
    def path(self) -> str:
        """Where the sound is served."""
        return f"/audio/{self.language}/{self.name}/{self.sound.hash}.wav"

    @property
    def tongue(self) -> str:
        """The language that is heard."""
        return self.language if self.speech is None else self.speech.language


Speaker = Callable[[Release, Speech], SoundRef]
"""Gives the sound that free text will be; it is being made. Never waits, never fails."""


def nobody_speaks(_release: Release, _speech: Speech) -> SoundRef:
    """Where no voice for free text is there."""
    return NOTHING


def played(release: Release, pieces: Iterable[Piece], speaker: Speaker = nobody_speaks) -> list[Played]:
    """The sounds of these pieces, in order; KeyError when the release lacks one, which its check refuses."""
    return [sound for piece in pieces for sound in _played(release, piece, speaker)]


def _played(release: Release, piece: Piece, speaker: Speaker) -> Iterator[Played]:
    if isinstance(piece, Speech):
        yield Played(piece.around, SPOKEN, speaker(release, piece), piece)
        return
    if isinstance(piece, Prompt):
        yield _one(release, piece.language, names(piece, Reading())[0])
        return
    for name in names(piece, reading(release, piece.language)):
        yield _one(release, NO_LANGUAGE if name.startswith(PAUSE) else piece.language, name)


def reading(release: Release, language: str) -> Reading:
    """How a language reads digits and tells the time."""
    tongue = release.content.tongue(language)
    return Reading(group=tongue.group, clock=tongue.clock)


def _one(release: Release, language: str, name: str) -> Played:
    return Played(language, name, release.sounds[language, name])


def caption(release: Release, sound: Played) -> str:
    """What a sound says, in words; nothing for a pause."""
    return release.captions.get((sound.language, sound.name), "") if sound.speech is None else sound.speech.text
