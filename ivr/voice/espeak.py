"""espeak-ng through ctypes, from the espeakng_loader wheel, with its data path given explicitly.

The library keeps state between texts which no call resets (the same text sounds different from call to call), and it
is not thread-safe: each text gets a freshly loaded library, under one lock.
"""

import _ctypes
import ctypes
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from threading import Lock

import numpy as np

from ivr.audio.resample import resample
from ivr.audio.samples import RATE, Samples
from ivr.errors import VoiceFailed

_SYNCHRONOUS, _DO_NOT_EXIT = 2, 0x8000
_WORDS_A_MINUTE, _AMPLITUDE = 1, 2
_UTF8_WITH_PHONEMES = 0x101  # [[…]] in a text are phonemes

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_lock = Lock()


class Espeak:
    """An espeak-ng voice such as "fa"; `rate` in words a minute; the library's own amplitude (100) clips."""

    def __init__(self, voice: str, rate: int | None = None, amplitude: int | None = None) -> None:
        self._voice, self._rate = voice, rate or 130
        self._amplitude = 70 if amplitude is None else amplitude
        with self._loaded():
            version = metadata.version("espeakng-loader")
        self.name = f"espeak {version} {voice} {self._rate} {self._amplitude}"

    def speak(self, text: str) -> Samples:
        """The text at this amplitude."""
        data, spoken = text.replace("\0", " ").encode(), bytearray()

        def collect(samples: object, count: int, _events: object) -> int:
            if samples and count:
                spoken.extend(ctypes.string_at(samples, 2 * count))  # type: ignore[arg-type]
            return 0

        callback = _Callback(collect)  # a name keeps it alive as long as the library calls it
        with self._loaded() as (library, rate):
            library.espeak_SetSynthCallback(callback)
            status = library.espeak_Synth(data, len(data) + 1, 0, 0, 0, _UTF8_WITH_PHONEMES, None, None)
        if status != 0:
            raise VoiceFailed(f"espeak-ng could not speak (status {status})")
        return resample(np.frombuffer(bytes(spoken), dtype="<i2"), rate, RATE)

    @contextmanager
    def _loaded(self) -> Iterator[tuple[ctypes.CDLL, int]]:
        """A fresh library with this voice, and its sample rate."""
        path, data = _paths()
        with _lock:
            library = ctypes.CDLL(str(path))
            try:
                rate = library.espeak_Initialize(_SYNCHRONOUS, 0, bytes(data), _DO_NOT_EXIT)
                if rate <= 0:
                    raise VoiceFailed(f"espeak-ng cannot read its data in {data}")
                if library.espeak_SetVoiceByName(self._voice.encode()) != 0:
                    raise VoiceFailed(f"espeak-ng has no voice {self._voice!r}")
                library.espeak_SetParameter(_WORDS_A_MINUTE, self._rate, 0)
                library.espeak_SetParameter(_AMPLITUDE, self._amplitude, 0)
                yield library, rate
            finally:
                library.espeak_Terminate()
                _ctypes.dlclose(library._handle)  # what makes the next one fresh


def _paths() -> tuple[Path, Path]:
    """The library and its data."""
    spec = importlib.util.find_spec("espeakng_loader")
    if spec is None or spec.origin is None:
        raise VoiceFailed("espeak-ng is not installed (the package espeakng-loader)")
    folder = Path(spec.origin).parent
    found = [path for path in folder.glob("libespeak-ng*") if path.suffix in {".so", ".dylib"}]
    if not found:
        raise VoiceFailed("this build of espeakng-loader carries no library for this system")
    return found[0], folder / "espeak-ng-data"
