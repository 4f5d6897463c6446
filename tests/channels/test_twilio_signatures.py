"""Who may post what: signatures against the configured address, limits, methods, and no route without an account."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ivr.app import application
from tests.actions import tiny as small
from tests.actions.tiny import ACCOUNT, PUBLIC, TOKEN, Tiny, running
from tests.channels.webhooks import FIELDS, SID, Pairs, fields, post, stored
from tests.doubles.serving import in_process
from tests.doubles.signer import signature

VOICE = f"{PUBLIC}/twilio/voice"
POSTED = ("/twilio/voice", "/twilio/status", "/twilio/fallback", "/twilio/call/x/now", "/twilio/call/x/1/keys")


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    with running(tmp_path, sqlite_url) as started:
        yield started


def test_a_signature_over_the_public_address_fits_whatever_the_proxy_calls_us(tiny: Tiny) -> None:
    # B2: "url = exact public URL with query"; the client speaks plain http to another host and port
    assert str(tiny.client.base_url).startswith("http://testserver")
    assert post(tiny, VOICE).status_code == 200
    forwarded = {"Host": "10.0.0.7:8000", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "elsewhere.example"}
    tiny.client.headers.update(forwarded)
    assert post(tiny, VOICE, fields("CA-behind-a-proxy")).status_code == 200


def test_a_signature_over_the_address_that_the_request_seems_to_have_does_not_fit(tiny: Tiny) -> None:
    seeming = signature(TOKEN, "http://testserver/twilio/voice", FIELDS)
    assert post(tiny, VOICE, signed=seeming).status_code == 403


@pytest.mark.parametrize(
    "signed",
    [
        "",
        "AAAA",
        signature("another token", VOICE, FIELDS),
        signature(TOKEN, VOICE, (*FIELDS, ("Digits", "1"))),
        signature(TOKEN, VOICE, fields(From="+33639980009")),
        signature(TOKEN, f"{VOICE}?a=1", FIELDS),
        signature(TOKEN, f"{PUBLIC}/twilio/status", FIELDS),
    ],
)
def test_whatever_is_not_signed_for_this_is_refused_and_leaves_nothing(tiny: Tiny, signed: str) -> None:
    answer = post(tiny, VOICE, signed=signed)
    assert (answer.status_code, "<" in answer.text) == (403, False)
    assert [stored(tiny, table) for table in ("callers", "calls", "turns", "requests")] == [0, 0, 0, 0]


def test_a_signature_in_bytes_that_are_no_text_is_refused(tiny: Tiny) -> None:
    answer = tiny.client.post("/twilio/voice", content=b"CallSid=x", headers={"X-Twilio-Signature": b"\xff\xfe"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", POSTED)
def test_every_address_is_guarded(tiny: Tiny, path: str) -> None:
    assert post(tiny, path, signed="").status_code == 403
    assert tiny.client.get(path).status_code == 405


def test_a_name_that_comes_with_several_values_is_signed_with_all_of_them(tiny: Tiny) -> None:
    # B2: "for each sorted distinct POST name, for each sorted distinct value: name+value"
    several: Pairs = (*FIELDS, ("SipHeader", "b"), ("SipHeader", "a"), ("SipHeader", "b"), ("Empty", ""))
    assert post(tiny, VOICE, several).status_code == 200
    assert post(tiny, VOICE, several, signed=signature(TOKEN, VOICE, several[:-2])).status_code == 403


def test_a_fragment_is_not_signed(tiny: Tiny) -> None:
    # B1: "Fragment is excluded from the signature."
    assert post(tiny, VOICE, signed=signature(TOKEN, f"{VOICE}#rc=2&rp=all", FIELDS)).status_code == 200


@pytest.mark.parametrize("host", ["[", "[1.2", "a b", ""])
def test_a_host_header_that_is_no_host_is_no_error_of_ours(tiny: Tiny, host: str) -> None:
    answer = tiny.client.post("/twilio/voice", content=b"CallSid=x", headers={"Host": host})
    assert answer.status_code == 403


def test_more_than_we_read_is_refused_before_its_signature_is_looked_at(tiny: Tiny) -> None:
    assert post(tiny, VOICE, (*FIELDS, ("Much", "x" * 65_536)), signed="").status_code == 413
    many = tuple((f"f{n}", "1") for n in range(201))
    assert post(tiny, VOICE, many, signed="").status_code == 413


def test_a_body_in_many_pieces_is_measured_as_a_whole(tiny: Tiny) -> None:
    pieces = (b"x" * 1_000 for _ in range(66))
    assert tiny.client.post("/twilio/voice", content=pieces).status_code == 413


@pytest.mark.parametrize("sid", ["", "x" * 201, "CA\x00"])
@pytest.mark.parametrize("path", POSTED[:3])
def test_without_a_call_s_id_there_is_nothing_to_answer(tiny: Tiny, path: str, sid: str) -> None:
    answer = post(tiny, path, fields(sid, CallStatus="completed"))
    assert (answer.status_code, answer.text) == (400, "no CallSid\n")


def test_another_call_s_address_is_refused(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring(call_sid="CA-first")
    action = phone.gather["action"]
    assert post(tiny, action, fields("CA-second", Digits="1")).status_code == 400
    assert post(tiny, action, fields("CA-first", Digits="1")).status_code == 200


def test_an_unknown_delivery_and_an_unknown_number_are_refused(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    action = phone.gather["action"]
    assert post(tiny, action.replace("/keys", "/doors")).status_code == 400
    assert post(tiny, action.replace("/1/keys", "/one/keys")).status_code == 400
    assert post(tiny, action.replace("?", "?d=-1&")).status_code == 400
    assert post(tiny, action.replace("/1/keys", "/1/keys/more")).status_code == 404


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])
def test_without_an_account_there_are_no_such_routes(tmp_path: Path, sqlite_url: str, missing: str) -> None:
    joined = small.joined(tmp_path, sqlite_url, small.Clock(), **{missing: ""})
    with in_process(application(joined)) as client:
        for path in POSTED:
            signed = {"X-Twilio-Signature": signature(TOKEN, f"{PUBLIC}{path}", FIELDS)}
            assert client.post(path, data=dict(FIELDS), headers=signed).status_code == 404
        assert client.get("/twilio/fallback/all.wav").status_code == 404
        assert client.get("/healthz").status_code == 200


def test_an_account_with_an_empty_token_signs_nothing(tmp_path: Path, sqlite_url: str) -> None:
    # fail closed: an HMAC under an empty key can be made by anybody
    joined = small.joined(tmp_path, sqlite_url, small.Clock(), TWILIO_AUTH_TOKEN="", TWILIO_ACCOUNT_SID=ACCOUNT)
    with in_process(application(joined)) as client:
        forged = {"X-Twilio-Signature": signature("", VOICE, FIELDS)}
        assert client.post("/twilio/voice", data=dict(FIELDS), headers=forged).status_code == 404


def test_refusals_are_logged_with_their_reason_and_without_the_form(
    tiny: Tiny, caplog: pytest.LogCaptureFixture
) -> None:
    post(tiny, VOICE, signed="")
    post(tiny, VOICE, fields(""))
    found = [(record.message, record.status, record.path) for record in caplog.records if record.name == "ivr.twilio"]  # type: ignore[attr-defined]
    assert found == [("refused", 403, "/twilio/voice"), ("refused", 400, "/twilio/voice")]
    assert "639980001" not in str([record.__dict__ for record in caplog.records if record.name.startswith("ivr")])


def test_the_client_of_these_tests_knows_a_500(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url) as started:
        started.parts.shelf.folder.joinpath("current").unlink()
        assert isinstance(post(started, VOICE), httpx.Response)
        assert post(started, VOICE).status_code == 500
