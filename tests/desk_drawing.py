"""The life of a request as a Mermaid state diagram, drawn from the table that runs."""

from itertools import groupby

from ivr.actions.machine import MOVES, Event
from ivr.store.desk import ENDED
from ivr.store.requests import Status


def fenced() -> str:
    """The diagram as a block of a page; that anything can be erased is said in words there."""
    order = {status: n for n, status in enumerate(Status)}
    moves = [(status, to, event) for (status, event), to in MOVES.items() if event is not Event.ERASE]
    moves.sort(key=lambda move: (order[move[0]], order[move[1]]))
    lines = ["stateDiagram-v2", f"    [*] --> {Status.WAITING}"]
    for (status, to), group in groupby(moves, key=lambda move: move[:2]):
        lines.append(f"    {status} --> {to}: {', '.join(event for _, _, event in group)}")
    lines += [f"    {status} --> [*]" for status in ENDED]
    return "\n".join(["```mermaid", *lines, "```"]) + "\n"
