"""Turn → exact XML, for every ending; each test quotes the contract's line that it protects."""

from typing import Any

import pytest

from ivr.actions.calls import Answer
from ivr.actions.direct import Bridge
from ivr.channels.twilio import render
from ivr.channels.twilio.addresses import Addresses
from ivr.engine.turn import Ask, Ending, HangUp, Listen, Prompt, Record, Result, Transfer, Turn
from tests.actions import tiny
from tests.doubles.twiml import Verb, read

ADDRESSES = Addresses("https://help.example")
AT = "https://help.example/twilio/call/ab12/7"
PLACE = "l=aa&amp;s=SEALED-_"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
SOUNDS = ["/audio/aa/main/1.wav", "/audio/-/pause.300/2.wav"]
PLAYS = "<Play>https://help.example/audio/aa/main/1.wav</Play><Play>https://help.example/audio/-/pause.300/2.wav</Play>"
SHARED = {"Gather", "Play", "Say", "Dial", "Number", "Record", "Redirect", "Hangup", "Reject", "Connect", "Stream"}
BRIDGE = Bridge(31, "+33639980090", "+33199000001", 2700)
ENDINGS: dict[str, Ending] = {
    "menu": Listen("12", 6.0),
    "entry": Listen("0123456789*#", 8.0, digits=10, entry=True),
    "message": Record(90),
    "transfer": Transfer("desk", 25),
    "end": HangUp("finished"),
}


def answer(ending: Ending, language: str | None = "aa", attempt: int | None = None) -> Answer:
    turn = Turn("main", language, (Prompt("main", "aa"),), ending, Result.REACHED)
    return Answer("ab12", 7, turn, tiny.release(), "SEALED-_", attempt)


def document(ending: Ending, language: str | None = "aa", sounds: list[str] = SOUNDS) -> str:
    return render.render(answer(ending, language, 31), sounds, ADDRESSES, BRIDGE)


def test_a_menu_is_a_gather_of_one_key_and_a_redirect_that_says_silence() -> None:
    # B9: "Menus: `numDigits="1" finishOnKey=""`, else `#` never arrives." "After each Gather a `<Redirect>` that says
    # "silence" with the turn number; leave actionOnEmptyResult off."
    assert document(ENDINGS["menu"]) == (
        f'{XML}<Response><Gather input="dtmf" numDigits="1" finishOnKey="" timeout="6" '
        f'action="{AT}/keys?{PLACE}" method="POST">{PLAYS}</Gather>'
        f'<Redirect method="POST">{AT}/silence?{PLACE}</Redirect></Response>'
    )


def test_an_entry_ends_with_the_hash_key_or_by_its_length() -> None:
    # B9: "Entries: `finishOnKey="#"`."
    assert document(ENDINGS["entry"]) == (
        f'{XML}<Response><Gather input="dtmf" numDigits="10" finishOnKey="#" timeout="8" '
        f'action="{AT}/entry?d=10&amp;{PLACE}" method="POST">{PLAYS}</Gather>'
        f'<Redirect method="POST">{AT}/silence?{PLACE}</Redirect></Response>'
    )


def test_a_message_is_recorded_after_a_beep_and_an_empty_one_is_silence() -> None:
    # B3 Record: "action, method, timeout 5 (silence; 0=off), finishOnKey `1234567890*#`, maxLength 3600, playBeep true"
    assert document(ENDINGS["message"]) == (
        f'{XML}<Response>{PLAYS}<Record action="{AT}/recorded?{PLACE}" method="POST" maxLength="90" timeout="5" '
        f'finishOnKey="#" playBeep="true"/><Redirect method="POST">{AT}/silence?{PLACE}</Redirect></Response>'
    )


