"""Messages of Media Streams, one by one, as the vendor's pages write them; and what is written to them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.actions.calls import Answer
from ivr.channels.live.door import Spoken
from ivr.channels.media_streams import parse, render
from ivr.channels.media_streams.parse import Key, Mark, Message, Nothing, Sound, Start, Stop, message
from ivr.engine.turn import Ask, Ending, HangUp, Listen, Record, Result, Transfer, Turn
from ivr.errors import BadInput
from tests import livehouse

NAMES = ("start", "media", "dtmf", "mark", "stop", "payload", "digit", "name", "streamSid", "callSid", "mediaFormat")
EVENTS = ("start", "media", "dtmf", "mark", "stop", "connected", "")
START = {
    "accountSid": "AC1",
    "streamSid": "MZ1",
    "callSid": "CA1",
    "tracks": ["inbound"],
    "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    "customParameters": {"token": "t"},
}


def start(**more: Any) -> dict[str, Any]:
    return {"event": "start", "sequenceNumber": "1", "start": {**START, **more}, "streamSid": "MZ1"}


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ({"event": "connected", "protocol": "Call", "version": "1.0.0"}, Nothing()),
        (start(), Start("MZ1", "CA1", "t")),
        ({**start(streamSid=None), "streamSid": "MZ2"}, Start("MZ2", "CA1", "t")),
        ({**start(customParameters=None), "customParameters": {"token": "beside"}}, Start("MZ1", "CA1", "beside")),
        (start(mediaFormat=None), Start("MZ1", "CA1", "t")),
        ({"event": "media", "media": {"track": "inbound", "payload": "/38A"}}, Sound(b"\xff\x7f\x00")),
        ({"event": "media", "media": {"payload": "/38A"}}, Sound(b"\xff\x7f\x00")),
        ({"event": "media", "media": {"track": "outbound", "payload": "/38A"}}, Nothing()),
        ({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "#"}}, Key("#")),
        ({"event": "dtmf", "dtmf": {"digit": "A"}}, Nothing()),
        ({"event": "mark", "mark": {"name": "my label"}}, Mark("my label")),
        ({"event": "stop", "stop": {"accountSid": "AC1", "callSid": "CA1"}}, Stop()),
        ({"event": "something new"}, Nothing()),
        ({}, Nothing()),
    ],
)
def test_what_a_message_says(told: dict[str, Any], meant: Message) -> None:
    assert message(json.dumps(told)) == meant


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[" * 40_000,
        "[]",
        '"start"',
        " " * (parse.LONGEST + 1),
        json.dumps({"event": "media"}),
        json.dumps({"event": "media", "media": {}}),
        json.dumps({"event": "media", "media": {"payload": "?"}}),
        json.dumps({"event": "media", "media": {"payload": 7}}),
        json.dumps({"event": "dtmf", "dtmf": "1"}),
        json.dumps({"event": "mark", "mark": {"name": ""}}),
        json.dumps(start(customParameters={})),
        json.dumps(start(customParameters=["token"])),
        json.dumps(start(callSid="C" * 201)),
        json.dumps(start(mediaFormat={"encoding": "audio/l16", "sampleRate": 8000})),
        json.dumps(start(mediaFormat={"encoding": "audio/x-mulaw", "sampleRate": 16000})),
        json.dumps(start(mediaFormat=["mulaw"])),
    ],
)
def test_what_is_no_message_is_refused(told: str) -> None:
    with pytest.raises(BadInput):
        message(told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6), st.sampled_from(EVENTS))
def test_whatever_comes_is_a_message_or_is_refused(told: dict[str, Any], event: str) -> None:
    try:
        message(json.dumps({**told, "event": event}))
    except BadInput:
        return


@given(st.text(max_size=300))
def test_whatever_is_no_json_is_refused_or_means_nothing(told: str) -> None:
    try:
        message(told)
    except BadInput:
        return


def test_a_start_does_not_show_its_token() -> None:
    assert "secret" not in repr(Start("MZ1", "CA1", "secret"))


def test_what_is_played_is_written_as_the_vendor_reads_it() -> None:
    assert json.loads(render.sound('MZ"1', b"\xff\x7f\x00")) == {
        "event": "media",
        "streamSid": 'MZ"1',
        "media": {"payload": "/38A"},
    }
    assert json.loads(render.mark("MZ1", "3.1600")) == {
        "event": "mark",
        "streamSid": "MZ1",
        "mark": {"name": "3.1600"},
    }
    assert json.loads(render.clear("MZ1")) == {"event": "clear", "streamSid": "MZ1"}


def spoken(ending: Ending) -> Spoken:
    turn = Turn("main", "ko", (), ending, Result.REACHED)
    answer = Answer("c1", 3, turn, livehouse.release(), "place")
    return Spoken(answer, [b""], [("ko", "말")], {"ko": ("네",)})


@pytest.mark.parametrize(
    ("ending", "keys", "name"),
    [
        (Listen("12*#", 6), "12*#", "listen"),
        (Record(20), "", "record"),
        (Transfer("desk", 25), "", "transfer"),
        (HangUp("finished"), "", "hang_up"),
    ],
)
def test_a_browser_is_told_of_a_turn(ending: Ending, keys: str, name: str) -> None:
    assert json.loads(render.turn(spoken(ending), True)) == {
        "event": "turn",
        "n": 3,
        "node": "main",
        "language": "ko",
        "captions": [{"language": "ko", "text": "말"}],
        "keys": keys,
        "listening": True,
        "ending": name,
    }


def test_a_question_is_answered_before_it_is_shown() -> None:
    with pytest.raises(AssertionError):
        render.turn(spoken(Ask("hours")), False)


def test_a_browser_is_told_what_was_heard() -> None:
    assert json.loads(render.heard("네", 0.987, "voice")) == {
        "event": "heard",
        "words": "네",
        "sure": 0.99,
        "by": "voice",
    }
