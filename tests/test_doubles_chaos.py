"""Deliveries that repeat, race, get lost or find nobody."""

import itertools
import threading
from collections.abc import Mapping

import httpx
import pytest
from starlette.responses import Response

from tests.doubles.exchange import Elsewhere, NotTheSame
from tests.doubles.phone import Phone
from tests.doubles.scripted import Reply, Scripted
from tests.doubles.serving import in_process, serve

PUBLIC, TOKEN, ACCOUNT, NUMBER = "https://help.example", "t0ken", "AC" + "1" * 32, "+33199000001"
MENU = '<Gather action="/a" numDigits="1" finishOnKey=""><Play>/s.wav</Play></Gather>'


def phone_for(app: Scripted) -> Phone:
    return Phone(in_process(app.app()), PUBLIC, TOKEN, ACCOUNT, NUMBER)


def scripted(**replies: Reply) -> Scripted:
    named = {f"/{name}".replace("__", "/"): reply for name, reply in replies.items()}
    return Scripted(PUBLIC, TOKEN, {"/twilio/voice": MENU, "/twilio/status": 204, **named})


def counting() -> Reply:
    turns = itertools.count()
    return lambda form: f"<Say>{next(turns)}</Say>" + MENU


@pytest.mark.parametrize("switch", ["deliver_twice", "deliver_concurrently"])
def test_every_webhook_arrives_twice_and_the_same(switch: str) -> None:
    # B7: "duplicate webhook (retry token)"
    app = scripted(a="<Hangup/>")
    phone = phone_for(app)
    setattr(phone, switch, True)
    phone.ring()
    phone.press("1")
    assert [form["path"] for form in app.forms] == ["/twilio/voice"] * 2 + ["/a"] * 2 + ["/twilio/status"] * 2
    assert len({sent.webhook.token for sent in phone.requests}) == 3
    assert not phone.errors


@pytest.mark.parametrize("switch", ["deliver_twice", "deliver_concurrently"])
def test_two_different_answers_to_one_webhook_raise(switch: str) -> None:
    # B1: "Dedupe on (CallSid, step, token)."
    phone = phone_for(scripted(a=counting()))
    phone.ring()
    setattr(phone, switch, True)
    with pytest.raises(NotTheSame):
        phone.press("1")


