"""The phone in the browser: staff ring the helpline with keys and microphone, in any release that is kept.

A trial run that only this machine reaches lets in whoever sits there; everywhere else one signs in.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from ivr.actions import drafting
from ivr.actions.refusals import Refused
from ivr.errors import BadContent
from ivr.web import access, safety
from ivr.web.access import NotThere
from ivr.web.ask import Ask
from ivr.web.door import Page

STREAM = "/phone/stream"
"""Where the sound of a call goes, by the messages of Media Streams."""
SHOWN = 12
"""Releases to choose from; an older one is rung by its id in the address of the page."""


def show(ask: Ask) -> Response:
    """The phone; `release` in the address chooses which one it rings."""
    _admit(ask)
    return _page(ask, drafted=ask.query.has("drafted"))


def call(ask: Ask) -> Response:
    """Begins a call: its id, the token that opens its sound once, and where; 422 where no channel takes it."""
    _admit(ask)
    if ask.site.ring is None:
        return JSONResponse({"lacks": "channel"}, 422)
    id = ask.form.one("release")
    if id:
        _need(ask, id)
    ringing = ask.site.ring(safety.ringer(ask.visitor.token), id or None)
    return JSONResponse({"call": ringing.call_id, "token": ringing.token, "path": STREAM})


def draft(ask: Ask) -> Response:
    """Makes a release of all that the studio did not publish yet, and offers to ring it."""
    try:
        id = drafting.draft(ask.site.studio)
    except Refused as problem:
        return _page(ask, 422, problem=problem)
    except BadContent as error:
        return _page(ask, 422, wrong=str(error).splitlines())
    return ask.go(f"/phone?release={id}&drafted")


def _admit(ask: Ask) -> None:
    if not (ask.site.alone and safety.is_on_this_machine(ask.request)):
        access.admit(ask.visitor, access.EVERYBODY)


def _need(ask: Ask, id: str) -> None:
    try:
        ask.site.studio.shelf.get(id)
    except KeyError:
        raise NotThere from None


def _page(ask: Ask, status: int = 200, **values: Any) -> Response:
    shelf = ask.site.studio.shelf
    chosen = ask.query.one("release")
    if chosen:
        _need(ask, chosen)
    releases = drafting.kept(shelf, SHOWN)
    ask.records = True
    known: dict[str, Any] = {
        "releases": releases,
        "chosen": chosen,
        "listed": chosen in {one.id for one in releases},
        "directions": {tongue.code: tongue.direction for tongue in ask.site.release().content.tongues},
        "works": ask.site.ring is not None,
        "drafted": False,
        "wrong": [],
    }
    return ask.page("browser_phone.html", status, **known | values)


PAGES = (
    # Strangers too: whether this one may come in depends on where the server stands.
    Page("/phone", access.STRANGERS, show),
    Page("/phone/calls", access.STRANGERS, None, call),
    Page("/phone/draft", access.ADMINS, None, draft),
)
