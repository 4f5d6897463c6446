"""What the helpline says to the staff's own phones. No menu says it, so every language must have all of it."""

from collections.abc import Iterable, Iterator

from ivr.engine import booth
from ivr.engine.menu import Language, Menu, Node

NEXT = "desk.next"
OWN, FLAGGED = "desk.own", "desk.flagged"
ACCEPT, CALLING, DECLINED, GONE = "desk.accept", "desk.calling", "desk.declined", "desk.gone"
TEST, TESTED = "desk.test", "desk.tested"
WAITS, TAKE = "desk.waits", "desk.take"
TOPIC = "desk.topic."
GENERAL = "general"
"""The topic of a request where no menu gave one."""

DESK = (NEXT, OWN, FLAGGED, ACCEPT, CALLING, DECLINED, GONE, TEST, TESTED, WAITS, TAKE)
KEYS = {ACCEPT: "1", TEST: "1", TAKE: "1", **booth.KEYS}
"""The key that these prompts name."""


def prompts(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Every prompt that the staff hears: a topic of the menus has a name that can be said."""
    return (*DESK, *booth.ALL, *(TOPIC + topic for topic in sorted({GENERAL, *topics(nodes)})))


def topics(nodes: Iterable[Node]) -> Iterator[str]:
    """The topics under which a person can be asked for."""
    for node in nodes:
        options = node.options if isinstance(node, Menu) else (node.other,) if isinstance(node, Language) else ()
        yield from (topic for topic in (node.topic, *(option.topic for option in options)) if topic is not None)


def whisper(topic: str, *, safe: bool) -> tuple[str, ...]:
    """Who is called next, in the order in which it is said."""
    return NEXT, TOPIC + topic, OWN if safe else FLAGGED, ACCEPT


def waits(topic: str) -> tuple[str, ...]:
    """Who is on the line and waits to be put through."""
    return WAITS, TOPIC + topic, TAKE
