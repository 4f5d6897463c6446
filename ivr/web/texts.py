"""Text messages, for coordinators and admins: what became of each, what a person must decide, who gets none."""

from collections.abc import Callable, Mapping

from starlette.responses import Response

from ivr.actions import text_desk
from ivr.actions.audit import Deed
from ivr.actions.refusals import Refused
from ivr.engine.sms_text import PLACE
from ivr.numbers import Number, understand
from ivr.store import staff as accounts
from ivr.store import text_refusals, texts
from ivr.store.database import Transaction
from ivr.store.text_refusals import How
from ivr.store.texts import Cause, State, Text
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.sentences import _

SIZE = 50
NEWEST = 2**53
MOST_REFUSALS = 200
DONE = ("again", "left", "stopped", "allowed")

STATES: Mapping[State, str] = {
    State.NEW: _("is going to be sent"),
    State.SENDING: _("is being sent"),
    State.SENT: _("sent"),
    State.DELIVERED: _("arrived"),
    State.FAILED: _("did not arrive"),
    State.HANDED: _("handed over to the telephone company; nothing more is known"),
    State.UNKNOWN: _("nobody knows whether it was sent"),
    State.LEFT: _("nobody knows whether it was sent; left as it is"),
    State.CANCELLED: _("was not sent"),
}
CAUSES: Mapping[str, str] = {
    Cause.REFUSED: _("They want no text messages."),
    Cause.BLOCKED: _("The number was blocked."),
    Cause.TOO_LATE: _("It would have come more than a day late."),
    Cause.NO_SENDER: _("No sender is configured for it."),
    Cause.BUSY: _("The telephone company had too much to do, each time."),
    "21610": _("They answered STOP."),
    "21614": _("This number takes no text messages."),
    "30003": _("The phone was off or out of reach."),
    "30004": _("Their operator blocks text messages."),
    "30005": _("This number is not in use."),
    "30006": _("This line takes no text messages."),
    "30007": _("The operator took it for unwanted advertising."),
}
"""Why, by our own causes and the telephone company's numbers."""
HOWS: Mapping[How, str] = {
    How.KEY: _("said by key"),
    How.DESK: _("written down here"),
    How.CARRIER: _("answered STOP"),
}
ADDRESS, EXPLANATION = _("An address"), _("An explanation")


def state(text: Text) -> str:
    """How far a text is, in words."""
    return STATES[text.state]


def cause(text: Text) -> str:
    """Why it did not arrive or was not sent, in words; empty where there is nothing to say."""
    return CAUSES.get(text.error or "", "") if text.state in (State.FAILED, State.CANCELLED) else ""


def subject(text: Text) -> str:
    """What it is about."""
    return ADDRESS if text.what == PLACE else EXPLANATION


def show(ask: Ask) -> Response:
    """What must be decided, and the newest texts."""
    return _page(ask)


def again(ask: Ask) -> Response:
    """Sends one of which nobody knows once more."""
    return _decided(ask, lambda tx, id, deed: text_desk.send_again(tx, ask.site.texting, id, deed), "again")


def leave(ask: Ask) -> Response:
    """Leaves it as it is."""
    return _decided(ask, text_desk.leave, "left")


def stop(ask: Ask) -> Response:
    """No more texts to a number."""
    return _told(ask, text_desk.stop, "stopped")


def allow(ask: Ask) -> Response:
    """Texts to a number are possible again."""
    return _told(ask, text_desk.allow, "allowed")


def _decided(ask: Ask, act: Callable[[Transaction, int, Deed], bool], done: str) -> Response:
    try:
        with ask.writing() as tx:
            if not act(tx, access.number(ask.request.path_params["id"]), ask.deed):
                raise access.NotThere
    except Refused as problem:
        return _page(ask, problem)
    ask.site.hurry()
    return ask.go(f"/texts?done={done}")


def _told(ask: Ask, act: Callable[[Transaction, Number, Deed], None], done: str) -> Response:
    try:
        with ask.writing() as tx:
            act(tx, understand(ask.form.one("number"), ask.site.production), ask.deed)
    except Refused as problem:
        return _page(ask, problem)
    return ask.go(f"/texts?done={done}")


def _page(ask: Ask, problem: Refused | None = None) -> Response:
    before = ask.query.one("before")
    with ask.reading() as tx:
        undecided = texts.undecided(tx)
        silent = [] if ask.site.texting is None else text_desk.silent(tx, ask.site.texting)
        rows = texts.page(tx, access.number(before) if before else NEWEST, SIZE + 1)
        refusals = text_refusals.latest(tx, MOST_REFUSALS)
        names = {member.id: member.name for member in accounts.everybody(tx)}
    done = ask.query.one("done")
    return ask.page(
        "texts.html",
        422 if problem else 200,
        undecided=undecided,
        silent=silent,
        rows=rows[:SIZE],
        more=rows[SIZE - 1].id if len(rows) > SIZE else None,
        refusals=refusals,
        names=names,
        words={"state": state, "cause": cause, "subject": subject, "how": HOWS},
        filled=ask.form,
        problem=problem,
        done=done if done in DONE and not problem else "",
    )


PAGES = (
    Page("/texts", access.LEADERS, show),
    Page("/texts/stop", access.LEADERS, None, stop),
    Page("/texts/allow", access.LEADERS, None, allow),
    Page("/texts/{id}/again", access.LEADERS, None, again),
    Page("/texts/{id}/leave", access.LEADERS, None, leave),
)
