"""The phone does to an application what Twilio would; each test quotes the line it stands for."""

import re

import httpx
import pytest
from starlette.responses import Response

from tests.doubles.call import RedirectLoop
from tests.doubles.phone import NotNow, Phone
from tests.doubles.scripted import Reply, Scripted
from tests.doubles.serving import in_process, serve

PUBLIC, TOKEN, ACCOUNT, NUMBER = "https://help.example", "t0ken", "AC" + "1" * 32, "+33199000001"
MENU = '<Gather action="/a?s=1%2B2" numDigits="1" finishOnKey="" timeout="6"><Play>/s/menu.wav</Play></Gather>'
ENTRY = '<Gather action="/a" numDigits="5" finishOnKey="#" timeout="8"><Play>/s/code.wav</Play></Gather>'
SILENCE = "<Redirect>/silence</Redirect>"
RECORD = '<Record action="/over" maxLength="60" recordingStatusCallback="/ready"/>'
DIAL = "<Dial{}><Number>+33199000002</Number></Dial>"


def start(replies: dict[str, Reply], **options: object) -> tuple[Phone, Scripted]:
    """A phone that has rung an application whose fallback and status answers are fixed."""
    usual: dict[str, Reply] = {"/twilio/status": 204, "/twilio/fallback": "<Say>fallback</Say><Hangup/>"}
    app = Scripted(PUBLIC, TOKEN, {**usual, **replies})
    phone = Phone(in_process(app.app()), PUBLIC, TOKEN, ACCOUNT, NUMBER, **options)  # type: ignore[arg-type]
    phone.ring()
    return phone, app


def test_every_request_carries_the_standard_fields_and_a_signature_over_the_public_url() -> None:
    # B1: "Always sent: CallSid, AccountSid, From, To, CallStatus, ApiVersion, Direction", "New params appear without
    # notice"; the application listens on http://testserver and checks against https://help.example
    phone, app = start({"/twilio/voice": MENU, "/a": "<Hangup/>"})
    phone.press("1")
    first, second, status = app.forms
    assert re.fullmatch("CA[0-9a-f]{32}", first["CallSid"])
    assert first["CallSid"] == second["CallSid"] == status["CallSid"]
    assert (first["AccountSid"], first["From"], first["To"]) == (ACCOUNT, "+33639980001", NUMBER)
    assert (first["ApiVersion"], first["Direction"]) == ("2010-04-01", "inbound")
    assert [form["CallStatus"] for form in app.forms] == ["ringing", "in-progress", "completed"]
    assert first["AddedWithoutNotice"]
    assert second["s"] == "1+2"
    assert not phone.errors


def test_a_wrong_token_is_refused_by_the_application() -> None:
    app = Scripted(PUBLIC, "another", {"/twilio/voice": MENU})
    phone = Phone(in_process(app.app()), PUBLIC, TOKEN, ACCOUNT, NUMBER)
    phone.ring("anonymous")
    assert phone.ended == "failed"
    assert {trouble.code for trouble in phone.errors} == {11200}


def test_a_withheld_number_and_a_foreign_provider_s_id_arrive_as_they_are() -> None:
    # B1: "Withheld caller id: From may be `anonymous`"; B8: "CallSid like `v3:…`"
    app = Scripted(PUBLIC, TOKEN, {"/twilio/voice": MENU})
    phone = Phone(in_process(app.app()), PUBLIC, TOKEN, ACCOUNT, NUMBER)
    phone.ring("anonymous", call_sid="v3:abc")
    assert (app.forms[0]["From"], app.forms[0]["CallSid"]) == ("anonymous", "v3:abc")


@pytest.mark.parametrize("key", ["1", "#", "*", "0"])
def test_a_menu_with_an_empty_finish_key_delivers_every_key(key: str) -> None:
    # B9: "Menus: `numDigits="1" finishOnKey=""`, else `#` never arrives."
    phone, app = start({"/twilio/voice": MENU + SILENCE, "/a": MENU})
    phone.press(key)
    assert app.forms[-1]["Digits"] == key
    assert phone.waiting == "gather"


def test_keys_beyond_the_gather_are_lost() -> None:
    # B9: "Keys sent while a webhook is in flight are probably lost: type-ahead works within one Gather only."
    phone, app = start({"/twilio/voice": MENU, "/a": MENU})
    phone.press("123")
    assert [form["Digits"] for form in app.forms_at("/a")] == ["1"]
    assert phone.lost_keys == "23"


@pytest.mark.parametrize(("keys", "digits"), [("75011", "75011"), ("7501#", "7501"), ("750", "750"), ("7*#", "7*")])
def test_an_entry_is_sent_without_its_finish_key(keys: str, digits: str) -> None:
    # B3: "Posts `Digits` (without finish key)"
    phone, app = start({"/twilio/voice": ENTRY + SILENCE, "/a": MENU})
    phone.press(keys)
    assert app.forms[-1]["Digits"] == digits


