"""What becomes of a take: the sound that callers would hear, and what is wrong with it.

The job's work can be done again at any time; only what it found is stored, and only as long as the take waits for it.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ivr.actions.hearing import hear
from ivr.actions.jobs import Backoff, Job, Kind, Written
from ivr.actions.silencing import silence
from ivr.actions.studio import Studio
from ivr.errors import BadContent, Forged
from ivr.store import takes, uploads
from ivr.store.takes import State, Take, Treated
from ivr.store.vault import DRAFT
from ivr.voice import apart, decoding
from ivr.voice.judging import Code, Finding, Verdict
from ivr.voice.sounds import PLACEHOLDER

SWEEP = "sweep-takes"
STRAY_SECONDS = 3600


def treat_kind(studio: Studio) -> Kind:
    """Treats and checks a take; done twice it finds the same."""

    def handle(job: Job) -> Written | None:
        id = int(job.args["take"])
        with studio.database.reading() as tx:
            take = takes.find(tx, id)
        if take is None or take.state is not State.WAITING:
            return None
        treated = _treated(studio, take)
        return lambda tx: takes.treat(tx, id, treated)

    return Kind(handle, repeats=True, backoff=Backoff(5, 600), lease=300)


def sweep_kind(studio: Studio) -> Kind:
    """Takes away recordings that nobody knows of any more, what was made of them, and what a killed process left."""

    def handle(_: Job) -> None:
        with studio.database.reading() as tx:
            known = uploads.sealed(tx)
            known |= takes.files(tx)  # last: a file of an upload becomes a take's meanwhile, never the other way
        studio.vault.sweep(known, STRAY_SECONDS)
        decoding.sweep(STRAY_SECONDS)
        silence(studio)

    return Kind(handle, repeats=True)


def _treated(studio: Studio, take: Take) -> Treated:
    try:
        with _opened(studio, take) as path:
            verdict = apart.shared.judge(path, take.text, _expected(studio, take))
    except (FileNotFoundError, Forged):
        verdict = Verdict((Finding(Code.UNREADABLE, {"why": "lost"}),))
    if verdict.samples is None:
        return Treated(State.BAD, _report(verdict.findings, verdict.measures), None, None)
    sound = studio.sounds.keep(verdict.samples, take.sha256)
    heard = hear(studio, take, verdict.samples)
    findings = (*verdict.findings, *_twins(studio, take, sound.hash), *heard.findings)
    state = State(replace(verdict, findings=findings).state)
    return Treated(state, _report(findings, {**verdict.measures, **heard.measures}), sound.hash, sound.seconds)


@contextmanager
def _opened(studio: Studio, take: Take) -> Iterator[Path]:
    """The original as a file beside the sealed ones: what a killed process leaves of it is swept there."""
    data = studio.vault.open(take.file)
    with tempfile.NamedTemporaryFile(dir=studio.vault.folder, prefix=".", suffix=DRAFT) as file:
        file.write(data)
        file.flush()
        yield Path(file.name)


def _expected(studio: Studio, take: Take) -> float | None:
    """How long the placeholder voice takes for the same words, where callers hear it now."""
    try:
        release = studio.shelf.current()
    except BadContent:
        return None
    sound = release.sounds.get((take.language, take.name))
    same = release.captions.get((take.language, take.name)) == take.text
    return sound.seconds if sound is not None and same and sound.kind == PLACEHOLDER else None


def _twins(studio: Studio, take: Take, sound: str) -> Iterator[Finding]:
    """One finding for each other place that has this very recording, or sounds exactly like it."""
    here = (take.language, take.name)
    with studio.database.reading() as tx:
        found = {(twin.language, twin.name) for twin in (*takes.same(tx, take.sha256), *takes.sounding(tx, sound))}
    with suppress(BadContent):
        found |= {place for place, ref in studio.shelf.current().sounds.items() if ref.hash == sound}
    for language, name in sorted(found - {here}):
        yield Finding(Code.SAME_AS, {"language": language, "name": name})


def _report(findings: Iterable[Finding], measures: Mapping[str, float]) -> dict[str, Any]:
    """What pages show: the code and level of each finding, with its figures."""
    listed = [{"code": each.code.value, "level": each.level.value, "values": dict(each.values)} for each in findings]
    return {"findings": listed, "measures": dict(measures)}
