"""The door of every page: who asks, may they, is the form ours; then the page's own function; then what protects it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ivr.actions.refusals import Refused, TooSoon
from ivr.actions.staff import Role
from ivr.errors import BadInput, HelplineError, StorageAway, TooLarge
from ivr.store import sessions
from ivr.web import access, forms, safety
from ivr.web.access import NotThere, Stranger
from ivr.web.ask import Ask
from ivr.web.forms import Form
from ivr.web.site import Site


class NotOurForm(BadInput):
    """A form without the token of this browser: somebody else's, or one from before signing in."""


Handler = Callable[[Ask], Response]
Reader = Callable[[Ask], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Page:
    """An address, for whom it is, and what answers GET and POST.

    `reader` reads a POST that is no small form, such as a recording, and leaves the form's token in `ask.form`;
    it is not asked before we know that who sends it may.
    """

    path: str
    roles: frozenset[Role]
    get: Handler | None = None
    post: Handler | None = None
    reader: Reader | None = None

    @property
    def methods(self) -> list[str]:
        """The methods it answers."""
        return [name for name, handler in (("GET", self.get), ("POST", self.post)) if handler]

    def route(self, site: Site) -> "PageRoute":
        """Where the server finds it."""
        return PageRoute(self, site)


class PageRoute(Route):
    """A route that still knows its page, for the tests that try every page as everybody."""

    def __init__(self, page: Page, site: Site) -> None:
        super().__init__(page.path, Door(site, page), methods=page.methods)
        self.page = page


class Door:
    """Answers for one page, as ASGI."""

    def __init__(self, site: Site, page: Page) -> None:
        self.site = site
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the form here, does the rest in a thread, because the database makes it wait."""
        ask = Ask(self.site, Request(scope, receive), Form(), self.site.clock())
        reader = self._page.reader if ask.request.method == "POST" else None
        try:
            if reader is None:
                ask.form = await forms.read(ask.request)
            response = await run_in_threadpool(self._enter, ask)
            if response is None and reader is not None:
                await reader(ask)
        except ClientDisconnect:
            return  # nobody is left who could be answered
        except BadInput as error:
            response = await run_in_threadpool(refusal, ask, error)
        if response is None:
            response = await run_in_threadpool(self._answer, ask)
        await guarded(ask, response)(scope, receive, send)

    def _enter(self, ask: Ask) -> Response | None:
        """Finds out who asks; a refusal when the page is not for them."""
        try:
            meet(ask)
            access.admit(ask.visitor, self._page.roles)
        except HelplineError as error:
            return refusal(ask, error)
        return None

    def _answer(self, ask: Ask) -> Response:
        try:
            if ask.request.method == "POST":
                _check_form(ask)
                assert self._page.post is not None
                return self._page.post(ask)
            assert self._page.get is not None
            return self._page.get(ask)
        except HelplineError as error:
            return refusal(ask, error)


def meet(ask: Ask) -> None:
    """Finds out who asks, by the cookie; notes now and then that the session is in use."""
    token = ask.request.cookies.get(ask.site.cookie, "")
    if not token:
        return
    with ask.reading() as tx:
        ask.visitor = access.visitor(tx, token, ask.now)
    session = ask.visitor.session
    if session is not None and ask.now - session.seen_at > sessions.SEEN_SECONDS:
        with ask.writing() as tx:
            sessions.see(tx, session, ask.now)


def _check_form(ask: Ask) -> None:
    if ask.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotOurForm
    if not ask.request.cookies.get(ask.site.cookie) or not safety.is_ours(ask.visitor.token, ask.form.one("form")):
        raise NotOurForm


STATUS: dict[type[HelplineError], int] = {
    NotThere: 404,
    NotOurForm: 403,
    TooLarge: 413,
    TooSoon: 429,
    StorageAway: 503,
    Refused: 422,
    BadInput: 400,
}
"""What an error is in HTTP; the first that fits counts."""


def refusal(ask: Ask, error: HelplineError) -> Response:
    """The page that says what happened, what was kept and what to do."""
    if isinstance(error, Stranger):
        return _to_sign_in(ask)
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), None)
    if status is None:
        raise error
    seconds = error.seconds if isinstance(error, TooSoon) else 0
    problem = error if isinstance(error, Refused) else None
    response = ask.page("error.html", status, kind=status, seconds=seconds, problem=problem)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def _to_sign_in(ask: Ask) -> Response:
    if ask.visitor.half is not None:
        return ask.go("/sign-in/code")
    wanted = ask.request.url.path if ask.request.method in ("GET", "HEAD") else "/"
    return ask.go("/sign-in" if wanted == "/" else f"/sign-in?{urlencode({'next': wanted})}")


def guarded(ask: Ask, response: Response) -> Response:
    """The response with every protecting header, and the cookie when it is a new one."""
    response.headers.update(safety.HEADERS)
    if ask.records:
        response.headers.update(safety.MICROPHONE)
    response.headers.setdefault("Cache-Control", "no-store")
    if ask.site.secure:
        response.headers["Strict-Transport-Security"] = safety.HSTS
    token, age = ask.visitor.token, None
    if ask.admitted is not None:
        token, age = ask.admitted.token, sessions.LONGEST_SECONDS
    if token != ask.request.cookies.get(ask.site.cookie):
        response.set_cookie(
            ask.site.cookie, token, age, path="/", secure=ask.site.secure, httponly=True, samesite="lax"
        )
    return response
