"""The start page: to each role its work."""

from typing import Any

from starlette.responses import Response

from ivr.actions import limits
from ivr.store import jobs, waiting
from ivr.store.database import Transaction
from ivr.web import access, desk
from ivr.web.ask import Ask
from ivr.web.door import Page


def show(ask: Ask) -> Response:
    """What waits, and where to go."""
    leads = ask.visitor.may(access.LEADERS)
    with ask.reading() as tx:
        used_up = limits.reached(tx, ask.site.limits, ask.now) if leads else ()
        dead = jobs.counts(tx, ask.now).dead if ask.visitor.may(access.ADMINS) else 0
        return ask.page("start.html", **waiting_values(ask, tx), used_up=used_up, dead=dead)


def waiting_values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """How many requests wait for a person, what of it is for them, and the version of that."""
    access.oneself(ask.visitor)
    counts = desk.counts(ask, tx, desk.look(ask).everyone) if ask.visitor.may(access.DESK) else {}
    return {"waiting": waiting.count(tx), "counts": counts, "version": desk.version(ask, tx)}


PAGES = (Page("/", access.EVERYBODY, show),)
