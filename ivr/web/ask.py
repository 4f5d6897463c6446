"""One request, understood: what a page's function is given, and the answers it can make of it."""

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ivr.actions.audit import Actor, Deed
from ivr.actions.signing import Admitted, Browser
from ivr.store.database import Transaction
from ivr.web import forms, frame, safety
from ivr.web.access import Visitor
from ivr.web.catalogues import Language
from ivr.web.forms import Form
from ivr.web.sent import Sent
from ivr.web.site import Site

LANGUAGE, THEME = "hamrah-language", "hamrah-theme"
"""The cookies of what was chosen before signing in."""


@dataclass
class Ask:
    """Who asks, what for, and when.

    `body` or `sent` is what a page's own reader read; `records` a page with a microphone.
    """

    site: Site
    request: Request
    form: Form
    now: float
    visitor: Visitor = field(init=False)
    admitted: Admitted | None = None
    body: bytes = b""
    sent: Sent | None = None
    records: bool = False

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.request.cookies.get(self.site.cookie) or new_token())

    @property
    def query(self) -> Form:
        """What stands behind the question mark."""
        return forms.parse(self.request.url.query)

    @property
    def place(self) -> str:
        """Tells addresses apart without naming them."""
        address = safety.address(self.request, self.site.proxies)
        return self.site.database.keyring.hashes(f"place/{address}")[0][:16]

    @property
    def browser(self) -> Browser:
        """Who asks, for a new session."""
        return Browser(self.request.headers.get("user-agent", ""), self.place)

    @property
    def deed(self) -> Deed:
        """Who does it, when, for the audit."""
        member = self.visitor.member
        return Deed(Actor(None if member is None else member.id, self.place), self.now)

    @property
    def language(self) -> Language:
        """What they read: their choice, else what a newcomer reads."""
        member = self.visitor.member
        chosen = (member and member.page_language) or self.request.cookies.get(LANGUAGE, "")
        return self.site.languages.get(chosen, self.site.first_language)

    @property
    def theme(self) -> str:
        """Light, dark, or like their device."""
        member = self.visitor.member
        chosen = (member and member.theme) or self.request.cookies.get(THEME, "")
        return chosen if chosen in ("light", "dark") else "auto"

    def reading(self) -> AbstractContextManager[Transaction]:
        """A transaction that keeps nothing."""
        return self.site.database.reading()

    def writing(self) -> AbstractContextManager[Transaction]:
        """A transaction that is committed before the answer is sent."""
        return self.site.database.transaction()

    def html(self, template: str, **values: Any) -> str:
        """A template, filled in for them."""
        own = {"ask": self, "visitor": self.visitor, "form_token": safety.form_token(self.visitor.token)}
        return frame.html(self.language, template, own | {"problem": None, "done": ""} | values)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page."""
        return HTMLResponse(self.html(template, **values), status)

    def go(self, path: str) -> Response:
        """Onwards to another of our pages, by GET."""
        return RedirectResponse(path, 303)

    def let_in(self, admitted: Admitted, then: str = "/") -> Response:
        """Onwards with a new session's cookie; the code first when one is due."""
        self.admitted = admitted
        query = f"?{urlencode({'next': then})}" if then != "/" else ""
        return self.go(f"/sign-in/code{query}" if admitted.needs_code else then)


def new_token() -> str:
    """A cookie that nobody can guess."""
    return secrets.token_urlsafe(32)
