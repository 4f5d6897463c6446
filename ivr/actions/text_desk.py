"""What the staff decides about texts: whether one of which nobody knows is sent again, and who gets none."""

from ivr.actions import limits, texting
from ivr.actions.audit import Deed, What, note
from ivr.actions.refusals import Reason, Refused
from ivr.actions.texting import Texting
from ivr.numbers import Number
from ivr.store import text_refusals, texts
from ivr.store.database import Transaction
from ivr.store.text_refusals import How
from ivr.store.texts import NewText, State, Text

LEAST, MOST = 5, 20
"""So many texts of a sender tell whether the company says what becomes of them: the latest, where there are enough."""


def silent(tx: Transaction, sender: Texting) -> list[str]:
    """The senders of whose latest texts the company said neither that they arrived nor that they did not."""
    names = ((sender.sender, False), (sender.shared, True))
    return [name for name, shared in names if name and _is_silent(texts.ends(tx, shared, MOST))]


def send_again(tx: Transaction, sender: Texting | None, id: int, deed: Deed) -> bool:
    """Nobody knows whether it arrived: it is sent once more, as a text of its own. False when there is no such text."""
    old = texts.lock(tx, id)
    if old is None:
        return False
    if sender is None or old.state is not State.UNKNOWN or not old.number:
        raise Refused(Reason.NOT_POSSIBLE)
    if text_refusals.has(tx, old.number):
        raise Refused(Reason.WANTS_NO_TEXTS)
    limits.spend(tx, "text", old.number, sender.limits, deed.now)
    new = texting.keep(tx, _once_more(sender, old, deed))
    texts.move(tx, old, (State.UNKNOWN,), State.LEFT, deed.now)
    note(tx, deed, What.TEXT_SENT_AGAIN, f"text/{id}", **({} if new is None else {"text": new}))
    return True


def leave(tx: Transaction, id: int, deed: Deed) -> bool:
    """It is not sent again; False when there is no such text."""
    old = texts.lock(tx, id)
    if old is None:
        return False
    if not texts.move(tx, old, (State.UNKNOWN,), State.LEFT, deed.now):
        raise Refused(Reason.NOT_POSSIBLE)
    note(tx, deed, What.TEXT_LEFT, f"text/{id}")
    return True


def stop(tx: Transaction, number: Number, deed: Deed) -> None:
    """This number gets no texts any more."""
    if number.e164 is None:
        raise Refused(Reason.BAD_NUMBER, "number")
    if not texting.refuse(tx, number.e164, How.DESK, deed.now, deed.actor.staff_id):
        raise Refused(Reason.WANTS_NO_TEXTS, "number")
    note(tx, deed, What.TEXTS_STOPPED, "texts")


def allow(tx: Transaction, number: Number, deed: Deed) -> None:
    """It gets texts again, when it asks for them."""
    if number.e164 is None:
        raise Refused(Reason.BAD_NUMBER, "number")
    if not text_refusals.remove(tx, number.e164):
        raise Refused(Reason.GETS_TEXTS, "number")
    note(tx, deed, What.TEXTS_ALLOWED, "texts")


def _is_silent(ends: list[State]) -> bool:
    return len(ends) >= LEAST and set(ends) == {State.HANDED}


def _once_more(sender: Texting, old: Text, deed: Deed) -> NewText:
    return NewText(
        key=f"again/{old.id}",
        call_id=old.call_id,
        number=old.number,
        language=old.language,
        what=old.what,
        body=old.body,
        parts=old.parts,
        shared=old.shared,
        due_at=texting.due_at(sender, old.number, deed.now),
        created_at=deed.now,
        place_id=old.place_id,
        staff_id=deed.actor.staff_id,
    )
