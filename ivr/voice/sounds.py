"""Sounds as files named by what is in them, each made once.

    root/<hash>.wav          the sound; hash: sha256 of the file's bytes, its first 32 hex digits
    root/index/<key>.json    what a text, a recording or a pause became; written after the sound, by hard link: of two
                             processes that made the same one, the first wins

Every file is written beside its place and moved there whole, so a process may be killed at any moment.
"""

import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, mkstemp

from ivr.audio.loudness import SILENT, even, loudness
from ivr.audio.samples import RATE, Samples, silence
from ivr.audio.trim import trim
from ivr.audio.wav import HEADER, wav_bytes
from ivr.errors import BadContent, VoiceFailed
from ivr.voice.engines import Voice
from ivr.voice.recordings import recorded

TREATMENT = "2"
"""Changes whenever cutting or loudness does: everything is made anew."""

RECORDED, PLACEHOLDER = "recorded", "placeholder"

_HASH = re.compile(r"[0-9a-f]{32}")
_STRAY_AFTER = 3600  # seconds: a temporary file this old belongs to nobody


@dataclass(frozen=True, slots=True)
class Sound:
    """A file of sound; `kind` is recorded (by a person, or a pause) or placeholder (a voice engine)."""

    hash: str
    seconds: float
    kind: str


Job = tuple[str, Voice] | Path
"""A text and the voice that says it, or a recording."""

Progress = Callable[[int, int], None]
"""Told how many sounds are done, of how many."""


