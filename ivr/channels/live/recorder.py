"""Keeps a caller's message as it is spoken."""

from collections.abc import Callable

import numpy as np

from ivr.audio import mulaw
from ivr.audio.samples import RATE
from ivr.speech.listener import Began, Listener, Tuning, Utterance
from ivr.store.spool import Spool

SILENCE = 5.0
"""Seconds without a voice that end a message."""
QUIET = 100
"""-50 dBFS: a whisper is louder, an open line seldom."""


class Recorder:
    """One message of at most so many seconds, in mu-law; its strip is there from the first second on.

    Who whispers may not be taken for a voice: only what is quiet throughout is no message.
    """

    def __init__(self, spool: Spool, call_id: str, most: int) -> None:
        self._spool, self._strip = spool, spool.begin(call_id.encode())
        self._most = most * RATE
        self._listener = Listener(Tuning(silence=SILENCE, longest=most))
        self._part = bytearray()
        self._size = self._loud = 0  # samples; up to the last loud frame
        self._speaks = False

    @property
    def seconds(self) -> float:
        """So far."""
        return self._size / RATE

    def add(self, frame: bytes) -> bool:
        """20 ms more; True when the message is over."""
        self._part += frame
        self._size += len(frame)
        if len(self._part) >= RATE:
            self._flush()
        samples = mulaw.decode(frame)
        if int(np.abs(samples.astype(np.int32)).max(initial=0)) >= QUIET:
            self._loud = self._size
        heard = self._listener.hear(samples, False)
        self._speaks = self._speaks or isinstance(heard, Began)
        quiet = not self._speaks and self._size - self._loud >= SILENCE * RATE
        return isinstance(heard, Utterance) or self._size >= self._most or quiet

    def finish(self) -> str | None:
        """The strip's name; None, and no strip, when nothing was loud."""
        self._flush()
        self._strip.end()
        if self._speaks or self._loud:
            return self._strip.name
        self._spool.remove(self._strip.name)
        return None

    def _flush(self) -> None:
        if self._part:
            self._strip.add(bytes(self._part))
            self._part.clear()


Record = Callable[[str, int], Recorder]
"""Begins a message of this call, of at most so many seconds."""
