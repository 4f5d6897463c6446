"""What the phone does when an answer or a sound cannot be used."""

import pytest
from starlette.responses import Response

from tests.doubles.phone import Phone
from tests.doubles.scripted import Reply, Scripted, tone
from tests.doubles.serving import in_process
from tests.doubles.sounds import BadSound
from tests.doubles.twiml import TwimlError

PUBLIC, TOKEN, ACCOUNT, NUMBER = "https://help.example", "t0ken", "AC" + "1" * 32, "+33199000001"
MENU = '<Gather action="/a?s=1%2B2" numDigits="1" finishOnKey="" timeout="6"><Play>/s/menu.wav</Play></Gather>'


def start(replies: dict[str, Reply], **options: object) -> tuple[Phone, Scripted]:
    """A phone that has rung an application whose fallback and status answers are fixed."""
    usual: dict[str, Reply] = {"/twilio/status": 204, "/twilio/fallback": "<Say>fallback</Say><Hangup/>"}
    app = Scripted(PUBLIC, TOKEN, {**usual, **replies})
    phone = Phone(in_process(app.app()), PUBLIC, TOKEN, ACCOUNT, NUMBER, **options)  # type: ignore[arg-type]
    phone.ring()
    return phone, app


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (500, "11200"),
        (403, "11200"),
        (302, "11200"),
        ("<Pause/>", "12200"),
        (b"<Response>", "12100"),
        (Response("hello", media_type="text/plain"), "12300"),
        (204, "12300"),
    ],
)
def test_an_unusable_answer_goes_to_the_fallback(reply: Reply, code: str) -> None:
    # B1: "(errors 11200/11205 family) → fallback URL if set, else error message to the caller and hangup"
    phone, app = start({"/twilio/voice": MENU, "/a": reply, "/twilio/fallback": "<Say>sorry</Say>" + MENU})
    phone.press("1")
    last = app.forms[-1]
    assert (last["path"], last["ErrorCode"]) == ("/twilio/fallback", code)
    assert last["ErrorUrl"] == f"{PUBLIC}/a?s=1%2B2"
    assert (phone.waiting, phone.said, phone.failure) == ("gather", ["sorry"], None)
    assert [str(trouble.code) for trouble in phone.errors] == [code]


def test_a_fallback_that_fails_too_ends_the_call() -> None:
    phone, app = start({"/twilio/voice": 500, "/twilio/fallback": "<Pause/>"})
    assert (phone.ended, phone.alive) == ("failed", False)
    assert "500" in (phone.failure or "")
    assert "Pause" in (phone.failure or "")
    assert app.forms[-1]["CallStatus"] == "failed"


def test_without_a_fallback_the_first_failure_ends_the_call() -> None:
    phone, _ = start({"/twilio/voice": 500}, fallback_url="", status_url="")
    assert phone.ended == "failed"
    assert len(phone.requests) == 1


def test_a_strict_phone_raises_what_the_fallback_would_hide() -> None:
    with pytest.raises(TwimlError, match="unknown verb"):
        start({"/twilio/voice": "<Pause/>"}, strict=True)


def test_documents_keep_every_answer_as_it_came() -> None:
    phone, _ = start({"/twilio/voice": b"<Response>"})
    assert phone.documents[0].body == b"<Response>"
    assert [document.url for document in phone.documents] == [f"{PUBLIC}/twilio/voice", f"{PUBLIC}/twilio/fallback"]


def test_good_sounds_are_fetched_once_each() -> None:
    # B1: "caches GET media by ETag/Last-Modified"
    sound = Response(tone(), media_type="audio/wav")
    phone, app = start({"/twilio/voice": MENU, "/a": MENU, "/s/menu.wav": sound}, fetch_sounds=True)
    phone.press("1")
    assert len(app.forms_at("/s/menu.wav")) == 1
    assert len(phone.heard_all) == 2


@pytest.mark.parametrize(
    "sound",
    [
        404,
        Response(status_code=302, headers={"location": "/other.wav"}),
        Response(tone(), media_type="audio/mpeg"),
        Response(tone(rate=16000), media_type="audio/wav"),
        Response(tone(channels=2), media_type="audio/wav"),
        Response(tone(width=1), media_type="audio/wav"),
        Response(tone(0), media_type="audio/wav"),
        Response(tone()[:-10], media_type="audio/wav"),
        Response(b"RIFF", media_type="audio/x-wav"),
    ],
)
def test_a_sound_that_cannot_be_played_raises(sound: Reply) -> None:
    with pytest.raises(BadSound):
        start({"/twilio/voice": MENU, "/s/menu.wav": sound}, fetch_sounds=True)
