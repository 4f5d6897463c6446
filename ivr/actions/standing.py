"""The release that new calls get: made of the files and of what is published, whichever of the two changed last.

A publication and `ivr prepare` may run at the same moment. Whoever makes a release says of which publications, and it
becomes the current one only as long as no later one was made; which one that is is decided by one process at a time.
"""

import logging

from ivr.actions.overlay import NOTHING, Overlay
from ivr.actions.releases import Made, prepare
from ivr.actions.sounds import NO_LANGUAGE
from ivr.actions.studio import Studio, overlay
from ivr.release.release import Release
from ivr.store import prompt_codes, publications
from ivr.voice.sounds import Progress

log = logging.getLogger("ivr.standing")


def ready(studio: Studio, progress: Progress | None = None) -> Made:
    """Makes every missing sound and has new calls get the release of today's files and all that is published."""
    while True:
        after, laid = published(studio)
        made = prepare(studio.folders, studio.sounds, studio.today(), progress, laid)
        studio.shelf.keep(made.release)
        with studio.shelf.deciding():
            if _stands(studio, after, made.release):
                studio.shelf.point(made.release.id)
                return made


def rehearsed(studio: Studio) -> Made:
    """The same release, and nothing changes for anybody."""
    return prepare(studio.folders, studio.sounds, studio.today(), overlay=published(studio)[1])


def follow(studio: Studio) -> None:
    """New calls get what was published last, also where whoever published it was killed before that."""
    with studio.shelf.deciding():
        with studio.database.reading() as tx:
            newest = publications.newest_made(tx) if publications.has_tables(tx) else None
        if newest is None or newest.release_id is None:
            return
        try:
            studio.shelf.point(newest.release_id)
        except KeyError:  # made on another machine, or out of a backup
            log.warning("the published release is not here: run `ivr prepare`", extra={"release": newest.release_id})


def published(studio: Studio) -> tuple[int, Overlay]:
    """How many publications were made, and what they laid over the files; nothing in a database without tables."""
    with studio.database.reading() as tx:
        if not publications.has_tables(tx):
            return 0, NOTHING
        return publications.last_made(tx), overlay(tx, studio)


def _stands(studio: Studio, after: int, release: Release) -> bool:
    """Says that what is published stands in this release now; False when more was published meanwhile."""
    with studio.database.transaction() as tx:
        if not publications.has_tables(tx):
            return True
        prompt_codes.of_names(tx, dict.fromkeys(name for language, name in release.sounds if language != NO_LANGUAGE))
        return publications.remake(tx, after, release.id)
