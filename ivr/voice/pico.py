"""SVOX Pico, called straight in the library of the py_nanotts wheel.

The wheel's own function is passed by: it gives Pico memory that is not zeroed, so that the same text sounds different
from call to call, and holds the interpreter lock for a whole text.
"""

import ctypes
import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_int16, c_uint32, c_void_p, create_string_buffer
from importlib import metadata
from pathlib import Path

import numpy as np

from ivr.audio.resample import resample
from ivr.audio.samples import RATE, Samples
from ivr.errors import VoiceFailed

_MEMORY = 2_500_000
_BUSY, _IDLE = 201, 200
_PICO_RATE = 16_000
_NAME = b"house"
_MARKUP = str.maketrans({"<": " ", ">": " ", "\0": " "})  # Pico's tags can play any file


class Pico:
    """A Pico voice such as "fr-FR"; `rate` is a percentage of its normal speed."""

    def __init__(self, voice: str, rate: int | None = None) -> None:
        self._library, folder = _library()
        self._files = [found for part in ("ta", "*_sg") for found in sorted(folder.glob(f"{voice}_{part}.bin"))]
        if len(self._files) != 2 or not re.fullmatch("[a-z]{2}-[A-Z]{2}", voice):
            raise VoiceFailed(f"pico has no voice {voice!r}")
        self._rate = rate or 100
        self.name = f"pico {metadata.version('py-nanotts')} {voice} {self._rate}"

    def speak(self, text: str) -> Samples:
        """The text at Pico's own loudness."""
        plain = text.translate(_MARKUP)
        paced = plain if self._rate == 100 else f'<speed level="{self._rate}">{plain}</speed>'
        with _engine(self._library, self._files) as engine:
            spoken = _spoken(self._library, engine, paced.encode() + b"\0")
        return resample(np.frombuffer(spoken, dtype="<i2"), _PICO_RATE, RATE)


def _library() -> tuple[ctypes.PyDLL, Path]:
    spec = importlib.util.find_spec("py_nanotts")
    if spec is None or spec.origin is None:
        raise VoiceFailed("pico is not installed (the package py-nanotts)")
    folder = Path(spec.origin).parent
    try:
        # PyDLL: one text is some ten thousand short calls, and giving the lock away in each makes them all wait;
        # between two calls the interpreter gives it away often enough.
        library = ctypes.PyDLL(str(next(folder.glob("_nanotts*"))))
        library.pico_initialize  # noqa: B018 (looked up: a build may hide it)
    except (StopIteration, OSError, AttributeError) as error:
        raise VoiceFailed(f"this build of py-nanotts cannot be used: {error!r}") from error
    return library, folder / "lang"


@contextmanager
def _engine(library: ctypes.PyDLL, files: list[Path]) -> Iterator[c_void_p]:
    """A fresh engine in fresh zeroed memory, which is all that Pico owns: dropping it frees everything."""
    memory, system, engine = create_string_buffer(_MEMORY), c_void_p(), c_void_p()
    _check(library.pico_initialize(memory, c_uint32(_MEMORY), byref(system)), "start")
    resources = [c_void_p() for _ in files]
    try:
        _check(library.pico_createVoiceDefinition(system, _NAME), "name a voice")
        for file, resource in zip(files, resources, strict=True):
            name = create_string_buffer(32)
            _check(library.pico_loadResource(system, bytes(file), byref(resource)), f"load {file.name}")
            _check(library.pico_getResourceName(system, resource, name), f"name {file.name}")
            _check(library.pico_addResourceToVoiceDefinition(system, _NAME, name), f"use {file.name}")
        _check(library.pico_newEngine(system, _NAME, byref(engine)), "build a voice")
        yield engine
    finally:
        if engine:
            library.pico_disposeEngine(system, byref(engine))
        for resource in resources:
            if resource:
                library.pico_unloadResource(system, byref(resource))
        library.pico_terminate(byref(system))


def _spoken(library: ctypes.PyDLL, engine: c_void_p, text: bytes) -> bytes:
    sent, spoken = c_int16(), bytearray()
    while text:
        _check(library.pico_putTextUtf8(engine, text, c_int16(min(len(text), 32767)), byref(sent)), "read the text")
        if sent.value <= 0:
            raise VoiceFailed("pico takes no more text")
        text = text[sent.value :]
        _drain(library, engine, spoken)
    return bytes(spoken)


def _drain(library: ctypes.PyDLL, engine: c_void_p, spoken: bytearray) -> None:
    buffer, got, kind = create_string_buffer(256), c_int16(), c_int16()
    got_at, kind_at, size, get_data = byref(got), byref(kind), c_int16(256), library.pico_getData
    status = _BUSY
    while status == _BUSY:
        status = get_data(engine, buffer, size, got_at, kind_at)
        if got.value > 0:
            spoken += memoryview(buffer)[: got.value]
    _check(0 if status == _IDLE else status, "speak")


def _check(status: int, what: str) -> None:
    if status != 0:
        raise VoiceFailed(f"pico could not {what} (status {status})")
