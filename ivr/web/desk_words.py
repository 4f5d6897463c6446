"""What the desk's pages say for states, flags, outcomes and times. English is the key."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.actions.outcomes import Rule, Then
from ivr.store.dials import Dial, How, State
from ivr.store.dials import Kind as Purpose
from ivr.store.notes import Kind
from ivr.store.requests import SHARED, UNKNOWN, Status
from ivr.web.catalogues import Language
from ivr.web.sentences import _

STATUS: Mapping[Status, str] = {
    Status.WAITING: _("waits"),
    Status.CLAIMED: _("claimed"),
    Status.DIALLING: _("being called"),
    Status.CHECK: _("may have rung"),
    Status.TALKING: _("talking"),
    Status.WRAP_UP: _("outcome missing"),
    Status.DONE: _("done"),
    Status.CLOSED: _("closed"),
}

FLAGS: Mapping[str, str] = {SHARED: _("shared phone"), UNKNOWN: _("phone not known to be safe")}
"""In a row, for a phone that somebody else may answer."""
CAUTIONS: Mapping[str, str] = {
    SHARED: _("Others use this phone."),
    UNKNOWN: _("Nobody knows whether others use this phone."),
}
"""On the card, in front of what follows from it."""

OUTCOMES: Mapping[str, str] = {
    "helped": _("Helped"),
    "referred": _("Referred to somebody else"),
    "appointment": _("Appointment made"),
    "no_answer": _("No answer"),
    "busy": _("Busy"),
    "wrong_number": _("Wrong number"),
    "out_of_service": _("Number out of service"),
    "declined": _("Wants no help any more"),
    "other_language": _("Needs another language"),
}

HOW: Mapping[How, str] = {
    How.TALKED: _("You talked."),
    How.VOICEMAIL: _("A machine answered."),
    How.CALLER_BUSY: _("Their line was busy."),
    How.CALLER_NO_ANSWER: _("Nobody answered."),
    How.CALLER_FAILED: _("Their number could not be reached."),
    How.NOT_CONNECTED: _("Their phone rang, and you were not connected."),
    How.BUSY: _("Your own phone was busy; theirs did not ring."),
    How.NO_ANSWER: _("You did not pick up; their phone did not ring."),
    How.FAILED: _("Your own phone could not be reached; theirs did not ring."),
    How.DECLINED: _("You did not press 1; their phone did not ring."),
    How.WITHDRAWN: _("The call was not wanted any more; nobody’s phone rang."),
    How.NO_PHONE: _("Your account has no phone number; nobody’s phone rang."),
    How.NOT_ALLOWED: _("This number may not be called: blocked, or enough for today; it did not ring."),
    How.REFUSED: _("The telephone company refused the call; their phone did not ring."),
    How.TOO_LATE: _("The call could not be placed in time; nobody’s phone rang."),
    How.TESTED: _("The test went well."),
    How.RECORDED: _("You recorded by telephone."),
    How.ENDED: _("You ended the call before any phone rang."),
    How.CALLER_LEFT: _("They were on the line and hung up before anybody took the call."),
    How.LOST: _("They were on the line; nobody took the call."),
}

HOW_DIRECT: Mapping[How, str] = {
    How.BUSY: _("They were on the line; the aidant’s phone was busy."),
    How.NO_ANSWER: _("They were on the line; the aidant did not pick up."),
    How.FAILED: _("They were on the line; the aidant’s phone could not be reached."),
    How.DECLINED: _("They were on the line; the aidant did not press 1."),
    How.NOT_CONNECTED: _("They were on the line; the aidant pressed 1, and the two were not connected."),
    How.WITHDRAWN: _("They were on the line, and did not wait any more."),
    How.ENDED: _("They were on the line; the aidant ended the call."),
}
"""Of an attempt to put through who was on the line, where that is another thing to say."""

STEPS: tuple[tuple[frozenset[State], str], ...] = (
    (frozenset({State.NEW, State.PLACING, State.RINGING}), _("Your phone rings")),
    (frozenset({State.ANSWERED}), _("Press 1 on your phone")),
    (frozenset({State.ACCEPTED, State.CALLING}), _("Their phone rings")),
    (frozenset({State.BRIDGED}), _("You are talking")),
)
"""What a call goes through, as its card shows it."""
STEPS_DIRECT = tuple(step for step in STEPS if State.CALLING not in step[0])
"""The same while the caller is on the line."""

NOTES: Mapping[Kind, str] = {
    Kind.WRITTEN: _("Note"),
    Kind.OUTCOME: _("Outcome"),
    Kind.CLAIM_ENDED: _("Given back by itself: nothing had happened for too long"),
    Kind.LEFT: _("Whose it was does not work here any more: back in the queue, at the old place"),
    Kind.LEFT_CALLED: _("Who called does not work here any more and wrote no outcome: back in the queue"),
    Kind.RELEASED: _("Given back"),
    Kind.REASSIGNED: _("Given to somebody else"),
    Kind.CANCELLED: _("Cancelled by the caller"),
    Kind.REOPENED: _("Opened again"),
    Kind.NOT_TAKEN: _("The caller was on the line, and was not put through: back in the queue, at the old place"),
}

ASKED, UNDER_WAY = _("Asked for a call"), _("The call is under way")
LOST = _("The line was lost: nobody knows whether their phone rang")
AGAIN_IN, LAST = _("again in %(when)s"), _("closed, it was the last try")
FOLLOWS: Mapping[Then, str] = {
    Then.DONE: _("done"),
    Then.CLOSE: _("closed"),
    Then.WINDOW: _("called again then"),
    Then.LANGUAGE: _("goes to who speaks it"),
}
"""What an outcome leads to."""

HINDRANCES: Mapping[str, str] = {
    "night": _("It is night where they live."),
    "early": _("They are to be called later: %(when)s."),
    "late": _("The agreed time is over: %(when)s."),
}
"""Why somebody should not be called now."""

TODAY: Mapping[str, str] = {
    "morning": _("this morning"),
    "afternoon": _("this afternoon"),
    "evening": _("this evening"),
}
TOMORROW: Mapping[str, str] = {
    "morning": _("tomorrow morning"),
    "afternoon": _("tomorrow afternoon"),
    "evening": _("tomorrow evening"),
}
SOME_DAY: Mapping[str, str] = {
    "morning": _("%(day)s, in the morning"),
    "afternoon": _("%(day)s, in the afternoon"),
    "evening": _("%(day)s, in the evening"),
}
THEIR_CLOCK = _("%(when)s where they live; here: %(here)s")
TODAY_AT, TOMORROW_AT, SOME_DAY_AT = _("at %(time)s"), _("tomorrow at %(time)s"), _("%(day)s at %(time)s")
WEEK = timedelta(days=7)


def follows(language: Language, rule: Rule, tries: int) -> str:
    """What becomes of a request after this outcome."""
    if rule.then is not Then.RETRY:
        return language.say(FOLLOWS[rule.then])
    if tries >= rule.times:
        return language.say(LAST)
    return language.say(AGAIN_IN, when=language.age(0, rule.after * 60))


def how(dial: Dial) -> str:
    """How an attempt ended; empty while it goes on."""
    if dial.how is None:
        return ""
    return HOW_DIRECT.get(dial.how, HOW[dial.how]) if dial.kind is Purpose.DIRECT else HOW[dial.how]


def steps(dial: Dial | None) -> tuple[tuple[frozenset[State], str], ...]:
    """What this call goes through."""
    return STEPS_DIRECT if dial is not None and dial.kind is Purpose.DIRECT else STEPS


def length(seconds: float) -> str:
    """How long a sound lasts: "0:41"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def window(language: Language, agreed: tuple[str, str], today: date) -> str:
    """A date (ISO) and a part of the day, as people say it."""
    day, part = date.fromisoformat(agreed[0]), agreed[1]
    if day == today:
        return language.say(TODAY[part])
    if day == today + timedelta(days=1):
        return language.say(TOMORROW[part])
    return language.say(SOME_DAY[part], day=_day(language, day, today))


def time_of(language: Language, at: float, now: float, zone: ZoneInfo) -> str:
    """A moment before or ahead, as people say it: a time today, else a day and a time."""
    then, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone).date()
    clock = language.clock(at, zone)
    if then.date() == today:
        return language.say(TODAY_AT, time=clock)
    if then.date() == today + timedelta(days=1):
        return language.say(TOMORROW_AT, time=clock)
    return language.say(SOME_DAY_AT, day=_day(language, then.date(), today), time=clock)


def _day(language: Language, day: date, today: date) -> str:
    near = today < day < today + WEEK
    return language.weekday(day) if near else language.short_day(day)
