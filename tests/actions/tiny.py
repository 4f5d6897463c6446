"""A small helpline for tests: made-up languages, one tone for every sound, each kind of node that a channel meets."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from ivr.actions.calls import Calls
from ivr.actions.knowledge import Answerer, Line
from ivr.app import Parts, application, parts
from ivr.audio.samples import to_samples
from ivr.audio.wav import wav_bytes
from ivr.channels.twilio.parse import call_id
from ivr.engine.inputs import Known
from ivr.numbers import understand
from ivr.release.parse import parse
from ivr.release.release import Release, SoundRef, make, script
from ivr.settings import load
from ivr.store import calls as stored_calls
from ivr.store import requests
from ivr.store.calls import CallRow, StoredTurn
from ivr.store.requests import Request
from tests.actions.folders import OUTCOMES
from tests.doubles.phone import Phone
from tests.doubles.serving import in_process
from tests.engine import books
from tests.engine.books import Nodes, menu

PUBLIC, TOKEN, ACCOUNT, NUMBER = "https://help.example", "t0ken", "AC" + "1" * 32, "+33199000001"
CALLER, OTHER = "+33639980001", "+33639980002"
OPEN = 1_795_600_800.0  # Wednesday 2026-11-25, 11:00 in Paris
SECRET = "only for tests: thirty-two characters and more"
HOURS = {"week": {"wed": [["09:00", "12:30"]], "thu": [["09:00", "12:30"]]}, "holidays": "FR", "closed": []}
TONE = "b" * 32
AWAY = {"unavailable": "main"}

NODES: Nodes = {
    "main": menu("tale", "code", "message", "desk", "weather", "bye"),
    "tale": {"kind": "steps", "pages": ["tale.1", "tale.2", "tale.3"], "then": "main", "topic": "tale"},
    "code": {"kind": "digits", "remember": "code", "least": 2, "most": 5, "then": "main"},
    "message": {"kind": "message", "seconds": 90, "then": "main", **AWAY},
    "desk": {"kind": "transfer", "target": "desk", "seconds": 25, "then": "main", **AWAY},
    "weather": {"kind": "ask", "ask": "weather", "cases": {"fine": "tale"}, **AWAY},
    "bye": {"kind": "end"},
    "person": {
        "kind": "ask",
        "ask": "number",
        "cases": {
            "callable": "hours",
            "foreign": "enter",
            "withheld": "enter",
            "short": "enter",
            "wrong": "wrong",
        },
        "unavailable": "sorry",
    },
    "enter": {
        "kind": "digits",
        "remember": "callback_number",
        "least": 10,
        "most": 10,
        "private": True,
        "then": "person",
    },
    "wrong": {
        "kind": "digits",
        "remember": "callback_number",
        "least": 10,
        "most": 10,
        "private": True,
        "then": "person",
    },
    "hours": {
        "kind": "ask",
        "ask": "hours",
        "cases": {"open": "request", "closed": "late"},
        "unavailable": "request",
    },
    "request": {"kind": "request", "then": "noted", "unavailable": "sorry"},
    "late": {"kind": "request", "then": "noted-late", "unavailable": "sorry"},
    "noted-late": menu("main", say=["noted-late", {"moment": "opens"}]),
}


def content(**more: Any) -> dict[str, Any]:
    """The plain data of the small helpline."""
    data = books.raw({**NODES, **more.pop("nodes", {})}, languages=("aa", "bb"), **more)
    data["hours"] = HOURS
    data["outcomes"] = OUTCOMES
    return data


def release(raw: Mapping[str, Any] | None = None) -> Release:
    """Its release: every name has the same sound."""
    raw = content() if raw is None else raw
    ref = SoundRef(TONE, 0.1, "placeholder")
    names = [*script(parse(dict(raw)), spelled=False), ("-", "pause.300")]
    return make(dict(raw), dict.fromkeys(names, ref))


def tone() -> bytes:
    """The one sound."""
    return wav_bytes(to_samples(0.1 * np.sin(np.arange(800))))


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = OPEN

    def __call__(self) -> float:
        return self.now


class Tiny:
    """A helpline on a temporary disk, and what a test looks at."""

    def __init__(self, made: Parts, clock: Clock, client: httpx.Client) -> None:
        self.parts, self.clock, self.client = made, clock, client

    @property
    def calls(self) -> Calls:
        return self.parts.calls

    def phone(self, **options: Any) -> Phone:
        """A handset on this line."""
        return Phone(self.client, PUBLIC, TOKEN, ACCOUNT, NUMBER, **options)

    def call(self, sid: str) -> CallRow | None:
        with self.parts.database.reading() as tx:
            return stored_calls.find(tx, call_id(sid))

    def turns(self, sid: str) -> list[StoredTurn]:
        """The stored turns of a call, in order; without a gap."""
        found: list[StoredTurn] = []
        with self.parts.database.reading() as tx:
            while (turn := stored_calls.turn(tx, call_id(sid), len(found) + 1)) is not None:
                found.append(turn)
        return found

    def requests(self, sid: str) -> list[Request]:
        with self.parts.database.reading() as tx:
            return requests.of_call(tx, call_id(sid))


def settings(folder: Path, url: str, **more: str) -> dict[str, str]:
    """The environment of the small helpline."""
    return {
        "IVR_DATA_DIR": str(folder / "data"),
        "IVR_RECORDINGS_DIR": str(folder / "recordings"),
        "IVR_DATABASE_URL": url,
        "IVR_SECRET_KEY": SECRET,
        "IVR_PUBLIC_URL": PUBLIC,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_NUMBER": NUMBER,
        "IVR_WORKER": "none",  # what runs beside the calls is tested elsewhere
        **more,
    }


def joined(folder: Path, url: str, clock: Callable[[], float], **more: str) -> Parts:
    """The parts of a helpline whose release is published; a kind `weather` is answered too."""
    made = parts(load(settings(folder, url, **more)), clock)
    (made.settings.data_dir / "sounds" / f"{TONE}.wav").write_bytes(tone())
    made.shelf.put(release())
    return with_answerers(made, weather=lambda _: Known("fine"))


def with_answerers(made: Parts, **answerers: Answerer) -> Parts:
    """The same helpline, where these kinds of question are answered like this."""
    world = made.calls.world
    return replace(made, calls=Calls(replace(world, answerers={**world.answerers, **answerers})))


@contextmanager
def running(folder: Path, url: str, *, raise_errors: bool = False, **answerers: Answerer) -> Iterator[Tiny]:
    """The small helpline on a migrated database, with its server started."""
    clock = Clock()
    made = with_answerers(joined(folder, url, clock), **answerers)
    with in_process(application(made), raise_errors=raise_errors) as client:
        yield Tiny(made, clock, client)


def line(number: str = CALLER, sid: str = "CA1") -> Line:
    """A call as the Twilio channel knows it."""
    return Line(call_id(sid), "twilio", sid, understand(number, production=False))


def heard(phone: Phone) -> list[str]:
    """What was played since the caller last did something, as language/name; pauses left out."""
    places = [url.removeprefix(f"{PUBLIC}/audio/").rsplit("/", 1)[0] for url in phone.heard]
    return [place for place in places if not place.startswith("-/")]
