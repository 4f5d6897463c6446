"""Whoever was cut off a short while ago is offered the place where they were, unless others use their phone."""

from ivr.actions import wishes
from ivr.actions.knowledge import Answerer, Asked
from ivr.actions.sealing import open_payload
from ivr.engine.inputs import Known, LeftOff, Unavailable
from ivr.engine.menu import Book, Listening, Question
from ivr.engine.state import State
from ivr.store import callers, calls, requests
from ivr.store.database import Transaction

RESUME_SECONDS = 30 * 60
CUT_OFF = ("hung_up", "error", None)
"""Ends of a call that may have been against the caller's will; None: nobody told us the end yet."""
OWN_TO_A_CALL = frozenset({"first_call", *wishes.DIALOGUE})
"""Answers that do not outlive their call."""


def answerers() -> dict[str, Answerer]:
    """One answerer a kind."""
    return {"resume": offer, "left_off": there}


def offer(asked: Asked) -> Known | Unavailable:
    """offer when there is a place to go on from; none. Which place it is, is not said before it is asked for."""
    if asked.tx is None:
        return Unavailable()
    return Known("none" if _left_off(asked, asked.tx) is None else "offer")


def there(asked: Asked) -> Known | Unavailable:
    """The place itself; gone when it cannot be gone on from any more."""
    if asked.tx is None:
        return Unavailable()
    found = _left_off(asked, asked.tx)
    return Known("gone" if found is None else "there", left_off=found)


def _left_off(asked: Asked, tx: Transaction) -> LeftOff | None:
    number = asked.line.number.e164
    caller = None if number is None else callers.find(tx, number)
    if number is None or caller is None or any(not row.safe for row in requests.history(tx, number)):
        return None
    call = calls.before(tx, caller.id, asked.line.call_id)
    last = None if call is None else calls.latest(tx, call.id)
    if call is None or last is None or call.ended_how not in CUT_OFF:
        return None
    if asked.state.started - (call.ended_at or last.at) > RESUME_SECONDS:
        return None
    place, _ = open_payload(last.call_id, last.n, last.payload)
    return _as_left(asked, place.state)


def _as_left(asked: Asked, state: State) -> LeftOff | None:
    """In the same language, at a place of a tree that explains something."""
    book = asked.release.book
    if state.ended or state.language != asked.state.language or _in(book, state.node, _frame(book)):
        return None
    asking = {node.tree for node in book.nodes.values() if isinstance(node, Question)}
    here = (state.node, state.page, len(state.stack))
    if _in(book, state.node, asking):  # what it had learned there was only for that call: back to where it came from
        here = next((left for left in reversed(state.trail) if not _in(book, left[0], asking)), ("", 0, 0))
    id, page, depth = here
    if not isinstance(book.nodes.get(id), Listening):
        return None
    answers = {name: value for name, value in state.answers.items() if name not in OWN_TO_A_CALL}
    return LeftOff(id, page, state.topic, answers, state.stack[:depth])


def _frame(book: Book) -> set[str]:
    """Trees that explain nothing."""
    return {book.nodes[id].tree for id in (book.roles.start, book.roles.person, book.roles.main)}


def _in(book: Book, id: str, trees: set[str]) -> bool:
    node = book.nodes.get(id)
    return node is not None and node.tree in trees
