"""From a turn to lines for a terminal. Pure. Text that runs from right to left stays readable among other text."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import assert_never

from ivr.actions.calls import Answer
from ivr.actions.sounds import NO_LANGUAGE, Played, caption
from ivr.engine.turn import Ask, Ending, HangUp, Listen, Record, Transfer

ISOLATES = {"ltr": ("\u2066", "\u2069"), "rtl": ("\u2067", "\u2069\u200f")}
"""Direction -> what stands before and after a text, so that a terminal orders its words apart from their neighbours."""

OF_HOURS = ("hours.", "clock.", "number.")
GLOBALS = {"7": "by text", "0": "a person", "9": "again", "*": "back", "#": "main menu"}
ENTRY_KEYS = "* erases, or goes back; # ends; * then 0 a person"


def screen(answer: Answer, sounds: Sequence[Played], width: int) -> str:
    """What is said in this turn and what can be done now; `sounds` are those of the turn, `width` is in signs."""
    lines = [f"[{answer.n}] {answer.turn.node}", *_spoken(answer, sounds, width), f"  -> {doing(answer.turn.ending)}"]
    return "\n".join(lines)


def doing(ending: Ending) -> str:
    """What the caller can do."""
    match ending:
        case Listen(entry=True) as listen:
            return f"key {listen.digits} digits; {ENTRY_KEYS}; Enter alone: silence"
        case Listen() as listen:
            offered = " ".join(key for key in listen.keys if key not in GLOBALS)
            common = ", ".join(f"{key} {what}" for key, what in GLOBALS.items() if key in listen.keys)
            return f"keys {offered}; {common}; Enter alone: silence"
        case Record(seconds):
            return f"speak for up to {seconds} seconds; Enter: nothing was said"
        case Transfer(to, _):
            return f"connecting to {to}; y: answered; Enter: not"
        case HangUp(how):
            return f"the helpline hangs up ({how})"
        case Ask(kind):
            raise AssertionError(f"the question {kind} was never answered")
    assert_never(ending)


def _spoken(answer: Answer, sounds: Sequence[Played], width: int) -> Iterator[str]:
    """Each prompt in lines of its own, digits in one, and hours: a wrapped line would begin in a sentence."""
    release = answer.release
    audible = [sound for sound in sounds if sound.language != NO_LANGUAGE]
    for (language, _), together in groupby(enumerate(audible), lambda pair: _line_of(*pair)):
        words = " ".join(caption(release, sound) for _, sound in together)
        before, after = ISOLATES[release.content.tongue(language).direction]
        label = f"{language:>4}  "
        for line in textwrap.wrap(words, max(20, width - len(label))):
            yield f"{label}{before}{line}{after}"
            label = " " * len(label)


def _line_of(place: int, sound: Played) -> tuple[str, int]:
    """Sounds of one line have the same language and number."""
    if sound.name.startswith("digit."):
        return sound.tongue, -1
    return sound.tongue, -2 if sound.name.startswith(OF_HOURS) else place
