"""Many recordings in one zip; whoever works on them is killed again and again: nothing is lost, nothing is twice."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random

from sqlalchemy import text

from ivr.actions import studio, taking, uploading
from ivr.actions.audit import HELPLINE, Deed
from ivr.app import Parts
from ivr.store import takes, uploads
from ivr.store.takes import Take
from ivr.store.uploads import File
from ivr.store.vault import DRAFT
from tests.actions.studios import spoken
from tests.actions.zips import came, zipped
from tests.soak.house import REPOSITORY, House
from tests.soak.jobs import until
from tests.soak.kills import Tell

CHECKED = {takes.State.GOOD, takes.State.DOUBTFUL, takes.State.BAD}
EACH_NO_SOUND = 10
"""One in so many files is no sound at all, whatever its name says."""


@dataclass(frozen=True)
class Plan:
    """How many files, and how often their worker is killed."""

    seed: int
    files: int
    kills: int


def soak(house: House, plan: Plan, tell: Tell) -> list[str]:
    """What went wrong; nothing, one hopes."""
    random, began = Random(plan.seed), time.monotonic()
    parts = house.parts()
    id = send(parts, plan.files)
    struck, least = 0, 0
    for n in range(1, plan.kills + 1):
        least = max(least + 1, random.randrange(plan.files * n // (plan.kills + 1)))
        with worker(house) as process:
            until(partial(reached, parts, least), "nobody works on the files")
            struck += running(parts)
            process.kill()
            process.wait()
        tell(f"kill {n} after {ended(parts)} of {plan.files} files, {time.monotonic() - began:.0f} s")
    with worker(house) as process:
        until(lambda: ended(parts) == plan.files and not waiting(parts), "files are left undone")
        process.terminate()
        process.wait()
    tell(f"{plan.files} files, {plan.kills} kills, {struck} jobs were under way, {time.monotonic() - began:.0f} s")
    found = wrong(parts, id, plan.files)
    parts.database.dispose()
    return found if struck else [*found, "nobody was killed at work: the soak shows nothing"]


@contextmanager
def worker(house: House) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; none is left behind."""
    process = started(house)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def started(house: House) -> subprocess.Popen[bytes]:
    """A worker process."""
    command = [sys.executable, "-m", "tests.uploads"]
    with (house.folder / "worker.log").open("ab") as log:
        return subprocess.Popen(command, env=house.environment(), stdout=log, stderr=log, cwd=REPOSITORY)


def send(parts: Parts, count: int) -> int:
    """All in one zip, each by the name of another text."""
    with parts.database.reading() as tx:
        spots = sorted(studio.current(tx, parts.studio).words)[:count]
    assert len(spots) == count, f"only {len(spots)} texts"
    files = {f"{language}/{name}.wav": sound(n) for n, (language, name) in enumerate(spots)}
    deed = Deed(HELPLINE, parts.clock())
    return uploading.receive(parts.studio, spots[0][0], [came("all.zip", zipped(files))], deed)


def sound(n: int) -> bytes:
    """No two are the same."""
    return b"%PDF-1.7 " + str(n).encode() if n % EACH_NO_SOUND == 5 else spoken(110 + n, seconds=0.6)


def ended(parts: Parts) -> int:
    """How many takes were checked."""
    return count(parts, "SELECT count(*) FROM takes WHERE state != 'waiting'")


def reached(parts: Parts, least: int) -> bool:
    """Whether so many were checked."""
    return ended(parts) >= least


def waiting(parts: Parts) -> int:
    """How many jobs are not done."""
    return count(parts, f"SELECT count(*) FROM jobs WHERE kind IN ({KINDS}) AND state != 'done'")


def running(parts: Parts) -> int:
    """How many jobs are under way."""
    return count(parts, f"SELECT count(*) FROM jobs WHERE kind IN ({KINDS}) AND state = 'running'")


KINDS = f"'{uploading.FILE}', '{taking.TREAT}'"


def count(parts: Parts, query: str) -> int:
    """A number out of the database."""
    with parts.database.reading() as tx:
        return int(tx.execute(text(query)).scalar_one())


def wrong(parts: Parts, id: int, expected: int) -> list[str]:
    """Each file is one take with its verdict, whose sound and original are there; and there is nothing else."""
    with parts.database.reading() as tx:
        files = uploads.files_of(tx, id)
        made = {take.id: take for take in takes.newest(tx).values()}
        known = takes.files(tx) - {""}
        noted = int(tx.execute(text("SELECT count(*) FROM audit WHERE what = 'take-added'")).scalar_one())
    found = [f"{len(files)} files of {expected}"] if len(files) != expected else []
    found += [f"{file.shown} is {file.state}" for file in files if file.state is not uploads.State.TAKEN]
    twice = [key for key, n in Counter(file.take_id for file in files).items() if n > 1]
    found += [f"take {key} is several files" for key in twice]
    total = count(parts, "SELECT count(*) FROM takes")
    found += [f"{total} takes, {noted} noted, of {expected} files"] if {total, noted} != {expected} else []
    found += [problem for file in files for problem in amiss(parts, file, made.get(file.take_id or 0))]
    there = {name for name in os.listdir(parts.studio.vault.folder) if not name.endswith(DRAFT)}  # those are swept
    return found + [f"{len(there ^ known)} files in the vault are not known, or missing"] * (there != known)


def amiss(parts: Parts, file: File, take: Take | None) -> list[str]:
    """What is wrong with one file's take."""
    if take is None:
        return [f"{file.shown} has no take"]
    found = [] if take.state in CHECKED else [f"{file.shown} has no verdict: {take.state}"]
    pdf = parts.studio.vault.open(take.file).startswith(b"%PDF")
    found += [f"{file.shown}: {take.state}"] if pdf is not (take.state is takes.State.BAD) else []
    if not pdf and (take.sound is None or parts.studio.sounds.path(take.sound) is None):
        found.append(f"{file.shown} has no sound")
    if f"{take.language}/{take.name}.wav" != file.shown:
        found.append(f"{file.shown} became {take.name}")
    return found
