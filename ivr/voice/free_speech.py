"""Free speech during a call: rendered in time, or not at all."""

from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from threading import BoundedSemaphore, Thread

from ivr.errors import VoiceFailed
from ivr.voice.engines import Voice
from ivr.voice.sounds import Sound, Sounds

AT_ONCE = 4
"""Renders under way in a process; stuck ones keep their place, so that they cannot become many."""

_places = BoundedSemaphore(AT_ONCE)


def speak_in_time(text: str, voice: Voice, sounds: Sounds, seconds: float) -> Sound:
    """The text as a sound, at once when it was said before; VoiceFailed when it takes longer than `seconds`."""
    known = sounds.known(text, voice)
    if known is not None:
        return known
    if not _places.acquire(blocking=False):
        raise VoiceFailed(f"{AT_ONCE} texts are being rendered already")
    result: Future[Sound] = Future()
    # A daemon, not a pool's thread: the process's exit waits for those of a pool.
    Thread(target=_render, args=(result, text, voice, sounds), daemon=True, name="free speech").start()
    try:
        return result.result(timeout=seconds)
    except OutOfTime as error:
        raise VoiceFailed(f"{voice.name} took longer than {seconds} seconds") from error


def _render(result: Future[Sound], text: str, voice: Voice, sounds: Sounds) -> None:
    try:
        result.set_result(sounds.from_text(text, voice))
    except BaseException as error:  # whatever it is, it belongs to the one who waits
        result.set_exception(error)
    finally:
        _places.release()
