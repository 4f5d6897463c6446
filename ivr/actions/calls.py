"""The one door from every channel to the engine: each answer is its own transaction, committed before it is given.

A turn that was answered is given again as it was stored. Where the database is away, the place in the address is
enough to go on: explanations continue, nothing is promised, and what was done is stored with the next turn that can be.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.actions import blocklist, records
from ivr.actions.aloud import Aloud
from ivr.actions.knowledge import ATTEMPT, Answerers, Asked, Line, callback_number
from ivr.actions.limits import Limits
from ivr.actions.sealing import Place, open_payload, open_token, token
from ivr.actions.sounds import Played, nobody_speaks, played
from ivr.actions.texting import Texting, home
from ivr.engine import engine
from ivr.engine.inputs import Arrived, Context, HungUp, Input, Learned, Unavailable
from ivr.engine.say import SPEECH
from ivr.engine.state import State
from ivr.engine.turn import Ask, Fact, Piece, Result, Turn
from ivr.errors import Forged, StorageAway
from ivr.release.release import Release
from ivr.release.shelf import Shelf
from ivr.store import calls as stored_calls
from ivr.store.calls import AlreadyAnswered, UnknownCall
from ivr.store.database import Database, Transaction

log = logging.getLogger("ivr.calls")

Advance = Callable[[Context], engine.Step]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a channel renders: the turn, its number, the release it is said from, and the sealed place behind it.

    `attempt` is the one by which a transfer puts the caller through.
    """

    call_id: str
    n: int
    turn: Turn
    release: Release
    token: str
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What calls need of the outside."""

    database: Database
    shelf: Shelf
    answerers: Answerers
    clock: Callable[[], float]
    limits: Limits
    texting: Texting | None = None  # how text messages are sent, where that is configured
    aloud: Aloud | None = None  # who speaks free text


class Calls:
    """Begins, answers, repeats and ends calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._keyring = world.database.keyring

    def refuses(self, line: Line) -> bool:
        """Whether the staff blocked this number: its calls are turned away before they are answered."""
        return blocklist.refuses(self.world.database, line.number)

    def arrive(self, line: Line, speech: bool = False, release_id: str | None = None, texting: bool = False) -> Answer:
        """The first turn; a repeated delivery gets the stored one.

        `speech`: the caller can be understood; `texting`: a text message can be sent to them. Without `release_id` it
        is what callers hear now; KeyError when there is no such release.
        """
        release = self.world.shelf.current() if release_id is None else self.world.shelf.get(release_id)
        try:
            with self.world.database.transaction() as tx:
                caller = records.log_call(tx, line, release.id, self.world.clock())
                known = Arrived(caller.language, caller.first_call) if caller else Arrived()
                answer = self._begin(release, line, replace(known, speech=speech, texting=texting), tx)
        except AlreadyAnswered:
            return self._repeat(line.call_id, 1)
        except StorageAway:
            log.warning("call begins without the database", extra={"call": line.call_id})
            return self._begin(release, line, Arrived(first_call=False), None)
        except Exception:  # rule 6, as below
            log.exception("a call broke", extra={"call": line.call_id, "turn": 0, "node": release.book.roles.start})
            return self._apologise(line, Place(line.call_id, 0, release.id, State("", self.world.clock())))
        return answer

    def answer(self, line: Line, n: int, sealed: str, input: Input) -> Answer:
        """The turn that follows turn `n`. A place that was not sealed by us leads to where the call really stands."""
        try:
            place = open_token(self._keyring, line.call_id, n, sealed)
        except Forged:
            log.warning("a turn's address was not ours", extra={"call": line.call_id, "turn": n})
            return self.now(line)
        try:
            return self._answered(line, place, input)
        except AlreadyAnswered:
            return self._repeat(line.call_id, n + 1)
        except Exception:  # rule 6: an error inside a call is spoken, whatever it is, and recorded with its node
            log.exception("a call broke", extra={"call": line.call_id, "turn": n, "node": place.state.node})
            return self._apologise(line, place)

    def now(self, line: Line, n: int = 0, sealed: str = "") -> Answer:
        """The current turn once more; counts nothing. The later of the stored place and the one in the address."""
        try:
            place: Place | None = open_token(self._keyring, line.call_id, n, sealed)
        except Forged:
            place = None
        try:
            with self.world.database.reading() as tx:
                kept = stored_calls.latest(tx, line.call_id)
        except StorageAway:
            kept = None
        if kept is not None and (place is None or kept.n >= place.n):
            place, _ = open_payload(line.call_id, kept.n, kept.payload)
        if place is None:
            return self.arrive(line)
        release = self._release(place)
        before = _by_keys(place.state)
        state, turn = engine.now(release.book, before, self._context(None, line, before))
        return self._given(replace(place, state=state), turn, release)

    def given(self, line: Line, n: int) -> Answer:
        """Turn `n` as it was given; the current one where the call has gone on."""
        with self.world.database.reading() as tx:
            kept = stored_calls.latest(tx, line.call_id)
        return self._repeat(line.call_id, n) if kept is not None and kept.n == n else self.now(line)

    def sounds(self, answer: Answer) -> list[Played]:
        """The sounds of a turn, in order; from now on those of free text are being made."""
        aloud = self.world.aloud
        return played(answer.release, answer.turn.pieces, nobody_speaks if aloud is None else aloud.begin)

    def expected(self, answer: Answer) -> Mapping[str, tuple[str, ...]]:
        """For each language that is understood behind this turn, the phrases that mean something."""
        place = open_token(self._keyring, answer.call_id, answer.n, answer.token)
        return engine.expected(answer.release.book, place.state)

    def ended(self, line: Line, how: str | None = None) -> None:
        """The call is over: `how` when the channel knows of an error; the first end is kept."""
        with self.world.database.transaction() as tx:
            kept = stored_calls.latest(tx, line.call_id)
            if kept is None:
                log.warning("an unknown call ended", extra={"call": line.call_id})
                return
            place, _ = open_payload(line.call_id, kept.n, kept.payload)
            context = self._context(tx, line, place.state)
            _, turn = engine.advance(self._release(place).book, place.state, HungUp(), context)
            records.store_end(tx, place, turn, how, self.world.clock())

    def _begin(self, release: Release, line: Line, arrived: Arrived, tx: Transaction | None) -> Answer:
        place = Place(line.call_id, 0, release.id, State("", 0.0), adrift=tx is None)
        return self._store(line, place, lambda context: engine.begin(release.book, arrived, context), tx, "arrived")

    def _answered(self, line: Line, place: Place, input: Input) -> Answer:
        try:
            with self.world.database.transaction() as tx:
                return self._follow(line, self._whole(tx, line, place), input, tx)
        except StorageAway:
            return self._follow(line, place, input, None)

    def _whole(self, tx: Transaction, line: Line, place: Place) -> Place:
        """The place with what an address leaves out; a call that went on without the database is known to it again."""
        if place.lacks_secrets:
            place = records.with_secrets(tx, place)
        return records.land(tx, line, place, self.world.clock()) if place.adrift else place

    def _follow(self, line: Line, place: Place, input: Input, tx: Transaction | None) -> Answer:
        book = self._release(place).book
        told = records.told(input)
        return self._store(line, place, lambda context: engine.advance(book, place.state, input, context), tx, told)

    def _apologise(self, line: Line, place: Place) -> Answer:
        try:
            with self.world.database.transaction() as tx:
                whole = self._whole(tx, line, place)
                return self._store(line, whole, self._sorry(whole), tx, "error")
        except AlreadyAnswered:
            return self._repeat(line.call_id, place.n + 1)
        except StorageAway:
            return self._store(line, place, self._sorry(place), None, "error")

    def _sorry(self, place: Place) -> Advance:
        book = self._release(place).book

        def sorry(context: Context) -> engine.Step:
            state, turn = engine.apologise(book, place.state, context)
            return state, replace(turn, result=Result.ERROR)

        return sorry

    def _store(self, line: Line, place: Place, first: Advance, tx: Transaction | None, told: str) -> Answer:
        """Computes the next turn and, where there is a transaction, adds it and its facts."""
        release = self._release(place)
        state, turn, texts_at = self._settled(line, release, place.state, first, tx)
        after = Place(line.call_id, place.n + 1, release.id, state, adrift=tx is None)
        if tx is not None:
            world, number = self.world, callback_number(line, state, self.world.limits)
            saving = records.Saving(tx, line, after, number, world.clock(), world.limits, release, world.texting)
            self._save(replace(saving, texts_at=texts_at), turn, told)
        return self._given(after, turn, release)

    def _save(self, saving: records.Saving, turn: Turn, told: str) -> None:
        try:
            records.add_turn(saving, turn, told)
        except UnknownCall:  # the call is older than the database it meets
            records.log_call(saving.tx, saving.line, saving.place.release_id, saving.now)
            records.add_turn(saving, turn, told)
        records.store_facts(saving, turn)

    def _settled(
        self, line: Line, release: Release, before: State, first: Advance, tx: Transaction | None
    ) -> tuple[State, Turn, tuple[State, ...]]:
        """Runs the engine until it waits for the caller, answering what it asks on the way.

        Also where the call stood when each text message was asked for: keys that were pressed ahead lead on from there.
        """
        state, turn = first(self._context(tx, line, before))
        texts_at = records.texts_at(state, turn)
        pieces: tuple[Piece, ...] = ()
        facts: tuple[Fact, ...] = turn.facts
        understood = turn.result
        while isinstance(turn.ending, Ask):
            ahead = state.ahead
            pieces = () if ahead else pieces + turn.pieces
            asked = Asked(turn.ending, line, state, release, self.world.clock(), tx)
            answerer = self.world.answerers.get(turn.ending.kind)
            learned = Learned(turn.ending.kind, answerer(asked) if answerer else Unavailable())
            state, turn = engine.advance(release.book, state, learned, self._context(tx, line, state))
            facts += turn.facts
            texts_at += records.texts_at(state, turn)
            if turn.result is not Result.REACHED or (ahead and not state.ahead):
                understood = turn.result
        return state, replace(turn, pieces=pieces + turn.pieces, facts=facts, result=understood), texts_at

    def _repeat(self, call_id: str, n: int) -> Answer:
        """The stored turn of this number, as it was given the first time."""
        with self.world.database.reading() as tx:
            kept = stored_calls.turn(tx, call_id, n)
        if kept is None:
            raise StorageAway(f"turn {n} was stored a moment ago and is not there")
        place, turn = open_payload(call_id, n, kept.payload)
        return self._given(place, turn, self._release(place))

    def _given(self, place: Place, turn: Turn, release: Release) -> Answer:
        attempt = place.state.values.get(ATTEMPT)
        named = attempt if isinstance(attempt, int) else None
        return Answer(place.call_id, place.n, turn, release, token(self._keyring, place), named)

    def _release(self, place: Place) -> Release:
        """The release the call began with; the current one when it is gone from the disk."""
        try:
            return self.world.shelf.get(place.release_id)
        except KeyError:
            log.error("a release is gone", extra={"call": place.call_id, "release": place.release_id})
            return self.world.shelf.current()

    def _context(self, tx: Transaction | None, line: Line, state: State) -> Context:
        now, number = self.world.clock(), callback_number(line, state, self.world.limits)
        clock = self.world.limits.zone if number is None else home(number, self.world.limits.zone)
        today = datetime.fromtimestamp(now, clock).date().isoformat()  # what is agreed is told by the caller's clock
        return Context(now, today, tx is not None and number is not None)


def _by_keys(state: State) -> State:
    """Whoever is told again where they stand has lost the line that could listen: nothing is asked back by voice."""
    return replace(state, offered="", values={name: value for name, value in state.values.items() if name != SPEECH})
