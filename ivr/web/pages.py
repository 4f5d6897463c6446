"""Every page of the staff, joined to the server in one line: `pages.mount(app, site)`."""

import logging

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ivr.errors import StorageAway
from ivr.web import (
    account,
    announcements,
    assets,
    audit,
    blocked,
    browser_phone,
    card_acts,
    desk,
    desk_new,
    directory,
    directory_edit,
    directory_imports,
    directory_map,
    directory_place,
    directory_proposals,
    erase,
    jobs,
    live,
    preferences,
    shifts,
    signing,
    speech,
    staff,
    start,
    studio,
    studio_acts,
    studio_kit,
    studio_prompt,
    studio_publications,
    studio_record,
    studio_sounds,
    studio_telephone,
    studio_upload,
    texts,
)
from ivr.web.ask import Ask
from ivr.web.door import guarded, meet
from ivr.web.forms import Form
from ivr.web.site import Site

log = logging.getLogger("ivr.web")

PAGES = (
    *start.PAGES,
    *signing.PAGES,
    *account.PAGES,
    *desk.PAGES,
    *desk_new.PAGES,
    *card_acts.PAGES,
    *shifts.PAGES,
    *directory.PAGES,
    *directory_map.PAGES,
    *directory_imports.PAGES,
    *directory_proposals.PAGES,
    *directory_edit.PAGES,
    *directory_place.PAGES,  # last of the directory: its id may be any word
    *staff.PAGES,
    *audit.PAGES,
    *blocked.PAGES,
    *texts.PAGES,
    *jobs.PAGES,
    *erase.PAGES,
    *speech.PAGES,
    *studio.PAGES,
    *studio_publications.PAGES,
    *announcements.PAGES,
    *studio_sounds.PAGES,
    *studio_acts.PAGES,
    *studio_upload.PAGES,
    *studio_kit.PAGES,
    *studio_record.PAGES,
    *studio_telephone.PAGES,
    *browser_phone.PAGES,
    *preferences.PAGES,
    *live.PAGES,
    *studio_prompt.PAGES,  # last of the studio: a language and a name may be any two words
)


def mount(app: FastAPI, site: Site) -> None:
    """Adds every page, their styles and scripts, and an answer to what is not there."""
    if not site.assets.whole:
        log.warning(assets.MISSING)
    app.router.routes += [*(page.route(site) for page in PAGES), site.assets.route()]

    def astray(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse(f"{status}\n", status, headers)
        ask = Ask(site, request, Form(), site.clock())
        try:
            meet(ask)
        except StorageAway:
            status = 503
        response = ask.page("error.html", status, kind=status, seconds=0, problem=None)
        response.headers.update(headers)
        return guarded(ask, response)

    app.state.leave = site.wakes.leave
    app.add_exception_handler(HTTPException, astray)
    app.add_exception_handler(500, astray)
