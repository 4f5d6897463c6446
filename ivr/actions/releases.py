"""Making a release: read the authors' files, refuse every mistake, give each text its sound, keep it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.actions import guides, hours, outcomes
from ivr.actions.sounds import NO_LANGUAGE
from ivr.engine.check import check
from ivr.engine.content import Content, Tongue, spoken_prompts
from ivr.engine.reading import Mistake
from ivr.engine.turn import Variant
from ivr.errors import BadContent
from ivr.release.files import read_folders
from ivr.release.parse import parse
from ivr.release.release import Release, SoundRef, SoundTable, make, script, sound_name
from ivr.release.shelf import Shelf
from ivr.voice.engines import Voice, VoiceChoice, best_voice
from ivr.voice.pieces import Reading
from ivr.voice.sounds import Job, Progress, Sound, Sounds

RECORDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".webm")
"""Endings of a recording that lies beside its text."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the content lies and where what is made of it is kept."""

    menus: Path
    prompts: Path
    models: Path  # voices and speech models that an operator installed


@dataclass(frozen=True, slots=True)
class Made:
    """A release and what is not perfect in it."""

    release: Release
    warnings: tuple[Mistake, ...]


def prepare(folders: Folders, sounds: Sounds, today: str, progress: Progress | None = None) -> Made:
    """A checked release with every sound; BadContent lists all mistakes, a line each."""
    raw, mistakes = read_folders(folders.menus, folders.prompts)
    content = parse(raw)
    about_guides = list(guides.check(raw["guides"], content))
    mistakes += [*hours.check(raw["hours"]), *outcomes.check(raw["outcomes"]), *about_guides, *check(content, today)]
    _refuse(mistakes)
    table = _sound_table(folders, content, sounds, progress)
    lengths = lengths_of(content, table)
    warnings = check(content, today, lengths)
    _refuse(warnings)
    return Made(make(raw, table), (*warnings, *(mistake for mistake in about_guides if mistake.warning)))


def publish(made: Made, shelf: Shelf) -> bool:
    """Makes the release the one that new calls get; whether it is a new one."""
    new = made.release.id not in shelf.ids()
    shelf.put(made.release)
    return new


def lengths_of(content: Content, table: SoundTable) -> Mapping[tuple[str, str, Variant], float]:
    """Seconds of every wording that has a sound."""
    return {
        (tongue.code, text.id, variant): table[tongue.code, sound_name(text.id, variant)].seconds
        for tongue in content.tongues
        for text in tongue.texts.values()
        for variant in text.wordings
        if (tongue.code, sound_name(text.id, variant)) in table
    }


def _refuse(mistakes: Sequence[Mistake]) -> None:
    wrong = [str(mistake) for mistake in sorted(mistakes) if not mistake.warning]
    if wrong:
        raise BadContent("\n".join(wrong))


def _sound_table(folders: Folders, content: Content, sounds: Sounds, progress: Progress | None) -> SoundTable:
    heard = _heard(content)
    texts = {place: words for place, words in script(content, spelled=True).items() if heard(place[1])}
    voices = {tongue.code: voice_of(tongue, folders.models) for tongue in content.tongues}
    jobs: dict[tuple[str, str], Job] = {
        (language, name): _recording(folders.prompts / language, name) or (words, voices[language])
        for (language, name), words in texts.items()
    }
    made = sounds.prepare(list(jobs.values()), progress)
    table = {place: _ref(made[job]) for place, job in jobs.items()}
    for tongue in content.tongues:
        silence = Reading(group=tongue.group)
        table[NO_LANGUAGE, silence.silence] = _ref(sounds.pause(int(silence.silence.rsplit(".", 1)[1])))
    return table


def _heard(content: Content) -> Callable[[str], bool]:
    """Whether a caller can hear a sound of this name: texts that no menu says need none."""
    prompts = spoken_prompts(content)
    written = {
        sound_name(text.id, variant): text.id
        for tongue in content.tongues
        for text in tongue.texts.values()
        for variant in text.wordings
    }
    return lambda name: written.get(name, name) in prompts or name not in written


def voice_of(tongue: Tongue, models: Path) -> Voice:
    """The best placeholder voice that works here for a language; VoiceFailed when none does."""
    choices = [VoiceChoice(**choice) for choice in tongue.voices]  # type: ignore[arg-type]
    return best_voice(choices, models)


def _recording(folder: Path, name: str) -> Path | None:
    return next((path for ending in RECORDINGS if (path := folder / f"{name}{ending}").is_file()), None)


def _ref(sound: Sound) -> SoundRef:
    return SoundRef(sound.hash, round(sound.seconds, 3), sound.kind)
