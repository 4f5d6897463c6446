"""Recordings as they really arrive: each way to build one, and what is found in it."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import imageio_ffmpeg
import numpy as np

from ivr.audio.loudness import loudness
from ivr.audio.samples import RATE, Samples, Signal, silence, to_samples, to_signal
from ivr.audio.wav import wav_bytes
from ivr.voice.engines import VoiceChoice, best_voice
from ivr.voice.findings import Code
from ivr.voice.judging import Verdict, judge

WORDS = "Bonjour. Pour les papiers, tapez un."
ROOM = 0.0004
"""Amplitude of the faint noise that every real room has."""

Build = Callable[[Path, "Voice"], None]
"""Writes the file, given its path and the voice."""


@dataclass(frozen=True)
class Voice:
    """WORDS in a room, with half a second before and after; as samples and as a file."""

    samples: Samples
    file: Path

    @property
    def alone(self) -> Signal:
        """Without the half seconds."""
        return to_signal(self.samples)[RATE // 2 : -RATE // 2]


def ffmpeg(*options: str | Path) -> None:
    """Runs it; what it says is shown when it fails."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *map(str, options)]
    subprocess.run(command, check=True)


def spoken(folder: Path) -> Voice:
    """The voice that all files are made of."""
    said = best_voice([VoiceChoice("pico", "fr-FR")]).speak(WORDS)
    heard = np.flatnonzero(np.abs(said) > 300)
    voice = to_signal(np.concatenate([silence(500), said[heard[0] : heard[-1]], silence(500)]))
    voice *= 10 ** ((-23 - loudness(to_samples(voice))) / 20)
    noise = np.random.default_rng(1).normal(scale=ROOM, size=len(voice))
    samples = to_samples(voice + noise)
    file = folder / "voice.wav"
    file.write_bytes(wav_bytes(samples))
    return Voice(samples, file)


def encoded(*options: str) -> Build:
    """By ffmpeg, from the voice."""
    return lambda path, voice: ffmpeg("-i", voice.file, *options, path)


def changed(change: Callable[[Signal], Signal]) -> Build:
    """As WAV, from the voice's numbers."""
    return lambda path, voice: _write(path, change(to_signal(voice.samples)))


def _write(path: Path, sound: Signal) -> None:
    path.write_bytes(wav_bytes(to_samples(sound)))


def of(data: bytes) -> Build:
    """These bytes."""
    return lambda path, _: _keep(path, data)


