"""Who may not ring any more: a grave step that needs a reason. Emergency numbers stay as they are for everybody."""

from ivr.actions.audit import Deed, What, note
from ivr.actions.refusals import Reason, Refused
from ivr.errors import StorageAway
from ivr.numbers import Number
from ivr.store import blocklist
from ivr.store.database import Database, Transaction
from ivr.store.requests import Request

LONGEST_REASON = 500


def block(tx: Transaction, number: Number, reason: str, deed: Deed) -> int:
    """Calls of this number are turned away, it is not dialled and gets no text; the id of the entry."""
    if number.e164 is None:
        raise Refused(Reason.BAD_NUMBER, "number")
    return _block(tx, number.e164, reason, deed)


def block_caller(tx: Transaction, request: Request, reason: str, deed: Deed) -> int:
    """The same for whoever made this request."""
    if not request.number:  # erased
        raise Refused(Reason.BAD_NUMBER, "number")
    return _block(tx, request.number, reason, deed, request=request.id)


def unblock(tx: Transaction, id: int, deed: Deed) -> bool:
    """They may ring again; False when nobody is blocked under this id."""
    if not blocklist.remove(tx, id):
        return False
    note(tx, deed, What.NUMBER_UNBLOCKED, f"blocked/{id}")
    return True


def refuses(database: Database, number: Number) -> bool:
    """Whether a call from this number is turned away; while the database is away nobody is."""
    if number.e164 is None:
        return False
    try:
        with database.reading() as tx:
            return blocklist.has(tx, number.e164)
    except StorageAway:
        return False


def _block(tx: Transaction, number: str, reason: str, deed: Deed, **details: int) -> int:
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Refused(Reason.NO_REASON, "reason")
    id = blocklist.add(tx, number, reason, deed.actor.staff_id, deed.now)
    if id is None:
        raise Refused(Reason.ALREADY_BLOCKED, "number")
    note(tx, deed, What.NUMBER_BLOCKED, f"blocked/{id}", **details)
    return id
