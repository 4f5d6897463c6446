"""What calls listened for: kept after each window, and judged by what the caller did next.

Nobody can ask a caller whether we understood. What they do next tells, and is not stored with the window but read from
the turns behind it, so that figures stay when words are forgotten:

- what was **not understood** (`no_match`, `no_input`, or broke) is *repeated* when the caller tries at the same place
  again, and *given up* when the helpline led them on by itself or they hung up;
- what was **asked back** ("yes or no?", or digits that are read out) is *corrected* by everything but a yes: "no", or
  something else that is then asked back. The engine counts a spoken "no" as not understood, here it is understood;
- what was understood is *corrected* by coming back to the same place soon, by key or voice; silence does not correct;
- it is *repeated* by asking to hear it again, or by a key or word that means nothing there;
- it is *given up* by hanging up soon, or where the helpline led them on because they could not go on by themselves. A
  turn that ends the call, or had to ask whether a person is there, does not tell that: after a miss it counts as such;
- anything else *accepts* it. Whoever listened for longer than `SOON` before they came back or hung up found what they
  wanted; and nobody can see whether a key that is pressed when something is asked back is the one that was meant.

A window whose next input is still to come, or was stored by nobody because the database was away, is not judged.
"""

import logging
from collections.abc import Container
from enum import StrEnum

from ivr.engine.turn import Result
from ivr.errors import StorageAway
from ivr.store import listenings
from ivr.store.database import Database
from ivr.store.listened import Course
from ivr.store.listenings import KEY, NONE, VOICE, Window

__all__ = ["KEY", "NONE", "SOON", "VOICE", "Next", "Window", "asks_back", "next_of", "store", "understood"]

log = logging.getLogger("ivr.listening")

SOON = 10.0
"""Seconds after an answer, about as long as its first sentence takes."""
MISSED = frozenset({Result.NO_MATCH, Result.NO_INPUT, Result.ERROR})
USED_UP = frozenset({"silent", "limit"})
"""How a call ends that the helpline ends by itself."""
ONCE_MORE = frozenset({Result.AGAIN, Result.NO_MATCH})


class Next(StrEnum):
    """What became of an answer."""

    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REPEATED = "repeated"
    GAVE_UP = "gave_up"


def store(database: Database, window: Window) -> None:
    """Keeps a window, once, where the database answers; no call depends on it."""
    try:
        with database.transaction() as tx:
            listenings.add(tx, window)
    except StorageAway:
        log.warning("what a call listened for is not kept", extra={"call": window.call_id, "turn": window.n})


def next_of(course: Course, entries: Container[str] = ()) -> Next | None:
    """What the caller did next, as the head of this page says; None where nobody can know.

    At `entries` (nodes) digits are asked for.
    """
    if not course.answered:
        return None
    if course.after is None:
        return _over(course, entries)
    if _led_on(course):
        return Next.GAVE_UP
    if not understood(course):
        return Next.REPEATED
    if asks_back(course, entries):
        return _asked_back(course)
    if course.after in ONCE_MORE:
        return Next.REPEATED
    back = course.moved and course.returned and course.soon and course.by != NONE
    return Next.CORRECTED if back else Next.ACCEPTED


def _led_on(course: Course) -> bool:
    """The tries were used up, here or at the next input, or what all of a call may last."""
    if course.outcome in MISSED and course.moved:
        return True
    if course.after == Result.ENDED:
        return course.ended in USED_UP or not understood(course)
    asked_outside = course.after == Result.REACHED and not understood(course)
    return not course.stayed and (course.after in MISSED or asked_outside)


def understood(course: Course) -> bool:
    """Whether what came meant something there."""
    return course.outcome not in MISSED or course.denies


def asks_back(course: Course, entries: Container[str] = ()) -> bool:
    """Whether the answer asked if that was right."""
    read_out = course.outcome == Result.CHOSE and not course.moved and course.node in entries
    return course.outcome == Result.CONFIRM or read_out


def _over(course: Course, entries: Container[str]) -> Next | None:
    """Nothing came after the answer: the call may be over."""
    if course.ended is None:
        return None
    left = course.ended == "hung_up" and (course.soon or asks_back(course, entries))
    given_up = left or course.ended in USED_UP or not understood(course)
    return Next.GAVE_UP if given_up else Next.ACCEPTED


def _asked_back(course: Course) -> Next:
    if course.denied:
        return Next.CORRECTED
    if course.after in MISSED or course.after in ONCE_MORE:
        return Next.REPEATED
    return Next.CORRECTED if course.returned else Next.ACCEPTED
