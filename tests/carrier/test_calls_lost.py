"""What a call, a text and a search become when the telephone company is away: never a second call by mistake."""

import logging
import socket
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ivr.carrier.protocol import CallRef, NewCall, NewText
from ivr.carrier.protocol import Carrier as Protocol
from ivr.carrier.twilio import Account, Numbers, TwilioCarrier
from ivr.errors import CarrierBusy, CarrierFailed, CarrierRefused, CarrierUnknown
from tests.carrier.conftest import CALLER, HASTY, OURS, PUBLIC
from tests.carrier.elsewhere import Elsewhere
from tests.doubles.carrier import Carrier
from tests.doubles.carrier_faults import Fault

CALL = NewCall(CALLER, OURS, f"{PUBLIC}/answer", f"{PUBLIC}/status?attempt=7", ring_seconds=25, time_limit=1800)
TEXT = NewText(CALLER, OURS, "Mercedi 14 h", f"{PUBLIC}/text?attempt=8")
CREATIONS: list[Callable[[Protocol], object]] = [lambda line: line.call(CALL), lambda line: line.text(TEXT)]
REPEATABLE: list[Callable[[Protocol], object]] = [
    lambda line: line.find_calls(CALLER, OURS, datetime(2026, 11, 1, tzinfo=UTC)),
    lambda line: line.end_call(CallRef("CA0")),
    lambda line: line.move(CallRef("CA0"), f"{PUBLIC}/now"),
    lambda line: line.delete_copies(CallRef("CA0")),
]
LOGGED = "/2010-04-01/Accounts/AC0/Calls.json"
"""A path of the stand-in, which logs every request to it."""
EVERYTHING = [*CREATIONS, *REPEATABLE]


def failed(line: Protocol, act: Callable[[Protocol], object]) -> CarrierFailed:
    with pytest.raises(CarrierFailed) as caught:
        act(line)
    return caught.value


@pytest.mark.parametrize("act", EVERYTHING)
def test_too_many_requests_say_how_long_to_wait(
    company: Carrier, line: Protocol, act: Callable[[Protocol], object]
) -> None:
    # the vendor's page on error 20429: "is never processed and is always safe to retry"
    company.fail_next("429", seconds=7)
    error = failed(line, act)
    assert isinstance(error, CarrierBusy)
    assert (error.retry_after, error.code) == (7, 20429)
    assert not company.kept["Calls"]


@pytest.mark.parametrize("act", EVERYTHING)
def test_a_service_that_is_away_is_asked_again(
    company: Carrier, line: Protocol, act: Callable[[Protocol], object]
) -> None:
    # the vendor's page on error 20503: "temporarily unavailable. Try again a few times with exponential back-off"
    company.fail_next("503")
    error = failed(line, act)
    assert isinstance(error, CarrierBusy)
    assert error.retry_after is None


@pytest.mark.parametrize("act", CREATIONS)
def test_an_error_inside_the_company_leaves_a_creation_open(
    company: Carrier, line: Protocol, act: Callable[[Protocol], object]
) -> None:
    # the vendor's page on error 20500: "sending an SMS or triggering an outbound call … If you get a 500 Server Error
    # on these requests, and you retry the request, it is possible for a customer to receive multiple messages or calls"
    company.fail_next("500")
    assert isinstance(failed(line, act), CarrierUnknown)


@pytest.mark.parametrize("act", REPEATABLE)
def test_an_error_inside_the_company_lets_the_rest_be_asked_again(
    company: Carrier, line: Protocol, act: Callable[[Protocol], object]
) -> None:
    company.fail_next("500")
    assert isinstance(failed(line, act), CarrierBusy)


def test_a_call_whose_answer_was_lost_is_found_and_was_asked_for_once(company: Carrier, line: Protocol) -> None:
    # B9: "after a crash, `GET /Calls.json?To=&From=&StartTime>=` finds a call whose sid was never stored"
    company.fail_next("lost")
    assert isinstance(failed(line, CREATIONS[0]), CarrierUnknown)
    [found] = line.find_calls(CALLER, OURS, datetime.now(UTC) - timedelta(minutes=1))
    assert [found.ref.id] == list(company.kept["Calls"])


