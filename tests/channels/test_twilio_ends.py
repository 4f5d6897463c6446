"""Every call is logged, and how it ended is told apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions.tiny import Tiny, heard, running
from tests.channels.webhooks import SID, addresses, fields, post, stored
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


def test_every_call_is_logged_even_one_that_hangs_up_at_once(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring("anonymous", call_sid=SID)
    phone.hang_up()
    call = tiny.call(SID)
    assert call is not None
    assert (call.caller_id, call.channel, call.external_id) == (None, "twilio", SID)
    assert (call.ended_how, call.ended_node) == ("hung_up", "start")


@pytest.mark.parametrize(
    ("keys", "silences", "end"),
    [
        ("6", 0, ("finished", "bye")),
        ("1", 0, ("hung_up", "tale")),
        ("0", 0, ("passed_on", "noted")),
        ("06", 0, ("passed_on", "noted")),
        ("", 3, ("hung_up", "noted")),
    ],
)
def test_ends_are_told_apart(tiny: Tiny, phone: Phone, keys: str, silences: int, end: tuple[str, str]) -> None:
    for key in keys:
        phone.press(key)
    for _ in range(silences):
        phone.stay_silent()
    if phone.alive:
        phone.hang_up()
    call = tiny.call(SID)
    assert call is not None
    assert call.ended_at == tiny.clock.now
    assert (call.ended_how, call.ended_node) == (("passed_on", "noted") if silences else end)


def test_who_never_presses_anything_ends_as_silent(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    for _ in range(3):
        phone.stay_silent()
    call = tiny.call(SID)
    assert (phone.ended, call and call.ended_how, call and call.ended_node) == ("hangup", "silent", "goodbye")


def test_a_call_that_lasts_too_long_ends_as_such(tiny: Tiny, phone: Phone) -> None:
    tiny.clock.now += 61 * 60
    phone.press("1")
    call = tiny.call(SID)
    assert (heard(phone), phone.ended, call and call.ended_how) == (["bb/system.limit"], "hangup", "limit")


@pytest.mark.parametrize("status", ["busy", "failed", "no-answer", "canceled"])
def test_a_line_that_failed_ends_the_call_as_an_error(tiny: Tiny, phone: Phone, status: str) -> None:
    assert post(tiny, "/twilio/status", fields(CallStatus=status)).status_code == 204
    call = tiny.call(SID)
    assert (call and call.ended_how, call and call.ended_node) == ("error", "main")


def test_status_callbacks_in_any_order_and_number_keep_the_first_end(tiny: Tiny, phone: Phone) -> None:
    # B1: "Status callbacks: async, ordering not guaranteed … answer 204"
    sent = ("ringing", "completed", "in-progress", "failed", "completed", "initiated", "", "new-status")
    answers = [post(tiny, "/twilio/status", fields(CallStatus=status)) for status in sent]
    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    call = tiny.call(SID)
    assert (call and call.ended_how, call and call.ended_node) == ("hung_up", "main")


def test_the_end_of_a_call_that_nobody_knows_is_taken_note_of(tiny: Tiny, caplog: pytest.LogCaptureFixture) -> None:
    assert post(tiny, "/twilio/status", fields("CA-unknown", CallStatus="completed")).status_code == 204
    assert "an unknown call ended" in caplog.messages
    assert stored(tiny, "calls") == 0


def test_a_call_that_is_over_stays_over(tiny: Tiny, phone: Phone) -> None:
    keys, _ = addresses(phone)
    phone.press("6")
    place = phone.documents[-1].url
    assert post(tiny, place, fields(Digits="1")).content == phone.documents[-1].body
    now = post(tiny, keys.split("/2/")[0] + "/now")
    assert b"<Hangup/>" in now.content
    assert post(tiny, "/twilio/status", fields(CallStatus="completed")).status_code == 204
    assert stored(tiny, "turns") == 3