def test_keys_typed_ahead_belong_to_the_same_gather() -> None:
    phone, app = start({"/twilio/voice": ENTRY + SILENCE, "/a": MENU})
    phone.press("75", type_ahead=True)
    phone.press("0", type_ahead=True)
    assert len(app.forms) == 1
    phone.press("11", type_ahead=True)
    assert app.forms[-1]["Digits"] == "75011"


def test_keys_typed_ahead_are_sent_when_the_time_is_over() -> None:
    phone, app = start({"/twilio/voice": ENTRY + SILENCE, "/a": MENU})
    phone.press("75", type_ahead=True)
    phone.stay_silent()
    assert app.forms[-1] | {"Digits": "75", "path": "/a"} == app.forms[-1]


def test_a_hash_alone_on_an_entry_counts_as_silence() -> None:
    # B9: "A `#` alone on an entry cannot be told from silence."
    phone, app = start({"/twilio/voice": ENTRY + SILENCE, "/silence": MENU})
    phone.press("#")
    assert app.forms[-1]["path"] == "/silence"
    assert "Digits" not in app.forms[-1]


def test_silence_falls_through_to_the_next_verb() -> None:
    # B3: "No input → falls through to next verb unless actionOnEmptyResult."
    phone, _ = start(
        {"/twilio/voice": MENU + "<Play>/s/1.wav</Play>" + SILENCE, "/silence": "<Play>2.wav</Play>" + MENU}
    )
    assert phone.heard == [f"{PUBLIC}/s/menu.wav"]
    phone.stay_silent()
    assert phone.heard == [f"{PUBLIC}/s/1.wav", f"{PUBLIC}/2.wav", f"{PUBLIC}/s/menu.wav"]
    assert phone.heard_all == [f"{PUBLIC}/s/menu.wav", *phone.heard]
    assert phone.gather["timeout"] == "6"


def test_silence_is_sent_with_action_on_empty_result() -> None:
    empty = MENU.replace("<Gather", '<Gather actionOnEmptyResult="true"')
    phone, app = start({"/twilio/voice": empty, "/a": MENU})
    phone.stay_silent()
    assert (app.forms[-1]["path"], app.forms[-1]["Digits"]) == ("/a", "")


def test_a_document_that_runs_out_ends_the_call() -> None:
    phone, app = start({"/twilio/voice": MENU})
    phone.stay_silent()
    assert (phone.alive, phone.ended, phone.waiting) == (False, "document", None)
    assert app.forms[-1]["CallDuration"] == "6"


def test_relative_urls_follow_the_current_document() -> None:
    # B1: "Relative URLs allowed."
    replies: dict[str, Reply] = {
        "/twilio/voice": "<Redirect>call/7?x=1</Redirect>",
        "/twilio/call/7": "<Play>s.wav</Play>" + MENU,
    }
    phone, app = start(replies)
    assert phone.heard[0] == f"{PUBLIC}/twilio/call/s.wav"
    assert app.forms[-1]["x"] == "1"


def test_a_get_is_signed_with_its_query() -> None:
    # B1: "Always sent (POST form or GET query)"
    phone, app = start({"/twilio/voice": '<Redirect method="GET">/g?a=1</Redirect>', "/g": MENU})
    assert app.forms[-1]["a"] == "1"
    assert app.forms[-1]["CallSid"] == phone.call.sid


def test_redirects_without_an_end_raise() -> None:
    # B3: "action (def current URL → loops!)"
    with pytest.raises(RedirectLoop):
        start({"/twilio/voice": "<Redirect>/twilio/voice</Redirect>"})


def test_a_rejected_call_is_never_answered() -> None:
    # B3: "Reject … ends busy/no-answer."
    phone, app = start({"/twilio/voice": '<Reject reason="busy"/>'})
    assert (phone.ended, app.forms[-1]["CallStatus"]) == ("busy", "busy")
    phone, app = start({"/twilio/voice": "<Reject/>"})
    assert (phone.ended, app.forms[-1]["CallStatus"]) == ("rejected", "no-answer")


def test_hanging_up_posts_the_status_callback() -> None:
    # B1: "Status callbacks: … SequenceNumber, Timestamp RFC 2822, CallbackSource=call-progress-events"
    phone, app = start({"/twilio/voice": MENU})
    phone.hang_up()
    last = app.forms[-1]
    assert (last["path"], last["CallStatus"], last["CallDuration"]) == ("/twilio/status", "completed", "0")
    assert last["CallbackSource"] == "call-progress-events"
    assert phone.ended == "caller"
    with pytest.raises(NotNow):
        phone.hang_up()


@pytest.mark.parametrize("reply", ["<Say>x</Say>", 500, Response("ok", media_type="text/plain")])
def test_a_wrong_answer_to_a_callback_is_an_error(reply: Reply) -> None:
    # B1: "answer 204, or 200 with empty `<Response/>`"
    phone, _ = start({"/twilio/voice": MENU, "/twilio/status": reply})
    phone.hang_up()
    assert [trouble.url for trouble in phone.errors] == [f"{PUBLIC}/twilio/status"]
    phone, _ = start({"/twilio/voice": MENU, "/twilio/status": ""})
    phone.hang_up()
    assert not phone.errors


