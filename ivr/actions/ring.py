"""What the telephone company tells of a call that we asked for, and what is then said into it: plain values.

Each delivery is one transaction, committed before the answer. No answer but `Connect` holds a number.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ivr.actions import direct, legs, limits
from ivr.actions.legs import GOING, Report
from ivr.actions.limits import Limits
from ivr.actions.placing import RING_SECONDS
from ivr.engine import desk
from ivr.engine.turn import Prompt, Variant
from ivr.errors import StorageAway
from ivr.release.release import Release, sound_name
from ivr.release.shelf import Shelf
from ivr.store import dials, requests, staff
from ivr.store.database import Database, Transaction
from ivr.store.dials import Dial, How, Kind
from ivr.store.requests import Request

log = logging.getLogger("ivr.dialling")

ACCEPTED = "1"


@dataclass(frozen=True, slots=True)
class Words:
    """What an aidant hears, from a release."""

    release: Release
    pieces: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class Whisper:
    """Says who is next and waits for a key; says it `times` to a phone that stays silent."""

    words: Words
    times: int = 2


@dataclass(frozen=True, slots=True)
class Connect:
    """Calls the caller from the helpline's number and lets both talk, for so many seconds at most."""

    words: Words
    number: str = field(repr=False)
    caller_id: str = field(repr=False)
    ring_seconds: int
    talk_seconds: int


@dataclass(frozen=True, slots=True)
class Farewell:
    """Ends this leg, with or without words."""

    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Says nothing and goes on."""


Said = Whisper | Connect | Farewell | Quiet


@dataclass(frozen=True, slots=True)
class Ring:
    """The calls that we asked for, as the telephone company tells of them; `number` (E.164) is what callers see."""

    database: Database
    shelf: Shelf
    number: str = field(repr=False)
    limits: Limits
    call_seconds: int
    clock: Callable[[], float]

    def answered(self, dial_id: int, ref: str) -> Said:
        """The aidant picked up."""
        with self.database.transaction() as tx:
            dial = _known(tx, dial_id, ref)
            if dial is None:
                return Farewell()
            request = _request(tx, dial)
            if not legs.picked_up(tx, dial, self.clock()):
                legs.decline(tx, dial, How.WITHDRAWN, self.clock())
                return Farewell(self._words(tx, dial, request, (desk.GONE,)))
            return self._whisper(tx, dial, request)

    def pressed(self, dial_id: int, ref: str, keys: str) -> Said:
        """The aidant pressed a key: only 1 goes on."""
        with self.database.transaction() as tx:
            dial = _known(tx, dial_id, ref)
            if dial is None:
                return Farewell()
            request = _request(tx, dial)
            if keys != ACCEPTED:
                legs.decline(tx, dial, How.DECLINED, self.clock())
                stays = dial.kind is Kind.CALLBACK  # with the aidant; who is on the line goes back to the queue
                return Farewell(self._words(tx, dial, request, (desk.DECLINED,) if stays else ()))
            if dial.kind is Kind.TEST:
                legs.tested(tx, dial, self.clock())
                return Farewell(self._words(tx, dial, None, (desk.TESTED,)))
            connect = self._join if dial.kind is Kind.DIRECT else self._connect
            return connect(tx, dial, request)

    def caller_answered(self, dial_id: int, parent_ref: str) -> Said:
        """The caller picked up. Whoever it is, and whosever phone it is: nothing is played to them."""
        try:
            with self.database.transaction() as tx:
                dial = dials.lock(tx, dial_id)
                ours = dial is not None and parent_ref in ("", dial.call_ref)
                if dial is None or not ours or not legs.caller_answered(tx, dial, self.clock()):
                    return Farewell()
        except StorageAway:  # better a talk that is not noted than a person cut off
            log.warning("a caller's answer could not be stored", extra={"dial": dial_id})
        return Quiet()

    def dialled(self, dial_id: int, ref: str, report: Report) -> Said:
        """The caller's leg is over, the aidant's goes on."""
        with self.database.transaction() as tx:
            dial = _known(tx, dial_id, ref)
            if dial is not None:
                legs.dialled(tx, dial, report, self.clock())
        return Farewell()

    def leg(self, dial_id: int, parent_ref: str, report: Report) -> None:
        """News of the caller's leg."""
        with self.database.transaction() as tx:
            dial = dials.lock(tx, dial_id)
            if dial is not None and parent_ref in ("", dial.call_ref):
                legs.leg(tx, dial, report, self.clock())

    def status(self, dial_id: int, ref: str, status: str) -> None:
        """News of the aidant's leg."""
        with self.database.transaction() as tx:
            dial = _known(tx, dial_id, ref)
            if dial is None:
                return
            if status in GOING:
                legs.rings(tx, dial, self.clock())
            else:
                legs.aidant_gone(tx, dial, status, self.clock())

    def _whisper(self, tx: Transaction, dial: Dial, request: Request | None) -> Said:
        if request is None:
            return Whisper(self._words(tx, dial, None, (desk.TEST,)))
        if dial.kind is Kind.DIRECT:  # the caller hears it ringing all the while
            return Whisper(self._words(tx, dial, request, desk.waits(request.topic)), times=1)
        return Whisper(self._words(tx, dial, request, desk.whisper(request.topic, safe=request.safe)))

    def _join(self, tx: Transaction, dial: Dial, request: Request | None) -> Said:
        if direct.join(tx, dial, self.clock()):
            return Quiet()
        legs.decline(tx, dial, How.WITHDRAWN, self.clock())
        return Farewell(self._words(tx, dial, request, (desk.GONE,)))

    def _connect(self, tx: Transaction, dial: Dial, request: Request | None) -> Said:
        if request is None or not request.number or limits.forbidden(tx, request.number, self.limits):
            legs.decline(tx, dial, How.NOT_ALLOWED, self.clock())
            return Farewell(self._words(tx, dial, request, (desk.GONE,)))
        if not legs.accept(tx, dial, self.clock()):
            legs.decline(tx, dial, How.WITHDRAWN, self.clock())
            return Farewell(self._words(tx, dial, request, (desk.GONE,)))
        words = self._words(tx, dial, request, (desk.CALLING,))
        return Connect(words, request.number, self.number, RING_SECONDS, self.call_seconds)

    def _words(self, tx: Transaction, dial: Dial, request: Request | None, prompts: Sequence[str]) -> Words:
        """In the request's language; where there is none, in one that the aidant speaks."""
        release = self.shelf.current()
        member = staff.find(tx, dial.staff_id)
        wished = (None if request is None else request.language, *(() if member is None else member.languages))
        spoken = [tongue.code for tongue in release.content.tongues]
        language = next((code for code in wished if code in spoken), spoken[0])
        known = (prompt for prompt in prompts if (language, sound_name(prompt, Variant.FULL)) in release.sounds)
        return Words(release, tuple(Prompt(prompt, language) for prompt in known))


def _known(tx: Transaction, dial_id: int, ref: str) -> Dial | None:
    """The attempt, locked, if this is its call."""
    dial = dials.lock(tx, dial_id)
    if dial is None or not legs.knows(tx, dial, ref):
        return None
    return dial


def _request(tx: Transaction, dial: Dial) -> Request | None:
    return None if dial.request_id is None else requests.find(tx, dial.request_id)
