"""Signing in and out, and what one-time links lead to."""

from starlette.responses import Response

from ivr.actions import passwords, signing
from ivr.actions.refusals import Reason, Refused, TooSoon
from ivr.store.sessions import Kind
from ivr.web import access, safety
from ivr.web.access import Visitor
from ivr.web.ask import Ask, new_token
from ivr.web.door import Page


def show(ask: Ask) -> Response:
    """The form, or onwards for who is signed in."""
    then = safety.own_path(ask.query.one("next"))
    return ask.go(then) if ask.visitor.member else ask.page("sign_in.html", then=then, email="")


def sign_in(ask: Ask) -> Response:
    """Checks e-mail address and password."""
    then, email = safety.own_path(ask.form.one("next")), ask.form.one("email")
    try:
        admitted = signing.sign_in(ask.site.database, email, ask.form.one("password"), ask.browser, ask.now)
    except (Refused, TooSoon) as problem:
        return _again(ask, "sign_in.html", problem, then=then, email=email[:200])
    return ask.let_in(admitted, then)


def show_code(ask: Ask) -> Response:
    """Asks for the second proof, after the password."""
    then = safety.own_path(ask.query.one("next"))
    return ask.page("code.html", then=then) if ask.visitor.half else ask.go("/sign-in")


def prove(ask: Ask) -> Response:
    """Checks the second proof."""
    then, half = safety.own_path(ask.form.one("next")), ask.visitor.half
    if half is None:
        return ask.go("/sign-in")
    try:
        admitted = signing.prove(ask.site.database, half, ask.form.one("code"), ask.browser, ask.now)
    except (Refused, TooSoon) as problem:
        return _again(ask, "code.html", problem, then=then)
    return ask.let_in(admitted, then)


def sign_out(ask: Ask) -> Response:
    """Ends this session."""
    _, session = access.oneself(ask.visitor)
    with ask.writing() as tx:
        signing.sign_out(tx, session, ask.deed)
    ask.visitor = Visitor(new_token())
    return ask.go("/sign-in")


def show_link(ask: Ask) -> Response:
    """What a one-time link is for; only the button uses it, so that a preview of the link does no harm."""
    with ask.reading() as tx:
        try:
            link, member = signing.opened(tx, ask.request.path_params["token"], ask.now)
        except Refused as problem:
            return ask.page("error.html", 404, kind=404, seconds=0, problem=problem)
    return ask.page("link.html", link=link, member=member)


def use_link(ask: Ask) -> Response:
    """Lets in a trial's operator, or sets the password that was chosen."""
    token = ask.request.path_params["token"]
    with ask.reading() as tx:
        link, member = signing.opened(tx, token, ask.now)
    if link.kind is Kind.ENTRY:
        return ask.let_in(signing.enter(ask.site.database, token, ask.browser, ask.now))
    try:
        password = chosen(ask)
        admitted = signing.choose_password(ask.site.database, token, password, ask.browser, ask.now)
    except Refused as problem:
        return _again(ask, "link.html", problem, link=link, member=member)
    return ask.let_in(admitted)


def chosen(ask: Ask) -> str:
    """A new password, written twice."""
    password = ask.form.one("password")
    if len(password) <= passwords.MOST and password != ask.form.one("again"):
        raise Refused(Reason.TWO_PASSWORDS, "again")
    return password


def _again(ask: Ask, template: str, problem: Refused | TooSoon, **values: object) -> Response:
    status = 429 if isinstance(problem, TooSoon) else 422
    response = ask.page(template, status, problem=problem, **values)
    if isinstance(problem, TooSoon):
        response.headers["Retry-After"] = str(problem.seconds)
    return response


PAGES = (
    Page("/sign-in", access.STRANGERS, show, sign_in),
    Page("/sign-in/code", access.STRANGERS, show_code, prove),
    Page("/sign-out", access.EVERYBODY, None, sign_out),
    Page("/enter/{token}", access.STRANGERS, show_link, use_link),
)
