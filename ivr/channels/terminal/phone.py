"""One call from this terminal: the shell around parse and render, which a keyboard or a list of keys drives."""

import uuid
from collections.abc import Callable, Sequence
from typing import Protocol

from ivr.actions.calls import Answer, Calls
from ivr.actions.knowledge import Line
from ivr.actions.sounds import Played
from ivr.channels.terminal.parse import happened
from ivr.channels.terminal.render import screen
from ivr.engine.inputs import HungUp, Input
from ivr.engine.turn import HangUp
from ivr.numbers import understand

CHANNEL = "terminal"

Typed = Callable[[], str | None]
"""What the tester types next; None when there is no more."""

Listener = Callable[[Input | None, Answer | None], None]
"""Told what the caller did (None: rang) and what was answered (None: nothing, after hanging up)."""


class TerminalPhone:
    """A call through the one door; `caller` is written as a carrier would."""

    def __init__(self, calls: Calls, caller: str) -> None:
        id = uuid.uuid4().hex
        self.line = Line(id[:24], CHANNEL, id, understand(caller, calls.world.limits.production))
        self._calls = calls

    def ring(self) -> Answer:
        """The first turn."""
        return self._calls.arrive(self.line)

    def says(self, answer: Answer) -> list[Played]:
        """The sounds of a turn."""
        return self._calls.sounds(answer)

    def do(self, input: Input, after: Answer) -> Answer | None:
        """The turn that follows `after`; None when the caller hung up, which is stored as the end of the call."""
        if isinstance(input, HungUp):
            self._calls.ended(self.line)
            return None
        return self._calls.answer(self.line, after.n, after.token, input)


class Loudspeaker(Protocol):
    """Where the sounds of a turn are played."""

    def play(self, sounds: Sequence[Played]) -> None:
        """Begins to play; what was playing stops."""

    def stop(self) -> None:
        """Stops at once."""

    def finish(self) -> None:
        """Waits for the end."""


def call(phone: TerminalPhone, typed: Typed, listener: Listener) -> None:
    """Plays a whole call: rings, then does what is typed, until one side hangs up."""
    answer: Answer | None = phone.ring()
    listener(None, answer)
    while answer is not None:
        over = isinstance(answer.turn.ending, HangUp)
        input = HungUp() if over else happened(typed(), answer.turn.ending)
        answer = phone.do(input, answer)
        if not over:
            listener(input, answer)


def shown(phone: TerminalPhone, show: Callable[[str], None], speaker: Loudspeaker, width: int) -> Listener:
    """A listener that shows each turn and plays it, until the next one."""

    def listen(_: Input | None, answer: Answer | None) -> None:
        speaker.stop()
        if answer is None:
            show("you hung up")
            return
        sounds = phone.says(answer)
        show(screen(answer, sounds, width))
        speaker.play(sounds)
        if isinstance(answer.turn.ending, HangUp):
            speaker.finish()

    return listen
