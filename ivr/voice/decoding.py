"""Any usual file becomes channels of sound: what ffmpeg finds in it counts, never its name.

One ffmpeg decodes once into three: as it came (read from the pipe for flat tops, and thrown away), at 8 kHz, and at
8 kHz through a telephone's band. Sun's AU carries them, because its header is six numbers.
"""

import re
import shutil
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from threading import Timer
from typing import IO

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from ivr.audio.clipping import flat_tops
from ivr.audio.samples import RATE
from ivr.errors import VoiceFailed
from ivr.voice.findings import Code, Finding, Unusable

LONGEST = 600
"""Seconds of a recording; what is longer is no prompt."""

PATIENCE = 120
"""Seconds until a file that is still not decoded is given up."""

BESIDE = "hamrah-sound-"
"""How the folders begin in which plain sound lies while it is decoded."""

Channels = NDArray[np.float32]
"""One row a moment, one column a channel; 1.0 is full scale."""

# None of these opens another file or address, as a playlist does.
_FORMATS = "wav,mp3,ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flac,aac,amr"
_BAND = "highpass=f=200,highpass=f=200,lowpass=f=3400"  # twice: once leaves too much of the mains' hum
_TWO = "aformat=channel_layouts=mono|stereo"  # said again after resampling, or ffmpeg loses its way with six channels
_PARTED = (
    f"[0:a:0]aformat=sample_fmts=flt,{_TWO},asplit[came][plain];"
    f"[plain]aresample={RATE},{_TWO},asplit[whole][cut];[cut]{_BAND}[band]"
)
_HIGHEST = 192_000  # Hz: a header may claim any rate, but not how much is read at once
_AU = struct.Struct(">4s5I")  # .snd, where the sound begins, its size, encoding, rate, channels
_WITHOUT_ITS_END = "moov atom not found"
_EXACT = re.compile("pcm_[sf]|flac|alac")
_STREAM = re.compile(r"^  Stream #0:\d.*?: (Audio|Video): (\w+)(.*)$", re.MULTILINE)  # metadata is indented more


@dataclass(frozen=True, slots=True)
class Decoded:
    """A recording's channels at 8 kHz, and seconds of flat tops in each as it came."""

    plain: Channels
    band: Channels
    flat: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """What ffmpeg told about a file."""

    audio: str | None  # the codec
    video: bool
    without_end: bool
    last: str


def decode(path: Path) -> Decoded:
    """The first audio stream; Unusable says what is wrong with the file, VoiceFailed that ffmpeg cannot run here."""
    with TemporaryDirectory(prefix=BESIDE) as folder:
        return _decoded(path, Path(folder))


def sweep(seconds: float) -> None:
    """Plain sound that a killed process left this long ago is gone."""
    for stray in Path(gettempdir()).glob(f"{BESIDE}*"):
        try:
            if stray.is_dir() and stray.stat().st_mtime < time.time() - seconds:
                shutil.rmtree(stray, ignore_errors=True)
        except FileNotFoundError:  # another process was quicker
            continue


def _decoded(path: Path, folder: Path) -> Decoded:
    plain, band, log = folder / "plain.au", folder / "band.au", folder / "log"
    with log.open("wb") as told, _running(path, (plain, band), told) as process:
        timer = Timer(PATIENCE, process.kill)
        timer.start()
        assert process.stdout is not None
        try:
            flat = _flat(process.stdout, log)
            process.wait()
        finally:
            timer.cancel()
    said = _said(log)
    if said.video:
        raise Unusable(f"{path}: a film, not a recording", Finding(Code.VIDEO))
    sounds = [_read(file) for file in (plain, band)]
    if process.returncode != 0 or not said.audio or not len(sounds[0]):
        raise _unreadable(path, said)
    if len(sounds[0]) > LONGEST * RATE:
        limit = Finding(Code.TOO_LONG, {"minutes": LONGEST // 60})
        raise Unusable(f"{path}: longer than {LONGEST // 60} minutes", limit)
    return Decoded(sounds[0], sounds[1], flat)


def _running(path: Path, files: tuple[Path, Path], told: IO[bytes]) -> "subprocess.Popen[bytes]":
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-protocol_whitelist", "file"]
    command += ["-format_whitelist", _FORMATS, "-i", f"file:{path}", "-filter_complex", _PARTED]
    for label, to in (("[came]", "pipe:1"), ("[whole]", str(files[0])), ("[band]", str(files[1]))):
        command += ["-map", label, "-map_metadata", "-1", "-t", str(LONGEST + 1), "-c:a", "pcm_f32be", "-f", "au", to]
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=told)  # noqa: S603
    except OSError as error:
        raise VoiceFailed(f"ffmpeg cannot run: {error}") from error


def _flat(pipe: IO[bytes], log: Path) -> tuple[float, ...]:
    """Seconds of flat tops in each channel; a second of sound at a time, for ten minutes of it are large."""
    header = pipe.read(_AU.size)
    if len(header) < _AU.size:
        return ()
    _, begins, _, _, rate, channels = _AU.unpack(header)
    pipe.read(begins - _AU.size)
    exact = bool(_EXACT.match(_said(log).audio or ""))
    found = [0.0] * channels
    while len(data := pipe.read(min(rate, _HIGHEST) * channels * 4)) >= channels * 4:
        block = np.frombuffer(data, dtype=">f4", count=len(data) // (4 * channels) * channels).reshape(-1, channels)
        for at in range(channels):
            found[at] += flat_tops(block[:, at].astype(np.float32), rate, exact)
    return tuple(found)


def _read(file: Path) -> Channels:
    data = file.read_bytes() if file.exists() else b""
    if len(data) < _AU.size:
        return np.zeros((0, 1), dtype=np.float32)
    _, begins, _, _, _, channels = _AU.unpack_from(data)
    return np.frombuffer(data, dtype=">f4", offset=begins).reshape(-1, channels).astype(np.float32)


def _said(log: Path) -> _Said:
    text = log.read_text(encoding="utf-8", errors="replace")
    given = text.split("\nStream mapping:")[0].split("\nOutput #")[0]  # its own output has streams as well
    streams = _STREAM.findall(given)
    audio = next((codec for kind, codec, _ in streams if kind == "Audio"), None)
    video = any(kind == "Video" and "(attached pic)" not in rest for kind, _, rest in streams)
    return _Said(audio, video, _WITHOUT_ITS_END in text, (text.strip().splitlines() or ["it says nothing"])[-1])


def _unreadable(path: Path, said: _Said) -> Unusable:
    """What is no sound at all, or broken."""
    empty = path.stat().st_size == 0
    broken = empty or said.audio or said.without_end
    why = "it is empty" if empty else "its end is missing" if said.without_end else said.last
    found = Finding(Code.UNREADABLE) if broken else Finding(Code.NOT_AUDIO)
    return Unusable(f"{path}: not a recording that can be read ({why})", found)
