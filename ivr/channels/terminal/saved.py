"""A played call as a scenario file: what the caller did, what was heard each time, and what was stored in the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, assert_never

import yaml

from ivr.actions.calls import Answer, Calls
from ivr.actions.knowledge import Line
from ivr.actions.sounds import NO_LANGUAGE, played
from ivr.actions.wishes import is_unfinished
from ivr.engine.inputs import Arrived, HungUp, Input, Learned, Pressed, Recorded, Said, StayedSilent, TransferEnded
from ivr.engine.turn import Ask, Ending, HangUp, Listen, Record, Transfer
from ivr.numbers import mask
from ivr.store import callers, messages, requests
from ivr.store import calls as stored_calls
from ivr.store.requests import Request, Status

GLOBAL_KEYS = "09*#"


@dataclass(frozen=True, slots=True)
class Step:
    """What the caller did (ring, press 12, silence, say …, hang up), and what came of it; nothing after hanging up."""

    do: str
    node: str | None = None
    hears: tuple[str, ...] = ()
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What is in the store after the call: how and where it ended, every request of the number, the next language."""

    ended: str
    requests: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole call; `at` is local time (ISO), `remembered` the language of this caller's last call.

    `after` names calls that were made before, `recording` says that messages can be recorded here.
    """

    about: str
    caller: str
    at: str
    remembered: str | None
    steps: tuple[Step, ...]
    stored: Stored
    after: tuple[str, ...] = ()
    recording: bool = False


@dataclass(slots=True)
class Recorder:
    """Keeps every step of a call: a listener of `phone.call`."""

    steps: list[Step] = field(default_factory=list)

    def __call__(self, input: Input | None, answer: Answer | None) -> None:
        """Adds what happened."""
        did = "ring" if input is None else done(input)
        if answer is None:
            self.steps.append(Step(did))
            return
        names = [(sound.language, sound.name) for sound in played(answer.release, answer.turn.pieces)]
        self.steps.append(Step(did, answer.turn.node, heard(names), then(answer.turn.ending)))


def done(input: Input) -> str:
    """What the caller did, in words."""
    match input:
        case Pressed(keys):
            return f"press {keys}"
        case Said(words):
            return f"say {words}"
        case StayedSilent() | Recorded(None):
            return "silence"
        case Recorded():
            return "record"
        case TransferEnded(answered):
            return "answered" if answered else "not answered"
        case HungUp():
            return "hang up"
        case Arrived() | Learned():
            raise AssertionError("no caller does that")
    assert_never(input)


def heard(names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Sounds by language and name, `fr/welcome`; digits and the pauses among them are one, `fr/digits 0639980001`."""
    audible = [pair for pair in names if pair[0] != NO_LANGUAGE]
    said: list[str] = []
    for (language, digits), run in groupby(audible, lambda pair: (pair[0], pair[1].startswith("digit."))):
        if digits:
            said.append(f"{language}/digits {''.join(name.removeprefix('digit.') for _, name in run)}")
        else:
            said += [f"{language}/{name}" for _, name in run]
    return tuple(said)


def then(ending: Ending) -> str:
    """What the call waits for: `keys` beside those that always work, digits of an entry, or the end."""
    match ending:
        case Listen(entry=True, digits=digits):
            return f"entry {digits}"
        case Listen(keys=keys):
            return f"keys {''.join(key for key in keys if key not in GLOBAL_KEYS)}"
        case Record():
            return "record"
        case Transfer(to, _):
            return f"transfer {to}"
        case HangUp(how):
            return f"hang up {how}"
        case Ask(kind):
            raise AssertionError(f"the question {kind} was never answered")
    assert_never(ending)


def stored(calls: Calls, line: Line) -> Stored:
    """What the store holds of this call and of its number, which is masked."""
    with calls.world.database.reading() as tx:
        call = stored_calls.find(tx, line.call_id)
        promised = {request.id: request for request in requests.of_call(tx, line.call_id)}
        if line.number.e164 is not None:
            promised |= {request.id: request for request in requests.history(tx, line.number.e164)}
        told = tuple(_told(promised[id], len(messages.of_request(tx, id))) for id in sorted(promised))
    assert call is not None
    return Stored(f"{call.ended_how} at {call.ended_node}", told, remembered(calls, line))


def _told(request: Request, spoken: int) -> str:
    """A request in words, without what is always so."""
    said = [request.topic, request.language or "any language", mask(request.number), request.phone]
    said += [f"person {request.person}"] if request.person > 1 else []
    said += [" ".join(request.window)] if request.window else []
    more = {
        "woman": request.woman,
        "code": request.code is not None,
        "message": spoken > 0,
        "unfinished": is_unfinished(request),
        request.status.value: request.status is not Status.WAITING,
    }
    return ", ".join([*said, *(name for name, is_so in more.items() if is_so)])


def remembered(calls: Calls, line: Line) -> str | None:
    """The language in which this caller will be greeted."""
    if line.number.e164 is None:
        return None
    with calls.world.database.reading() as tx:
        caller = callers.find(tx, line.number.e164)
    return None if caller is None else caller.language


def local_minute(calls: Calls) -> str:
    """The time where the helpline lives, ISO, to the minute."""
    return datetime.fromtimestamp(calls.world.clock(), calls.world.limits.zone).strftime("%Y-%m-%dT%H:%M")


def dump(scenario: Scenario) -> str:
    """The scenario as YAML that a person reads: a line a field."""
    lines = [f"# {line}".rstrip() for line in scenario.about.splitlines()]
    lines += [f"from: {_plain(scenario.caller)}", f"at: {_plain(scenario.at)}"]
    lines += [] if scenario.remembered is None else [f"remembered: {_plain(scenario.remembered)}"]
    lines += [f"after: {_plain_list(scenario.after)}"] if scenario.after else []
    lines += ["recording: true"] if scenario.recording else []
    lines += ["steps:", *(line for step in scenario.steps for line in _step_lines(step))]
    lines += ["stored:", f"  ended: {_plain(scenario.stored.ended)}"]
    lines += [] if scenario.stored.language is None else [f"  language: {_plain(scenario.stored.language)}"]
    lines += ["  requests:"] if scenario.stored.requests else []
    lines += [f"    - {_plain(request)}" for request in scenario.stored.requests]
    return "\n".join(lines) + "\n"


def _step_lines(step: Step) -> list[str]:
    lines = [f"  - do: {_plain(step.do)}"]
    if step.node is not None:
        lines += [f"    node: {_plain(step.node)}", f"    hears: {_plain_list(step.hears)}"]
        lines += [f"    then: {_plain(step.then)}"]
    return lines


def _plain_list(items: Sequence[str]) -> str:
    return f"[{', '.join(_plain(item) for item in items)}]"


def _plain(value: Any) -> str:
    """A scalar on one line, quoted where YAML wants it."""
    text = yaml.safe_dump([value], allow_unicode=True, default_flow_style=True, width=10_000)
    return text.strip()[1:-1]
