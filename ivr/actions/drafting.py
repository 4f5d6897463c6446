"""Releases that a browser's phone can ring: those that are kept, and a draft of what the studio did not publish yet.

A draft is a release like any other, made of the files, of what stands and of every newer text and recording; new calls
never get it, and it is forgotten as other releases are that no call uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.actions.refusals import Reason, Refused
from ivr.actions.releases import prepare
from ivr.actions.studio import Spot, Studio, drafts, overlay, standing_takes, standing_texts, texts_of, written
from ivr.engine.turn import Variant
from ivr.release.release import sound_name
from ivr.release.shelf import Shelf
from ivr.store import publications, takes
from ivr.store.database import Transaction
from ivr.store.publications import Kind, Place
from ivr.store.takes import State, Take

FIT = (State.GOOD, State.APPROVED)
"""What a draft takes of the recordings that nobody hears yet: faulty and doubtful ones are not among them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A release on disk; `at` is when it was made last, `current` whether new calls get it."""

    id: str
    at: float
    current: bool


def kept(shelf: Shelf, most: int) -> list[Kept]:
    """The current release, then the youngest others; never more than `most`."""
    current = shelf.current().id
    found = []
    for path in shelf.folder.glob("*.json"):
        try:
            found.append(Kept(path.stem, path.stat().st_mtime, path.stem == current))
        except FileNotFoundError:  # forgotten just now
            continue
    return sorted(found, key=lambda one: (one.current, one.at), reverse=True)[:most]


def draft(studio: Studio) -> str:
    """Makes the release that would be, if all that is written and well recorded were published; its id.

    Refused when that is what stands; BadContent lists what is wrong with it, a line each.
    """
    with studio.database.reading() as tx:
        standing = publications.standing(tx)
        wanted = _wanted(tx, studio, standing)
        if wanted == standing:
            raise Refused(Reason.NOTHING_CHANGES)
        laid = overlay(tx, studio, wanted)
    made = prepare(studio.folders, studio.sounds, studio.today(), overlay=laid)
    studio.shelf.keep(made.release)
    return made.release.id


def _wanted(tx: Transaction, studio: Studio, standing: Mapping[Place, int]) -> dict[Place, int]:
    texts = drafts(tx)
    words = written(studio, texts_of({**standing_texts(tx, standing), **texts})).words
    newer = {spot: take for spot, take in takes.newest(tx).items() if take.state in FIT and _says(take, words)}
    rewritten = {(language, sound_name(prompt, variant)) for language, prompt in texts for variant in Variant}
    stale = {
        Place(Kind.TAKE, *spot)
        for spot, take in standing_takes(tx, standing).items()
        if spot in rewritten and not _says(take, words)
    }
    return {
        **{place: id for place, id in standing.items() if place not in stale},
        **{Place(Kind.WORDING, *spot): version.id for spot, version in texts.items()},
        **{Place(Kind.TAKE, *spot): take.id for spot, take in newer.items()},
    }


def _says(take: Take, words: Mapping[Spot, str]) -> bool:
    return words.get((take.language, take.name)) == take.text
