"""Blocked numbers, for coordinators and admins: who may not ring, why, since when; blocking and unblocking."""

from starlette.responses import Response

from ivr.actions import blocklist
from ivr.actions.refusals import Refused
from ivr.numbers import understand
from ivr.store import blocklist as stored
from ivr.store.requests import Request
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page

DONE = ("blocked", "unblocked")


def show(ask: Ask) -> Response:
    """Everybody who is blocked, and an empty form; with `?request=` it is about the caller of that request."""
    return _page(ask, ask.query.one("request"))


def block(ask: Ask) -> Response:
    """Blocks the number that was filled in, or the caller of a request."""
    form, wanted = ask.form, ask.form.one("request")
    try:
        with ask.writing() as tx:
            if wanted:
                request = access.opened(tx, ask.visitor, wanted)
                blocklist.block_caller(tx, request, form.one("reason"), ask.deed)
            else:
                number = understand(form.one("number"), ask.site.production)
                blocklist.block(tx, number, form.one("reason"), ask.deed)
    except Refused as problem:
        return _page(ask, wanted, problem)
    return ask.go("/blocked?done=blocked")


def unblock(ask: Ask) -> Response:
    """They may ring again."""
    with ask.writing() as tx:
        if not blocklist.unblock(tx, access.number(ask.request.path_params["id"]), ask.deed):
            raise access.NotThere
    return ask.go("/blocked?done=unblocked")


def _page(ask: Ask, wanted: str, problem: Refused | None = None) -> Response:
    request: Request | None = None
    with ask.reading() as tx:
        entries = stored.everything(tx)
        if wanted:
            request = access.opened(tx, ask.visitor, wanted)
    done = ask.query.one("done")
    return ask.page(
        "blocked.html",
        422 if problem else 200,
        entries=entries,
        request=request,
        filled=ask.form,
        problem=problem,
        done=done if done in DONE and not problem else "",
    )


PAGES = (
    Page("/blocked", access.LEADERS, show, block),
    Page("/blocked/{id}/remove", access.LEADERS, None, unblock),
)
