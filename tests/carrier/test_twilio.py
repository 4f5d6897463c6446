"""Pointing a rented number at the helpline, against a stand-in that fails as the provider does."""

from collections.abc import Iterator

import pytest

from ivr.carrier.twilio import Account, Numbers, Webhooks
from ivr.errors import CarrierBusy, CarrierFailed, CarrierRefused
from tests.doubles.carrier import Carrier
from tests.doubles.carrier_faults import Fault, Planned
from tests.doubles.scripted import Scripted
from tests.doubles.serving import serve

NUMBER = "+33199000001"
WANTED = Webhooks("https://help.example/v", "https://help.example/f", "https://help.example/s")


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Carrier() as listening:
        listening.add_number(NUMBER)
        listening.add_number("+33199000002")
        yield listening


def numbers(carrier: Carrier, **other: str) -> Numbers:
    known = {"sid": carrier.account_sid, "auth_token": carrier.auth_token, "api_url": carrier.url}
    return Numbers(Account(**{**known, **other}))


def test_a_number_is_pointed_at_us_and_read_back(carrier: Carrier) -> None:
    # B5: the calls stay within the configured address; POST for all three
    ours = numbers(carrier)
    assert ours.webhooks(NUMBER) == Webhooks("", "", "")
    assert ours.set_webhooks(NUMBER, WANTED) == WANTED
    assert ours.webhooks(NUMBER) == WANTED
    kept = {str(record["phone_number"]): record for record in carrier.kept["IncomingPhoneNumbers"].values()}
    methods = ("voice_method", "voice_fallback_method", "status_callback_method")
    assert [kept[NUMBER][method] for method in methods] == ["POST"] * 3
    assert not kept["+33199000002"]["voice_url"]


@pytest.mark.parametrize("fault", ["429", "500", "503"])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_provider_that_is_busy_is_told_apart_at_every_step(carrier: Carrier, fault: Fault, before: int) -> None:
    # before: how many of the three requests (find, change, read back) go well
    carrier._script.next = lambda: Planned(fault, 1) if len(carrier.log) > before else None  # type: ignore[method-assign]
    with pytest.raises(CarrierBusy, match=fault):
        numbers(carrier).set_webhooks(NUMBER, WANTED)


def test_a_lost_answer_may_be_tried_again(carrier: Carrier) -> None:
    carrier.fail_next("lost")
    with pytest.raises(CarrierBusy, match="did not answer"):
        numbers(carrier).set_webhooks(NUMBER, WANTED)
    assert numbers(carrier).set_webhooks(NUMBER, WANTED) == WANTED


def test_a_provider_that_is_not_there_may_be_tried_again() -> None:
    nowhere = Numbers(Account("AC1", "token", "http://127.0.0.1:9"))
    with pytest.raises(CarrierBusy, match="did not answer"):
        nowhere.webhooks(NUMBER)


@pytest.mark.parametrize("reply", [b"<html>welcome</html>", b"[]", b'{"a": 1}', b"null"])
def test_an_address_where_another_kind_of_server_answers_is_a_failure_with_a_name(
    reply: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    path = "/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json"
    with serve(Scripted("", "", {path: reply}).app(), lifespan="off") as url:
        elsewhere = Numbers(Account("AC1", "token", url))
        with pytest.raises(CarrierFailed):
            elsewhere.webhooks(NUMBER)


def test_a_number_that_is_not_rented_is_refused(carrier: Carrier) -> None:
    with pytest.raises(CarrierRefused, match="TWILIO_NUMBER"):
        numbers(carrier).webhooks("+33199000009")


def test_a_wrong_token_is_refused_and_not_repeated(carrier: Carrier) -> None:
    with pytest.raises(CarrierRefused, match="401") as caught:
        numbers(carrier, auth_token="wrong-t0ken").set_webhooks(NUMBER, WANTED)
    assert "wrong-t0ken" not in str(caught.value)
    assert isinstance(caught.value, CarrierFailed)


def test_an_address_that_the_provider_does_not_take_is_refused(carrier: Carrier) -> None:
    with pytest.raises(CarrierRefused, match="400"):
        numbers(carrier).set_webhooks(NUMBER, Webhooks("no address", "", ""))
