"""The start page: to each role its work."""

from typing import Any

from starlette.responses import Response

from ivr.store import news, waiting
from ivr.store.database import Transaction
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page


def show(ask: Ask) -> Response:
    """What waits, and where to go."""
    with ask.reading() as tx:
        return ask.page("start.html", **waiting_values(ask, tx))


def waiting_values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """How many requests wait for a person, and the version of that."""
    access.oneself(ask.visitor)
    version = news.versions(tx, (news.REQUESTS,))[news.REQUESTS]
    return {"waiting": waiting.count(tx), "version": version}


PAGES = (Page("/", access.EVERYBODY, show),)
