"""Announcements: what is said for some days to every caller, once a call, before anything else in their language.

Only a recording is said, never the placeholder voice: nobody shall hear a date that no person has listened to.
"""

from dataclasses import dataclass

from ivr.actions.audit import Deed, What, note
from ivr.actions.knowledge import Answerer, Asked
from ivr.actions.refusals import Reason, Refused
from ivr.actions.studio import ANNOUNCEMENT
from ivr.engine.inputs import Known, Unavailable
from ivr.release.release import Release
from ivr.store import announcements
from ivr.store.announcements import Announcement
from ivr.store.database import Transaction
from ivr.voice.sounds import RECORDED

SLOTS = {1: "one", 2: "two", 3: "three"}
"""Each slot's case in the menus."""
ANNOUNCED = "announced"
"""The value that says that this call's announcement was said."""
LONGEST_NOTE = 500


def answerers() -> dict[str, Answerer]:
    """One answerer a kind."""
    return {"announcement": announcement}


def announcement(asked: Asked) -> Known | Unavailable:
    """one, two or three: the first whose time it is and that a person recorded in this language; none. Once a call."""
    if asked.tx is None:
        return Unavailable()
    language = asked.state.language
    if language is None or ANNOUNCED in asked.state.values:
        return Known("none")
    now = announcements.running(asked.tx, asked.now)
    slot = next((slot for slot in now if is_recorded(asked.release, language, slot)), None)
    return Known("none") if slot is None else Known(SLOTS[slot], {ANNOUNCED: slot})


def prompt(slot: int) -> str:
    """What is said for a slot."""
    return f"{ANNOUNCEMENT}{slot}"


def is_recorded(release: Release, language: str, slot: int) -> bool:
    """Whether callers of this release can hear the slot in this language."""
    sound = release.sounds.get((language, prompt(slot)))
    return sound is not None and sound.kind == RECORDED


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody wants said, from the one moment until the other; `words` are a note for colleagues.

    `saw` is the mark of what they saw when they wrote it.
    """

    slot: int
    starts_at: float
    ends_at: float
    words: str
    saw: str


def mark(planned: Announcement | None) -> str:
    """Tells one time of a slot from another; empty where it has none."""
    return "" if planned is None else f"{planned.at}/{planned.starts_at}/{planned.ends_at}"


def put(tx: Transaction, plan: Plan, deed: Deed) -> None:
    """The slot has this time; Refused where somebody else gave it another one meanwhile."""
    if plan.ends_at <= plan.starts_at:
        raise Refused(Reason.END_FIRST, "until")
    if mark(announcements.held(tx, plan.slot)) != plan.saw:
        raise Refused(Reason.CHANGED_MEANWHILE)
    kept = plan.words.strip()[:LONGEST_NOTE]
    made = Announcement(plan.slot, plan.starts_at, plan.ends_at, kept, deed.actor.staff_id, deed.now)
    announcements.put(tx, made)
    span = {"starts": int(plan.starts_at), "ends": int(plan.ends_at)}
    note(tx, deed, What.ANNOUNCEMENT_SET, f"announcement/{plan.slot}", **span)


def remove(tx: Transaction, slot: int, deed: Deed) -> bool:
    """The slot is not said any more; False when it had no time."""
    if not announcements.remove(tx, slot):
        return False
    note(tx, deed, What.ANNOUNCEMENT_REMOVED, f"announcement/{slot}")
    return True
