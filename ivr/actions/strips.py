"""Strips that no message knows were left by a process that died: their calls are told of them, so nothing is lost."""

import logging
from collections.abc import Callable

from ivr.actions import messages
from ivr.actions.jobs import Job, Kind
from ivr.errors import Forged
from ivr.store import messages as stored_messages
from ivr.store.database import Database
from ivr.store.spool import Spool

log = logging.getLogger("ivr.messages")

SWEEP = "sweep-strips"
OLD_SECONDS = 120
"""Without anything added: nobody writes it any more."""


def sweep_kind(database: Database, spool: Spool, clock: Callable[[], float]) -> Kind:
    """Tells calls of what was spoken in them and stored by nobody; takes away what belongs to no call."""

    def handle(_: Job) -> None:
        for name in spool.old(OLD_SECONDS):
            if not _known(database, name) and not _adopted(database, spool, name, clock()):
                spool.remove(name)

    return Kind(handle, repeats=True)


def _known(database: Database, name: str) -> bool:
    with database.reading() as tx:
        return stored_messages.is_expected(tx, name)


def _adopted(database: Database, spool: Spool, name: str, now: float) -> bool:
    try:
        head, sound = spool.read(name)
    except (Forged, FileNotFoundError):
        log.warning("a strip that cannot be read is taken away")
        return False
    if not sound:
        return False
    with database.transaction() as tx:
        return messages.expect(tx, head.decode(), name, now) is not None and stored_messages.is_expected(tx, name)
