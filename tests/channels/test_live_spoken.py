"""Free text in a live call: what is said before it plays while it is being made."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ivr.actions.calls import Calls
from ivr.app import Parts
from ivr.audio import mulaw
from ivr.audio.samples import RATE, Samples, to_samples
from ivr.audio.wav import wav_bytes
from ivr.channels.live.switchboard import Switchboard
from ivr.engine.turn import Speech
from ivr.release.release import Release, SoundRef
from tests import livehouse
from tests.actions.tiny import Clock
from tests.channels.test_live_talk import chosen, hears, node
from tests.doubles import virtual
from tests.doubles.handset import Handset
from tests.livehouse import LANGUAGE, NODES, SECONDS, board, house, rings

STREET = "12 rue des Lilas"
WHERE = {"kind": "goto", "with": {"street": STREET}}
TOLD = {
    **NODES,
    "family": {**WHERE, "to": "told"},
    "told": {
        "kind": "menu",
        "say": ["told", {"speech": "street"}, "behind"],
        "options": [{"key": 1, "id": "over", "to": "bye"}, {"key": 2, "id": "speak", "to": "message"}],
    },
    "bye": {"kind": "end", "say": ["bye", {"speech": "street"}]},
    "message": {**NODES["message"], "say": ["message", {"speech": "street"}]},
}
TOLD["main"] = {**NODES["main"], "options": [*NODES["main"]["options"][:5]]}
ONE = int(SECONDS * RATE)


def hum() -> Samples:
    """What a street sounds like: half a second."""
    return to_samples(0.1 * np.sin(np.arange(RATE // 2) / 3))


class Reader:
    """Reads every text as a hum, or never comes to it."""

    def __init__(self, folder: Path) -> None:
        self.file, self.comes, self.asked = folder / "hum.wav", True, list[Speech]()
        self.file.write_bytes(wav_bytes(hum()))

    def begin(self, _: Release, speech: Speech) -> SoundRef:
        self.asked.append(speech)
        return SoundRef("d" * 32, 0.5, "placeholder")

    def wait(self, key: str) -> Path | None:
        return self.file if self.comes and key == "d" * 32 else None

    def instead(self, language: str) -> Path | None:
        return self.file.with_name("data") / "sounds" / f"{livehouse.SOUND}.wav" if language == LANGUAGE else None


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Parts]:
    folder = tmp_path_factory.mktemp("spoken")
    shutil.copy(migrated_file, folder / "hamrah.db")
    made = house(folder, f"sqlite:///{folder}/hamrah.db", Clock())
    made.shelf.put(livehouse.release_of(TOLD))
    yield made
    made.database.dispose()


@pytest.fixture
def reader(tmp_path: Path, made: Parts) -> Reader:
    reader = Reader(tmp_path)
    (tmp_path / "data").symlink_to(made.settings.data_dir)
    return reader


@pytest.fixture
def table(made: Parts, reader: Reader) -> Switchboard:
    calls = Calls(replace(made.calls.world, aloud=reader))  # type: ignore[arg-type]
    return board(replace(made, calls=calls), hears(""))


async def told(made: Parts, table: Switchboard, sid: str, *, late: bool = False) -> Handset:
    """A caller who begins to hear where it is; where it is late, what is waited for comes when threads are let go."""
    handset = rings(made, table, sid)
    await chosen(handset)
    handset.presses("2")
    table.threads.hold = late  # type: ignore[attr-defined]
    await handset.until(node(handset, "told"))
    return handset


def test_it_is_heard_in_its_place_with_its_words_shown(made: Parts, table: Switchboard, reader: Reader) -> None:
    async def call() -> None:
        handset = await told(made, table, "CA1")
        await handset.until(lambda: not handset.plays)
        assert len(handset.heard) == 4 * ONE + RATE // 2
        assert mulaw.encode(hum()) == bytes(handset.heard[ONE : ONE + RATE // 2])
        assert (LANGUAGE, STREET) in handset.turns[-1].captions
        assert reader.asked == [Speech(STREET, LANGUAGE, LANGUAGE)]

    virtual.run(call())


def test_what_comes_before_it_is_heard_while_it_is_made(made: Parts, table: Switchboard) -> None:
    async def call() -> None:
        handset = await told(made, table, "CA2", late=True)
        await handset.passes(20)
        assert (len(handset.heard), handset.node) == (ONE, "told")  # the caller is not taken for silent meanwhile
        table.threads.let_go()  # type: ignore[attr-defined]
        table.threads.hold = False  # type: ignore[attr-defined]
        await handset.until(lambda: len(handset.heard) == 4 * ONE + RATE // 2)
        began = handset.now
        turns = len(handset.turns)
        await handset.until(lambda: len(handset.turns) > turns)
        assert 5.5 < handset.now - began < 7

    virtual.run(call())


def test_a_key_does_not_wait_for_it_and_what_comes_too_late_is_not_heard(made: Parts, table: Switchboard) -> None:
    async def call() -> None:
        handset = await told(made, table, "CA3", late=True)
        await handset.passes(1)
        handset.presses("#")
        table.threads.let_go()  # type: ignore[attr-defined]
        table.threads.hold = False  # type: ignore[attr-defined]
        await handset.until(node(handset, "main"))
        await handset.until(lambda: not handset.plays)
        assert len(handset.heard) == 6 * ONE

    virtual.run(call())


def test_where_it_does_not_come_it_is_said_so(made: Parts, table: Switchboard, reader: Reader) -> None:
    async def call() -> None:
        reader.comes = False
        handset = await told(made, table, "CA4")
        await handset.until(lambda: not handset.plays)
        assert len(handset.heard) == 5 * ONE

    virtual.run(call())


def test_last_words_are_said_to_their_end(made: Parts, table: Switchboard) -> None:
    async def call() -> None:
        handset = await told(made, table, "CA5")
        handset.presses("1")
        await handset.until(lambda: handset.closed)
        assert len(handset.heard) == ONE + RATE // 2

    virtual.run(call())


def test_a_message_begins_behind_it(made: Parts, table: Switchboard) -> None:
    async def call() -> None:
        handset = await told(made, table, "CA6")
        handset.presses("2")
        await handset.until(node(handset, "message"))
        await handset.until(lambda: not handset.plays)
        assert len(handset.heard) == ONE + RATE // 2 + int(0.3 * RATE)  # and the beep
        await handset.passes(1)
        handset.presses("#")
        await handset.until(node(handset, "main"))

    virtual.run(call())


def test_who_stops_it_by_voice_hears_the_rest_too(made: Parts, table: Switchboard) -> None:
    async def call() -> None:
        handset = await told(made, table, "CA7", late=True)
        await handset.passes(1)
        assert handset.talk is not None
        handset.talk._player.stop()
        table.threads.let_go()  # type: ignore[attr-defined]
        await handset.passes(1)
        stopped = len(handset.heard)
        handset.talk._player.go_on()
        await handset.until(lambda: not handset.plays)
        assert len(handset.heard) > stopped + 3 * ONE

    virtual.run(call())
