"""The language and the light of the pages, for members and for strangers on the sign-in page."""

from starlette.responses import Response

from ivr.store import staff
from ivr.web import access, safety, sentences
from ivr.web.ask import LANGUAGE, THEME, Ask
from ivr.web.door import Page

YEAR_SECONDS = 365 * 24 * 3600


def choose(ask: Ask) -> Response:
    """Keeps one of both, in a cookie and with the account, and goes back to the page they came from."""
    response = ask.go(safety.came_from(ask.request.headers.get("referer", "")))
    language, theme = ask.form.one("language"), ask.form.one("theme")
    if language in ask.site.languages:
        _keep(ask, response, (LANGUAGE, "page_language"), language)
    if theme in sentences.THEMES:
        _keep(ask, response, (THEME, "theme"), theme)
    return response


def _keep(ask: Ask, response: Response, names: tuple[str, str], value: str) -> None:
    cookie, column = names
    secure = ask.site.secure
    response.set_cookie(cookie, value, YEAR_SECONDS, path="/", secure=secure, httponly=True, samesite="lax")
    if ask.visitor.member is not None:
        with ask.writing() as tx:
            staff.change(tx, ask.visitor.member.id, **{column: value})


PAGES = (Page("/preferences", access.STRANGERS, None, choose),)
