"""Whole conversations, tests/calls/*.yaml: read, played through every channel, and rewritten from what happens.

`python -m tests.scenarios --rewrite [FILE …]` plays each through the terminal channel and writes down what was heard;
read the difference before you keep it. A new scenario needs a comment, `from`, `at`, and for each step its `do`.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from ivr.actions.knowledge import Line
from ivr.app import Parts
from ivr.channels.terminal.phone import CHANNEL, TerminalPhone
from ivr.channels.terminal.saved import Recorder, Scenario, Step, Stored, dump, heard, stored
from ivr.channels.twilio.parse import call_id
from ivr.engine.inputs import HungUp, Input, Known, Pressed, Recorded, Said, StayedSilent, TransferEnded, Unavailable
from ivr.engine.turn import HangUp
from ivr.numbers import understand
from ivr.store import callers
from ivr.store import calls as stored_calls
from tests import town
from tests.actions.tiny import with_answerers
from tests.doubles.phone import Phone
from tests.helpline import at, client, helpline, phone

QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CALLS = Path(__file__).parent / "calls"
FILES = sorted(CALLS.glob("*.yaml"))
CODE = "4071"

Played = tuple[list[Step], Stored]


def load(file: Path) -> Scenario:
    return parse(file.read_text(encoding="utf-8"))


@cache
def parse(text: str) -> Scenario:
    about = "\n".join(line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#"))
    data = yaml.load(text, Loader=QUICK)
    steps = tuple(_step(step) for step in data["steps"])
    kept = data.get("stored") or {}
    promised = Stored(kept.get("ended", ""), tuple(kept.get("requests", ())), kept.get("language"))
    return Scenario(
        about,
        data["from"],
        data["at"],
        data.get("remembered"),
        steps,
        promised,
        tuple(data.get("after", ())),
        data.get("recording", False),
    )


@contextmanager
def ready(scenario: Scenario, tmp: Path, database_url: str = "") -> Iterator[Parts]:
    """A helpline at the scenario's time that remembers what the scenario says of its caller, and earlier calls.

    Codes are always the same, and whether messages can be recorded is the scenario's word: so every channel is one.
    """
    clock = Clock(scenario.at)
    joined = with_answerers(
        helpline(tmp, clock=clock, database_url=database_url),
        code=lambda _: Known("made", secrets={"code": CODE}),
        recording=lambda _: Known("yes") if scenario.recording else Unavailable(),
        line=lambda _: Known("free" if put_through(scenario) else "none"),
    )
    town.build(joined)
    try:
        for name in scenario.after:
            earlier = load(CALLS / f"{name}.yaml")
            clock.stands_at(earlier.at)
            remember(joined, earlier)
            by_terminal(joined, earlier)
        clock.stands_at(scenario.at)
        remember(joined, scenario)
        yield joined
    finally:
        joined.database.dispose()


def remember(joined: Parts, scenario: Scenario) -> None:
    """As after an earlier call of this caller."""
    if scenario.remembered is None:
        return
    number = understand(scenario.caller, production=False).e164
    assert number is not None, "a withheld number is not remembered"
    with joined.database.transaction() as tx:
        caller = callers.meet(tx, number, joined.calls.world.clock() - 86_400)
        callers.remember_language(tx, caller.id, scenario.remembered)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, local: str) -> None:
        self.stands_at(local)

    def __call__(self) -> float:
        return self._now

    def stands_at(self, local: str) -> None:
        self._now = at(local)()


def by_terminal(joined: Parts, scenario: Scenario) -> Played:
    """Every step through the terminal channel, one Input after the other."""
    handset, recorder = TerminalPhone(joined.calls, scenario.caller), Recorder()
    answer = handset.ring()
    recorder(None, answer)
    for step in scenario.steps[1:]:
        assert not isinstance(answer.turn.ending, HangUp), f"the call is over before `{step.do}`"
        input = _input(step.do)
        following = handset.do(input, answer)
        recorder(input, following)
        answer = following or answer
    if not _over(scenario):
        handset.do(HungUp(), answer)
    return recorder.steps, stored(joined.calls, handset.line)


def by_twilio(joined: Parts, scenario: Scenario) -> Played:
    """Every step as keys on a telephone, over signed webhooks; the nodes are read from the store."""
    with client(joined) as http:
        handset = phone(http)
        handset.ring(scenario.caller)
        steps = [_twilio_step("ring", handset)]
        for step in scenario.steps[1:]:
            _do(step.do, handset)
            steps.append(Step(step.do) if handset.ended == "caller" else _twilio_step(step.do, handset))
        if handset.alive:
            handset.hang_up()
        assert not handset.errors
    line = Line(call_id(handset.call.sid), "twilio", handset.call.sid, understand(scenario.caller, production=False))
    nodes = iter(_nodes(joined, line.call_id))
    return [step if step.then is None else replace(step, node=next(nodes)) for step in steps], stored(
        joined.calls, line
    )


CHANNELS: Mapping[str, Callable[[Parts, Scenario], Played]] = {CHANNEL: by_terminal, "twilio": by_twilio}


def put_through(scenario: Scenario) -> bool:
    """Whether somebody else's phone is rung in it."""
    return any(step.do in ("answered", "not answered") for step in scenario.steps)