def _keep(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def part(build: Build, begin: float, end: float) -> Build:
    """From one share of a file's bytes to another: an upload that broke off."""

    def built(path: Path, voice: Voice) -> None:
        build(path, voice)
        data = path.read_bytes()
        path.write_bytes(data[int(len(data) * begin) : int(len(data) * end)])

    return built


def _noisy(sound: Signal, scale: float) -> Signal:
    return sound + np.random.default_rng(2).normal(scale=scale, size=len(sound))


def _paused(sound: Signal) -> Signal:
    middle = len(sound) // 2
    return np.concatenate([sound[:middle], _noisy(np.zeros(3 * RATE), ROOM), sound[middle:]])


def _hum(sound: Signal) -> Signal:
    return sound + 0.03 * np.sin(2 * np.pi * 50 * np.arange(len(sound)) / RATE)


def _click(sound: Signal) -> Signal:
    quiet = _noisy(np.zeros(len(sound)), ROOM)
    quiet[4000:4200] += 0.4 * np.sin(np.arange(200))
    return quiet


def _clicked(sound: Signal) -> Signal:
    """The button that ends it, a second after the voice."""
    return np.concatenate([sound, _noisy(np.zeros(RATE), ROOM), _click(sound)[4000:4200]])


def _zip_in_zip() -> bytes:
    inside, outside = BytesIO(), BytesIO()
    for holder, name, data in ((inside, "a.wav", wav_bytes(silence(900))), (outside, "b.zip", b"")):
        with ZipFile(holder, "w") as file:
            file.writestr(name, data or inside.getvalue())
    return outside.getvalue()


def _film(*options: str) -> Build:
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=5")
    return lambda path, voice: ffmpeg("-i", voice.file, *picture, "-t", "2", *options, path)


def _covered(*options: str) -> Build:
    """With a picture on its sleeve."""

    def built(path: Path, voice: Voice) -> None:
        picture = path.with_name(f"{path.name}.jpg")
        ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", picture)
        cover = ("-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic")
        ffmpeg("-i", voice.file, "-i", picture, *cover, *options, path)

    return built


def _panned(pan: str, *options: str) -> Build:
    return encoded("-af", f"pan=stereo|{pan}", *options)


_PCM = ("-ar", "48000", "-c:a")
_MP3, _M4A = encoded("-ar", "44100", "-b:a", "64k"), encoded("-ar", "44100", "-b:a", "64k")
_OPUS = encoded("-c:a", "libopus", "-b:a", "24k")
_LOUD = "volume=20dB:precision=float,aformat=sample_fmts=s16"
_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + b"0000000000 65535 f \n" * 400

USUAL: Mapping[str, Build] = {
    "wav.wav": encoded(),
    "24 bits.wav": encoded(*_PCM, "pcm_s24le"),
    "96 kHz.wav": encoded("-ar", "96000", "-c:a", "pcm_s24le"),
    "float.wav": encoded(*_PCM, "pcm_f32le"),
    "float over full scale.wav": encoded("-af", "volume=20dB:precision=float", *_PCM, "pcm_f32le"),
    "8 bits.wav": encoded(*_PCM, "pcm_u8"),
    "telephone.wav": encoded("-c:a", "pcm_mulaw"),
    "6 kHz.wav": encoded("-ar", "6000"),
    "mp3.mp3": _MP3,
    "m4a.m4a": _M4A,
    "mp4.mp4": _M4A,
    "mobile.3gp": encoded("-ar", "8000", "-c:a", "libopencore_amrnb", "-b:a", "12.2k"),
    "vorbis.ogg": encoded("-c:a", "libvorbis"),
    "opus.ogg": _OPUS,
    "opus.opus": _OPUS,
    "browser.webm": _OPUS,
    "matroska.mka": encoded("-c:a", "flac"),
    "flac.flac": encoded("-ar", "44100"),
    "aac.aac": encoded("-ar", "44100", "-b:a", "64k"),
    "amr.amr": encoded("-ar", "8000", "-c:a", "libopencore_amrnb", "-b:a", "12.2k"),
    "mp3 as.wav": lambda path, voice: ffmpeg("-i", voice.file, "-f", "mp3", path),
    "webm as.mp3": lambda path, voice: ffmpeg("-i", voice.file, "-c:a", "libopus", "-f", "webm", path),
    "no ending": lambda path, voice: ffmpeg("-i", voice.file, "-f", "flac", path),
    "cover.mp3": _covered("-id3v2_version", "3", "-b:a", "64k"),
    "cover.m4a": _covered("-b:a", "64k"),
    "stereo.wav": _panned("c0=c0|c1=0.8*c0"),
    "dead right.wav": _panned("c0=c0|c1=0*c0"),
    "dead left.mp3": _panned("c0=0*c0|c1=c0"),
    "opposed.wav": _panned("c0=c0|c1=-1*c0"),
    "surround.flac": encoded("-af", "pan=5.1|c0=c0|c1=c0|c2=c0|c3=0*c0|c4=0*c0|c5=0*c0"),
    "direct current.wav": changed(lambda sound: sound + 0.2),
    "mains hum.wav": changed(_hum),
    "a click at the end.wav": changed(_clicked),
}
"""Nothing is wrong with these."""

AWKWARD: Mapping[str, tuple[Build, tuple[Code, ...]]] = {
    "silent.wav": (changed(np.zeros_like), (Code.SILENT,)),
    "silent.m4a": (encoded("-af", "volume=0"), (Code.SILENT,)),
    "nearly silent.wav": (changed(lambda sound: sound / 30), (Code.SILENT,)),
    "only noise.wav": (changed(lambda sound: _noisy(0 * sound, 0.1)), (Code.NOISY,)),
    "far away.wav": (changed(lambda sound: sound / 8), (Code.TOO_QUIET,)),
    "clipped.wav": (encoded("-af", _LOUD), (Code.CLIPPED,)),
    "clipped, then turned down.wav": (encoded("-af", f"{_LOUD},volume=-9dB"), (Code.CLIPPED,)),
    "clipped.mp3": (encoded("-af", _LOUD, "-b:a", "96k"), (Code.CLIPPED,)),
    "clipped.webm": (encoded("-af", _LOUD, "-c:a", "libopus", "-b:a", "32k"), (Code.CLIPPED,)),
    "clipped.m4a": (encoded("-af", _LOUD, "-b:a", "64k"), (Code.CLIPPED,)),
    "street.wav": (changed(lambda sound: _noisy(sound, 0.02)), (Code.NOISY,)),
    "pause.wav": (changed(_paused), (Code.PAUSE_INSIDE, Code.LONG_FOR_TEXT)),
    "cut start.wav": (lambda path, voice: _write(path, to_signal(voice.samples)[4400:]), (Code.CUT_START,)),
    "cut end.wav": (lambda path, voice: _write(path, to_signal(voice.samples)[:-4800]), (Code.CUT_END,)),
    "half.wav": (lambda path, voice: _write(path, to_signal(voice.samples)[:9600]), (Code.SHORT_FOR_TEXT,)),
    "three times.wav": (changed(lambda sound: np.tile(sound, 3)), (Code.LONG_FOR_TEXT,)),
    "click.wav": (changed(_click), (Code.TOO_SHORT,)),
    "half an hour.wav": (
        lambda path, _: ffmpeg("-f", "lavfi", "-i", "sine=d=1800:r=8000", "-c:a", "pcm_mulaw", path),
        (Code.TOO_LONG,),
    ),
    "film.webm": (_film("-c:v", "libvpx", "-deadline", "realtime"), (Code.VIDEO,)),
    "film.mp4": (_film("-c:v", "mpeg4"), (Code.VIDEO,)),
    "film without sound.mp4": (_film("-map", "1", "-c:v", "mpeg4"), (Code.VIDEO,)),
    "film as.mp3": (_film("-c:v", "mpeg4", "-f", "mp4"), (Code.VIDEO,)),
    "empty.wav": (of(b""), (Code.UNREADABLE,)),
    "no samples.wav": (of(wav_bytes(silence(0))), (Code.UNREADABLE,)),
    "broken off.m4a": (part(_M4A, 0, 0.6), (Code.UNREADABLE,)),
    "broken off.wav": (part(encoded(), 0, 0.55), (Code.CUT_END,)),
    "broken off.mp3": (part(_MP3, 0, 0.55), (Code.CUT_END,)),
    "broken off.webm": (part(_OPUS, 0, 0.55), (Code.CUT_END,)),
    "without its beginning.m4a": (part(_M4A, 0.3, 1), (Code.NOT_AUDIO,)),
    "renamed.wav": (of(_PDF), (Code.NOT_AUDIO,)),
    "renamed.mp3": (of(_PDF), (Code.NOT_AUDIO,)),
    "zip in a zip.wav": (of(_zip_in_zip()), (Code.NOT_AUDIO,)),
    "text.wav": (of(b"Bonjour. Pour les papiers, tapez un.\n" * 50), (Code.NOT_AUDIO,)),
    "page.mp3": (of(b"<!doctype html><title>Not found</title>"), (Code.NOT_AUDIO,)),
    "playlist.mp3": (of(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"), (Code.NOT_AUDIO,)),
    "concat.wav": (of(b"ffconcat version 1.0\nfile other.wav\n"), (Code.NOT_AUDIO,)),
    "random.mp3": (of(np.random.default_rng(3).bytes(40_000)), (Code.NOT_AUDIO,)),
    "picture.webm": (
        lambda path, _: ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:d=1", "-frames:v", "1", "-f", "mjpeg", path),
        (Code.NOT_AUDIO,),
    ),
}
"""These are wrong, and what is found in them."""


def verdicts(folder: Path, *only: str) -> Iterator[tuple[str, tuple[Code, ...], Verdict]]:
    """Every file (or those named), what should be found in it, and what is; built and judged side by side."""
    voice = spoken(folder)
    seconds = len(voice.alone) / RATE
    table = {name: (build, ()) for name, build in USUAL.items()} | dict(AWKWARD)

    def tried(name: str) -> Verdict:
        path = folder / name
        table[name][0](path, voice)
        return judge(path, WORDS, seconds)

    names = only or tuple(table)
    with ThreadPoolExecutor(2) as pool:
        for name, verdict in zip(names, pool.map(tried, names), strict=True):
            yield name, table[name][1], verdict
