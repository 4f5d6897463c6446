"""The telephone company's stand-in and a carrier that talks to it."""

from collections.abc import Iterator

import pytest

from ivr.carrier.link import Patience
from ivr.carrier.protocol import Carrier as Protocol
from ivr.carrier.twilio import Account, TwilioCarrier
from tests.carrier.elsewhere import Elsewhere, listening
from tests.doubles.carrier import Carrier

OURS, CALLER, PUBLIC = "+33199000001", "+33639980001", "https://help.example"
HASTY = Patience(connect=5, read=0.5, whole=5)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def company() -> Iterator[Carrier]:
    with Carrier() as company:
        company.add_number(OURS)
        yield company


@pytest.fixture
def account(company: Carrier) -> Account:
    return Account(company.account_sid, company.auth_token, company.url)


@pytest.fixture
def line(account: Account) -> Protocol:
    return TwilioCarrier(account)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with listening() as elsewhere:
        yield elsewhere