def suits(channel: str, scenario: Scenario) -> bool:
    """Keys alone cannot speak, and nobody is put through by them (tests/test_trying.py does that over webhooks)."""
    return channel == CHANNEL or (
        not put_through(scenario) and not any(step.do.startswith("say ") for step in scenario.steps)
    )


def visible(channel: str, step: Step) -> Step:
    """What of a step a channel shows: TwiML does not say which keys a menu has, nor why it hangs up."""
    if channel == CHANNEL or step.then is None or step.then.startswith(("entry", "record")):
        return step
    return replace(step, then="keys" if step.then.startswith("keys") else "hang up")


def rewrite(file: Path) -> bool:
    """Writes down what happens; whether it was something else before."""
    scenario, before = load(file), file.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, ready(scenario, Path(folder)) as joined:
        steps, kept = by_terminal(joined, scenario)
    after = dump(replace(scenario, steps=tuple(steps), stored=kept))
    file.write_text(after, encoding="utf-8")
    return after != before


def _step(data: Mapping[str, Any]) -> Step:
    return Step(data["do"], data.get("node"), tuple(data.get("hears", ())), data.get("then"))


def _input(do: str) -> Input:
    what, _, rest = do.partition(" ")
    known: Mapping[str, Input] = {
        "press": Pressed(rest),
        "say": Said(rest),
        "silence": StayedSilent(),
        "record": Recorded(f"RE{0:032}"),
        "hang": HungUp(),
        "answered": TransferEnded(True),
        "not": TransferEnded(False),
    }
    return known[what]


def _do(do: str, handset: Phone) -> None:
    what, _, rest = do.partition(" ")
    known: Mapping[str, Callable[[], None]] = {
        "press": lambda: handset.press(rest),
        "silence": lambda: handset.finish_recording(0) if handset.waiting == "record" else handset.stay_silent(),
        "record": lambda: handset.finish_recording(20, key="#"),
        "hang": handset.hang_up,
    }
    known[what]()


def _twilio_step(do: str, handset: Phone) -> Step:
    places = [urlsplit(url).path.split("/") for url in handset.heard]
    then = "record" if handset.waiting == "record" else "hang up"
    if handset.waiting == "gather":
        wanted = handset.gather["numDigits"]
        then = "keys" if handset.gather["finishOnKey"] == "" else f"entry {wanted}"
    return Step(do, None, heard((place[2], place[3]) for place in places), then)


def _nodes(joined: Parts, call: str) -> list[str]:
    with joined.database.reading() as tx:
        last = stored_calls.latest(tx, call)
        assert last is not None
        found = [stored_calls.turn(tx, call, n) for n in range(1, last.n + 1)]
    return [turn.node for turn in found if turn is not None]


def _over(scenario: Scenario) -> bool:
    return scenario.steps[-1].do == "hang up"


def main(arguments: list[str]) -> None:
    if arguments[:1] != ["--rewrite"]:
        sys.exit(__doc__)
    for file in [Path(name) for name in arguments[1:]] or FILES:
        print("changed  " if rewrite(file) else "the same ", file)


if __name__ == "__main__":
    main(sys.argv[1:])
