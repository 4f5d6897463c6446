"""A speech model out of its archive: fetched or brought along, checked, unpacked, tried, and only then visible.

The archive of a model is MIRROR/NAME.zip. It is checked against the sha256 that the operator knows, else against the
md5 of the vendor's list beside it (MIRROR/model-list.json), else it is not verified. Whatever came is pinned: a later
archive of this name must be the same, unless somebody forces it.
"""

import json
import os
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ivr.errors import BadInput, FetchRefused, SpeechFailed
from ivr.fetching.fetch import Patience, Shown, Sums, Wanted, differs, fetch, sums
from ivr.fetching.part import alone, local, sync_folder
from ivr.speech.archive import unpack
from ivr.speech.models import INCOMING, Pin, engine, pin, pin_file
from ivr.speech.recognizer import ENGINES

ARCHIVE_MOST = 600_000_000
LIST, LIST_MOST = "model-list.json", 5_000_000
OPERATOR, VENDOR = "the sha256 that was given", "the md5 in the vendor's list"
"""By what a model is known to be the one that was meant."""

_MD5 = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where archives come from: `file` on this machine, else the mirror; `sha256` where the operator knows it."""

    mirror: str
    today: str
    file: Path | None = None
    sha256: str | None = None
    force: bool = False


@dataclass(frozen=True)
class Installing:
    """One model on its way into the folder of models."""

    models: Path
    name: str
    source: Source
    shown: Shown = lambda *_: None
    patience: Patience = field(default_factory=Patience)

    def run(self) -> Pin | None:
        """Makes it visible; None where it was there already. HelplineError says what is wrong: nothing has changed."""
        engine(self.name)
        with alone(self._incoming / self.name):
            self._sweep()
            there = pin(self.models, self.name)
            if (self.models / self.name).is_dir() and not self.source.force:
                self._same(there)
                return None
            archive = self.source.file or self._incoming / f"{self.name}.zip"
            try:
                new = self._checked(archive, there)
                self._unpacked(archive, new)
            finally:
                if self.source.file is None:
                    archive.unlink(missing_ok=True)
            return new

    @property
    def _incoming(self) -> Path:
        return self.models / INCOMING

    def _same(self, there: Pin | None) -> None:
        wanted = self.source.sha256
        if wanted and (there is None or there.sha256 != wanted.lower()):
            raise FetchRefused(f"{self.name} is installed, but from another archive: `--force` takes this one instead")

    def _checked(self, archive: Path, there: Pin | None) -> Pin:
        """The archive, fetched where it has to be, and what it is now known to be."""
        if self.source.file is None:
            md5 = None if self.source.sha256 else self._announced()
            wanted = Wanted(f"{self.source.mirror}/{self.name}.zip", ARCHIVE_MOST, self.source.sha256, md5)
            found = fetch(wanted, archive, self.shown, self.patience)
        else:
            wanted = Wanted(archive.name, ARCHIVE_MOST, self.source.sha256)
            found = _sums(archive, wanted)
        if there is not None and there.sha256 != found.sha256 and not self.source.force:
            raise FetchRefused(
                f"{self.name}: this archive is not the one that was installed under this name on {there.date} (its "
                f"sha256 was {there.sha256}, now it is {found.sha256}): ask the vendor why; `--force` takes it"
            )
        verified = OPERATOR if wanted.sha256 else VENDOR if wanted.md5 else None
        if there is not None and there.sha256 == found.sha256:
            verified = verified or there.verified
        return Pin(found.sha256, found.size, wanted.url, self.source.today, verified)

    def _announced(self) -> str | None:
        """The md5 that the vendor's list names; None where there is no list, or it does not name this model."""
        file = self._incoming / f"{self.name}.{LIST}"
        try:
            fetch(Wanted(f"{self.source.mirror}/{LIST}", LIST_MOST), file, patience=self.patience)
            entries = json.loads(file.read_bytes())
        except (FetchRefused, ValueError):
            return None
        finally:
            file.unlink(missing_ok=True)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("name") == self.name:
                md5 = entry.get("md5")
                return md5.lower() if isinstance(md5, str) and _MD5.fullmatch(md5) else None
        return None

    def _unpacked(self, archive: Path, new: Pin) -> None:
        """The archive becomes a model that works, beside the others; what it replaces is thrown away then."""
        with local(), tempfile.TemporaryDirectory(dir=self._incoming, prefix=f"{self.name}~") as aside:
            folder = unpack(archive, self.name, Path(aside))
            try:
                ENGINES[engine(self.name)](folder)
            except SpeechFailed as error:
                raise SpeechFailed(f"{self.name} does not work here and is not installed: {error}") from error
            draft = Path(aside) / "pin.json"
            draft.write_text(json.dumps(asdict(new), indent=1), encoding="utf-8")
            self._swap(folder, Path(aside) / "old")
            os.replace(draft, pin_file(self.models, self.name))
            sync_folder(self.models)

    def _swap(self, folder: Path, old: Path) -> None:
        target = self.models / self.name
        with suppress(FileNotFoundError):
            os.replace(target, old)
        try:
            os.replace(folder, target)
        except OSError:
            with suppress(FileNotFoundError):
                os.replace(old, target)
            raise

    def _sweep(self) -> None:
        """What an installation left that was killed; archives stay, to be gone on with."""
        for left in self._incoming.glob(f"{self.name}~*"):
            shutil.rmtree(left, ignore_errors=True)


def _sums(archive: Path, wanted: Wanted) -> Sums:
    """What a file is that was brought along; FetchRefused where it is not what was announced."""
    try:
        found = sums(archive)
    except OSError as error:
        raise BadInput(f"{archive} cannot be read: {error.strerror}") from error
    if why := differs(wanted, found):
        raise FetchRefused(f"{archive}: {why}")
    return found
