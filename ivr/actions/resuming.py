"""Whoever was cut off a short while ago is offered the place where they were, unless others use their phone."""

from ivr.actions import wishes
from ivr.actions.knowledge import Answerer, Asked
from ivr.actions.sealing import open_payload
from ivr.engine.inputs import Known, LeftOff, Unavailable
from ivr.engine.menu import Listening, Node
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
    node = book.nodes.get(state.node)
    if node is None or state.ended or state.language != asked.state.language or not _explains(asked, node):
        return None
    answers = {name: value for name, value in state.answers.items() if name not in OWN_TO_A_CALL}
    return LeftOff(state.node, state.page, state.topic, answers, state.stack)


def _explains(asked: Asked, node: Node) -> bool:
    roles, nodes = asked.release.book.roles, asked.release.book.nodes
    frame = {nodes[id].tree for id in (roles.start, roles.person, roles.main)}
    return isinstance(node, Listening) and node.tree not in frame
