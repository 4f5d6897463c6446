"""`ivr phone`: a keyboard or a list of keys on one side, a screen and perhaps a loudspeaker on the other."""

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.actions.calls import Answer, Calls
from ivr.channels.terminal.parse import SILENCE
from ivr.channels.terminal.phone import Listener, Loudspeaker, TerminalPhone, Typed, call, shown
from ivr.channels.terminal.player import Find, Mute, Player, player
from ivr.channels.terminal.saved import Recorder, Scenario, dump, local_minute, remembered, stored
from ivr.engine.inputs import Input
from ivr.errors import BadSetting

PROMPT = "> "
HELP = f"Type keys (0-9 * #) or words and Enter; Enter alone or `{SILENCE}` is silence; q or Ctrl-D hangs up."
WIDEST = 110


@dataclass(frozen=True, slots=True)
class Options:
    """How to ring: `keys` (None: ask), `sound` (None: where somebody listens), `save` a scenario there."""

    caller: str
    keys: Sequence[str] | None = None
    sound: bool | None = None
    save: Path | None = None


def run(calls: Calls, find: Find, options: Options, show: Callable[[str], None]) -> None:
    """Plays a call to its end; StorageAway when its end could not be stored, BadSetting when nothing plays sound."""
    phone, recorder, asking = TerminalPhone(calls, options.caller), Recorder(), options.keys is None
    begun, language = local_minute(calls), remembered(calls, phone.line)
    if asking:
        show(HELP)
    typed = _keyboard if options.keys is None else _listed(options.keys, show)
    with _loudspeaker(options.sound, asking, _finding(find, calls)) as speaker:
        call(phone, typed, _both(shown(phone, show, speaker, _width()), recorder))
    if options.save is not None:
        about = f"Played with `ivr phone` from {options.caller}."
        steps = tuple(recorder.steps)
        scenario = Scenario(about, options.caller, begun, language, steps, stored(calls, phone.line))
        options.save.write_text(dump(scenario), encoding="utf-8")
        show(f"saved as {options.save}")


def _finding(find: Find, calls: Calls) -> Find:
    """What is no sound of a release is free text, which may still be in the making."""
    aloud = calls.world.aloud
    return find if aloud is None else lambda hash: find(hash) or aloud.wait(hash)


def _keyboard() -> str | None:
    """A line from the keyboard; Ctrl-C hangs up like Ctrl-D, so that the end of the call is stored."""
    try:
        return input(PROMPT)
    except (EOFError, KeyboardInterrupt):
        return None


def _listed(keys: Sequence[str], show: Callable[[str], None]) -> Typed:
    rest = iter(keys)

    def typed() -> str | None:
        part = next(rest, None)
        if part is not None:
            show(f"{PROMPT}{part or SILENCE}")
        return part

    return typed


def _both(first: Listener, second: Listener) -> Listener:
    def listen(input: Input | None, answer: Answer | None) -> None:
        first(input, answer)
        second(input, answer)

    return listen


@contextlib.contextmanager
def _loudspeaker(wanted: bool | None, asking: bool, find: Find) -> Iterator[Loudspeaker]:
    """Sound is on by default where a person types and a player is installed."""
    command = player() if wanted or (wanted is None and asking and sys.stdin.isatty()) else None
    if command is None:
        if wanted:
            raise BadSetting("no program that plays sound was found: aplay, paplay, pw-play, afplay, ffplay or play")
        yield Mute()
        return
    speaker = Player(command, find)
    try:
        yield speaker
    finally:
        speaker.close()


def _width() -> int:
    return min(WIDEST, shutil.get_terminal_size().columns)
