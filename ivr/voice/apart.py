"""Recordings are judged in a process of their own, at low priority: their arithmetic would keep callers waiting.

One process for all, begun when it is first needed, ended by itself a while after. It holds nothing that could be lost.
"""

import atexit
import multiprocessing
import os
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock

from ivr.errors import VoiceFailed
from ivr.voice.judging import Verdict, judge

IDLE_SECONDS = 60
_NICE = 10

Task = tuple[Path, str, float | None]


class Apart:
    """The other process; any thread may ask, one is served at a time."""

    def __init__(self, idle: float = IDLE_SECONDS) -> None:
        self._idle = idle
        self._lock = Lock()
        self._there: tuple[BaseProcess, Connection] | None = None

    def judge(self, path: Path, words: str, expected_seconds: float | None = None) -> Verdict:
        """As `judging.judge`; VoiceFailed too when the process was ended meanwhile: trying again helps."""
        with self._lock:
            try:
                answer = self._asked((path, words, expected_seconds))
            except (EOFError, OSError) as error:
                self._end()
                raise VoiceFailed("the process that judges recordings was ended") from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def end(self) -> None:
        """Ends the process; the next recording begins a new one."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """Of the process, if it is there."""
        return self._there[0].pid if self._there else None

    def _asked(self, task: Task) -> Verdict | Exception:
        if self._there is not None:
            with suppress(EOFError, OSError):  # it had just ended by itself, with nothing to do
                return self._answer(self._there[1], task)
            self._end()
        self._there = self._begun()
        return self._answer(self._there[1], task)

    @staticmethod
    def _answer(line: Connection, task: Task) -> Verdict | Exception:
        line.send(task)
        answer: Verdict | Exception = line.recv()
        return answer

    def _begun(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of other threads
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._idle), name="recordings", daemon=True)
        process.start()
        theirs.close()  # or the end of the process would never be seen
        return process, ours

    def _end(self) -> None:
        if self._there is None:
            return
        process, line = self._there
        self._there = None
        line.close()
        process.kill()
        process.join()


def _work(line: Connection, idle: float) -> None:
    """Until nobody asks any more, or whoever asked is gone."""
    os.nice(_NICE)
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while line.poll(idle):
            line.send(_judged(*line.recv()))


def _judged(path: Path, words: str, expected_seconds: float | None) -> Verdict | Exception:
    try:
        return judge(path, words, expected_seconds)
    except Exception as error:  # told to whoever asked
        return error


shared = Apart()
atexit.register(shared.end)
