"""The one loop of a live call: it plays a turn, hears keys and voice meanwhile, and takes what came to the door.

    ASKING     the door computes the next turn; keys that come are kept for it
    PLAYING    the turn is said; a key stops it at once, a voice as soon as it is one
    WAITING    all was said; silence counts from here
    DECODING   somebody spoke; the sound that they stopped waits
    RECORDING  a message is kept as it comes
    LEAVING    the last words are said, then the line is left
    OVER       the line was left or broke

Everything happens on the event loop, one event after the other: nothing here waits, and nothing is locked. The door and
the decoder work in threads; what they answer is an event like any other. A call that cannot go on here leaves the line,
and goes on by keys where it stands: behind the stream stands a redirect.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial

from ivr.actions.calls import Answer
from ivr.actions.knowledge import Line
from ivr.actions.listening import KEY, NONE, VOICE, Window
from ivr.audio import mulaw
from ivr.audio.samples import tone
from ivr.channels.live.door import Spoken
from ivr.channels.live.player import Player
from ivr.channels.live.recorder import Recorder
from ivr.channels.live.switchboard import Switchboard
from ivr.channels.live.wire import Wire
from ivr.engine.inputs import Input, Pressed, Recorded, Said, StayedSilent
from ivr.engine.turn import Ask, HangUp, Listen, Record, Result, Transfer
from ivr.speech.heard import Heard
from ivr.speech.listener import Began, Listener, Utterance

log = logging.getLogger("ivr.live")

FRAME = 160
"""Bytes of 20 ms."""
MOST_KEYS = 64
"""Keys that are kept while the door computes."""
PATIENCE = 3.0
"""Seconds for decoding; past them the machine is too busy to listen, and the call goes on by keys."""
INTERRUPTIONS = 2
"""So often a voice that was not understood may stop a turn; then the turn is said to its end."""


BEEP = mulaw.encode(tone(440, 0.3))
"""Before a message."""


class Step(Enum):
    """Where the loop stands."""

    ASKING = auto()
    PLAYING = auto()
    WAITING = auto()
    DECODING = auto()
    RECORDING = auto()
    LEAVING = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Came:
    """What answered a turn; `at`: when it ended, on the loop's clock."""

    by: str
    at: float
    heard: str = ""
    sure: float | None = None
    seconds: float = 0.0


