"""From a webhook's form to what happened; each test quotes the contract's line that it protects."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.channels.twilio.parse import (
    MOST_BYTES,
    MOST_FIELDS,
    OVER,
    call_id,
    failed_place,
    form_fields,
    happened,
    one,
    turn_number,
)
from ivr.engine.inputs import Pressed, Recorded, Said, StayedSilent, TransferEnded
from ivr.errors import BadInput, TooLarge

ADDRESS = "https://help.example/twilio/call/ab12/7/keys?l=aa&s=SEALED"


def fields(**values: str) -> dict[str, list[str]]:
    return {name: [value] for name, value in values.items()}


def test_a_form_keeps_every_value_of_a_name_and_empty_ones() -> None:
    # B2: "for each sorted distinct value: name+value"
    assert form_fields(b"A=1&A=2&B=&C=%D8%B3+x") == {"A": ["1", "2"], "B": [""], "C": ["س x"]}


def test_bytes_that_are_no_text_are_read_all_the_same() -> None:
    assert form_fields(b"From=%ff&\xff=1") == {"From": ["\ufffd"], "\ufffd": ["1"]}


def test_a_form_is_read_up_to_its_limits_and_not_beyond() -> None:
    assert len(form_fields(b"A=" + b"x" * (MOST_BYTES - 2))["A"][0]) == MOST_BYTES - 2
    assert len(form_fields("&".join(f"f{n}=" for n in range(MOST_FIELDS)).encode())) == MOST_FIELDS
    with pytest.raises(TooLarge):
        form_fields(b"A=" + b"x" * (MOST_BYTES - 1))
    with pytest.raises(TooLarge):
        form_fields("&".join(f"f{n}=" for n in range(MOST_FIELDS + 1)).encode())


def test_a_missing_field_is_empty() -> None:
    assert (one({}, "From"), one(fields(From="x"), "From")) == ("", "x")


@pytest.mark.parametrize("external", ["CA" + "0" * 32, "v3:KRfx_1-2", "b9c0…", "x" * 200])
def test_any_provider_s_id_of_a_call_leads_to_an_id_of_ours(external: str) -> None:
    # B8: "CallSid like `v3:…` (do not validate `^CA[0-9a-f]{32}$`)"
    found = call_id(external)
    assert (len(found), found.isalnum(), found) == (24, True, call_id(external))
    assert found != call_id("another")


@pytest.mark.parametrize("external", ["", "x" * 201, "CA\x00", "CA\n1"])
def test_without_a_usable_id_there_is_no_call(external: str) -> None:
    with pytest.raises(BadInput):
        call_id(external)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", "1e3", "٣", "²", "9" * 7, " 1", "1\n"])
def test_what_is_no_turn_number_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        turn_number(text)


def test_a_turn_number_is_read() -> None:
    assert (turn_number("0"), turn_number("999999")) == (0, 999_999)


@pytest.mark.parametrize("key", list("0123456789*#"))
def test_every_key_of_a_menu_arrives(key: str) -> None:
    # B9: "Menus: `numDigits="1" finishOnKey=""`, else `#` never arrives."
    assert happened("keys", fields(Digits=key), 0) == Pressed(key)


def test_signs_that_no_phone_has_are_passed_over_and_keys_without_end_are_cut() -> None:
    assert happened("keys", fields(Digits="1w٣\u200f2"), 0) == Pressed("12")
    assert happened("keys", fields(Digits="5" * 10_000), 0) == Pressed("5" * 64)
    assert happened("keys", fields(Digits="w"), 0) == StayedSilent()


def test_speech_is_what_was_said_unless_a_key_was_pressed() -> None:
    # B3: "Posts `Digits` (without finish key), `SpeechResult`, `Confidence` (optional)."
    assert happened("keys", fields(SpeechResult=" les papiers "), 0) == Said("les papiers")
    assert happened("keys", fields(SpeechResult="x" * 500), 0) == Said("x" * 200)
    assert happened("keys", fields(SpeechResult="un", Digits="2"), 0) == Pressed("2")
    assert happened("keys", fields(SpeechResult=" "), 0) == happened("keys", {}, 0) == StayedSilent()


@pytest.mark.parametrize(
    ("digits", "keys"),
    [
        ("75011", "75011"),  # all that were waited for: the entry ends by itself
        ("750", "750#"),  # ended by #, which is taken off, or by waiting
        ("75*", "75*"),  # erased one, and goes on keying
        ("*", "*"),
        ("*0", "*0"),  # "a person is `*` then `0`": the entry was left, nothing of it ended
        ("7**0", "7**0"),
        ("7*8", "7*8#"),
        ("7501122", "7501122"),
    ],
)
def test_an_entry_that_is_shorter_than_what_was_waited_for_was_ended(digits: str, keys: str) -> None:
    # B3: "finishOnKey `#`", "Posts `Digits` (without finish key)"
    assert happened("entry", fields(Digits=digits), 5) == Pressed(keys)


def test_an_empty_entry_is_silence() -> None:
    # B9: "A `#` alone on an entry cannot be told from silence."
    assert happened("entry", fields(Digits=""), 5) == happened("entry", {}, 5) == StayedSilent()


def test_silence_is_what_the_redirect_behind_a_gather_says() -> None:
    # B9: "After each Gather a `<Redirect>` that says "silence" with the turn number"
    assert happened("silence", fields(Digits="1"), 0) == StayedSilent()


def test_a_recording_is_named_by_its_id_else_by_its_address_else_there_is_none() -> None:
    # B3 Record: "posts RecordingUrl (may not be ready yet), RecordingDuration, Digits (key or `hangup`)"
    known = fields(RecordingUrl="https://x/RE1", RecordingSid="RE1", Digits="hangup")
    assert happened("recorded", known, 0) == Recorded("RE1")
    assert happened("recorded", fields(RecordingUrl="https://x/RE1"), 0) == Recorded("https://x/RE1")
    assert happened("recorded", fields(RecordingDuration="0"), 0) == Recorded(None)


@pytest.mark.parametrize(("bridged", "answered"), [("true", True), ("True", True), ("false", False), ("", False)])
def test_a_transfer_was_answered_when_the_two_were_bridged(bridged: str, answered: bool) -> None:
    # B9: "`DialCallStatus=completed` also comes when the callee hangs up in the whisper"
    ended = fields(DialCallStatus="completed", DialBridged=bridged)
    assert happened("transferred", ended, 0) == TransferEnded(answered)


def test_an_unknown_delivery_is_refused() -> None:
    with pytest.raises(BadInput, match="no such delivery: x"):
        happened("x" * 500, {}, 0)


def test_every_status_after_which_there_is_no_call_is_known() -> None:
    # B1: "CallStatus: queued ringing in-progress completed busy failed no-answer (+ canceled…)"
    assert set(OVER) == {"completed", "busy", "failed", "no-answer", "canceled"}
    assert OVER["completed"] is None
    assert {how for status, how in OVER.items() if status != "completed"} == {"error"}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (ADDRESS, ("aa", 7, "SEALED", False)),
        ("https://help.example/twilio/call/ab12/now?l=bb&n=3&s=S", ("bb", 3, "S", True)),
        ("https://help.example/twilio/call/ab12/now", ("", 0, "", True)),
        ("https://help.example/twilio/voice", ("", 0, "", False)),
        ("https://help.example/twilio/call/ab12/x/keys?l=aa&s=S", ("aa", 0, "S", False)),
        ("https://help.example/twilio/call/ab12/99999999/keys", ("", 0, "", False)),
        ("https://help.example/twilio/call/ab12/now?n=²", ("", 0, "", True)),
        ("", ("", 0, "", False)),
        ("http://[", ("", 0, "", False)),
        ("http://[1.2]/now", ("", 0, "", False)),
    ],
)
def test_the_place_that_failed_is_read_from_its_address(address: str, place: tuple[Any, ...]) -> None:
    assert failed_place(address) == place


@given(st.text(max_size=60))
def test_no_address_that_failed_is_too_odd_to_be_read(address: str) -> None:
    language, n, sealed, was_now = failed_place(address)
    assert 0 <= n <= 999_999
    assert all(isinstance(part, str) for part in (language, sealed))
    assert was_now in (True, False)
