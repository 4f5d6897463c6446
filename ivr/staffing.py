"""What the command line does with accounts, and the links that it prints."""

from ivr.actions import staff
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.refusals import Refused
from ivr.actions.staff import Person
from ivr.app import Parts, site
from ivr.errors import BadSetting
from ivr.store import staff as accounts
from ivr.web.sentences import REASONS

ADMIN = frozenset({staff.Role.ADMIN.value})


def invitation(joined: Parts, person: Person) -> str:
    """Makes an account; the link with which its owner chooses a password, once."""
    try:
        with joined.database.transaction() as tx:
            _, token = staff.invite(tx, person, person.languages, Deed(HELPLINE, joined.clock()))
    except Refused as error:
        raise BadSetting(REASONS[error.reason]) from None
    return _address(joined, token)


def renewed(joined: Parts, email: str) -> str:
    """A new link for an account that is there, such as that of the only admin; BadSetting when there is none."""
    with joined.database.transaction() as tx:
        member = accounts.by_email(tx, email.strip().lower())
        if member is None or member.disabled_at is not None:
            raise BadSetting("there is no account with this e-mail address")
        token = staff.make_link(tx, member.id, staff.proper_kind(member), Deed(HELPLINE, joined.clock()))
    return _address(joined, token)


def trial_entry(joined: Parts) -> str:
    """The link that lets whoever tries the helpline in, with every role, once; empty in production."""
    if joined.settings.production:
        return ""
    with joined.database.transaction() as tx:
        token = staff.trial_link(tx, joined.clock())
    return _address(joined, token)


def _address(joined: Parts, token: str) -> str:
    return f"{site(joined).base}/enter/{token}"
