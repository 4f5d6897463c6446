"""Keypad calls, alone and then while recordings are treated in the same server: what the studio costs a caller."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import uvloop

from ivr.actions import taking
from ivr.actions.audit import HELPLINE, Deed
from ivr.audio.samples import RATE
from ivr.audio.wav import wav_bytes
from ivr.store import takes
from ivr.store.takes import Source, State
from tests.bench.wire import steady
from tests.soak.house import House
from tests.voice.awkward import spoken

TAKES, LENGTH = 400, 8
"""Recordings that wait, and seconds of each: more than are done while the calls last."""


@dataclass(frozen=True)
class Measured:
    """Seconds of each webhook, sorted; how many recordings were treated meanwhile."""

    alone: list[float]
    beside: list[float]
    treated: int


def measured(one: House, calls: int, seconds: float, pause: float) -> Measured:
    """Both in one run, on one server with its worker inside."""
    one.start()
    alone = sorted(uvloop.run(steady(one.base, calls, seconds, pause)))
    _send(one)
    before = _waiting(one)
    beside = sorted(uvloop.run(steady(one.base, calls, seconds, pause)))
    treated = before - _waiting(one)
    one.kill()  # what waits is not part of it
    return Measured(alone, beside, treated)


def _send(one: House) -> None:
    parts = one.parts()
    with TemporaryDirectory() as folder:
        voice = np.resize(spoken(Path(folder)).samples, LENGTH * RATE)
    places = [place for place in parts.shelf.current().captions if place in parts.shelf.current().sounds]
    for n in range(TAKES):
        data = wav_bytes(np.roll(voice, n))
        taking.receive(parts.studio, places[n], data, taking.Origin(Source.UPLOAD, Deed(HELPLINE, parts.clock())))
    parts.database.dispose()


def _waiting(one: House) -> int:
    parts = one.parts()
    with parts.database.reading() as tx:
        waiting = sum(take.state is State.WAITING for take in takes.everything(tx))
    parts.database.dispose()
    return waiting