def test_a_transfer_rings_for_its_seconds_and_never_talks_for_ever() -> None:
    # B9: "Set `timeLimit`. Never `record` on Dial."
    # B3: "With action: caller continues there after the callee hangs up"
    # B3 Number: "url/method = whisper TwiML run on the callee before bridging (… caller keeps hearing ringback with
    # answerOnBridge)", "statusCallback(+Event,+Method)"
    desk = "https://help.example/twilio/desk/31"
    assert document(ENDINGS["transfer"]) == (
        f'{XML}<Response>{PLAYS}<Dial callerId="+33199000001" timeout="25" timeLimit="2700" answerOnBridge="true" '
        f'action="{AT}/transferred?a=31&amp;{PLACE}" method="POST"><Number url="{desk}/answer" method="POST" '
        f'statusCallback="{desk}/status" statusCallbackMethod="POST" '
        'statusCallbackEvent="initiated ringing answered completed">+33639980090</Number></Dial></Response>'
    )


def test_a_transfer_that_is_not_to_be_goes_on_as_one_that_nobody_took() -> None:
    redirect = f'{XML}<Response><Redirect method="POST">{AT}/transferred?%s{PLACE}</Redirect></Response>'
    transfer = ENDINGS["transfer"]
    assert render.render(answer(transfer, attempt=31), SOUNDS, ADDRESSES) == redirect % "a=31&amp;"
    assert render.render(answer(transfer), SOUNDS, ADDRESSES) == redirect % ""


def test_the_end_is_a_hang_up_behind_the_last_words() -> None:
    assert document(ENDINGS["end"]) == f"{XML}<Response>{PLAYS}<Hangup/></Response>"
    assert document(ENDINGS["end"], sounds=[]) == f"{XML}<Response><Hangup/></Response>"


def test_a_question_that_nobody_answered_is_never_rendered() -> None:
    with pytest.raises(AssertionError, match="hours"):
        document(Ask("hours"))


def test_before_a_language_is_chosen_the_address_names_none() -> None:
    assert f'action="{AT}/keys?l=&amp;s=SEALED-_"' in document(ENDINGS["menu"], language=None)


def test_seconds_of_silence_are_whole_and_never_fewer() -> None:
    # B3: "Gather: timeout 5"; whole seconds
    assert 'timeout="3"' in document(Listen("1", 2.2))


def test_going_elsewhere_and_the_last_words_are_documents_of_their_own() -> None:
    now = ADDRESSES.now("ab12", 7, "aa", "SEALED-_")
    assert now == "https://help.example/twilio/call/ab12/now?l=aa&n=7&s=SEALED-_"
    assert render.redirect(now) == (
        f'{XML}<Response><Redirect method="POST">{now.replace("&", "&amp;")}</Redirect></Response>'
    )
    last = ADDRESSES.last_words("aa")
    assert render.last_words(last) == (
        f"{XML}<Response><Play>https://help.example/twilio/fallback/aa.wav</Play><Hangup/></Response>"
    )


def test_what_stands_in_an_address_cannot_leave_it() -> None:
    # an ErrorUrl comes from outside: its language and place are quoted into ours
    assert ADDRESSES.now("ab12", 7, 'a"&<b', "s&n=1/../x y") == (
        "https://help.example/twilio/call/ab12/now?l=a%22%26%3Cb&n=7&s=s%26n%3D1/../x%20y"
    )


@pytest.mark.parametrize("name", ENDINGS)
def test_the_strict_reader_accepts_every_ending_and_gives_the_addresses_back(name: str) -> None:
    verbs = list(_all(read("text/xml", document(ENDINGS[name]).encode())))
    # B9: "emit only the common subset (Gather, Play, Say, Dial/Number, Record, Redirect, Hangup, Reject, …)"
    assert {verb.name for verb in verbs} <= SHARED
    addresses = [verb.attributes["action"] for verb in verbs if "action" in verb.attributes]
    addresses += [verb.text for verb in verbs if verb.name == "Redirect"]
    assert all("&amp;" not in address and address.endswith("l=aa&s=SEALED-_") for address in addresses)
    assert all("actionOnEmptyResult" not in verb.attributes for verb in verbs)


def _all(verbs: tuple[Verb, ...]) -> list[Any]:
    return [inner for verb in verbs for inner in (verb, *_all(verb.children))]
