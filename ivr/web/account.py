"""One's own account: name, phone, languages, password, second step, sessions."""

from typing import Any

import segno
from starlette.responses import Response

from ivr.actions import account, dialling
from ivr.actions.account import Own
from ivr.actions.refusals import Refused, TooSoon
from ivr.store import news, sessions, staff
from ivr.store.database import Transaction
from ivr.web import access, phone
from ivr.web.access import NotThere
from ivr.web.ask import Ask
from ivr.web.door import Handler, Page
from ivr.web.frame import pairs
from ivr.web.signing import chosen

DONE = ("saved", "password", "code-off", "ended")
"""What the page says after a change; the word stands in the address."""


def show(ask: Ask) -> Response:
    """The account as it is."""
    done = ask.query.one("done")
    return _page(ask, done=done if done in DONE else "")


def change(ask: Ask) -> Response:
    """Keeps name, phone and languages."""
    member, _ = access.oneself(ask.visitor)
    own = Own(ask.form.one("name"), ask.form.one("phone"), ask.form.all("languages"))
    try:
        with ask.writing() as tx:
            account.change(tx, member, own, ask.site.spoken(), production=ask.site.production)
    except Refused as problem:
        return _page(ask, 422, problem=problem, part="own", own=own)
    return ask.go("/account?done=saved")


def try_phone(ask: Ask) -> Response:
    """Rings their own phone; how it goes is seen on the page."""
    member, _ = access.oneself(ask.visitor)
    if not ask.site.can_call:
        raise NotThere
    try:
        with ask.writing() as tx:
            dialling.self_test(tx, member, ask.deed)
    except (Refused, TooSoon) as problem:
        return _page(ask, 429 if isinstance(problem, TooSoon) else 422, problem=problem, part="phone")
    return ask.go("/account#phone")


def change_password(ask: Ask) -> Response:
    """A new password; every other session ends."""
    member, _ = access.oneself(ask.visitor)
    database = ask.site.database
    try:
        password = chosen(ask)
        if member.password_hash is not None:
            account.confirm(database, member, ask.form.one("old"), ask.browser, ask.now)
        ask.admitted = account.change_password(database, member, password, ask.browser, ask.now)
    except (Refused, TooSoon) as problem:
        return _page(ask, 429 if isinstance(problem, TooSoon) else 422, problem=problem, part="password")
    return ask.go("/account?done=password")


def show_totp(ask: Ask) -> Response:
    """A new secret for the phone's authenticator, as a picture and as text."""
    return _offered(ask, "")


def switch_totp_on(ask: Ask) -> Response:
    """Checks one code and shows the recovery codes, once."""
    member, _ = access.oneself(ask.visitor)
    offer = account.offer_totp(ask.site.database.keyring, member, ask.form.one("sealed"))
    try:
        with ask.writing() as tx:
            codes = account.switch_totp_on(tx, member, offer.secret, ask.form.one("code"), ask.deed)
    except Refused as problem:
        return _offered(ask, offer.sealed, problem)
    return ask.page("codes.html", codes=codes)


def switch_totp_off(ask: Ask) -> Response:
    """Needs the password again."""
    return _confirmed(ask, _off)


def new_codes(ask: Ask) -> Response:
    """New recovery codes in place of the old ones; needs the password again."""
    return _confirmed(ask, _codes)


def show_sessions(ask: Ask) -> Response:
    """Where one is signed in."""
    with ask.reading() as tx:
        return ask.page("sessions.html", **session_values(ask, tx))


def end_session(ask: Ask) -> Response:
    """Ends one session; one's own signs out."""
    member, _ = access.oneself(ask.visitor)
    with ask.writing() as tx:
        if not account.end_session(tx, member, access.number(ask.request.path_params["id"]), ask.deed):
            raise NotThere
    return ask.go("/account/sessions")


def end_others(ask: Ask) -> Response:
    """Ends every session but this one."""
    _, session = access.oneself(ask.visitor)
    with ask.writing() as tx:
        account.end_others(tx, session, ask.deed)
    return ask.go("/account/sessions")


def session_values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What the list of sessions shows, and the version of it."""
    member, session = access.oneself(ask.visitor)
    topic = sessions.topic(member.id)
    version = news.versions(tx, (topic,))[topic]
    return {"sessions": sessions.of_member(tx, member.id, ask.now), "this": session.id, "version": version}


def _page(ask: Ask, status: int = 200, *, own: Own | None = None, part: str = "", **values: Any) -> Response:
    member, _ = access.oneself(ask.visitor)
    shown = own or Own(member.name, "" if member.phone is None else pairs(member.phone), member.languages)
    with ask.reading() as tx:
        left, seen = staff.codes_left(tx, member.id), phone.values(ask, tx)
    known: dict[str, Any] = {
        **seen,
        "own": shown,
        "member": member,
        "spoken": ask.site.spoken(),
        "codes_left": left,
        "part": part,
    }
    return ask.page("account.html", status, **known, **values)


def _offered(ask: Ask, sealed: str, problem: Refused | None = None) -> Response:
    member, _ = access.oneself(ask.visitor)
    offer = account.offer_totp(ask.site.database.keyring, member, sealed)
    picture = segno.make(offer.address, micro=False).svg_inline(scale=5, border=3, light="#fff", omitsize=True)
    return ask.page("totp.html", 422 if problem else 200, offer=offer, picture=picture, problem=problem)


def _confirmed(ask: Ask, then: Handler) -> Response:
    member, _ = access.oneself(ask.visitor)
    try:
        if member.password_hash is not None:
            account.confirm(ask.site.database, member, ask.form.one("old"), ask.browser, ask.now)
    except (Refused, TooSoon) as problem:
        return _page(ask, 429 if isinstance(problem, TooSoon) else 422, problem=problem, part="code")
    return then(ask)


def _off(ask: Ask) -> Response:
    member, _ = access.oneself(ask.visitor)
    with ask.writing() as tx:
        account.switch_totp_off(tx, member.id, ask.deed)
    return ask.go("/account?done=code-off")


def _codes(ask: Ask) -> Response:
    member, _ = access.oneself(ask.visitor)
    if not member.has_totp:
        raise NotThere
    with ask.writing() as tx:
        codes = account.new_codes(tx, member.id, ask.deed)
    return ask.page("codes.html", codes=codes)


PAGES = (
    Page("/account", access.EVERYBODY, show, change),
    Page("/account/phone/try", access.EVERYBODY, None, try_phone),
    Page("/account/password", access.EVERYBODY, None, change_password),
    Page("/account/second-step", access.EVERYBODY, show_totp, switch_totp_on),
    Page("/account/second-step/off", access.EVERYBODY, None, switch_totp_off),
    Page("/account/second-step/codes", access.EVERYBODY, None, new_codes),
    Page("/account/sessions", access.EVERYBODY, show_sessions),
    Page("/account/sessions/end-others", access.EVERYBODY, None, end_others),
    Page("/account/sessions/{id}/end", access.EVERYBODY, None, end_session),
)
