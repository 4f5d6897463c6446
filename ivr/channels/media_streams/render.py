"""From what is played to messages. Pure."""

import json
from base64 import b64encode
from typing import assert_never

from ivr.channels.live.door import Spoken
from ivr.engine.turn import Ask, Ending, HangUp, Listen, Record, Transfer


def sound(stream_id: str, data: bytes) -> str:
    """Mu-law to be played behind what was sent before."""
    payload = b64encode(data).decode()
    return f'{{"event":"media","streamSid":{json.dumps(stream_id)},"media":{{"payload":"{payload}"}}}}'


def mark(stream_id: str, name: str) -> str:
    """Told back when all before it was heard, or cleared."""
    return json.dumps({"event": "mark", "streamSid": stream_id, "mark": {"name": name}})


def clear(stream_id: str) -> str:
    """What was sent and not yet heard is not played."""
    return json.dumps({"event": "clear", "streamSid": stream_id})


def turn(spoken: Spoken, listens: bool) -> str:
    """A turn, for a browser of ours: what is said in words, and what it waits for."""
    said = spoken.answer.turn
    ending = said.ending
    shown = {
        "event": "turn",
        "n": spoken.answer.n,
        "node": said.node,
        "language": said.language,
        "captions": [{"language": language, "text": text} for language, text in spoken.captions],
        "keys": ending.keys if isinstance(ending, Listen) else "",
        "listening": listens,
        "ending": _named(ending),
    }
    return json.dumps(shown, ensure_ascii=False)


def heard(words: str, sure: float, by: str) -> str:
    """What the caller did, for a browser of ours."""
    return json.dumps({"event": "heard", "words": words, "sure": round(sure, 2), "by": by}, ensure_ascii=False)


def _named(ending: Ending) -> str:
    match ending:
        case Listen():
            return "listen"
        case Record():
            return "record"
        case Transfer():
            return "transfer"
        case HangUp():
            return "hang_up"
        case Ask(kind):
            raise AssertionError(f"the question {kind} was never answered")
    assert_never(ending)
