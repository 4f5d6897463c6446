"""The loop of a live call, on a clock of its own: keys, voice, silence, messages, and what breaks."""

import gc
import shutil
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ivr.actions.listening import Window
from ivr.app import Parts
from ivr.audio.samples import RATE, Samples, to_samples
from ivr.channels.live import talk as talking
from ivr.channels.live.player import AHEAD, CHUNK
from ivr.engine.turn import HangUp
from ivr.speech.heard import Heard
from ivr.speech.recognizer import Recognizer
from ivr.store.spool import Spool
from tests import livehouse
from tests.actions.tiny import Clock
from tests.doubles import virtual
from tests.doubles.handset import Handset
from tests.livehouse import HELP, MOTHER, NO, WORK, YES, Scripted, board, house, rings
from tests.speech import korean


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Parts]:
    folder = tmp_path_factory.mktemp("live")
    shutil.copy(migrated_file, folder / "hamrah.db")
    made = house(folder, f"sqlite:///{folder}/hamrah.db", Clock())
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return korean.ear(tmp_path_factory.mktemp("models"))


@pytest.fixture
def sid(request: pytest.FixtureRequest) -> str:
    return request.node.name


def hears(words: str) -> Scripted:
    return Scripted(lambda samples, phrases: words)


def murmur(seconds: float, level: float = 0.2) -> Samples:
    """Somebody speaks, no word of ours."""
    at = np.arange(int(RATE * seconds)) / RATE
    voice = sum(np.sin(2 * np.pi * 160 * harmonic * at) / harmonic for harmonic in range(1, 9))
    return to_samples(level * voice * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at)) / 2)


def node(handset: Handset, name: str) -> Callable[[], bool]:
    return lambda: handset.node == name and bool(handset.turns)


async def chosen(handset: Handset) -> None:
    """The only language is chosen, and the main menu was heard to its end."""
    await handset.until(lambda: bool(handset.turns))
    handset.presses("1")
    await handset.until(node(handset, "main"))
    await handset.until(lambda: not handset.plays, 60)
    await handset.passes(0.3)


def test_a_caller_walks_by_voice_and_by_key(made: Parts, ear: Recognizer, sid: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, livehouse.listening(ear)), sid)
        await chosen(handset)
        handset.says(korean.spoken(MOTHER))
        await handset.until(node(handset, "family"))
        handset.presses("1")
        await handset.until(node(handset, "tale"))
        handset.presses("#")
        await handset.until(node(handset, "main"))
        await handset.passes(2)
        handset.says(korean.spoken(WORK))  # over the menu
        await handset.until(node(handset, "tale"))
        assert [by for by, _ in handset.told] == ["key", "voice", "key", "key", "voice"]

    virtual.run(call())


def test_what_is_dear_is_asked_back_before_it_is_done(made: Parts, ear: Recognizer, sid: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, livehouse.listening(ear)), sid)
        await chosen(handset)
        for answer, place in ((NO, "main"), (YES, "noted")):
            handset.says(korean.spoken(HELP))
            turns = len(handset.turns)
            await handset.until(lambda turns=turns: len(handset.turns) > turns)
            assert handset.node == "main"
            await handset.until(lambda: not handset.plays)
            handset.says(korean.spoken(answer))
            turns = len(handset.turns)
            await handset.until(lambda turns=turns: len(handset.turns) > turns)
            assert handset.node == place
            await handset.until(lambda: not handset.plays)

    virtual.run(call())


def test_a_key_stops_the_sound_before_the_door_answers(made: Parts, sid: str) -> None:
    async def call() -> None:
        table = board(made, hears(""))
        handset = rings(made, table, sid)
        await handset.passes(0.5)
        assert handset.plays
        table.threads.hold = True  # type: ignore[attr-defined]
        handset.presses("1")
        assert handset.clears == [handset.now]
        assert not handset.plays
        await handset.passes(1)
        assert not handset.plays
        table.threads.let_go()  # type: ignore[attr-defined]
        await handset.until(node(handset, "main"))

    virtual.run(call())


def test_keys_ahead_count(made: Parts, sid: str) -> None:
    async def call() -> None:
        table = board(made, hears(""))
        handset = rings(made, table, sid)
        await handset.until(lambda: bool(handset.turns))
        table.threads.hold = True  # type: ignore[attr-defined]
        handset.presses("121")
        table.threads.hold = False  # type: ignore[attr-defined]
        table.threads.let_go()  # type: ignore[attr-defined]
        await handset.until(node(handset, "tale"))

    virtual.run(call())


