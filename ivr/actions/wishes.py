"""What the dialogue for a callback leaves behind in a call, and the wish for a person that is made of it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ivr.actions import windows
from ivr.actions.windows import Due
from ivr.engine.state import State
from ivr.engine.turn import When
from ivr.store.requests import OWN, SHARED, UNKNOWN, Request, Wish

PHONE, WHEN, WITH, CHOICE = "phone", "when", "with", "open"
"""Answers: whose phone it is, when to call, with whom, and what to do with a request that is open."""
WOMAN, ANOTHER_TIME, SOMEONE_ELSE, NOW = "woman", "another-time", "someone-else", "now"
"""Options of those answers that mean something here."""
TEXT_PHONE = "text_phone"
"""The answer that says whose the phone is that rings, before a text message goes there."""
DIALOGUE = frozenset({PHONE, WHEN, WITH, CHOICE, TEXT_PHONE, "requested"})
"""Answers that are about the callback itself, which are in the request's own columns, or about this call alone."""

PERSON = "person"
"""The value that says which of the persons behind a number this request is for."""
OF_A_NUMBER = (PERSON, PHONE, WHEN, WITH)
"""What was said of one number means nothing for the next."""
CODE = "code"
"""The secret of a shared phone."""

UNFINISHED = "unfinished"
"""Marks a request whose caller has not said yet how they want to be called."""
GRACE = 600.0
"""Seconds in which nobody calls somebody who may still be on the line, answering questions."""


@dataclass(frozen=True, slots=True)
class Whose:
    """The number (E.164) a wish is for, where the helpline lives, and the request that is there already."""

    number: str
    home: ZoneInfo
    existing: Request | None = None

    @property
    def zone(self) -> str | None:
        """Where the caller lives, when it is known and not where the helpline lives."""
        zone = windows.zone_of(self.number)
        return None if zone == self.home.key else zone

    @property
    def theirs(self) -> ZoneInfo:
        """The same as a zone."""
        return self.home if self.zone is None else ZoneInfo(self.zone)


def wish(state: State, whose: Whose) -> Wish:
    """What the caller wants. What this call says nothing about stays as it was."""
    old = whose.existing
    phone, due = whose_phone(state, old), _due(state, whose)
    return Wish(
        language=state.language or (old.language if old else None),
        phone=phone,
        woman=state.answers[WITH] == WOMAN if WITH in state.answers else bool(old and old.woman),
        window=None if due is None else due.window,
        zone=whose.zone,
        due_at=None if due is None else due.at,
        due_until=None if due is None else due.until,
        code=state.secrets.get(CODE) if phone == SHARED else None,
    )


def begun(state: State, whose: Whose, now: float) -> Wish:
    """The wish of somebody who may still be on the line."""
    phone = whose_phone(state, whose.existing)
    code = state.secrets.get(CODE) if phone == SHARED else None
    return Wish(state.language, phone, zone=whose.zone, due_at=now + GRACE, code=code)


def whose_phone(state: State, existing: Request | None) -> str:
    """Whose the phone is, as far as anybody said."""
    said = state.answers.get(PHONE)
    if said in (OWN, SHARED):
        return said
    return UNKNOWN if existing is None else existing.phone


def is_unfinished(request: Request) -> bool:
    """Whether its caller has not said yet how they want to be called."""
    return bool(request.details.get(UNFINISHED))


def chosen_window(state: State) -> tuple[str, str] | None:
    """The part of a day that the caller chose."""
    chosen = state.values.get(state.answers.get(WHEN, ""))
    return (chosen.date, chosen.part) if isinstance(chosen, When) else None


def _due(state: State, whose: Whose) -> Due | None:
    """None is as soon as possible."""
    old, window = whose.existing, chosen_window(state)
    if window is not None:
        return windows.due(window, whose.theirs)
    if WHEN in state.answers or old is None or is_unfinished(old):
        return None
    return Due(old.due_at, old.due_until, old.window)
