"""What the studio's parts share: where recordings and texts are kept, and the content as admins work on it.

A prompt's text is what texts.yaml says, or the version that is published over it. Its newest version, as long as it was
never published, is a draft: what is recorded now is recorded for the draft.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ivr.actions.overlay import Original, Overlay, laid_over
from ivr.actions.releases import Folders, heard
from ivr.engine.content import Content
from ivr.release.files import Raw, read_folders, stamp
from ivr.release.parse import parse
from ivr.release.release import script
from ivr.release.shelf import Shelf
from ivr.store import publications, takes, wordings
from ivr.store.database import Database, Transaction
from ivr.store.publications import Kind, Place
from ivr.store.takes import Take
from ivr.store.vault import Vault
from ivr.store.wordings import Wording
from ivr.voice.sounds import RECORDED, Sound, Sounds

Spot = tuple[str, str]
"""(language, name of a sound) or (language, prompt)."""

Texts = Mapping[Spot, Mapping[str, Any]]
"""(language, prompt) -> an entry as in texts.yaml."""


ANNOUNCEMENT = "announcement."
"""How sounds begin that are said in the very words of now or not at all: nobody shall hear last year's date."""


@dataclass(frozen=True, slots=True)
class Studio:
    """`vault` holds the originals of takes, `second_person` is whether nobody approves a recording of their own.

    `today` is the date where the helpline lives; `hurry` has a worker in this process look for new jobs at once: to be
    called after the commit.
    """

    database: Database
    vault: Vault
    sounds: Sounds
    folders: Folders
    shelf: Shelf
    clock: Callable[[], float]
    today: Callable[[], str]
    second_person: bool = True
    hurry: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Written:
    """Content that was read: its plain data, and itself."""

    raw: Raw
    content: Content

    @cached_property
    def words(self) -> Mapping[Spot, str]:
        """The words of each sound that callers can hear, by (language, name)."""
        hears = heard(self.content)
        return {spot: said for spot, said in script(self.content, spelled=False).items() if hears(spot[1])}

    @cached_property
    def texts(self) -> frozenset[Spot]:
        """(language, prompt) of every text."""
        return frozenset((tongue.code, prompt) for tongue in self.content.tongues for prompt in tongue.texts)

    def entry(self, language: str, prompt: str) -> Mapping[str, Any] | str | None:
        """What stands for a prompt, as in texts.yaml; None where there is no such text."""
        found: Mapping[str, Any] | str | None = self.raw["languages"].get(language, {}).get("texts", {}).get(prompt)
        return found


def files(studio: Studio) -> Raw:
    """What the authors' files hold now; not to be changed."""
    folders = studio.folders
    return _read(folders.menus, folders.prompts, stamp(folders.menus, folders.prompts))


def written(studio: Studio, texts: Texts) -> Written:
    """The files with these texts laid over them; read again only when something changed."""
    plain = json.dumps(sorted((*spot, entry) for spot, entry in texts.items()), ensure_ascii=False)
    folders = studio.folders
    return _written(folders.menus, folders.prompts, stamp(folders.menus, folders.prompts), plain)


def drafts(tx: Transaction) -> dict[Spot, Wording]:
    """The newest version of each text that has one which was never published."""
    made = publications.ever_made(tx, Kind.WORDING)
    return {spot: version for spot, version in wordings.newest(tx).items() if version.id not in made}


def standing_texts(tx: Transaction, standing: Mapping[Place, int] | None = None) -> dict[Spot, Wording]:
    """The version of each text that is published over its file; of `standing` where that is not what stands now."""
    there = publications.standing(tx) if standing is None else standing
    ids = {place: id for place, id in there.items() if place.kind is Kind.WORDING}
    found = wordings.find_all(tx, list(ids.values()))
    return {(place.language, place.name): found[id] for place, id in ids.items() if id in found}


def standing_takes(tx: Transaction, standing: Mapping[Place, int] | None = None) -> dict[Spot, Take]:
    """The take that is published for each sound; of `standing` where that is not what stands now."""
    there = publications.standing(tx) if standing is None else standing
    ids = {place: id for place, id in there.items() if place.kind is Kind.TAKE}
    found = takes.find_all(tx, list(ids.values()))
    return {(place.language, place.name): found[id] for place, id in ids.items() if id in found}


def texts_of(versions: Mapping[Spot, Wording]) -> Texts:
    """What the versions say."""
    return {spot: version.entry for spot, version in versions.items()}


def current(tx: Transaction, studio: Studio) -> Written:
    """The content with every published text and every draft: what is to be recorded."""
    return written(studio, texts_of({**standing_texts(tx), **drafts(tx)}))


def overlay(tx: Transaction, studio: Studio, standing: Mapping[Place, int] | None = None) -> Overlay:
    """What is laid over the files; of `standing` where that is not what stands now."""
    there = publications.standing(tx) if standing is None else standing
    texts = texts_of(standing_texts(tx, there))
    voices = standing_takes(tx, there)
    if exact := [spot for spot in voices if spot[1].startswith(ANNOUNCEMENT)]:
        words = written(studio, texts).words
        voices = {spot: take for spot, take in voices.items() if spot not in exact or take.text == words.get(spot)}
    return Overlay(texts, {spot: _original(studio, take) for spot, take in voices.items()})


def _original(studio: Studio, take: Take) -> Original:
    sound = Sound(take.sound or "", take.seconds or 0.0, RECORDED)
    return Original(take.id, sound, lambda: studio.vault.open(take.file))


@lru_cache(maxsize=2)
def _read(menus: Path, prompts: Path, _: object) -> Raw:
    return read_folders(menus, prompts)[0]


@lru_cache(maxsize=4)
def _written(menus: Path, prompts: Path, stamped: object, plain: str) -> Written:
    texts = {(language, prompt): entry for language, prompt, entry in json.loads(plain)}
    raw = laid_over(_read(menus, prompts, stamped), texts)
    return Written(raw, parse(raw))
