"""The process that judges recordings: the same verdicts, and nothing is lost with it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import VoiceFailed
from ivr.voice import judging
from ivr.voice.apart import Apart
from tests.actions.studios import spoken


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    apart = Apart()
    yield apart
    apart.end()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "a.wav"
    path.write_bytes(spoken())
    return path


def test_it_finds_what_is_found_here(apart: Apart, recording: Path) -> None:
    there, here = apart.judge(recording, "words", 1.0), judging.judge(recording, "words", 1.0)
    assert (there.findings, there.measures) == (here.findings, here.measures)
    assert there.samples is not None
    assert here.samples is not None
    assert np.array_equal(there.samples, here.samples)


def test_it_is_politer_than_the_calls_and_one_for_all_recordings(apart: Apart, recording: Path) -> None:
    apart.judge(recording, "words")
    first = apart.pid
    assert first is not None
    assert os.getpriority(os.PRIO_PROCESS, first) > os.getpriority(os.PRIO_PROCESS, 0)
    apart.judge(recording, "words")
    assert apart.pid == first


def test_what_goes_wrong_there_is_told_here(apart: Apart, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        apart.judge(tmp_path / "nowhere.wav", "words")
    (tmp_path / "a.wav").write_bytes(b"")
    assert apart.judge(tmp_path / "a.wav", "words").state == "bad"


def test_a_killed_process_is_begun_anew(apart: Apart, recording: Path) -> None:
    apart.judge(recording, "words")
    killed = apart.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert apart.judge(recording, "words").samples is not None
    assert apart.pid != killed


def test_one_killed_in_the_middle_says_that_trying_again_helps(
    apart: Apart, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise EOFError

    apart.end()
    monkeypatch.setattr(apart, "_answer", gone)
    with pytest.raises(VoiceFailed, match="was ended"):
        apart.judge(recording, "words")
    assert apart.pid is None


def test_with_nothing_to_do_it_ends_and_comes_back(recording: Path) -> None:
    brief = Apart(idle=0)
    brief.judge(recording, "words")
    first = brief.pid
    assert first is not None
    assert brief._there is not None
    brief._there[0].join()
    assert brief.judge(recording, "words").samples is not None
    assert brief.pid != first
    brief.end()
