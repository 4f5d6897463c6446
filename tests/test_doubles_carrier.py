"""The REST stand-in answers as api.twilio.com does, also to the vendor's own package, and fails on demand."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from tests.doubles.carrier import Carrier
from tests.doubles.carrier_records import segments
from tests.doubles.scripted import Scripted, tone
from tests.doubles.serving import in_process
from tests.doubles.vendor import vendor_client

OURS, CALLER, PUBLIC = "+33199000001", "+33639980001", "https://help.example"
EVENTS = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier() as carrier:
        carrier.add_number(OURS)
        yield carrier


@pytest.fixture
def client(carrier: Carrier) -> Iterator[httpx.Client]:
    base = f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}"
    auth = (carrier.account_sid, carrier.auth_token)
    with httpx.Client(base_url=base, auth=auth, trust_env=False) as client:
        yield client


def call(client: httpx.Client, **fields: object) -> httpx.Response:
    return client.post("/Calls.json", data={"To": CALLER, "From": OURS, "Url": f"{PUBLIC}/c", **fields})


def test_the_vendor_s_package_lists_and_configures_numbers(carrier: Carrier) -> None:
    # design: `IncomingPhoneNumbers` with a PhoneNumber filter, then the six settings of a number
    carrier.add_number("+33199000002")
    [number] = vendor_client(carrier).incoming_phone_numbers.list(phone_number=OURS)
    changed = number.update(
        voice_url=f"{PUBLIC}/twilio/voice",
        voice_method="POST",
        voice_fallback_url=f"{PUBLIC}/twilio/fallback",
        voice_fallback_method="GET",
        status_callback=f"{PUBLIC}/twilio/status",
        status_callback_method="POST",
    )
    assert (changed.voice_url, changed.voice_fallback_method) == (f"{PUBLIC}/twilio/voice", "GET")
    kept = carrier.kept["IncomingPhoneNumbers"][str(number.sid)]
    assert kept["voice_fallback_url"] == f"{PUBLIC}/twilio/fallback"
    assert kept["status_callback"] == f"{PUBLIC}/twilio/status"


def test_the_vendor_s_package_creates_finds_and_ends_a_call(carrier: Carrier) -> None:
    # B5: "calls.create(to, from_, url|twiml(≤4000)…)"; B9: "`GET /Calls.json?To=&From=&StartTime>=` finds a call
    # whose sid was never stored"
    vendor = vendor_client(carrier)
    made = vendor.calls.create(
        to=CALLER,
        from_=OURS,
        url=f"{PUBLIC}/c",
        status_callback=f"{PUBLIC}/s",
        status_callback_event=EVENTS,
    )
    assert re.fullmatch("CA[0-9a-f]{32}", str(made.sid))
    assert (made.status, made.direction) == ("queued", "outbound-api")
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    found = vendor.calls.list(to=CALLER, from_=OURS, start_time_after=an_hour_ago)
    assert [one.sid for one in found] == [made.sid]
    assert not vendor.calls.list(start_time_after=an_hour_ago + timedelta(hours=2))
    assert vendor.calls(made.sid).update(status="completed").status == "completed"
    assert vendor.calls(made.sid).fetch().status == "completed"


def test_the_vendor_s_package_walks_through_pages(carrier: Carrier) -> None:
    for last in range(2, 7):
        carrier.add_number(f"+3319900000{last}")
    found = vendor_client(carrier).incoming_phone_numbers.list(page_size=2)
    assert len({number.sid for number in found}) == 6
    assert [asked.query.get("Page") for asked in carrier.log] == [None, "1", "2"]


def test_the_vendor_s_package_reads_an_error(carrier: Carrier) -> None:
    with pytest.raises(TwilioRestException) as caught:
        vendor_client(carrier).calls.create(to="0639980001", from_=OURS, url=f"{PUBLIC}/c")
    assert (caught.value.status, caught.value.code) == (400, 21211)


def test_a_wrong_password_is_refused(carrier: Carrier, client: httpx.Client) -> None:
    answer = client.get("/Calls.json", auth=(carrier.account_sid, "wrong"))
    assert answer.status_code == 401
    assert answer.json() == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


@pytest.mark.parametrize("path", ["/Calls/CA0.json", "/Recordings/RE0.wav", "/Faxes.json", "/Calls/CA0"])
def test_what_does_not_exist_is_404(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21211),
        ({"From": "anonymous"}, 21212),
        ({"From": "+33199000009"}, 21210),  # B3: "callerId (… owned or verified number)"
        ({"Url": ""}, 21205),
        ({"Url": "/relative"}, 21205),
        ({"Url": "", "Twiml": "x" * 4001}, 21218),  # B5: "twiml(≤4000)"
        ({"Timeout": "601"}, 20001),  # B5: "timeout (60, max 600…)"
        ({"StatusCallbackEvent": "answerd"}, 21626),
        ({"StatusCallbackMethod": "PUT"}, 21206),
        ({"Statuscallback": "https://x.example/"}, 20001),
    ],
)
def test_a_call_that_twilio_would_refuse_or_misunderstand_is_refused(
    client: httpx.Client, fields: dict[str, str], code: int
) -> None:
    answer = call(client, **fields)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_verified_caller_may_be_shown(carrier: Carrier, client: httpx.Client) -> None:
    carrier.verified.add("+33199000009")
    assert call(client, From="+33199000009").status_code == 201


def test_a_call_that_is_over_is_not_redirected(carrier: Carrier, client: httpx.Client) -> None:
    # B5: "`calls(sid).update(url|twiml|status='completed'|'canceled')` redirects/ends a live call"
    sid = call(client).json()["sid"]
    assert client.post(f"/Calls/{sid}.json", data={"Twiml": "<Response/>"}).status_code == 200
    assert carrier.asked[sid]["twiml"] == "<Response/>"
    assert client.post(f"/Calls/{sid}.json", data={"Status": "ended"}).json()["code"] == 21218
    assert client.post(f"/Calls/{sid}.json", data={"Status": "completed"}).json()["status"] == "completed"
    assert client.post(f"/Calls/{sid}.json", data={"Url": f"{PUBLIC}/x"}).json()["code"] == 21220


def test_a_text_counts_its_parts_and_its_refusals(carrier: Carrier, client: httpx.Client) -> None:
    # B9: "Persian texts are UCS-2, 70 characters a part."
    carrier.stopped.add("+33639980002")
    text = client.post("/Messages.json", data={"To": CALLER, "From": "Hamrah", "Body": "س" * 71}).json()
    assert (text["num_segments"], text["status"]) == ("2", "queued")
    stopped = client.post("/Messages.json", data={"To": "+33639980002", "From": OURS, "Body": "x"})
    assert stopped.json()["code"] == 21610
    assert client.post("/Messages.json", data={"To": CALLER, "Body": "x"}).json()["code"] == 21603
    assert client.post("/Messages.json", data={"To": CALLER, "From": OURS, "Body": ""}).json()["code"] == 21602


@pytest.mark.parametrize(("body", "parts"), [("a" * 160, 1), ("a" * 161, 2), ("س" * 70, 1), ("س" * 135, 3)])
def test_parts_of_a_text(body: str, parts: int) -> None:
    assert segments(body) == parts


def test_a_recording_is_fetched_with_a_password_and_forgotten_once(carrier: Carrier, client: httpx.Client) -> None:
    sid = carrier.add_recording("CA0", tone(2))
    assert httpx.get(f"{client.base_url}Recordings/{sid}.wav", trust_env=False).status_code == 401
    assert client.get(f"/Recordings/{sid}.json").json()["duration"] == "2"
    assert client.get(f"/Recordings/{sid}.wav").content == client.get(f"/Recordings/{sid}").content == tone(2)
    assert [one["sid"] for one in client.get("/Recordings.json?CallSid=CA0").json()["recordings"]] == [sid]
    assert client.delete(f"/Recordings/{sid}.json").status_code == 204
    assert client.delete(f"/Recordings/{sid}.json").status_code == 404
    assert client.get(f"/Recordings/{sid}.wav").status_code == 404


def test_refusals_have_no_effect_and_come_in_order(carrier: Carrier, client: httpx.Client) -> None:
    carrier.fail_next("429", seconds=3)
    carrier.fail_next("503")
    carrier.fail_next("500")
    answers = [call(client) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 503, 500, 201]
    assert answers[0].headers["retry-after"] == "3"
    assert set(answers[1].json()) == {"code", "message", "more_info", "status"}
    assert len(carrier.kept["Calls"]) == 1
    with pytest.raises(ValueError, match="fault"):
        carrier.fail_next("418")  # type: ignore[arg-type]


def test_a_lost_answer_has_taken_effect(carrier: Carrier, client: httpx.Client) -> None:
    # B9: "No idempotency key on creating a call": only looking for it afterwards tells
    carrier.fail_next("lost")
    with pytest.raises(httpx.TransportError):
        call(client)
    assert len(client.get("/Calls.json", params={"To": CALLER}).json()["calls"]) == 1


def test_a_slow_answer_has_taken_effect(carrier: Carrier, client: httpx.Client) -> None:
    carrier.fail_next("slow", seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/Calls.json", data={"To": CALLER, "From": OURS, "Url": f"{PUBLIC}/c"}, timeout=0.2)
    assert len(carrier.kept["Calls"]) == 1


def rung(carrier: Carrier, client: httpx.Client, events: list[str], order: list[str]) -> list[dict[str, str]]:
    app = Scripted(PUBLIC, carrier.auth_token, {"/s": 204})
    sid = call(client, StatusCallback=f"{PUBLIC}/s?attempt=7", StatusCallbackEvent=events).json()["sid"]
    answers = carrier.ring_through(sid, order, in_process(app.app()), answered_by="human")
    assert {answer.status for answer in answers} <= {204}
    return app.forms


def test_status_callbacks_come_signed_in_any_order(carrier: Carrier, client: httpx.Client) -> None:
    # B1: "Status callbacks: async, ordering not guaranteed (`SequenceNumber` from 0…)"
    forms = rung(carrier, client, EVENTS, ["completed", "initiated", "answered", "ringing", "completed"])
    assert [form["CallStatus"] for form in forms] == ["completed", "initiated", "in-progress", "ringing", "completed"]
    assert [form["SequenceNumber"] for form in forms] == ["3", "0", "2", "1", "3"]
    assert (forms[0]["CallDuration"], forms[0]["AnsweredBy"], forms[0]["attempt"]) == ("30", "human", "7")
    assert forms[0]["Direction"] == "outbound-api"
    [record] = carrier.kept["Calls"].values()
    assert (record["status"], record["duration"]) == ("completed", "30")


def test_only_the_events_asked_for_are_told(carrier: Carrier, client: httpx.Client) -> None:
    # B1: "Events initiated ringing answered completed (default completed only)."
    assert [form["CallStatus"] for form in rung(carrier, client, [], [*EVENTS[:2], "no-answer"])] == ["no-answer"]
    [record] = carrier.kept["Calls"].values()
    assert (record["status"], record["duration"]) == ("no-answer", "0")


def test_an_event_that_does_not_exist_is_a_mistake_of_the_test(carrier: Carrier, client: httpx.Client) -> None:
    with pytest.raises(ValueError, match="events are among"):
        rung(carrier, client, [], ["hung-up"])


def test_a_text_tells_how_it_went(carrier: Carrier, client: httpx.Client) -> None:
    # B5: "statuses accepted scheduled queued sending sent delivered undelivered failed …"
    app = Scripted(PUBLIC, carrier.auth_token, {"/t": 204})
    fields = {"To": CALLER, "From": OURS, "Body": "x", "StatusCallback": f"{PUBLIC}/t"}
    sid = client.post("/Messages.json", data=fields).json()["sid"]
    carrier.deliver_text(sid, ["undelivered", "sent"], in_process(app.app()), error=30003)
    assert [form["MessageStatus"] for form in app.forms] == ["undelivered", "sent"]
    assert app.forms[0]["ErrorCode"] == "30003"
    assert client.get(f"/Messages/{sid}.json").json()["status"] == "undelivered"
