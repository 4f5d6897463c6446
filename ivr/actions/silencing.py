"""The treated sound of a recording that was forgotten goes too, unless something else sounds exactly like it."""

from contextlib import suppress

from ivr.actions.studio import Studio
from ivr.store import takes


def silence(studio: Studio) -> None:
    """Files first, rows second: who is killed in between does it again. What went too far is made anew when needed."""
    with studio.database.reading() as tx:
        forgotten, needed = takes.echoes(tx), takes.sounds(tx)
    if not forgotten:
        return
    for id in studio.shelf.ids():
        with suppress(KeyError):  # dropped meanwhile
            needed |= {ref.hash for ref in studio.shelf.get(id).sounds.values()}
    studio.sounds.forget({take.sound for take in forgotten if take.sound} - needed)
    with studio.database.transaction() as tx:
        for take in forgotten:
            takes.silence(tx, take.id)
