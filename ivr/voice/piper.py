"""Piper voices: better, where the package and a voice file are there; never required."""

import importlib
import importlib.util
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from ivr.audio.resample import resample
from ivr.audio.samples import RATE, Samples
from ivr.errors import VoiceFailed

_lock = Lock()  # its phonemizer keeps state for the whole process


class Piper:
    """A voice file such as "fr_FR-siwis-medium" (with or without .onnx); `rate` is a percentage of its normal speed."""

    def __init__(self, voice: str, models_dir: Path | None, rate: int | None = None) -> None:
        if importlib.util.find_spec("piper") is None:
            raise VoiceFailed("piper is not installed (the package piper-tts)")
        file = None if models_dir is None else models_dir / f"{voice.removesuffix('.onnx')}.onnx"
        if file is None or not file.is_file():
            raise VoiceFailed(f"piper's voice file {voice!r} is not in the models folder {models_dir}")
        self._piper: Any = importlib.import_module("piper")
        self._voice = self._piper.PiperVoice.load(str(file))
        self._rate = rate or 100
        self.name = f"piper {metadata.version('piper-tts')} {file.stem} {file.stat().st_size} {self._rate}"

    def speak(self, text: str) -> Samples:
        """The text at the voice's own loudness; not the same bytes each time, the voice draws lots."""
        config = self._piper.SynthesisConfig(length_scale=100 / self._rate)
        with _lock:
            chunks = list(self._voice.synthesize(text, syn_config=config))
        parts = [resample(np.frombuffer(c.audio_int16_bytes, dtype="<i2"), c.sample_rate, RATE) for c in chunks]
        return np.concatenate([np.zeros(0, dtype=np.int16), *parts])