def test_no_more_than_a_second_is_sent_ahead(made: Parts, sid: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await chosen(handset)
        assert 0.5 < handset.most_ahead <= AHEAD + CHUNK / RATE
        assert len(handset.heard) == sum(map(len, handset.turns[-1].sounds))

    virtual.run(call())


@pytest.mark.parametrize("marks", [True, False], ids=["with marks", "of a company that gives no marks back"])
def test_silence_counts_from_the_end_of_the_sound(made: Parts, sid: str, marks: bool) -> None:
    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        handset.marks = marks
        await handset.until(lambda: bool(handset.turns))
        began = handset.now
        await handset.until(lambda: len(handset.turns) == 2)
        length = sum(map(len, handset.turns[0].sounds)) / RATE
        late = handset.now - began - length - handset.turns[0].answer.turn.ending.timeout  # type: ignore[union-attr]
        assert -0.001 < late < (0.3 if marks else 4)

    virtual.run(call())


def test_a_voice_that_means_nothing_lets_the_prompt_go_on(made: Parts, sid: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await handset.passes(1.5)
        handset.says(murmur(1))
        await handset.until(lambda: bool(handset.clears))
        assert not handset.plays
        await handset.until(lambda: handset.plays)
        await handset.until(lambda: not handset.plays)
        assert len(handset.turns) == 1
        said = sum(map(len, handset.turns[0].sounds))
        assert said < len(handset.heard) <= said + 1.5 * RATE  # a little is said twice, nothing is left out

    virtual.run(call())


def test_who_talks_to_somebody_else_hears_the_turn_to_its_end(made: Parts, sid: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await chosen(handset)
        handset.presses("9")
        await handset.until(lambda: handset.plays)
        handset.clears.clear()
        while handset.plays or len(handset.clears) < talking.INTERRUPTIONS:
            handset.says(murmur(0.6))
            await handset.passes(3.5)
        assert len(handset.clears) == talking.INTERRUPTIONS
        assert len(handset.turns) == 3

    virtual.run(call())


def test_ten_minutes_of_noise_and_of_silence_choose_nothing(made: Parts, sid: str) -> None:
    noise = np.random.default_rng(7)

    async def call(loud: float) -> list[str]:
        ears = hears(WORK)  # whatever is taken for speech would choose
        handset = rings(made, board(made, ears), f"{sid}{loud}")
        if loud:
            handset.room = lambda _: talking.mulaw.encode(noise.normal(0, loud, 160).astype(np.int16))
        await handset.until(lambda: handset.talk is None or handset.talk.is_over, 600)
        return [turn.answer.turn.node for turn in handset.turns]

    silent = virtual.run(call(0))
    assert virtual.run(call(300)) == silent
    assert virtual.run(call(3000)) == silent
    assert "tale" not in silent


def test_silence_to_the_end_leaves_with_the_last_words_said(made: Parts, sid: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await handset.until(lambda: handset.closed, 600)
        assert isinstance(handset.turns[-1].answer.turn.ending, HangUp)
        assert len(handset.heard) == sum(map(len, handset.turns[-1].sounds))

    virtual.run(call())


def test_a_transfer_leaves_the_line_unsaid(made: Parts, sid: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await chosen(handset)
        handset.presses("5")
        await handset.until(lambda: handset.closed)
        assert handset.node == "desk"
        assert not handset.heard  # the line that puts through says it

    virtual.run(call())


def test_a_machine_that_is_too_busy_to_listen_goes_on_by_keys(made: Parts, sid: str) -> None:
    class Stuck(Scripted):
        def submit(self, *_: Any) -> Any:
            return Future()

    async def call() -> None:
        handset = rings(made, board(made, Stuck(lambda *_: "")), sid)
        await chosen(handset)
        turns = len(handset.turns)
        handset.says(murmur(1))
        await handset.until(lambda: handset.closed)
        assert len(handset.turns) == turns

    virtual.run(call())


def test_a_key_while_a_word_is_decoded_counts_and_the_word_does_not(made: Parts, sid: str) -> None:
    late: Future[Any] = Future()

    class Late(Scripted):
        def submit(self, *_: Any) -> Any:
            self.asked.append({})
            return late

    async def call() -> None:
        ears = Late(lambda *_: "")
        handset = rings(made, board(made, ears), sid)
        await chosen(handset)
        handset.says(murmur(1))
        await handset.until(lambda: bool(ears.asked))
        handset.presses("2")
        await handset.until(node(handset, "family"))
        late.set_result({"ko": Heard(WORK, 1.0)})
        await handset.passes(1)
        assert handset.node == "family"

    virtual.run(call())


def test_each_window_is_noted(made: Parts, sid: str) -> None:
    kept: list[Window] = []

    async def call() -> None:
        handset = rings(made, board(made, hears(MOTHER), note=kept.append), sid)
        await chosen(handset)
        handset.says(murmur(1))
        await handset.until(node(handset, "family"))
        await handset.passes(30)

    virtual.run(call())
    assert [(each.node, each.by, each.heard) for each in kept[:3]] == [
        ("start", "key", ""),
        ("main", "voice", MOTHER),
        ("family", "none", ""),
    ]
    assert kept[1].seconds > 0.5
    assert kept[1].lag == pytest.approx(0.6)  # the silence that ends it


def message(made: Parts, sid: str) -> tuple[str, bytes] | None:
    """The strip that the call's message names, and its sound."""
    with made.database.reading() as tx:
        rows = tx.connection.exec_driver_sql(
            "SELECT ref FROM messages WHERE call_id = ?", (livehouse.line(sid).call_id,)
        )
        refs = [row[0] for row in rows]
    if not refs:
        return None
    return refs[0], spool(made).read(refs[0])[1]


def spool(made: Parts) -> Any:
    return Spool(made.settings.recordings_dir / "spool", made.database.keyring)


async def leaves_a_message(handset: Handset) -> None:
    await chosen(handset)
    handset.presses("4")
    await handset.until(node(handset, "message"))
    await handset.until(lambda: not handset.plays)
    await handset.passes(0.4)
    handset.says(murmur(3))


@pytest.mark.parametrize("end", ["silence", "key", "hang-up", "too long"])
def test_a_message_is_kept_however_it_ends(made: Parts, sid: str, end: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await leaves_a_message(handset)
        if end == "too long":
            handset.says(murmur(30))
        await handset.passes(2.5)
        if end == "key":
            handset.presses("#")
        if end == "hang-up":
            assert handset.talk is not None
            handset.talk.gone()
        else:
            await handset.until(node(handset, "main"))

    virtual.run(call())
    kept = message(made, sid)
    assert kept is not None
    assert len(kept[1]) / RATE == pytest.approx(
        {"silence": 8.0, "key": 2.5, "hang-up": 2.5, "too long": 20}[end], abs=0.5
    )


def test_who_says_nothing_leaves_no_message(made: Parts, sid: str) -> None:
    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await chosen(handset)
        handset.presses("4")
        await handset.until(node(handset, "message"))
        await handset.until(node(handset, "main"))

    virtual.run(call())
    assert message(made, sid) is None


def test_a_whispered_message_is_kept(made: Parts, sid: str) -> None:
    whisper = np.random.default_rng(3).normal(0, 120, 3 * RATE).astype(np.int16)

    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await chosen(handset)
        handset.presses("4")
        await handset.until(node(handset, "message"))
        await handset.until(lambda: not handset.plays)
        handset.says(whisper)
        await handset.until(node(handset, "main"))

    virtual.run(call())
    kept = message(made, sid)
    assert kept is not None
    assert len(kept[1]) / RATE == pytest.approx(8, abs=0.5)


def test_who_presses_a_key_instead_of_speaking_leaves_no_message_and_nothing_on_the_disk(made: Parts, sid: str) -> None:
    before = set(spool(made).old(-1))

    async def call() -> None:
        handset = rings(made, board(made, hears("")), sid)
        await chosen(handset)
        handset.presses("4")
        await handset.until(node(handset, "message"))
        handset.presses("#")
        await handset.until(node(handset, "main"))

    virtual.run(call())
    assert message(made, sid) is None
    assert set(spool(made).old(-1)) == before


def test_a_call_that_is_over_is_held_by_nothing(made: Parts, sid: str) -> None:
    async def call() -> "weakref.ref[talking.Talk]":
        handset = rings(made, board(made, hears(WORK)), sid)
        await chosen(handset)
        handset.says(murmur(1))
        await handset.until(node(handset, "tale"))
        assert handset.talk is not None
        handset.talk.gone()
        talk, handset.talk = weakref.ref(handset.talk), None
        await handset.passes(5)
        return talk

    gc.disable()  # what only a collection frees stays for hours beside a frozen heap
    try:
        assert virtual.run(call())() is None
    finally:
        gc.enable()
