"""Making a release: read the authors' files, refuse every mistake, give each text its sound, keep it."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ivr.actions import guides, hours, outcomes
from ivr.actions.overlay import NOTHING, Original, Overlay, laid_over, said_of
from ivr.actions.sounds import NO_LANGUAGE
from ivr.engine.check import check
from ivr.engine.content import Content, Tongue, spoken_prompts
from ivr.engine.reading import Mistake
from ivr.engine.turn import Variant
from ivr.errors import BadContent, Forged, VoiceFailed
from ivr.release.files import read_folders
from ivr.release.parse import parse
from ivr.release.release import Release, SoundRef, SoundTable, make, script, sound_name
from ivr.voice.engines import Voice, VoiceChoice, best_voice
from ivr.voice.pieces import Reading
from ivr.voice.sounds import Job, Progress, Sound, Sounds

RECORDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".webm")
"""Endings of a recording that lies beside its text."""
NAMED = 10
"""As many sounds that are missing are named, and the others counted."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the content lies and where what is made of it is kept."""

    menus: Path
    prompts: Path
    models: Path  # voices and speech models that an operator installed


@dataclass(frozen=True, slots=True)
class _Source:
    """Where sounds come from: published takes by place, and what is made of files and texts."""

    sounds: Sounds
    published: Mapping[tuple[str, str], Original]
    progress: Progress | None

    def takes(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Sound]:
        """The published take of each of these places that has one, treated anew where its sound is not here."""
        wanted = {place: take for place, take in self.published.items() if place in places}
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            found = list(pool.map(self._take, wanted.values()))
        if wrong := [each for each in found if isinstance(each, str)]:
            raise BadContent("\n".join(wrong))
        return {place: sound for place, sound in zip(wanted, found, strict=True) if isinstance(sound, Sound)}

    def _take(self, take: Original) -> Sound | str:
        """Its sound, or why there is none."""
        if self.sounds.path(take.sound.hash) is not None:
            return take.sound
        try:
            return self.sounds.from_bytes(take.read())
        except (OSError, Forged, BadContent) as error:
            return f"recording {take.take_id} of the studio cannot be opened: {type(error).__name__}"


@dataclass(frozen=True, slots=True)
class Made:
    """A release and what is not perfect in it."""

    release: Release
    warnings: tuple[Mistake, ...]


def prepare(
    folders: Folders, sounds: Sounds, today: str, progress: Progress | None = None, overlay: Overlay = NOTHING
) -> Made:
    """A checked release with every sound; BadContent lists all mistakes, a line each."""
    raw, mistakes = read_folders(folders.menus, folders.prompts)
    raw = laid_over(raw, overlay.texts)
    content = parse(raw)
    about_guides = list(guides.check(raw["guides"], content))
    mistakes += [*hours.check(raw["hours"]), *outcomes.check(raw["outcomes"]), *about_guides, *check(content, today)]
    _refuse(said_of(mistakes, overlay.texts))
    table = _sound_table(folders, content, _Source(sounds, overlay.sounds, progress))
    lengths = lengths_of(content, table)
    warnings = said_of(check(content, today, lengths), overlay.texts)
    _refuse(warnings)
    return Made(make(raw, table), (*warnings, *(mistake for mistake in about_guides if mistake.warning)))


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


def _sound_table(folders: Folders, content: Content, source: _Source) -> SoundTable:
    hears = heard(content)
    texts = {place: words for place, words in script(content, spelled=True).items() if hears(place[1])}
    taken = source.takes(texts)
    beside = _recordings(folders, content)
    lying = {place: file for place, file in beside.items() if place in texts and place not in taken}
    spoken = {place: words for place, words in texts.items() if place not in taken and place not in lying}
    voices = _voices(folders, content, spoken)
    jobs: dict[tuple[str, str], Job] = {place: (words, voices[place[0]]) for place, words in spoken.items()}
    jobs |= lying
    made = source.sounds.prepare(list(jobs.values()), source.progress)
    table = {place: _ref(taken[place] if place in taken else made[jobs[place]]) for place in texts}
    for tongue in content.tongues:
        silence = Reading(group=tongue.group)
        table[NO_LANGUAGE, silence.silence] = _ref(source.sounds.pause(int(silence.silence.rsplit(".", 1)[1])))
    return table


def _voices(folders: Folders, content: Content, spoken: Collection[tuple[str, str]]) -> dict[str, Voice]:
    """A placeholder voice for each language that needs one; BadContent names what has no sound without."""
    voices, mistakes = dict[str, Voice](), list[str]()
    for tongue in content.tongues:
        names = [name for language, name in spoken if language == tongue.code]
        try:
            if names:
                voices[tongue.code] = voice_of(tongue, folders.models)
        except VoiceFailed as error:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            what = f"{tongue.name} ({tongue.code}): not recorded, and no placeholder voice speaks it: "
            mistakes.append(f"{what}{', '.join(names[:NAMED])}{more} ({error})")
    if mistakes:
        raise BadContent("\n".join(mistakes))
    return voices


def heard(content: Content) -> Callable[[str], bool]:
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


def _recordings(folders: Folders, content: Content) -> dict[tuple[str, str], Path]:
    """What lies beside the texts; of several files of a name the one whose ending stands first in RECORDINGS."""
    return {
        (tongue.code, path.stem): path
        for tongue in content.tongues
        for ending in reversed(RECORDINGS)
        for path in (folders.prompts / tongue.code).glob(f"*{ending}")
        if path.is_file()
    }


def _ref(sound: Sound) -> SoundRef:
    return SoundRef(sound.hash, round(sound.seconds, 3), sound.kind)
