"""Whether a sound that is played to a caller is one that every provider can play at once."""

import io
import wave

import httpx

RATE = 8000


class BadSound(AssertionError):
    """A played URL that would be silence, noise or a stutter on a real line."""


def check_sound(url: str, answer: httpx.Response) -> None:
    """Demands 200, audio/wav, the right length, and PCM of 16 bits, 8 kHz, one channel, not empty."""
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    demands = {
        f"status 200, not {answer.status_code}": answer.status_code == 200,
        f"audio/wav or audio/x-wav, not {kind!r}": kind in ("audio/wav", "audio/x-wav"),
        "a right Content-Length": answer.headers.get("content-length") == str(len(answer.content)),
    }
    for demand, met in demands.items():
        if not met:
            raise BadSound(f"{url}: {demand}")
    try:
        with wave.open(io.BytesIO(answer.content)) as sound:
            shape = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
            frames, said = len(sound.readframes(sound.getnframes())) // max(1, shape[0] * shape[1]), sound.getnframes()
    except (wave.Error, EOFError) as error:
        raise BadSound(f"{url}: not a PCM wav: {error}") from error
    if shape != (1, 2, RATE):
        raise BadSound(f"{url}: one channel, 2 bytes, 8000 Hz, not {shape}")
    if not said or frames != said:
        raise BadSound(f"{url}: {said} frames announced, {frames} there")
