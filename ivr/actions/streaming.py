"""A call whose sound comes as a stream: what opens it, once. Where the call stands is in the store, not in it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from hashlib import blake2s
from uuid import uuid4

from ivr.actions.calls import Calls
from ivr.actions.handset import Ringing
from ivr.actions.knowledge import Line
from ivr.errors import Forged
from ivr.numbers import understand
from ivr.store import calls as stored_calls
from ivr.store.database import Database

ABOUT = b"stream"
BROWSER = "browser"
"""The channel of calls from a browser of ours."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A call that was begun elsewhere and waits at turn `n`; `who` may open it (empty: the telephone company)."""

    channel: str
    external_id: str
    call_id: str
    n: int
    caller: str = field(default="", repr=False)  # as the company wrote it
    who: str = ""


def ticket(database: Database, coming: Coming) -> str:
    """Opens the stream of this call, once; the same call gets the same ticket. No number can be read in it."""
    return database.keyring.seal_token(json.dumps(asdict(coming)).encode(), ABOUT)


def opened(database: Database, sealed: str, who: str, now: float) -> Coming:
    """The call that comes; Forged when the ticket is not ours, not theirs, or was used. StorageAway: go on by keys."""
    coming = Coming(**json.loads(database.keyring.open_token(sealed, ABOUT)))
    if coming.who != who:
        raise Forged("somebody else's ticket")
    with database.transaction() as tx:
        if not stored_calls.stream(tx, coming.call_id, now):
            raise Forged("the ticket was used, or the call is over")
    return coming


def line(coming: Coming, production: bool) -> Line:
    """The call as its channel knows it."""
    number = understand(coming.caller, production)
    return Line(coming.call_id, coming.channel, coming.external_id, number)


def ring(calls: Calls, hears: Callable[[], bool], production: bool, who: str, release_id: str | None) -> Ringing:
    """Begins a call from a browser; KeyError without such a release. `hears`: whether speech is understood now."""
    id = uuid4().hex
    coming = Coming(BROWSER, id, blake2s(f"{BROWSER}/{id}".encode(), digest_size=12).hexdigest(), 1, who=who)
    calls.arrive(line(coming, production), hears(), release_id)
    return Ringing(coming.call_id, ticket(calls.world.database, coming))
