"""The fallback: once back to where the call stands, then the last words, which need neither database nor release."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ivr.channels.twilio import routes
from ivr.observing import JsonLines
from tests.actions.tiny import PUBLIC, Tiny, heard, running
from tests.channels.webhooks import SID, addresses, fields, post
from tests.doubles.phone import Phone


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    with running(tmp_path, sqlite_url) as started:
        yield started


@pytest.fixture
def phone(tiny: Tiny) -> Phone:
    """A call at the main menu, in the second language."""
    ringing = tiny.phone(strict=True)
    ringing.ring(call_sid=SID)
    ringing.press("2")
    return ringing


def test_a_document_that_fails_once_leads_back_to_where_the_call_stands(tiny: Tiny, phone: Phone) -> None:
    failed = addresses(phone)[0]
    answer = post(tiny, "/twilio/fallback", fields(ErrorUrl=failed, ErrorCode="11200"))
    target = answer.text.split(">")[3].split("<")[0].replace("&amp;", "&")
    assert target.startswith(f"{PUBLIC}/twilio/call/{tiny.turns(SID)[0].call_id}/now?l=bb&n=2&s=")
    assert post(tiny, target).content == phone.documents[-1].body


@pytest.mark.parametrize(
    ("language", "file"), [("bb", "bb"), ("aa", "aa"), ("", "all"), ("zz", "all"), ("../x", "all")]
)
def test_what_fails_twice_gets_the_last_words_in_the_language_of_its_address(
    tiny: Tiny, language: str, file: str
) -> None:
    failed = fields(ErrorUrl=f"{PUBLIC}/twilio/call/x/1/keys?l={language}&s=S")
    assert b"<Redirect" in post(tiny, "/twilio/fallback", failed).content
    second = post(tiny, "/twilio/fallback", failed)
    assert f"<Play>{PUBLIC}/twilio/fallback/{file}.wav</Play><Hangup/>" in second.text
    sound = tiny.client.get(f"/twilio/fallback/{file}.wav")
    assert (sound.status_code, sound.headers["content-type"], sound.content[:4]) == (200, "audio/wav", b"RIFF")


def test_where_the_current_turn_cannot_be_said_again_the_last_words_follow_at_once(tiny: Tiny) -> None:
    failed = fields(ErrorUrl=f"{PUBLIC}/twilio/call/x/now?l=bb&n=1&s=S")
    assert b"/twilio/fallback/bb.wav</Play><Hangup/>" in post(tiny, "/twilio/fallback", failed).content


def test_a_call_that_went_well_in_between_is_given_another_chance(tiny: Tiny, phone: Phone) -> None:
    for _ in range(3):
        phone.lose_answer()
        phone.press("#")
        assert (heard(phone)[0], phone.alive) == ("bb/main", True)


@pytest.mark.parametrize("chaos", ["deliver_twice", "deliver_concurrently"])
def test_a_repeated_delivery_to_the_fallback_is_one_failure(tiny: Tiny, phone: Phone, chaos: str) -> None:
    # B1: "Header `I-Twilio-Idempotency-Token`: unique string to tell retry attempts apart"
    setattr(phone, chaos, True)
    phone.lose_answer()
    phone.press("#")
    assert (heard(phone)[0], phone.alive) == ("bb/main", True)


def test_the_last_words_need_neither_database_nor_release(tiny: Tiny, phone: Phone) -> None:
    tiny.parts.shelf.folder.rename(tiny.parts.shelf.folder.with_name("gone"))
    tiny.parts.shelf._kept.clear()
    for file in tiny.parts.settings.data_dir.parent.glob("hamrah.db*"):
        file.unlink()
    tiny.parts.database.dispose()
    phone.press("1")
    assert phone.heard_all[-1] == f"{PUBLIC}/twilio/fallback/bb.wav" or phone.ended == "failed"
    failed = fields(ErrorUrl=phone.documents[-1].url)
    post(tiny, "/twilio/fallback", failed)
    answer = post(tiny, "/twilio/fallback", failed)
    assert b"/twilio/fallback/" in answer.content
    assert tiny.client.get("/twilio/fallback/all.wav").status_code == 200


@pytest.mark.parametrize(
    "name", ["..%2fsecret.key", "%2e%2e%2fsecret", "....//x", "aa.wav%00", "%2fetc%2fpasswd", "a" * 5000]
)
def test_no_name_of_a_language_leads_to_another_file(tiny: Tiny, name: str) -> None:
    tiny.parts.settings.data_dir.joinpath("secret.wav").write_bytes(b"secret")
    answer = tiny.client.get(f"/twilio/fallback/{name}.wav")
    assert answer.status_code in (200, 404)
    assert answer.status_code == 404 or answer.content == tiny.client.get("/twilio/fallback/all.wav").content


def test_a_call_that_ended_with_the_last_words_ended_in_error(tiny: Tiny, phone: Phone) -> None:
    failed = fields(ErrorUrl=addresses(phone)[0])
    post(tiny, "/twilio/fallback", failed)
    post(tiny, "/twilio/fallback", failed)
    phone.hang_up()
    call = tiny.call(SID)
    assert (call and call.ended_how, call and call.ended_node) == ("error", "main")


def test_only_so_many_failures_are_remembered(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "REMEMBERED", 2)
    answers: list[httpx.Response] = [
        post(tiny, "/twilio/fallback", fields(f"CA-{n}", ErrorUrl=f"{PUBLIC}/twilio/voice")) for n in (1, 2, 3, 1, 3)
    ]
    assert [b"<Redirect" in answer.content for answer in answers] == [True, True, True, True, False]


def test_errors_are_lines_of_json(tiny: Tiny, phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        post(tiny, "/twilio/fallback", fields(ErrorUrl=addresses(phone)[0], ErrorCode="11200" * 9))
    [record] = [record for record in caplog.records if record.message == "a document failed"]
    said = json.loads(JsonLines().format(record))
    assert (said["turn"], said["code"], set(said) & {"why", "path"}) == (2, "11200112", set())