def test_a_text_whose_answer_was_lost_is_sent_once(company: Carrier, line: Protocol) -> None:
    company.fail_next("lost")
    assert isinstance(failed(line, CREATIONS[1]), CarrierUnknown)
    assert len(company.kept["Messages"]) == len(company.log) == 1


@pytest.mark.parametrize("act", CREATIONS)
def test_an_answer_that_comes_too_late_is_a_lost_one(
    company: Carrier, account: Account, act: Callable[[Protocol], object]
) -> None:
    company.fail_next("slow", seconds=1.2)
    assert isinstance(failed(TwilioCarrier(account, HASTY), act), CarrierUnknown)
    assert len(company.kept["Calls"]) + len(company.kept["Messages"]) == 1


def test_a_search_that_takes_too_long_is_asked_again(company: Carrier, account: Account) -> None:
    company.fail_next("slow", seconds=1.2)
    assert isinstance(failed(TwilioCarrier(account, HASTY), REPEATABLE[0]), CarrierBusy)


@pytest.mark.parametrize("act", EVERYTHING)
def test_where_nobody_listens_nothing_was_done(account: Account, act: Callable[[Protocol], object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = Account(account.sid, account.auth_token, f"http://127.0.0.1:{port}")
    assert isinstance(failed(TwilioCarrier(nobody, HASTY), act), CarrierBusy)


@pytest.mark.parametrize("act", EVERYTHING)
def test_behind_a_proxy_that_is_away_nothing_was_done(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[Protocol], object]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    line = TwilioCarrier(Account("AC0", "secret", "https://127.0.0.1:1"), HASTY)
    assert isinstance(failed(line, act), CarrierBusy)


@pytest.mark.parametrize("act", EVERYTHING)
def test_whoever_cannot_prove_to_be_the_company_is_told_nothing(
    elsewhere: Elsewhere, tmp_path: Path, act: Callable[[Protocol], object]
) -> None:
    elsewhere.speak_tls(*self_signed(tmp_path))
    line = TwilioCarrier(Account("AC0", "secret", elsewhere.url))
    assert isinstance(failed(line, act), CarrierBusy)
    assert not elsewhere.heard


def self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, secret


@pytest.mark.parametrize("act", EVERYTHING)
def test_a_wrong_password_is_named_and_not_shown(
    company: Carrier, account: Account, act: Callable[[Protocol], object]
) -> None:
    stranger = Account(account.sid, "not-the-secret", account.api_url)
    error = failed(TwilioCarrier(stranger), act)
    assert isinstance(error, CarrierRefused)
    assert (error.status, error.code) == (401, 20003)
    assert "TWILIO_AUTH_TOKEN" in str(error)
    assert not company.kept["Calls"]


def test_a_redirection_to_no_address_is_asked_again(elsewhere: Elsewhere) -> None:
    elsewhere.status, elsewhere.headers = 301, {"Location": "http://["}
    assert isinstance(failed(TwilioCarrier(Account("AC0", "secret", elsewhere.url)), REPEATABLE[0]), CarrierBusy)


@pytest.mark.parametrize("act", [CREATIONS[0], REPEATABLE[0]])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_credentials_are_not_carried_along(
    elsewhere: Elsewhere, company: Carrier, status: int, act: Callable[[Protocol], object]
) -> None:
    elsewhere.status, elsewhere.headers = status, {"Location": f"{company.url}{LOGGED}"}
    line = TwilioCarrier(Account("AC0", "secret", elsewhere.url))
    error = failed(line, act)
    assert isinstance(error, CarrierRefused)
    assert "TWILIO_API_URL" in str(error)
    assert not company.log


@pytest.mark.parametrize("status", [500, 501, 502, 504, 599])
def test_of_a_creation_only_the_company_knows_what_its_failure_means(elsewhere: Elsewhere, status: int) -> None:
    elsewhere.status = status
    line = TwilioCarrier(Account("AC0", "secret", elsewhere.url))
    assert isinstance(failed(line, CREATIONS[0]), CarrierUnknown)
    assert isinstance(failed(line, REPEATABLE[0]), CarrierBusy)


def test_a_next_page_on_another_host_is_refused(elsewhere: Elsewhere, company: Carrier) -> None:
    elsewhere.body = f'{{"calls": [], "next_page_uri": "{company.url}{LOGGED}"}}'.encode()
    line = TwilioCarrier(Account("AC0", "secret", elsewhere.url))
    assert isinstance(failed(line, REPEATABLE[0]), CarrierRefused)
    assert not company.log


def test_a_list_without_an_end_is_left(elsewhere: Elsewhere) -> None:
    elsewhere.body = b'{"calls": [], "next_page_uri": "/again"}'
    line = TwilioCarrier(Account("AC0", "secret", elsewhere.url))
    assert "pages" in str(failed(line, REPEATABLE[0]))
    assert len(elsewhere.heard) == 100


@pytest.mark.parametrize("body", [b"", b"<html>Welcome to the hotel</html>", b"[]", b"\xff"])
def test_an_answer_that_is_none_is_asked_for_again(elsewhere: Elsewhere, body: bytes) -> None:
    elsewhere.body = body
    line = TwilioCarrier(Account("AC0", "secret", elsewhere.url))
    assert isinstance(failed(line, REPEATABLE[0]), CarrierBusy)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"sid": ""}'])
def test_a_creation_whose_answer_is_none_may_have_happened(elsewhere: Elsewhere, body: bytes) -> None:
    elsewhere.body = body
    line = TwilioCarrier(Account("AC0", "secret", elsewhere.url))
    assert isinstance(failed(line, CREATIONS[0]), CarrierUnknown)


@pytest.mark.parametrize(("hours", "least", "most"), [(1, 3000, 3600), (-1, 0, 0)])
def test_the_time_to_wait_may_be_a_date(elsewhere: Elsewhere, hours: int, least: float, most: float) -> None:
    # RFC 9110, 10.2.3: "Retry-After = HTTP-date / delay-seconds"
    until = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    elsewhere.status, elsewhere.headers = 429, {"Retry-After": until}
    error = failed(TwilioCarrier(Account("AC0", "secret", elsewhere.url)), REPEATABLE[0])
    assert isinstance(error, CarrierBusy)
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


@pytest.mark.parametrize("header", ["", "soon", "-3", "nan", "9" * 40])
def test_a_time_to_wait_that_is_none_is_none(elsewhere: Elsewhere, header: str) -> None:
    elsewhere.status, elsewhere.headers = 503, {"Retry-After": header}
    error = failed(TwilioCarrier(Account("AC0", "secret", elsewhere.url)), REPEATABLE[0])
    assert isinstance(error, CarrierBusy)
    assert error.retry_after is None


def unshown(text: str, account: Account) -> bool:
    private = (CALLER, OURS, account.auth_token, "attempt=", PUBLIC, TEXT.body, CALLER[1:])
    return not any(part in text for part in private)


@pytest.mark.parametrize("fault", ["429", "500", "503", "lost"])
@pytest.mark.parametrize("act", EVERYTHING)
def test_no_error_and_no_log_line_holds_a_number_or_a_secret(
    company: Carrier,
    account: Account,
    act: Callable[[Protocol], object],
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    company.fail_next(fault, seconds=1.2)
    error = failed(TwilioCarrier(account, HASTY), act)
    assert error.__cause__ is error.__context__ is None
    assert unshown("".join(traceback.format_exception(error)) + repr(error) + caplog.text, account)


def test_a_refusal_does_not_repeat_the_number_that_the_company_quotes(account: Account, line: Protocol) -> None:
    error = failed(line, lambda line: line.call(NewCall(CALLER[:7], OURS, f"{PUBLIC}/a", f"{PUBLIC}/s", 5, 5)))
    assert CALLER[:7] not in "".join(traceback.format_exception(error))
    assert unshown("".join(traceback.format_exception(error)), account)


def test_nothing_that_is_printed_holds_a_number_or_a_secret(account: Account) -> None:
    line = TwilioCarrier(account)
    printed = f"{CALL} {TEXT} {account} {line} {vars(line)} {vars(Numbers(account))}"
    assert unshown(printed, account)
    assert account.sid in repr(account)
