"""What the studio published, laid over the authors' files: texts in place of theirs, takes before any other sound."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ivr.engine.reading import Mistake
from ivr.release.files import Raw
from ivr.voice.sounds import Sound

STUDIO = "studio"
"""The file, so to speak, of what is laid over files."""


@dataclass(frozen=True, slots=True)
class Original:
    """A published take: its treated sound, and its recording for when the sound is not here (after a restore)."""

    take_id: int
    sound: Sound
    read: Callable[[], bytes] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Overlay:
    """Entries of texts.yaml by (language, prompt) and takes by (language, name of the sound)."""

    texts: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    sounds: Mapping[tuple[str, str], Original] = field(default_factory=dict)


NOTHING = Overlay()


def laid_over(raw: Raw, texts: Mapping[tuple[str, str], Mapping[str, Any]]) -> Raw:
    """The files' data with these entries; those of languages and prompts that the files do not know are left out."""
    languages = dict(raw["languages"])
    for (language, prompt), entry in texts.items():
        if prompt in languages.get(language, {}).get("texts", {}):
            about = languages[language]
            languages[language] = {**about, "texts": {**about["texts"], prompt: entry}}
    return {**raw, "languages": languages}


def said_of(mistakes: Iterable[Mistake], texts: Mapping[tuple[str, str], object]) -> list[Mistake]:
    """The same mistakes; those in a text that was laid over a file are not said of that file."""
    return [
        replace(each, file=f"{STUDIO}/{each.language}", line=1)
        if (each.language, each.where) in texts and each.file.endswith("/texts.yaml")
        else each
        for each in mistakes
    ]