def test_concurrent_deliveries_really_overlap() -> None:
    both = threading.Barrier(2, timeout=10)

    class Meeting(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            both.wait()
            return httpx.Response(200, headers={"content-type": "text/xml"}, text=f"<Response>{MENU}</Response>")

    phone = Phone(httpx.Client(transport=Meeting(), base_url="http://app"), PUBLIC, TOKEN, ACCOUNT, NUMBER)
    phone.deliver_concurrently = True
    phone.ring()
    assert phone.waiting == "gather"


def test_the_last_request_can_be_delivered_again() -> None:
    phone = phone_for(scripted(a=counting()))
    phone.ring()
    first, second = phone.repeat_last()
    assert first == second == phone.documents[0].body
    phone.press("1")
    first, second = phone.repeat_last()
    assert (b">0<" in first, b">1<" in second) == (True, True)
    assert phone.requests[-1].webhook.token == phone.requests[-2].webhook.token


def test_a_lost_answer_leads_to_the_fallback_although_it_was_made() -> None:
    app = scripted(a=MENU, twilio__fallback="<Say>again</Say>" + MENU)
    phone = phone_for(app)
    phone.lose_answer(2)
    phone.ring()
    phone.press("1")
    assert [form["path"] for form in app.forms] == ["/twilio/voice", "/a", "/twilio/fallback"]
    assert app.forms[-1]["ErrorCode"] == "11205"
    phone.press("2")
    assert phone.said == ["again"]
    assert app.forms[-1]["path"] == "/a"


class Refusing(httpx.BaseTransport):
    """Refuses `refusals` connections, then answers; or never answers in time."""

    def __init__(self, refusals: int, error: type[httpx.TransportError] = httpx.ConnectError) -> None:
        self.refusals, self.error, self.urls = refusals, error, list[str]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(request.url.path)
        if len(self.urls) <= self.refusals:
            raise self.error("no")
        return httpx.Response(200, headers={"content-type": "text/xml"}, text=f"<Response>{MENU}</Response>")


@pytest.mark.parametrize(
    ("refusals", "error", "paths"),
    [
        # B1: "rc 0–5 (**default 1**), rp … (**default ct**: only TCP/TLS connect failure is retried)"
        (1, httpx.ConnectError, ["/twilio/voice", "/twilio/voice"]),
        (2, httpx.ConnectError, ["/twilio/voice", "/twilio/voice", "/twilio/fallback"]),
        (1, httpx.ReadTimeout, ["/twilio/voice", "/twilio/fallback"]),
        (1, httpx.RemoteProtocolError, ["/twilio/voice", "/twilio/fallback"]),
    ],
)
def test_only_a_refused_connection_is_tried_once_more(
    refusals: int, error: type[httpx.TransportError], paths: list[str]
) -> None:
    transport = Refusing(refusals, error)
    phone = Phone(httpx.Client(transport=transport, base_url="http://app"), PUBLIC, TOKEN, ACCOUNT, NUMBER)
    phone.ring()
    assert transport.urls == paths
    codes = {httpx.ConnectError: 11205, httpx.ReadTimeout: 11200, httpx.RemoteProtocolError: 11205}
    assert [trouble.code for trouble in phone.errors] == ([codes[error]] if "/twilio/fallback" in paths else [])


def test_a_slow_answer_goes_to_the_fallback() -> None:
    # B1: "**15 s total hard limit on call webhooks**"
    released = threading.Event()

    def slow(form: Mapping[str, str]) -> Reply:
        released.wait(10)
        return MENU

    app = scripted(a=MENU)
    app.replies["/twilio/voice"] = slow
    with serve(app.app()) as url, httpx.Client(base_url=url, trust_env=False) as client:
        phone = Phone(client, PUBLIC, TOKEN, ACCOUNT, NUMBER, patience=0.1, fallback_url="", status_url="")
        phone.ring()
        released.set()
    assert [trouble.code for trouble in phone.errors] == [11200]
    assert phone.ended == "failed"


def test_a_killed_server_is_asked_again_until_it_is_up() -> None:
    transport = Refusing(7)
    phone = Phone(httpx.Client(transport=transport, base_url="http://app"), PUBLIC, TOKEN, ACCOUNT, NUMBER)
    phone.retry_until_up = 30
    phone.ring()
    assert transport.urls == ["/twilio/voice"] * 8
    assert len({sent.webhook.token for sent in phone.requests}) == 1
    assert (phone.waiting, phone.errors) == ("gather", [])


def test_the_waiting_for_a_killed_server_has_an_end() -> None:
    phone = Phone(httpx.Client(transport=Refusing(10**9), base_url="http://app"), PUBLIC, TOKEN, ACCOUNT, NUMBER)
    phone.retry_until_up = 0.05
    phone.ring()
    assert phone.ended == "failed"
    assert {trouble.code for trouble in phone.errors} == {11205}


@pytest.mark.parametrize("target", ["https://cdn.example/a", "http://help.example/a"])
def test_a_document_that_points_elsewhere_raises(target: str) -> None:
    app = scripted()
    app.replies["/twilio/voice"] = f"<Redirect>{target}</Redirect>"
    with pytest.raises(Elsewhere):
        phone_for(app).ring()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_fragment_is_neither_sent_nor_signed(method: str) -> None:
    # B1: "**Fragment is excluded from the signature.**"
    app = scripted(x=MENU)
    app.replies["/twilio/voice"] = f'<Redirect method="{method}">/x?a=1#rc=2&amp;rp=all</Redirect>'
    phone = phone_for(app)
    phone.ring()
    assert (app.forms[-1]["path"], phone.errors) == ("/x", [])
    assert (app.forms[-1]["a"], app.forms[-1]["CallSid"]) == ("1", phone.call.sid)


def test_a_bare_answer_of_the_application_is_kept_in_the_log() -> None:
    app = scripted()
    app.replies["/twilio/voice"] = Response("no", 503)
    app.replies["/twilio/fallback"] = MENU
    phone = phone_for(app)
    phone.ring()
    first, second = phone.requests
    assert first.answer is not None
    assert (first.answer.status, first.webhook.field("CallStatus")) == (503, "ringing")
    assert second.webhook.field("ErrorCode") == "11200"
    assert second.webhook.field("Nothing") is None
