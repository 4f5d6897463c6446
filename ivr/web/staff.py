"""Accounts, for admins: who works here, inviting, changing, one-time links, disabling."""

from starlette.responses import Response

from ivr.actions import account, leaving, staff
from ivr.actions.refusals import Refused
from ivr.actions.staff import Person
from ivr.store import staff as accounts
from ivr.store.database import Transaction
from ivr.store.sessions import Kind
from ivr.store.staff import Member
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page


def show_all(ask: Ask) -> Response:
    """Everybody; or those whose name or address has the words that were sent, which never stand in an address."""
    wanted = ask.form.one("q").strip()[:100]
    with ask.reading() as tx:
        everybody = accounts.everybody(tx)
    found = [member for member in everybody if wanted.lower() in f"{member.name} {member.email}".lower()]
    return ask.page("staff.html", members=found, wanted=wanted, of=len(everybody), spoken=ask.site.spoken())


def show_new(ask: Ask) -> Response:
    """An empty form."""
    return _form(ask, Person("", "", frozenset()), None)


def invite(ask: Ask) -> Response:
    """Makes the account and shows its invitation, once."""
    person = _person(ask)
    try:
        with ask.writing() as tx:
            id, token = staff.invite(tx, person, ask.site.spoken(), ask.deed)
    except Refused as problem:
        return _form(ask, person, None, problem)
    with ask.reading() as tx:
        return _link(ask, access.colleague(tx, ask.visitor, str(id)), Kind.INVITATION, token)


def show_one(ask: Ask) -> Response:
    """One account."""
    with ask.reading() as tx:
        member = _member(ask, tx)
    return _form(ask, Person(member.email, member.name, member.roles, member.languages), member)


def change(ask: Ask) -> Response:
    """Keeps what was changed."""
    person = _person(ask)
    with ask.reading() as tx:
        member = _member(ask, tx)
    try:
        with ask.writing() as tx:
            leaving.change(tx, member, person, ask.site.spoken(), ask.deed)
    except Refused as problem:
        return _form(ask, person, member, problem)
    return ask.go(f"/staff/{member.id}?done=saved")


def make_link(ask: Ask) -> Response:
    """A new invitation or reset link, shown once."""
    with ask.writing() as tx:
        member = _member(ask, tx)
        if member.disabled_at is not None:
            raise access.NotThere
        kind = staff.proper_kind(member)
        token = staff.make_link(tx, member.id, kind, ask.deed)
    return _link(ask, member, kind, token)


def disable(ask: Ask) -> Response:
    """Nobody signs in to it any more."""
    with ask.reading() as tx:
        member = _member(ask, tx)
    try:
        with ask.writing() as tx:
            leaving.disable(tx, member, ask.deed)
    except Refused as problem:
        return _form(ask, Person(member.email, member.name, member.roles, member.languages), member, problem)
    return ask.go(f"/staff/{member.id}?done=disabled")


def enable(ask: Ask) -> Response:
    """The account works again."""
    with ask.writing() as tx:
        member = _member(ask, tx)
        staff.enable(tx, member, ask.deed)
    return ask.go(f"/staff/{member.id}?done=enabled")


def forget_code(ask: Ask) -> Response:
    """For who lost the phone with the codes: only the password is asked for."""
    with ask.writing() as tx:
        member = _member(ask, tx)
        account.switch_totp_off(tx, member.id, ask.deed)
    return ask.go(f"/staff/{member.id}?done=code-off")


def _member(ask: Ask, tx: Transaction) -> Member:
    return access.colleague(tx, ask.visitor, ask.request.path_params["id"])


def _person(ask: Ask) -> Person:
    form = ask.form
    return Person(form.one("email"), form.one("name"), frozenset(form.all("roles")), form.all("languages"))


DONE = ("saved", "disabled", "enabled", "code-off")


def _form(ask: Ask, person: Person, member: Member | None, problem: Refused | None = None) -> Response:
    done = ask.query.one("done")
    return ask.page(
        "member.html",
        422 if problem else 200,
        person=person,
        member=member,
        spoken=ask.site.spoken(),
        problem=problem,
        done=done if done in DONE and not problem else "",
    )


def _link(ask: Ask, member: Member, kind: Kind, token: str) -> Response:
    address, days = f"{ask.site.base}/enter/{token}", staff.LINK_SECONDS[kind] // 86400
    return ask.page("made_link.html", member=member, kind=kind, address=address, days=days)


PAGES = (
    Page("/staff", access.ADMINS, show_all, show_all),
    Page("/staff/new", access.ADMINS, show_new, invite),
    Page("/staff/{id}", access.ADMINS, show_one, change),
    Page("/staff/{id}/link", access.ADMINS, None, make_link),
    Page("/staff/{id}/disable", access.ADMINS, None, disable),
    Page("/staff/{id}/enable", access.ADMINS, None, enable),
    Page("/staff/{id}/forget-code", access.ADMINS, None, forget_code),
)
