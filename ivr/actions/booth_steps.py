"""The steps of recording by telephone: PIN, prompt code, speak, hear, keep; each key leads from one to the next.

pin ──> code ──> speak ──> fetch ──> choice    1 keeps it, 2 speaks it again, 3 is for another text, 9 hears it again
         ^         ^──────── 2 ────────┤       What is spoken becomes a take as soon as it is here. Only 2 withdraws it:
         └──────────────── 1, 3 ───────┘       who hangs up, or presses another key, loses nothing.
"""

import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress

from ivr.actions import copies, legs, taking
from ivr.actions.audit import What, note
from ivr.actions.booth_call import Call, pin_is_good, pins
from ivr.actions.refusals import Refused
from ivr.actions.studio import current
from ivr.carrier.protocol import RecordingRef
from ivr.engine.booth import (
    AGAIN,
    CHANGED,
    CHOICE,
    CODE,
    KEEP,
    KEPT,
    KEYS,
    LATE,
    LOST,
    MOMENT,
    NOT_YET,
    NOTHING,
    OTHER,
    PIN,
    PLAYBACK,
    SPEAK,
    UNKNOWN,
    WORDS,
    WRONG_PIN,
)
from ivr.store import booth, prompt_codes, takes
from ivr.store.booth import Said, Sitting, Spoken, State, Step
from ivr.store.dials import How

PIN_TRIES = 3
LOOKS, TELL_EVERY = 15, 5
"""How often it is looked whether a recording came, and how often meanwhile somebody is told to wait."""
VOICE = "@voice"
"""Stands among the names of sounds for what was just spoken."""
HEARD = (PLAYBACK, VOICE, *CHOICE)


def begun(call: Call) -> Sitting:
    """Somebody picked up: nothing is named until they keyed the PIN."""
    return call.go(Step.PIN, PIN)


def keyed(call: Call, keys: str) -> Sitting:
    """Keys came, or none, or it is time to look again."""
    return STEPS[call.sitting.step](call, keys)


def spoken(call: Call, ref: str, name: str) -> tuple[Sitting, int | None]:
    """Somebody spoke, for the sound of this name: where the call goes on, and the recording that must be fetched."""
    if not call.dial.accepted_at or not name:
        return call.sitting, None
    words = current(call.tx, call.studio).words.get((call.sitting.language, name), "")
    added = booth.add(call.tx, call.dial, ref, Said(name, words), call.now)
    if added is None or not added[1]:
        return call.sitting, None
    return call.go(Step.FETCH, MOMENT, spoken=added[0]), added[0]


def _pin(call: Call, keys: str) -> Sitting:
    if not pin_is_good(call.dial, call.now):
        legs.decline(call.tx, call.dial, How.DECLINED, call.now)
        return call.go(Step.OVER, LATE)
    if any(hmac.compare_digest(keys.encode(), pin.encode()) for pin in pins(call.tx.keyring, call.dial)):
        legs.recording(call.tx, call.dial, call.now)
        return call.go(Step.CODE, CODE)
    after = call.stay(*((WRONG_PIN, PIN) if keys else (PIN,)), most=PIN_TRIES)
    if after.step is Step.OVER:
        legs.decline(call.tx, call.dial, How.DECLINED, call.now)
    return after


def _code(call: Call, keys: str) -> Sitting:
    if not keys:
        return call.stay(CODE)
    name = prompt_codes.name_of(call.tx, int(keys)) if keys.isdecimal() else None
    place = (call.sitting.language, name or "")
    words = current(call.tx, call.studio).words.get(place)
    if name is None or words is None:
        return call.stay(UNKNOWN, CODE)
    release = call.studio.shelf.current()
    same = place in release.sounds and release.captions.get(place) == words
    return call.go(Step.SPEAK, *((WORDS, name) if same else (CHANGED,)), SPEAK, name=name)


def _silent(call: Call, _: str) -> Sitting:
    return call.stay(NOTHING, SPEAK)


def _look(call: Call, _: str) -> Sitting:
    """A recording is heard from our own copy, so it must be here first; who waited for long goes on without hearing."""
    there = _latest(call)
    if there is None or there.state is State.LOST:
        return call.go(Step.SPEAK, LOST, SPEAK)
    if there.state is State.TAKEN:
        return call.go(Step.CHOICE, *HEARD)
    tries = call.sitting.tries + 1
    if tries >= LOOKS:
        return call.go(Step.CHOICE, NOT_YET, KEEP, AGAIN, OTHER)
    return call.go(Step.FETCH, *((MOMENT,) if tries % TELL_EVERY == 0 else ()), tries=tries)


def _choice(call: Call, keys: str) -> Sitting:
    act = CHOICES.get(keys)
    return call.stay(*CHOICE) if act is None else act(call, _latest(call))


def _keep(call: Call, there: Spoken | None) -> Sitting:
    if there is None or there.state is State.LOST:
        return call.go(Step.SPEAK, LOST, SPEAK)
    if booth.keep(call.tx, there.id, call.now):
        place = {"language": call.sitting.language, "name": there.name}
        about = f"dial/{call.dial.id}" if there.take_id is None else f"take/{there.take_id}"
        note(call.tx, call.deed, What.RECORDING_KEPT, about, **place)
    return call.go(Step.CODE, KEPT, CODE)


def _again(call: Call, there: Spoken | None) -> Sitting:
    if there is not None:
        _give_up(call, there)
    return call.go(Step.SPEAK, SPEAK)


def _give_up(call: Call, there: Spoken) -> None:
    if booth.drop(call.tx, there.id):
        copies.delete_copies(call.tx, RecordingRef(there.ref), call.now)
        return
    take = None if there.take_id is None or there.kept_at is not None else takes.find(call.tx, there.take_id)
    if take is not None and take.state in (takes.State.WAITING, *takes.CHECKED):
        with suppress(Refused):  # somebody at a page was quicker
            taking.withdraw(call.tx, call.studio, take.id, call.deed)


def _other(call: Call, _: Spoken | None) -> Sitting:
    return call.go(Step.CODE, CODE)


def _hear(call: Call, there: Spoken | None) -> Sitting:
    if there is not None and there.state is State.TAKEN:
        return call.go(Step.CHOICE, *HEARD)
    return call.go(Step.FETCH, MOMENT)


def _over(call: Call, _: str) -> Sitting:
    return call.sitting


def _latest(call: Call) -> Spoken | None:
    id = call.sitting.spoken_id
    return None if id is None else booth.lock_recording(call.tx, id)


STEPS: Mapping[Step, Callable[[Call, str], Sitting]] = {
    Step.PIN: _pin,
    Step.CODE: _code,
    Step.SPEAK: _silent,
    Step.FETCH: _look,
    Step.CHOICE: _choice,
    Step.OVER: _over,
}
CHOICES: Mapping[str, Callable[[Call, Spoken | None], Sitting]] = {
    KEYS["studio.keep"]: _keep,
    KEYS["studio.again"]: _again,
    KEYS["studio.other"]: _other,
    KEYS["studio.hear"]: _hear,
}