def test_a_recording_is_told_to_its_action_and_to_its_callback() -> None:
    # B3: "posts RecordingUrl (may not be ready yet), RecordingDuration, Digits (key or `hangup`)"
    phone, app = start({"/twilio/voice": RECORD, "/over": MENU, "/ready": 204})
    assert phone.waiting == "record"
    phone.finish_recording(7, key="#")
    over, ready = app.forms[1:]
    assert (over["RecordingDuration"], over["Digits"]) == ("7", "#")
    assert over["RecordingUrl"].endswith(f"/Accounts/{ACCOUNT}/Recordings/{over['RecordingSid']}")
    assert (ready["RecordingStatus"], ready["RecordingSid"]) == ("completed", over["RecordingSid"])
    assert phone.gather["numDigits"] == "1"


def test_hanging_up_in_a_recording_still_tells_the_action() -> None:
    phone, app = start({"/twilio/voice": RECORD, "/over": MENU, "/ready": 204})
    phone.hang_up(recorded=3)
    assert [form["path"] for form in app.forms[1:]] == ["/over", "/ready", "/twilio/status"]
    assert (app.forms[1]["Digits"], app.forms[1]["RecordingDuration"]) == ("hangup", "3")
    assert (phone.ended, phone.heard) == ("caller", [])


def test_an_empty_recording_falls_through() -> None:
    phone, app = start({"/twilio/voice": RECORD + SILENCE, "/silence": MENU})
    phone.finish_recording(0)
    assert app.forms[-1]["path"] == "/silence"


def test_a_recording_keeps_its_limits() -> None:
    phone, _ = start({"/twilio/voice": RECORD.replace("<Record", '<Record finishOnKey="#"')})
    with pytest.raises(NotNow, match="maxLength"):
        phone.finish_recording(61)
    with pytest.raises(NotNow, match="does not end"):
        phone.finish_recording(5, key="1")


@pytest.mark.parametrize(
    ("status", "bridged", "expected"),
    [
        ("completed", None, ("completed", "true", "60")),
        # B9: "`DialCallStatus=completed` also comes when the callee hangs up in the whisper"
        ("completed", False, ("completed", "false", "60")),
        ("no-answer", None, ("no-answer", "false", None)),
    ],
)
def test_a_transfer_tells_its_action_how_it_ended(
    status: str, bridged: bool | None, expected: tuple[str, str, str | None]
) -> None:
    # B3: "action gets DialCallStatus …, DialCallSid, DialCallDuration, DialBridged"
    phone, app = start({"/twilio/voice": DIAL.format(' action="/over"'), "/over": MENU})
    assert phone.waiting == "dial"
    phone.dial_ends(status, bridged=bridged)
    last = app.forms[-1]
    assert (last["DialCallStatus"], last["DialBridged"], last.get("DialCallDuration")) == expected


def test_a_transfer_without_action_goes_on_with_the_next_verb() -> None:
    phone, app = start({"/twilio/voice": DIAL.format("") + SILENCE, "/silence": MENU})
    phone.dial_ends("busy")
    assert app.forms[-1]["path"] == "/silence"
    with pytest.raises(ValueError, match="DialCallStatus"):
        phone.dial_ends("engaged")


def test_after_a_stream_the_next_verb_follows() -> None:
    # B3: "**Our server closes the socket ⇒ Twilio executes the TwiML after `</Connect>`**"
    stream = '<Connect><Stream url="wss://help.example/stream"/></Connect>'
    phone, app = start({"/twilio/voice": stream + SILENCE, "/silence": MENU})
    assert phone.waiting == "stream"
    phone.stream_closes()
    assert app.forms[-1]["path"] == "/silence"


def test_what_the_moment_does_not_allow_is_a_mistake_of_the_test() -> None:
    phone, _ = start({"/twilio/voice": MENU})
    with pytest.raises(NotNow):
        phone.finish_recording(1)
    with pytest.raises(NotNow):
        phone.ring()
    with pytest.raises(ValueError, match="keys"):
        phone.press("x")
    with pytest.raises(AttributeError):
        phone.deliver_thrice = True  # type: ignore[attr-defined]


def test_a_real_server_is_rung_over_http() -> None:
    app = Scripted(PUBLIC, TOKEN, {"/twilio/voice": MENU, "/a": "<Hangup/>", "/twilio/status": 204})
    with serve(app.app()) as url, httpx.Client(base_url=url, trust_env=False) as client:
        phone = Phone(client, PUBLIC, TOKEN, ACCOUNT, NUMBER)
        phone.ring()
        phone.press("1")
    assert (phone.ended, phone.errors) == ("hangup", [])
