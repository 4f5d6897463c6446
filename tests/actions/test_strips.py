"""A message that was spoken into a live call: fetched from its strip, or found there after a crash."""

import os
from pathlib import Path

import numpy as np
import pytest

from ivr.actions import messages, strips
from ivr.actions.jobs import Hopeless, Job
from ivr.actions.messages import Postbox
from ivr.audio import mulaw
from ivr.audio.samples import RATE
from ivr.audio.wav import read_wav
from ivr.store import calls
from ivr.store import messages as stored
from ivr.store.calls import NewCall
from ivr.store.database import Database
from ivr.store.messages import State
from ivr.store.spool import Spool
from ivr.store.vault import Vault
from tests.actions.tiny import OPEN

CALL = "c1"
VOICE = mulaw.encode((3000 * np.sin(np.arange(2 * RATE) / 8)).astype(np.int16))


@pytest.fixture
def box(database: Database, tmp_path: Path) -> Postbox:
    with database.transaction() as tx:
        calls.log_call(tx, NewCall(CALL, "browser", "x", None, "r1", OPEN))
    vault = Vault(tmp_path / "messages", database.keyring)
    return Postbox(database, None, vault, lambda: OPEN, Spool(tmp_path / "spool", database.keyring))


def spoken(box: Postbox, call: str = CALL, old: bool = False) -> str:
    strip = box.strips.begin(call.encode())
    strip.add(VOICE)
    strip.end()
    if old:
        os.utime(box.strips.path(strip.name), (0, 0))
    return strip.name


def expected(box: Postbox, ref: str) -> int:
    with box.database.transaction() as tx:
        id = messages.expect(tx, CALL, ref, OPEN)
    assert id is not None
    return id


def fetch(box: Postbox, id: int) -> None:
    written = messages.fetch_kind(box).handler(Job(1, messages.FETCH, "k", {"message": id}, 1))
    if written is not None:
        with box.database.transaction() as tx:
            written(tx)


def kept(box: Postbox, id: int) -> stored.Message:
    with box.database.reading() as tx:
        found = stored.find(tx, id)
    assert found is not None
    return found


def test_it_is_kept_like_any_other_and_the_strip_is_gone(box: Postbox) -> None:
    name = spoken(box)
    id = expected(box, name)
    fetch(box, id)
    message = kept(box, id)
    assert message.state is State.STORED
    assert message.file is not None
    samples, _ = read_wav(box.vault.open(message.file))
    assert np.array_equal(samples, mulaw.decode(VOICE))
    assert not box.strips.path(name).exists()


def test_a_job_that_died_before_its_commit_is_done_again(box: Postbox) -> None:
    id = expected(box, spoken(box))
    handler = messages.fetch_kind(box).handler
    assert handler(Job(1, messages.FETCH, "k", {"message": id}, 1)) is not None  # and nothing is written
    fetch(box, id)
    assert kept(box, id).state is State.STORED


def test_a_strip_that_no_message_knows_is_told_to_its_call(box: Postbox) -> None:
    spoken(box, old=True)
    sweep = strips.sweep_kind(box.database, box.strips, box.clock).handler
    sweep(Job(1, strips.SWEEP, "k", {}, 1))
    sweep(Job(1, strips.SWEEP, "k", {}, 1))  # once
    fetch(box, 1)
    assert kept(box, 1).state is State.STORED
    assert box.strips.old(0) == []


def test_what_is_still_written_or_expected_is_left_alone(box: Postbox) -> None:
    young, waiting = spoken(box), spoken(box, old=True)
    expected(box, waiting)
    strips.sweep_kind(box.database, box.strips, box.clock).handler(Job(1, strips.SWEEP, "k", {}, 1))
    assert box.strips.path(young).exists()
    assert box.strips.path(waiting).exists()


@pytest.mark.parametrize("how", ["of no call", "not ours", "fetched already", "without a sound"])
def test_what_belongs_to_nobody_is_taken_away(box: Postbox, how: str) -> None:
    name = spoken(box, "c2" if how == "of no call" else CALL, old=True)
    if how == "without a sound":
        box.strips.remove(name)
        strip = box.strips.begin(CALL.encode())
        strip.end()
        os.utime(box.strips.path(strip.name), (0, 0))
    if how == "not ours":
        box.strips.path(name).write_bytes(b"x" * 90)
        os.utime(box.strips.path(name), (0, 0))
    if how == "fetched already":
        data = box.strips.path(name).read_bytes()
        fetch(box, expected(box, name))
        box.strips.path(name).write_bytes(data)
        os.utime(box.strips.path(name), (0, 0))
    strips.sweep_kind(box.database, box.strips, box.clock).handler(Job(1, strips.SWEEP, "k", {}, 1))
    assert box.strips.old(0) == []


def test_the_company_s_recordings_need_a_company(box: Postbox) -> None:
    id = expected(box, "RE1")
    with pytest.raises(Hopeless):
        fetch(box, id)
    assert messages.recording_id("live.0") is None