class Sounds:
    """The folder of sounds; any number of processes may use it."""

    def __init__(self, root: Path) -> None:
        self._root, self._index = root, root / "index"
        self._index.mkdir(parents=True, exist_ok=True)

    def path(self, hash: str) -> Path | None:
        """The file of this hash, when there is one; never a path outside the folder."""
        path = self._root / f"{hash}.wav"
        return path if _HASH.fullmatch(hash) and path.is_file() else None

    def from_text(self, text: str, voice: Voice) -> Sound:
        """The text in this voice; VoiceFailed when it cannot or says nothing."""
        known = self.known(text, voice)
        return known or self._keep(text_key(text, voice), _said(text, voice), PLACEHOLDER)

    def known(self, text: str, voice: Voice) -> Sound | None:
        """The text in this voice, if it was said before."""
        return self._known(text_key(text, voice))

    def of_key(self, key: str) -> Path | None:
        """The file of what stands in the index under this key; None for anything else."""
        sound = self._known(key) if _HASH.fullmatch(key) else None
        return None if sound is None else self.path(sound.hash)

    def use(self, key: str) -> Path | None:
        """The same; from now on it was used last."""
        path = self.of_key(key)
        with suppress(OSError):  # it may be gone, or the disk is read-only: it can be played all the same
            if path is not None:
                os.utime(path)
        return path

    def from_file(self, path: Path) -> Sound:
        """A recording; BadContent when it is broken, silent or not there."""
        try:
            source = sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise BadContent(f"{path}: cannot be read: {error.strerror}") from error
        return self.of(source) or self.keep(recorded(path), source)

    def from_bytes(self, data: bytes) -> Sound:
        """As `from_file`, with the same sound for the same bytes."""
        known = self.of(sha256(data).hexdigest())
        if known:
            return known
        with NamedTemporaryFile(prefix="hamrah-sound-") as file:
            file.write(data)
            file.flush()
            return self.from_file(Path(file.name))

    def of(self, source: str) -> Sound | None:
        """What the recording with this sha256 (hex, of the file as it came) became, if it was treated before."""
        return self._known(_key("file", source))

    def keep(self, samples: Samples, source: str) -> Sound:
        """What `judge` or `recorded` made of the recording with this sha256: from now on its sound."""
        return self._keep(_key("file", source), samples, RECORDED)

    def forget(self, hashes: Collection[str]) -> None:
        """These sounds are gone, and what says of what they were made."""
        for entry in self._index.glob("*.json") if hashes else ():
            try:
                found = json.loads(entry.read_bytes())["hash"]
            except (OSError, ValueError, TypeError, KeyError):
                continue
            if found in hashes:
                entry.unlink(missing_ok=True)
        for hash in hashes:
            if (path := self.path(hash)) is not None:
                path.unlink(missing_ok=True)

    def trim(self, most: int, seconds: float) -> None:
        """Forgets what was not used for so long, and what was used longest ago, until the rest fits into `most`."""
        kept, gone, since = 0, list[str](), time.time() - seconds
        for at, size, hash in sorted(self._used(), reverse=True):
            kept += size
            gone += [hash] if kept > most or at < since else []
        self.forget(gone)

    def pause(self, milliseconds: int) -> Sound:
        """Silence; belongs to no language."""
        key = _key("pause", str(milliseconds))
        return self._known(key) or self._keep(key, silence(milliseconds), RECORDED)

    def prepare(self, jobs: Sequence[Job], progress: Progress | None = None) -> dict[Job, Sound]:
        """Every job's sound. BadContent lists all unusable recordings, a line each; VoiceFailed ends it at once."""
        self.sweep()
        wanted, sounds, mistakes = list(dict.fromkeys(jobs)), dict[Job, Sound](), list[str]()
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            running = {pool.submit(self._make, job): job for job in wanted}
            for done, future in enumerate(as_completed(running), 1):
                try:
                    sounds[running[future]] = future.result()
                except BadContent as error:
                    mistakes.append(str(error))
                except VoiceFailed:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
                if progress:
                    progress(done, len(wanted))
        if mistakes:
            raise BadContent("\n".join(sorted(mistakes)))
        return sounds

    def _make(self, job: Job) -> Sound:
        return self.from_file(job) if isinstance(job, Path) else self.from_text(*job)

    def _known(self, key: str) -> Sound | None:
        """What the index says, if it can be read and the file is there at its full length."""
        try:
            sound = Sound(**json.loads((self._index / f"{key}.json").read_bytes()))
            path = self.path(sound.hash)
            whole = path is not None and path.stat().st_size == HEADER + 2 * round(sound.seconds * RATE)
        except (OSError, ValueError, TypeError):
            return None
        return sound if whole else None

    def _keep(self, key: str, samples: Samples, kind: str) -> Sound:
        data = wav_bytes(samples)
        sound = Sound(sha256(data).hexdigest()[:32], len(samples) / RATE, kind)
        os.replace(self._written(data), self._root / f"{sound.hash}.wav")
        entry, place = self._written(json.dumps(asdict(sound)).encode()), self._index / f"{key}.json"
        try:
            os.link(entry, place)
        except FileExistsError:
            first = self._known(key)
            if first is None:
                os.replace(entry, place)
                return sound
            sound = first
        entry.unlink()
        return sound

    def _used(self) -> Iterator[tuple[float, int, str]]:
        """When each sound was used last, its size and hash; another process may take one away meanwhile."""
        for path in self._root.glob("*.wav"):
            with suppress(FileNotFoundError):
                about = path.stat()
                yield about.st_mtime, about.st_size, path.stem

    def _written(self, data: bytes) -> Path:
        """A temporary file that is wholly on the disk."""
        number, name = mkstemp(suffix=".part", dir=self._root)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(number, 0o644)
                os.fsync(number)
        except OSError:  # a full disk: what was begun would keep it full
            Path(name).unlink(missing_ok=True)
            raise
        return Path(name)

    def sweep(self) -> None:
        """Removes what killed processes left."""
        for stray in self._root.glob("*.part"):
            if stray.exists() and stray.stat().st_mtime < time.time() - _STRAY_AFTER:
                stray.unlink(missing_ok=True)


def _said(text: str, voice: Voice) -> Samples:
    raw = voice.speak(text)
    level = loudness(raw)
    if level == SILENT:
        raise VoiceFailed(f"{voice.name} says nothing for {text!r}")
    return even(trim(raw, level - 26))


def text_key(text: str, voice: Voice) -> str:
    """The key of a text in the index."""
    return _key("text", voice.name, text)


def _key(*parts: str) -> str:
    return sha256(json.dumps([TREATMENT, *parts]).encode()).hexdigest()[:32]