class Talk:
    """One live call. Whoever holds the wire calls `voice`, `key`, `played` and `gone`."""

    def __init__(self, wire: Wire, board: Switchboard, line: Line) -> None:
        self._wire, self._board, self._line = wire, board, line
        self._loop = asyncio.get_running_loop()
        self._player = Player(wire, self._said)
        self._listener = Listener(board.tuning)
        self._step = Step.ASKING
        self._now: Spoken | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ahead = ""
        self._frames = b""
        self.heard = 0  # bytes of sound that came
        self._phrases: Mapping[str, tuple[str, ...]] = {}  # of the languages that are understood here
        self._stopped = 0  # times that a voice stopped this turn
        self._begun = False  # a voice is there that has not ended
        self._decoding = 0
        self._came = Came(NONE, self._loop.time())
        self._recorder: Recorder | None = None

    # what happens

    def begin(self, n: int) -> None:
        """The call comes from turn `n`."""
        self._ask(partial(self._board.door.first, self._line, n))

    def voice(self, data: bytes) -> None:
        """Sound from the caller, mu-law, of any length."""
        self.heard += len(data)
        data = self._frames + data
        whole = len(data) - len(data) % FRAME
        self._frames = data[whole:]
        for start in range(0, whole, FRAME):
            self._frame(data[start : start + FRAME])

    def key(self, digit: str) -> None:
        """A key; what plays stops before anything else is done."""
        match self._step:
            case Step.ASKING:
                self._ahead = (self._ahead + digit)[:MOST_KEYS]
            case Step.PLAYING | Step.WAITING | Step.DECODING:
                self._player.stop()
                self._came = Came(KEY, self._loop.time())
                self._wire.heard(digit, 1.0, KEY)
                self._submit(Pressed(digit))
            case Step.RECORDING:
                if digit == "#":
                    self._recorded()
            case Step.LEAVING | Step.OVER:
                pass

    def played(self, name: str) -> None:
        """A mark came back."""
        self._player.played(name)

    def gone(self) -> None:
        """The line broke, or the caller hung up: what was given is kept, nothing more is said."""
        if self._step is Step.RECORDING:
            self._recorded()
        self._over()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self._step is Step.OVER

    # voice

    def _frame(self, frame: bytes) -> None:
        if self._step is Step.RECORDING and self._recorder is not None:
            if self._recorder.add(frame):
                self._recorded()
        elif self._step in (Step.PLAYING, Step.WAITING) and self._hears():
            heard = self._listener.hear(mulaw.decode(frame), self._player.is_playing)
            match heard:
                case Began():
                    self._speaks()
                case Utterance():
                    self._spoke(heard)
                case None:
                    pass

    def _hears(self) -> bool:
        patient = self._stopped < INTERRUPTIONS or not self._player.is_playing
        return bool(self._phrases) and (self._begun or patient)

    def _speaks(self) -> None:
        """Somebody speaks: they are let finish."""
        self._begun = True
        self._cancel()
        if self._player.is_playing:
            self._stopped += 1
            self._player.stop()

    def _spoke(self, said: Utterance) -> None:
        self._begun = False
        waited = self._step is Step.WAITING
        self._go(Step.DECODING)
        self._decoding += 1
        self._came = Came(VOICE, self._loop.time() - said.silence, seconds=said.seconds)
        future = self._board.ears.submit(said.tight, self._phrases)
        future.add_done_callback(partial(self._from_thread, self._decoded, self._decoding, waited))
        self._after(PATIENCE, self._too_busy)

    def _decoded(self, decoding: int, waited: bool, future: Future[Mapping[str, Heard]]) -> None:
        if self._step is not Step.DECODING or decoding != self._decoding:
            return
        self._cancel()
        heard = [one for one in ({} if future.cancelled() else future.result()).values() if one.words]
        if heard:
            best = max(heard, key=lambda one: one.sure)
            self._came = replace(self._came, heard=best.words, sure=best.sure)
            self._wire.heard(best.words, best.sure, VOICE)
            self._submit(Said(best.words, tuple(one.words for one in heard if one is not best)))
        elif waited:
            self._wire.heard("", 0.0, VOICE)
            self._submit(Said("") if self._asks() else StayedSilent())
        else:  # a voice in the room, or a word that nobody could know: what was being said goes on
            self._go(Step.PLAYING)
            self._player.go_on()

    def _asks(self) -> bool:
        """Whether this turn wants an answer; an explanation goes on by itself."""
        ending = self._now.answer.turn.ending if self._now else None
        return isinstance(ending, Listen) and (bool(ending.words) or ending.entry)

    def _too_busy(self) -> None:
        log.warning("too busy to listen: a call goes on by keys", extra={"call": self._line.call_id})
        self._leave()

    # turns

    def _submit(self, input: Input) -> None:
        assert self._now is not None
        self._ask(partial(self._board.door.answer, self._line, self._now.answer, input))

    def _ask(self, work: Callable[[], Spoken]) -> None:
        self._cancel()
        self._listener.reset()
        self._begun = False
        self._go(Step.ASKING)
        future = self._board.threads.submit(work)
        future.add_done_callback(partial(self._from_thread, self._answered))

    def _answered(self, future: Future[Spoken]) -> None:
        if self._step is not Step.ASKING:
            return
        try:
            spoken = future.result()
        except Exception:  # the door keeps its own errors; what it throws is that nothing answers
            log.exception("a live call broke", extra={"call": self._line.call_id})
            self._leave()
            return
        before, came, asked = self._now, self._came, sum(map(len, self._phrases.values()))
        self._now, self._stopped = spoken, 0
        ready = self._board.ears.languages()
        self._phrases = {code: told for code, told in spoken.phrases.items() if told and code in ready}
        self._wire.turn(spoken, bool(self._phrases))
        self._begin_turn(spoken)
        if before is not None and isinstance(before.answer.turn.ending, Listen):
            self._note(before.answer, spoken.answer.turn.result, came, asked)

    def _begin_turn(self, spoken: Spoken) -> None:
        keys, self._ahead = self._ahead, ""
        match spoken.answer.turn.ending:
            case Listen() if keys:
                self._came = Came(KEY, self._loop.time())
                self._submit(Pressed(keys))
            case Listen():
                self._go(Step.PLAYING)
                self._play(spoken)
            case Record() if self._board.record is not None:
                self._go(Step.PLAYING)
                self._play(spoken, BEEP)
            case HangUp():
                self._go(Step.LEAVING)
                self._play(spoken)
            case Record() | Transfer() | Ask():  # said and done by the line that can
                self._leave()

    def _play(self, spoken: Spoken, *last: bytes) -> None:
        """What is there now; the rest is added when it comes, if the call still stands here."""
        if spoken.rest is None:
            self._player.play([*spoken.sounds, *last])
            return
        self._player.play(spoken.sounds, whole=False)
        future = self._board.threads.submit(spoken.rest)
        future.add_done_callback(partial(self._from_thread, self._add, spoken, last))

    def _add(self, spoken: Spoken, last: Sequence[bytes], future: Future[Sequence[bytes]]) -> None:
        if self._now is spoken and self._step is not Step.OVER:
            self._player.add([*(() if future.exception() else future.result()), *last])

    def _said(self) -> None:
        """All of the turn was heard."""
        assert self._now is not None
        match self._now.answer.turn.ending:
            case HangUp():
                self._leave()
            case Record(seconds):
                assert self._board.record is not None
                self._recorder = self._board.record(self._line.call_id, seconds)
                self._go(Step.RECORDING)
            case Listen(timeout=seconds):
                self._go(Step.WAITING)
                self._after(seconds, self._silent)
            case Transfer() | Ask():
                pass

    def _silent(self) -> None:
        self._came = Came(NONE, self._loop.time())
        self._submit(StayedSilent())

    def _recorded(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._came = Came(VOICE, self._loop.time(), seconds=recorder.seconds)
            now = self._now
            assert now is not None
            self._ask(lambda: self._board.door.answer(self._line, now.answer, Recorded(recorder.finish())))

    # leaving

    def _leave(self) -> None:
        if self._step is not Step.OVER:
            self._over()
            self._wire.close()

    def _over(self) -> None:
        self._cancel()
        self._player.close()
        self._go(Step.OVER)

    # what all of it needs

    def _go(self, step: Step) -> None:
        self._step = step

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        self._cancel()
        self._timer = self._loop.call_later(seconds, then)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _from_thread(self, then: Callable[..., None], *known: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(then, *known)

    def _note(self, before: Answer, result: Result, came: Came, asked: int) -> None:
        """What a turn listened for and what came, for the figures; never in a caller's way."""
        window = Window(
            before.call_id,
            before.n,
            before.turn.node,
            before.turn.language,
            asked,
            came.by,
            came.heard,
            came.sure,
            result.value,
            came.seconds,
            max(0.0, self._loop.time() - came.at),
            self._board.clock(),
        )
        self._board.threads.submit(self._board.note, window)
