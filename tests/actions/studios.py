"""A studio for tests: two admins, a small helpline in a made-up language, recordings like somebody speaking."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from ivr.actions import jobs, publishing, releases, standing, taking, wording
from ivr.actions.audit import Deed
from ivr.actions.coverage import Line, coverage
from ivr.actions.jobs import Board
from ivr.actions.overlay import NOTHING
from ivr.actions.releases import Folders, Made
from ivr.actions.staff import Role
from ivr.actions.studio import Studio
from ivr.actions.taking import Origin
from ivr.actions.wording import Edit
from ivr.app import Parts, parts
from ivr.audio.samples import RATE, to_samples
from ivr.audio.wav import wav_bytes
from ivr.settings import load
from ivr.store import publications, takes
from ivr.store.publications import Change, Kind, Place, Publication
from ivr.store.takes import Source, State, Take
from ivr.voice.sounds import Sounds
from tests.actions import folders, tiny
from tests.actions.desks import deed, hire
from tests.helpline import ROOT

LANGUAGE = "aa"
HUMMED = ROOT / "var" / "hummed"


def spoken(pitch: float = 220, seconds: float = 0.9, level: float = 0.2) -> bytes:
    """A file in which somebody seems to speak: syllables between two moments of a quiet room."""
    at = np.arange(int(RATE * seconds)) / RATE
    syllables = np.clip(np.sin(2 * np.pi * 4 * at), 0.15, 1)
    fade = np.minimum(1, np.minimum(at, seconds - at) / 0.05)
    voice = sum(np.sin(2 * np.pi * pitch * harmonic * at) / harmonic for harmonic in (1, 2, 3, 4)) * syllables * fade
    room = np.random.default_rng(int(pitch)).normal(0, 0.0005, RATE // 2)
    return wav_bytes(to_samples(np.concatenate([room, level * voice, room])))


class House:
    """What a test does as one of two admins, and looks at afterwards."""

    def __init__(self, joined: Parts, clock: tiny.Clock) -> None:
        assert joined.settings.worker == "none", "a worker beside it would take its jobs"
        self.parts, self.clock = joined, clock
        with joined.database.transaction() as tx:
            self.author, self.second = hire(tx, role=Role.ADMIN), hire(tx, role=Role.ADMIN)

    @property
    def studio(self) -> Studio:
        return self.parts.studio

    def by(self, staff_id: int | None = None) -> Deed:
        """The author's deed, now."""
        return deed(self.author if staff_id is None else staff_id, self.clock.now)

    def receive(self, name: str = "main", sound: bytes | None = None, language: str = LANGUAGE) -> int:
        data = spoken() if sound is None else sound
        return taking.receive(self.studio, (language, name), data, Origin(Source.BROWSER, self.by()))

    def work(self) -> list[str]:
        """Does what is due; the outcomes."""
        board = Board(self.parts.database, self.parts.kinds, self.clock)
        outcomes = []
        while (held := jobs.take(board, str(uuid4()))) is not None:
            outcomes.append(jobs.record(board, held, jobs.perform(board, held)))
        return outcomes

    def approved(self, name: str = "main", sound: bytes | None = None, language: str = LANGUAGE) -> int:
        """A take that may be published."""
        id = self.receive(name, sound, language)
        self.work()
        with self.parts.database.transaction() as tx:
            if self.take(id).state is State.DOUBTFUL:
                taking.overrule(tx, self.studio, id, "heard", self.by())
            taking.approve(tx, self.studio, id, self.by(self.second))
        return id

    def plan(self, *changes: Change, after: float = 0) -> int:
        with self.parts.database.transaction() as tx:
            return publishing.publish(tx, self.studio, changes, self.clock.now + after, self.by())

    def publish(self, *changes: Change) -> int:
        """Plans and makes a publication."""
        id = self.plan(*changes)
        self.work()
        return id

    def write(self, entry: Mapping[str, Any], seen: int = 0, prompt: str = "main") -> int:
        good = wording.checked(self.studio, (LANGUAGE, prompt), Edit(entry, seen))
        with self.parts.database.transaction() as tx:
            return wording.write(tx, good, self.by())

    def take(self, id: int) -> Take:
        with self.parts.database.reading() as tx:
            found = takes.find(tx, id)
        assert found is not None
        return found

    def publication(self, id: int) -> Publication:
        with self.parts.database.reading() as tx:
            found = publications.find(tx, id)
        assert found is not None
        return found

    def heard(self, name: str = "main", language: str = LANGUAGE) -> str:
        """The hash of what new calls hear."""
        return self.studio.shelf.current().sounds[language, name].hash

    def words(self, name: str = "main") -> str:
        """What new calls hear, in words."""
        return self.studio.shelf.current().captions[LANGUAGE, name]

    def line(self, name: str = "main") -> Line:
        with self.parts.database.transaction() as tx:
            line = coverage(tx, self.studio).line(LANGUAGE, name)
        assert line is not None
        return line


def take(id: int | None, name: str = "main", language: str = LANGUAGE) -> Change:
    return Change(Place(Kind.TAKE, language, name), id)


def text(id: int | None, prompt: str = "main") -> Change:
    return Change(Place(Kind.WORDING, LANGUAGE, prompt), id)


def environ(content: Folders) -> dict[str, str]:
    return {"IVR_MENUS_DIR": str(content.menus), "IVR_PROMPTS_DIR": str(content.prompts)}


@contextlib.contextmanager
def studio(root: Path, url: str, **more: str) -> Iterator[House]:
    """A studio whose release was made; `humming` must hold already."""
    content = folders.write(root, folders.small())
    clock = tiny.Clock()
    shutil.copytree(hummed(), root / "data" / "sounds")
    made = parts(load({**tiny.settings(root, url), **environ(content), **more}), clock)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(standing, "prepare", lambda *to: small() if to[-1] == NOTHING else releases.prepare(*to))
        standing.ready(made.studio)
    yield House(made, clock)
    made.database.dispose()


@cache
def small() -> Made:
    """The release of the small helpline, made once; processes that start together share its placeholders."""
    HUMMED.mkdir(parents=True, exist_ok=True)
    with (HUMMED.parent / "hummed.lock").open("w") as lock, TemporaryDirectory() as content:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return releases.prepare(folders.write(Path(content), folders.small()), Sounds(HUMMED), folders.TODAY)


def hummed() -> Path:
    """The placeholders of the small helpline."""
    small()
    return HUMMED
