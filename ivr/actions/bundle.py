"""A studio's texts, recordings and versions as one zip archive with hashes, for a helpline elsewhere to start from.

manifest.json, recordings/<sha256 of the file>

It is read to its last byte and believed only then; what it holds that is here already is left alone, so that bringing
the same archive again changes nothing. Originals lie in it as they came: prompts are said to everybody who rings.
"""

import hashlib
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.actions.studio import Spot, Studio, standing_takes, standing_texts
from ivr.errors import BadContent, BadInput, Forged, TooLarge
from ivr.store import takes, wordings
from ivr.store.takes import State, Take
from ivr.store.wordings import Wording

MANIFEST, RECORDINGS = "manifest.json", "recordings/"
MOST_MANIFEST, MOST_RECORDING = 64_000_000, 64_000_000
"""Bytes."""
PIECE = 256 * 1024
SHA256 = r"^[0-9a-f]{64}$"
BROKEN = (
    *(OSError, EOFError, RuntimeError, NotImplementedError, UnicodeError),
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error),
)
"""What zipfile raises over a file that is damaged."""
LEFT_OUT = (*takes.GONE, State.WAITING, State.BAD)
"""Takes that nobody elsewhere could want."""


class Plain(BaseModel):
    """A part of the manifest: nothing unknown, nothing changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Version(Plain):
    """A text that an admin wrote, as it would stand in texts.yaml."""

    entry: dict[str, Any]
    at: float


class BundledText(Plain):
    """Every version that a studio has of a text, the oldest first; `published` is which of them callers hear there."""

    language: str
    prompt: str
    versions: list[Version] = Field(min_length=1)
    published: int | None  # counts from 0; none: what the files say


class BundledTake(Plain):
    """A recording and what was decided about it there."""

    language: str
    name: str
    text: str
    sha256: str = Field(pattern=SHA256)
    made_at: float
    approved: bool
    published: bool
    overruled_why: str | None = None


class Manifest(Plain):
    """All that an archive holds but the sounds."""

    format: Literal[1] = 1
    program: str
    made_at: float
    texts: list[BundledText]
    takes: list[BundledTake]


def export(studio: Studio, file: Path) -> Manifest:
    """Writes everything into a file that is there whole or not at all."""
    with studio.database.reading() as tx:
        live = {take.id for take in standing_takes(tx).values()}
        kept = [take for take in takes.everything(tx) if take.state not in LEFT_OUT or take.id in live]
        manifest = Manifest(
            program=version("hamrah"),
            made_at=studio.clock(),
            texts=_texts(wordings.everything(tx), standing_texts(tx)),
            takes=[_take(take, live) for take in kept],
        )
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", suffix=".part", delete=False) as draft:
        try:
            with zipfile.ZipFile(draft, "w") as archive:
                archive.writestr(MANIFEST, manifest.model_dump_json(indent=1), zipfile.ZIP_DEFLATED)
                for digest, take in {take.sha256: take for take in kept}.items():
                    archive.writestr(f"{RECORDINGS}{digest}", _original(studio, take))
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(file)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return manifest


def _original(studio: Studio, take: Take) -> bytes:
    try:
        return studio.vault.open(take.file)
    except (FileNotFoundError, Forged) as error:
        what = f"recording {take.id}, {take.name} ({take.language}), is lost or damaged: withdraw it, then export again"
        raise BadContent(what) from error


def opened(file: Path) -> Manifest:
    """The manifest of an archive whose every byte was checked; BadInput says what is wrong with it."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            wanted = {take.sha256 for take in manifest.takes}
            if sorted(archive.namelist()) != sorted([MANIFEST, *(f"{RECORDINGS}{digest}" for digest in wanted)]):
                raise BadInput(f"{file}: the recordings in it are not those that its manifest names")
            for digest in sorted(wanted):
                _checked(archive, digest)
            return manifest
    except BROKEN as error:
        raise BadInput(f"{file}: no archive of a studio, or a damaged one") from error


def recording(file: Path, digest: str) -> bytes:
    """One recording of an archive, checked again: the file may have changed meanwhile."""
    with zipfile.ZipFile(file) as archive:
        return _checked(archive, digest)


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise BadInput("it holds no manifest: no archive of a studio")
    try:
        found = json.loads(_read(archive, MANIFEST, MOST_MANIFEST))
        if found["format"] != Manifest.model_fields["format"].default:
            raise BadInput(
                f"its form is {found['format']!r}: program {found.get('program')!r} can read it, not this one"
            )
        return Manifest.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"its manifest is wrong at {'/'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput("its manifest cannot be read") from error


def _checked(archive: zipfile.ZipFile, digest: str) -> bytes:
    data = _read(archive, f"{RECORDINGS}{digest}", MOST_RECORDING)
    if hashlib.sha256(data).hexdigest() != digest:
        raise BadInput(f"a recording in it is not what it was: {digest[:12]}…")
    return data


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A part of the archive; its own word about its size is not believed."""
    with archive.open(name) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise TooLarge(f"{name[:40]} is larger than {most // 1_000_000} MB")
    return data


def _texts(all_versions: Iterable[Wording], live: Mapping[Spot, Wording]) -> list[BundledText]:
    versions: dict[Spot, list[Wording]] = {}
    for each in all_versions:
        versions.setdefault((each.language, each.prompt), []).append(each)
    return [
        BundledText(
            language=spot[0],
            prompt=spot[1],
            versions=[Version(entry=dict(each.entry), at=each.at) for each in of_prompt],
            published=of_prompt.index(live[spot]) if spot in live else None,
        )
        for spot, of_prompt in sorted(versions.items())
    ]


def _take(take: Take, live: set[int]) -> BundledTake:
    return BundledTake(
        language=take.language,
        name=take.name,
        text=take.text,
        sha256=take.sha256,
        made_at=take.made_at,
        approved=take.state is State.APPROVED,
        published=take.id in live,
        overruled_why=take.overruled_why,
    )
