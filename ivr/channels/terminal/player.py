"""Plays the sounds of a turn on this machine, in the background, where a player is installed."""

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ivr.actions.sounds import Played
from ivr.audio.samples import RATE

PLAYERS: Mapping[str, tuple[str, ...]] = {
    "paplay": (),
    "pw-play": (),
    "aplay": ("-q",),
    "afplay": (),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "quiet"),
    "play": ("-q",),
}
"""Programs that play a WAV file and end, best first, with what they need to be told."""

Find = Callable[[str], Path | None]
"""The file of a sound's hash."""


def player() -> list[str] | None:
    """The command of a player that is installed here, without the file."""
    for name, options in PLAYERS.items():
        path = shutil.which(name)
        if path is not None:
            return [path, *options]
    return None


class Mute:
    """A loudspeaker that is switched off."""

    def play(self, sounds: Sequence[Played]) -> None:
        """Nothing is heard."""

    def stop(self) -> None:
        """There is nothing to stop."""

    def finish(self) -> None:
        """There is nothing to wait for."""


class Player:
    """One program at a time plays all sounds of a turn, joined in a file of its own."""

    def __init__(self, command: Sequence[str], find: Find) -> None:
        self._command, self._find = tuple(command), find
        self._folder = tempfile.TemporaryDirectory(prefix="hamrah-phone-")
        self._running: subprocess.Popen[bytes] | None = None

    def play(self, sounds: Sequence[Played]) -> None:
        """Begins to play; what was playing stops."""
        self.stop()
        file = Path(self._folder.name) / "turn.wav"
        joined(file, [path for sound in sounds if (path := self._find(sound.sound.hash))])
        command = [*self._command, str(file)]
        quiet = subprocess.DEVNULL
        self._running = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 (no shell)

    def stop(self) -> None:
        """Stops at once."""
        if self._running is not None:
            self._running.terminate()
            self._running.wait()
            self._running = None

    def finish(self) -> None:
        """Waits for the end."""
        if self._running is not None:
            self._running.wait()
            self._running = None

    def close(self) -> None:
        """Stops and forgets the file."""
        self.stop()
        self._folder.cleanup()


def joined(file: Path, parts: Sequence[Path]) -> None:
    """One WAV of several; all sounds of the house have the same shape."""
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for path in parts:
            with wave.open(str(path), "rb") as part:
                out.writeframes(part.readframes(part.getnframes()))
