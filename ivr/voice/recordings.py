"""A recording in any usual format becomes samples: ffmpeg decodes, pydub cuts the silence."""

import subprocess
import warnings
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from ivr.audio.loudness import loudness
from ivr.audio.samples import RATE, Samples, duration
from ivr.errors import BadContent

with warnings.catch_warnings():
    # It warns that no ffmpeg is on the PATH (it is not asked to find one) and of audioop's end in Python 3.13 (the lock
    # has its successor).
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

FORMATS = ("wav", "mp3", "ogg", "m4a", "webm", "flac")
"""File endings of recordings, without the dot."""

_DEMUXERS = "wav,mp3,ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flac"  # none of them opens another file or address
_SPEECH = "highpass=f=200,highpass=f=200,lowpass=f=3400"  # twice: once leaves too much of the mains' hum
_LONGEST = 600  # seconds
_QUIETEST = -45.0  # LUFS: what is below is nobody speaking, and would be lifted to full level
_SHORTEST = 0.2  # seconds after cutting: a spoken digit is longer
_SILENCE_BELOW_VOICE = 26.0
_MARGIN = 40  # milliseconds


def recorded(path: Path) -> Samples:
    """A recording's voice without the silence around it; BadContent says what is wrong with it."""
    samples = _decoded(path)
    level = loudness(samples)
    if level < _QUIETEST:
        raise BadContent(f"{path}: nobody speaks in it ({level:.0f} LUFS)")
    voice = _cut(samples, level - _SILENCE_BELOW_VOICE)
    if duration(voice) < _SHORTEST:
        raise BadContent(f"{path}: only {duration(voice):.2f} seconds of voice")
    return voice


def _decoded(path: Path) -> Samples:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-protocol_whitelist", "file"]
    command += ["-format_whitelist", _DEMUXERS, "-i", f"file:{path}", "-map", "0:a:0", "-t", str(_LONGEST + 1)]
    command += ["-af", _SPEECH, "-ac", "1", "-ar", str(RATE), "-f", "s16le", "pipe:1"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=120, check=False)  # noqa: S603 (no shell)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadContent(f"{path}: could not be decoded: {error}") from error
    said = done.stderr.decode(errors="replace").strip().splitlines()
    if done.returncode != 0 or not done.stdout:
        raise BadContent(f"{path}: not a recording that can be read ({said[-1] if said else 'it is empty'})")
    samples = np.frombuffer(done.stdout, dtype="<i2").astype(np.int16)
    if duration(samples) > _LONGEST:
        raise BadContent(f"{path}: longer than {_LONGEST // 60} minutes")
    return samples


def _cut(samples: Samples, floor: float) -> Samples:
    """Without what is below `floor` (dBFS in 10 ms) at both ends, but for a margin that fades in and out."""
    sound = AudioSegment(samples.astype("<i2").tobytes(), sample_width=2, frame_rate=RATE, channels=1)
    start = max(0, detect_leading_silence(sound, floor) - _MARGIN)
    end = len(sound) - max(0, detect_leading_silence(sound.reverse(), floor) - _MARGIN)
    kept = sound[start:end].fade_in(10).fade_out(10)
    return np.frombuffer(kept.raw_data, dtype="<i2").astype(np.int16)
