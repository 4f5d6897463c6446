"""Server-sent events: a part of a page is sent anew when its news changed.

An event's id is the version of what it shows. Who reconnects brings the last one along and gets the part as it is now,
if it changed meanwhile: nothing is lost, because nothing but the present state is ever sent.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from ivr.actions.staff import Role
from ivr.errors import HelplineError
from ivr.store.database import Transaction
from ivr.web import (
    access,
    account,
    card,
    desk,
    erase,
    jobs,
    phone,
    start,
    studio,
    studio_prompt,
    studio_publications,
    studio_record,
    studio_telephone,
    studio_uploaded,
)
from ivr.web.access import NotThere
from ivr.web.ask import Ask
from ivr.web.door import Page, meet

CALM_SECONDS = 0.3
"""After news, so that many commits in a row are looked at once."""
BEAT_SECONDS = 15.0
"""Without news: shows the browser that we are here, and looks whether the session still is."""

Values = Callable[[Ask, Transaction], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class View:
    """What can be watched: its template, what fills it by the address (with a `version`), and for whom it is."""

    template: str
    values: Values
    roles: frozenset[Role] = access.EVERYBODY


VIEWS: Mapping[str, View] = {
    "waiting": View("parts/waiting.html", start.waiting_values),
    "phone": View("parts/phone.html", phone.values),
    "sessions": View("parts/sessions.html", account.session_values),
    "desk": View("parts/desk.html", desk.values, access.DESK),
    "card": View("parts/card.html", card.live, access.DESK),
    "jobs": View("parts/jobs.html", jobs.job_values, access.ADMINS),
    "studio": View("parts/studio.html", studio.values, access.ADMINS),
    "prompt": View("parts/studio_prompt.html", studio_prompt.live, access.ADMINS),
    "publications": View("parts/studio_publications.html", studio_publications.values, access.ADMINS),
    "recorder": View("parts/studio_telephone.html", studio_telephone.values, access.ADMINS),
    "recorded": View("parts/recorded.html", studio_record.live, access.ADMINS),
    "upload": View("parts/upload.html", studio_uploaded.live, access.ADMINS),
    "erasure": View("parts/erasure.html", erase.values, access.ADMINS),
}


def watch(ask: Ask) -> Response:
    """A stream of one view."""
    view = VIEWS.get(ask.request.path_params["view"])
    if view is None or not ask.visitor.may(view.roles):
        raise NotThere
    last = ask.request.headers.get("last-event-id") or ask.query.one("since")
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_events(ask, view, last), media_type="text/event-stream", headers=headers)


async def _events(ask: Ask, view: View, last: str) -> AsyncIterator[str]:
    wakes, loop = ask.site.wakes, asyncio.get_running_loop()
    end = loop.time() + ask.site.stream_seconds
    with wakes.listening() as rung:
        while not wakes.leaving:
            rung.clear()
            found = await run_in_threadpool(_now, ask, view)
            if found is None:
                yield "event: ended\ndata: -\n\n"
                return
            version, html = found
            yield ": here\n\n" if version == last else _event(version, html)
            last = version
            if loop.time() >= end:
                return
            try:
                await asyncio.wait_for(rung.wait(), min(BEAT_SECONDS, end - loop.time()))
                await asyncio.sleep(CALM_SECONDS)
            except TimeoutError:
                continue


def _now(ask: Ask, view: View) -> tuple[str, str] | None:
    """The version and the HTML of a view; None when they may not see it any more."""
    ask.now = ask.site.clock()
    try:
        meet(ask)
        access.admit(ask.visitor, view.roles)
        with ask.reading() as tx:
            found = view.values(ask, tx)
    except HelplineError:
        return None
    return str(found["version"]), ask.html(view.template, **found)


def _event(version: str, html: str) -> str:
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"id: {version}\n{lines}\n"


PAGES = (Page("/live/{view}", access.EVERYBODY, watch),)
