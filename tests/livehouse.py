"""A small helpline in the one language that the tests can hear, for calls whose sound is live."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from ivr.actions.knowledge import Line
from ivr.app import Parts, parts
from ivr.audio.samples import RATE, Samples, to_samples
from ivr.audio.wav import wav_bytes
from ivr.channels.live.door import Door
from ivr.channels.live.recorder import Recorder
from ivr.channels.live.switchboard import Switchboard
from ivr.channels.live.talk import Talk
from ivr.engine.inputs import Known
from ivr.release.parse import parse
from ivr.release.release import Release, SoundRef, make, script
from ivr.settings import load
from ivr.speech.heard import Heard
from ivr.speech.listener import Tuning
from ivr.speech.recognizer import Recognizer
from ivr.store.spool import Spool
from tests.actions import tiny
from tests.actions.folders import OUTCOMES
from tests.doubles.handset import Earpiece, Handset
from tests.doubles.virtual import AtOnce
from tests.engine import books
from tests.speech import korean

LANGUAGE = "ko"
SOUND, SECONDS = "c" * 32, 2.0
"""Every prompt is this: two seconds in which each place sounds different."""

WORK, HELP, MOTHER, STORY, YES, NO = "일자리", "안녕하세요", "어머니", "이야기", "네", "아니요"
"""Ten times of ten the synthetic voice is heard alike; but the story never, which is chosen by key."""

NODES: books.Nodes = {
    "main": {
        "kind": "menu",
        "options": [
            {"key": 1, "id": "work", "to": "tale"},
            {"key": 2, "id": "mother", "to": "family"},
            {"key": 3, "id": "code", "to": "code"},
            {"key": 4, "id": "message", "to": "message"},
            {"key": 5, "id": "desk", "to": "desk"},
            {"key": 6, "id": "bye", "to": "bye"},
        ],
    },
    "family": {"kind": "menu", "options": [{"key": 1, "id": "story", "to": "tale", "sure": True}]},
    "tale": {"kind": "steps", "pages": ["tale.1", "tale.2", "tale.3"], "then": "main"},
    "code": {"kind": "digits", "remember": "code", "least": 2, "most": 2, "then": "main"},
    "message": {"kind": "message", "seconds": 20, "then": "main", "unavailable": "main"},
    "desk": {
        "kind": "transfer",
        "target": "desk",
        "seconds": 25,
        "then": "main",
        "missed": "main",
        "unavailable": "main",
    },
    "bye": {"kind": "end"},
}
WORDS = {"work": [WORK], "mother": [MOTHER], "story": [STORY]}
KEYS = {"1": "하나", "2": "이", "3": "삼", "4": "넷", "7": "일곱"}


@cache
def release() -> Release:
    return release_of(NODES)


def release_of(nodes: books.Nodes) -> Release:
    """The one with these nodes."""
    raw = books.raw(nodes, languages=(LANGUAGE,))
    raw["hours"], raw["outcomes"] = tiny.HOURS, OUTCOMES
    spoken = raw["languages"][LANGUAGE]
    spoken["words"] = {**spoken["words"], **WORDS, LANGUAGE: ["나무"]}
    about = spoken["language"]
    about.update(speech_model=korean.NAME, yes=[YES], no=[NO])
    about["keys"] = {**about["keys"], **KEYS}
    about["globals"] = {**about["globals"], "person": [HELP], "again": ["도움"]}
    names = [*script(parse(raw), spelled=False), ("-", "pause.300")]
    return make(raw, dict.fromkeys(names, SoundRef(SOUND, SECONDS, "placeholder")))


def prompt() -> Samples:
    """A sweep, as loud as prompts are."""
    at = np.arange(int(RATE * SECONDS)) / RATE
    return to_samples(0.15 * np.sin(2 * np.pi * (300 * at + 100 * at * at)))


def house(folder: Path, url: str, clock: Callable[[], float], **more: str) -> Parts:
    """Joined, with its one sound and its release."""
    made = parts(load(tiny.settings(folder, url, **more)), clock)
    (made.settings.data_dir / "sounds" / f"{SOUND}.wav").write_bytes(wav_bytes(prompt()))
    korean.installed(made.settings.data_dir / "models")
    made.shelf.put(release())
    answerers = {"recording": lambda _: Known("yes"), "line": lambda _: Known("there")}
    return tiny.with_answerers(made, **answerers)


class Scripted:
    """Ears that hear what a test says they hear; `words` may be a function of the sound and the phrases."""

    def __init__(self, words: Callable[[Samples, Mapping[str, tuple[str, ...]]], str]) -> None:
        self.words, self.late, self.asked = words, 0.0, []  # type: ignore[var-annotated]

    def languages(self) -> frozenset[str]:
        return frozenset({LANGUAGE})

    def submit(self, samples: Samples, phrases: Mapping[str, tuple[str, ...]]) -> Future[dict[str, Heard]]:
        self.asked.append(phrases)
        future: Future[dict[str, Heard]] = Future()
        words = self.words(samples, phrases)
        future.set_result({LANGUAGE: Heard(words, 1.0 if words else 0.0)})
        return future


def listening(ear: Recognizer) -> Scripted:
    """Real ears, that answer at once."""
    return Scripted(lambda samples, phrases: ear.understand(samples, phrases[LANGUAGE]).words)


def line(sid: str = "CA1") -> Line:
    """A call of somebody who never rang before."""
    number = f"+3363998{crc32(sid.encode()) % 10_000:04}"
    return tiny.line(number, sid)


def board(made: Parts, ears: Any, **more: Any) -> Switchboard:
    """A switchboard that does everything at once."""
    spool = Spool(made.settings.recordings_dir / "spool", made.database.keyring)
    known = {"note": lambda _: None, "record": lambda call, most: Recorder(spool, call, most), "clock": made.clock}
    return Switchboard(
        Door(made.calls, made.sounds.path),
        ears,
        10,
        Tuning(),
        threads=AtOnce(),
        **{**known, **more},  # type: ignore[arg-type]
    )


def rings(made: Parts, table: Switchboard, sid: str = "CA1") -> Handset:
    """A call that comes to the live line from its first turn."""
    handset = Handset()
    made.calls.arrive(line(sid), speech=True)
    handset.talk = Talk(Earpiece(handset), table, line(sid))
    handset.talk.begin(1)
    return handset
