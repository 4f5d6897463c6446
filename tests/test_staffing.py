"""The command line's way to accounts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr import staffing
from ivr.actions.staff import Person
from ivr.app import Parts
from ivr.errors import BadSetting
from ivr.settings import load
from ivr.store import staff
from tests import helpline

PERSON = Person("nasrin@example.org", "Nasrin", staffing.ADMIN)
LINK = re.compile(r"https://help\.example/enter/[\w-]{43}")


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Parts]:
    made = helpline.helpline(tmp_path)
    yield made
    made.database.dispose()


def test_the_first_admin_gets_an_invitation(joined: Parts) -> None:
    assert LINK.fullmatch(staffing.invitation(joined, PERSON))
    with joined.database.reading() as tx:
        member = staff.by_email(tx, PERSON.email)
    assert member is not None
    assert member.roles == {"admin"}


def test_an_account_is_not_made_twice_but_gets_a_new_link(joined: Parts) -> None:
    first = staffing.invitation(joined, PERSON)
    with pytest.raises(BadSetting, match="already an account"):
        staffing.invitation(joined, PERSON)
    assert staffing.renewed(joined, " Nasrin@example.org") != first
    with pytest.raises(BadSetting, match="no account"):
        staffing.renewed(joined, "nobody@example.org")


def test_a_trial_has_an_entry_and_production_has_none(joined: Parts) -> None:
    first, second = staffing.trial_entry(joined), staffing.trial_entry(joined)
    assert LINK.fullmatch(first)
    assert first != second
    with joined.database.reading() as tx:
        assert [member.password_hash for member in staff.everybody(tx)] == [None]


def test_production_has_no_entry_without_a_password(tmp_path: Path) -> None:
    joined = helpline.helpline(tmp_path, IVR_ENV="production")
    assert staffing.trial_entry(joined) == ""
    joined.database.dispose()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_a_trial_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(BadSetting, match="IVR_HOST"):
        load({"IVR_HOST": host})
