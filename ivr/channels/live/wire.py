"""What a live call needs of whatever carries its sound. No method waits; what cannot be sent ends the call."""

from typing import Protocol

from ivr.channels.live.door import Spoken


class Wire(Protocol):
    """The caller's end, as the loop sees it; sound is mu-law at 8 kHz."""

    def sound(self, data: bytes) -> None:
        """Played behind what was sent before."""
        ...

    def mark(self, name: str) -> None:
        """Told back by `Talk.played` when all that was sent before was heard, or cleared."""
        ...

    def clear(self) -> None:
        """What was sent and not yet heard is not played."""
        ...

    def turn(self, spoken: Spoken, listens: bool) -> None:
        """A new turn, for whoever can show it; `listens`: speech is understood now."""
        ...

    def heard(self, words: str, sure: float, by: str) -> None:
        """What the caller did, for whoever can show it."""
        ...

    def close(self) -> None:
        """The call leaves this line: it is over, or goes on by keys."""
        ...
