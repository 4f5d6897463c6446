"""Recording by telephone, as an admin asks for it, and what the telephone company tells of the call: plain values.

Only the phone of the account is ever rung. Each delivery is one transaction, committed before the answer; an address
that names an earlier turn gets what was said last, so a delivery that comes twice changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.actions import booth_steps, dialling, legs
from ivr.actions.audit import Deed, What, note, staff_object
from ivr.actions.booth_call import Call, pin_is_good, pins
from ivr.actions.booth_fetch import fetch
from ivr.actions.booth_steps import VOICE
from ivr.actions.refusals import Reason, Refused
from ivr.actions.sounds import Played
from ivr.actions.studio import Studio
from ivr.errors import Forged
from ivr.store import booth, dials, prompt_codes, takes
from ivr.store.booth import Sitting, Step
from ivr.store.database import Transaction
from ivr.store.dials import Dial, How
from ivr.store.dials import Kind as Purpose
from ivr.store.staff import Member


@dataclass(frozen=True, slots=True)
class Said:
    """What is heard, then what is waited for; `voice` opens the recording that VOICE stands for."""

    n: int
    step: Step
    sounds: tuple[Played | str, ...]
    code: str = ""  # of the sound that is recorded
    voice: str = ""


NOTHING_MORE = Said(0, Step.OVER, ())


def ring(tx: Transaction, studio: Studio, member: Member, language: str, deed: Deed) -> int:
    """Rings their own phone to record in this language: the id of the attempt, of the one that goes on if one does."""
    if language not in {tongue.code for tongue in studio.shelf.current().content.tongues}:
        raise Refused(Reason.BAD_CHOICE, "language")
    dial_id, new = dialling.ring_oneself(tx, member, Purpose.STUDIO, deed)
    if new:
        booth.begin(tx, dial_id, language)
        note(tx, deed, What.RECORDER_RUNG, staff_object(member.id), dial=dial_id, language=language)
    return dial_id


def pin(tx: Transaction, dial: Dial, sitting: Sitting, now: float) -> str:
    """What their page shows for them to key; nothing once it is of no use."""
    useful = sitting.step is Step.PIN and not dial.over and pin_is_good(dial, now)
    return pins(tx.keyring, dial)[0] if useful else ""


@dataclass(frozen=True, slots=True)
class Booth:
    """The calls in which somebody records, as the telephone company tells of them."""

    studio: Studio

    def answered(self, dial_id: int, ref: str) -> Said:
        """Somebody picked up."""

        def act(call: Call) -> Sitting:
            if call.sitting.n:
                return call.sitting
            if legs.picked_up(call.tx, call.dial, call.now):
                return booth_steps.begun(call)
            legs.decline(call.tx, call.dial, How.WITHDRAWN, call.now)
            return call.go(Step.OVER)

        return self._in(dial_id, ref, act)

    def keyed(self, dial_id: int, ref: str, n: int, keys: str) -> Said:
        """Keys, none, or a look whether a recording is here."""
        return self._in(
            dial_id, ref, lambda call: booth_steps.keyed(call, keys) if n == call.sitting.n else call.sitting
        )

    def spoken(self, dial_id: int, ref: str, code: str, recording: str) -> Said:
        """Somebody spoke what has this code; the recording counts whatever came meanwhile, also after the call."""

        def act(call: Call) -> Sitting:
            name = prompt_codes.name_of(call.tx, int(code)) if code.isascii() and code.isdecimal() else None
            after, new = booth_steps.spoken(call, recording, name or "")
            if new is not None:
                fetch(call.tx, new, call.now)
            return after

        said = self._in(dial_id, ref, act)
        self.studio.hurry()
        return said

    def voice(self, dial_id: int, token: str) -> bytes:
        """What was spoken, as it came, for the ear of who spoke it; Forged when the token or the time is wrong."""
        with self.studio.database.reading() as tx:
            id = int(tx.keyring.open_token(token, _about(dial_id)))
            there, dial = booth.recording(tx, id), dials.find(tx, dial_id)
            take = None if there is None or there.take_id is None else takes.find(tx, there.take_id)
        if dial is None or dial.over or take is None:
            raise Forged("nobody listens any more")
        return self.studio.vault.open(take.file)

    def _in(self, dial_id: int, ref: str, act: Callable[[Call], Sitting]) -> Said:
        now = self.studio.clock()
        with self.studio.database.transaction() as tx:
            dial, sitting = dials.lock(tx, dial_id), booth.lock(tx, dial_id)
            if dial is None or sitting is None or not legs.knows(tx, dial, ref):
                return NOTHING_MORE
            after = act(Call(tx, self.studio, dial, sitting, now))
            current = dials.find(tx, dial_id)
            return NOTHING_MORE if current is None else self._said(tx, current, after)

    def _said(self, tx: Transaction, dial: Dial, sitting: Sitting) -> Said:
        step = Step.OVER if dial.over else sitting.step
        sounds = self.studio.shelf.current().sounds
        places = [(sitting.language, name) for name in sitting.said]
        heard = (
            name if name == VOICE else Played(language, name, sounds[language, name])
            for language, name in places
            if name == VOICE or (language, name) in sounds
        )
        code = prompt_codes.of_names(tx, [sitting.name])[sitting.name] if sitting.name else ""
        spoken = "" if sitting.spoken_id is None else str(sitting.spoken_id)
        voice = tx.keyring.seal_token(spoken.encode(), _about(dial.id)) if VOICE in sitting.said else ""
        return Said(sitting.n, step, tuple(heard), f"{code}", voice)


def _about(dial_id: int) -> bytes:
    return f"booth/{dial_id}".encode()
