"""The test of one's own phone: what is seen of it, as it goes on."""

from collections.abc import Mapping
from typing import Any

from ivr.store import dials, news
from ivr.store.database import Transaction
from ivr.store.dials import How, Kind, State
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.sentences import _

STATES: Mapping[State, str] = {
    State.NEW: _("Your phone will ring in a moment."),
    State.PLACING: _("Your phone will ring in a moment."),
    State.RINGING: _("Your phone rings: pick up."),
    State.ANSWERED: _("You picked up: listen, then press 1."),
    State.UNKNOWN: _("The telephone company does not say whether it rang. Try again."),
}
"""While it goes on, and where it got lost."""

ENDS: Mapping[How, str] = {
    How.TESTED: _("Your phone works: it rang, you heard us, and your key came through."),
    How.BUSY: _("Your phone was busy."),
    How.NO_ANSWER: _("Your phone rang and nobody picked up."),
    How.FAILED: _("This number cannot be reached. Is it right?"),
    How.DECLINED: _("You picked up, and no 1 came through. Are the keys sent as tones?"),
    How.ENDED: _("The test was ended."),
    How.WITHDRAWN: _("Your phone rang too late. Try again."),
    How.NO_PHONE: _("Your account has no phone number."),
    How.REFUSED: _("The telephone company refused the call. An admin must look."),
    How.TOO_LATE: _("The call could not be placed in time. Try again, or tell an admin."),
}
"""How it ended; a test does not end in another way."""


def values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """The latest test, if any, and the version of that."""
    member, _session = access.oneself(ask.visitor)
    topic = dials.topic(member.id)
    test = dials.last_own(tx, member.id, Kind.TEST)
    return {"test": test, "said": said(test), "version": news.versions(tx, (topic,))[topic]}


def said(test: dials.Dial | None) -> str:
    """In English, the key of its translations; empty when there was no test."""
    if test is None:
        return ""
    return ENDS[test.how] if test.how is not None else STATES[test.state]
