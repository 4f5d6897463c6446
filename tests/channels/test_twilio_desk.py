"""The documents and forms of the calls that we ask for; each test quotes the contract's line that it protects."""

import pytest

from ivr.actions.legs import Report
from ivr.actions.ring import Connect, Farewell, Quiet, Said, Whisper, Words
from ivr.channels.twilio import desk
from ivr.channels.twilio.addresses import DeskAddresses
from ivr.channels.twilio.parse import LONGEST_SID
from ivr.engine.turn import Prompt
from ivr.errors import BadInput
from ivr.store.dials import Kind
from tests.actions import tiny
from tests.doubles.twiml import read

ADDRESSES = DeskAddresses("https://help.example")
AT = "https://help.example/twilio/desk/7"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
PLAY = f"<Play>https://help.example/audio/aa/desk.next/{tiny.TONE}.wav</Play>"
WORDS = Words(tiny.release(), (Prompt("desk.next", "aa"),))
NOTHING = Words(tiny.release(), ())
CONNECT = Connect(WORDS, "+33639980001", "+33199000001", 30, 2700)
DOCUMENTS: dict[str, Said] = {
    "whisper": Whisper(WORDS),
    "connect": CONNECT,
    "farewell": Farewell(WORDS),
    "silent farewell": Farewell(),
    "quiet": Quiet(),
}


def document(said: Said) -> str:
    return desk.render(said, 7, ADDRESSES)


def test_a_whisper_waits_for_one_key_twice_and_then_ends() -> None:
    # B9: "Menus: `numDigits="1" finishOnKey=""`, else `#` never arrives." "leave actionOnEmptyResult off."
    gather = (
        f'<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="8" action="{AT}/accept" method="POST">'
        f"{PLAY}</Gather>"
    )
    assert document(DOCUMENTS["whisper"]) == f"{XML}<Response>{gather}{gather}<Hangup/></Response>"


def test_a_whisper_may_be_said_once() -> None:
    assert document(Whisper(WORDS, times=1)).count("<Gather") == 1
    assert document(Whisper(WORDS, times=1)).endswith("</Gather><Hangup/></Response>")


def test_the_caller_is_rung_from_the_helplines_number_for_a_while_and_never_recorded() -> None:
    # B3 Dial: "timeout 30, timeLimit 14400, callerId (To/From of the request, owned or verified number)"
    # B3 Number: "url/method = whisper TwiML run on the callee before bridging", "statusCallback(+Event,+Method)"
    # B9: "Set `timeLimit`. Never `record` on Dial."
    assert document(CONNECT) == (
        f'{XML}<Response>{PLAY}<Dial callerId="+33199000001" timeout="30" timeLimit="2700" action="{AT}/ended" '
        f'method="POST"><Number url="{AT}/caller" method="POST" statusCallback="{AT}/leg" statusCallbackMethod="POST" '
        'statusCallbackEvent="initiated ringing answered completed">+33639980001</Number></Dial></Response>'
    )


def test_nothing_at_all_is_played_to_whoever_the_helpline_calls() -> None:
    # B9: "A whisper ends in `<Hangup/>` or nothing."
    assert document(Quiet()) == f"{XML}<Response></Response>"


def test_a_farewell_is_a_hang_up_with_or_without_words() -> None:
    assert document(Farewell(WORDS)) == f"{XML}<Response>{PLAY}<Hangup/></Response>"
    assert document(Farewell(NOTHING)) == document(Farewell()) == f"{XML}<Response><Hangup/></Response>"


@pytest.mark.parametrize("said", DOCUMENTS)
def test_the_strict_reader_accepts_every_document(said: str) -> None:
    # B9: "emit only the common subset (Gather, Play, Say, Dial/Number, Record, Redirect, Hangup, Reject, …)"
    verbs = read("text/xml", document(DOCUMENTS[said]).encode())
    assert {verb.name for verb in verbs} <= {"Gather", "Play", "Dial", "Hangup"}


def test_no_document_but_one_holds_a_number() -> None:
    holding = [name for name, said in DOCUMENTS.items() if "+33" in document(said)]
    assert holding == ["connect"]
    assert "+33" not in repr(CONNECT)


def test_where_a_call_is_told_of_holds_nothing_but_the_attempts_id() -> None:
    # B9: "No idempotency key on creating a call: put your attempt id into the status URL"
    assert ADDRESSES.of_call(7, Kind.CALLBACK) == (f"{AT}/answer", f"{AT}/status")


@pytest.mark.parametrize("text", ["", "x", "-1", "+1", "1.0", "٧", "7/8", "9" * 16])
def test_what_is_no_attempt_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        desk.dial_id(text)
    assert desk.dial_id("7") == 7


@pytest.mark.parametrize("sid", ["", "\n", "x" * (LONGEST_SID + 1)])
def test_a_delivery_without_a_usable_id_is_refused(sid: str) -> None:
    with pytest.raises(BadInput, match="CallSid"):
        desk.call_ref({"CallSid": [sid]})
    # B8: "CallSid like `v3:…` (do not validate `^CA[0-9a-f]{32}$`)"
    assert desk.call_ref({"CallSid": ["v3:abc-1"]}) == "v3:abc-1"


def test_a_leg_tells_its_status_and_its_id() -> None:
    # B1: "CallStatus: queued ringing in-progress completed busy failed no-answer (+ canceled; `initiated` …)"
    assert desk.leg_report({"CallSid": ["CA2"], "CallStatus": ["busy"]}) == Report("busy", "CA2")
    assert desk.leg_report({"CallSid": ["CA2"]}) == Report("", "CA2")


def test_the_end_of_a_dial_tells_whether_both_were_connected_where_the_provider_says_so() -> None:
    # B3: "action gets DialCallStatus (completed answered busy no-answer failed canceled), DialCallSid, … DialBridged"
    told = {"DialCallStatus": ["completed"], "DialCallSid": ["CA2"], "DialBridged": ["true"]}
    assert desk.dial_report(told) == Report("completed", "CA2", True)
    assert desk.dial_report({**told, "DialBridged": ["False"]}) == Report("completed", "CA2", False)
    assert desk.dial_report({"DialCallStatus": ["failed"]}) == Report("failed", None, None)
