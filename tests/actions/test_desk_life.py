"""Random lives of requests: whatever callers, aidants, the telephone company and the clock do, the promises hold."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from ivr.actions import callbacks, windows
from ivr.actions.machine import MOVES, TELEPHONE, Event
from ivr.actions.outcomes import OUTCOMES, Then, Wrap
from ivr.actions.refusals import Refused
from ivr.actions.staff import Role
from ivr.actions.windows import PARTS, Window
from ivr.store import audit, desk, dials, requests
from ivr.store.audit import Filter
from ivr.store.database import Database, Transaction
from ivr.store.desk import ENDED, TAKEN, View, Wanted
from ivr.store.requests import Request, Status, Wish
from tests import databases
from tests.actions import desks
from tests.actions.desks import DOINGS, NOW, RULES, deed, found, hire, member
from tests.helpline import PARIS

IN_VAIN = [outcome for outcome, rule in RULES.outcomes.items() if rule.then is Then.RETRY]
DAYTIME = range(8, 20)
ZONES = ("Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "Pacific/Noumea")
LANGUAGES = ("aa", "bb")
PEOPLE = 4
"""Three aidants and a coordinator."""
WRAPS = (Event.FINISH, Event.RETRY, Event.GIVE_UP)
TRIED = sorted(set(Event) - {Event.ERASE, Event.GO_STALE, Event.DIAL, *WRAPS})
ONWARD = set(TELEPHONE) | {Event.CLAIM, Event.DIAL, Event.RANG, Event.SILENT, *WRAPS, Event.REOPEN}

people = some.integers(0, PEOPLE - 1)
picks = some.integers(0, 99)
"""Which of the requests that are there."""
# Hypothesis likes the first and the smallest; a life needs the middle too.
chances = some.randoms(use_true_random=True)


@cache
def migrated() -> Path:
    file = Path(tempfile.mkdtemp(prefix="hamrah-")) / "hamrah.db"
    databases.migrated_sqlite(file)
    return file


class Desk(RuleBasedStateMachine):
    """Some days at the desk. The model knows what was asked for; the store must agree."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hamrah-"))
        shutil.copy(migrated(), self.folder / "hamrah.db")
        self.database = Database(f"sqlite:///{self.folder}/hamrah.db", databases.keyring())
        self.now = NOW
        self.made: dict[int, float] = {}  # request -> when it was asked for first
        self.vain: Counter[int] = Counter()  # request -> retries since the caller last said when
        self.dialled: Counter[int] = Counter()
        with self.database.transaction() as tx:
            self.people = [hire(tx, *of) for of in (("aa",), ("bb",), ("aa", "bb"))]
            self.people.append(hire(tx, "aa", role=Role.COORDINATOR))
            for n in (1, 2):
                self.made[desks.ask(tx, n)] = NOW

    def teardown(self) -> None:
        self.database.dispose()
        shutil.rmtree(self.folder)

    @contextmanager
    def trying(self) -> Iterator[Transaction]:
        """What is refused changes nothing; the transaction is given up, as every page does."""
        try:
            with self.database.transaction() as tx:
                yield tx
        except Refused:
            return

    def pick(self, n: int) -> int:
        """An open request, where there is one: of those that ended, little comes."""
        with self.database.reading() as tx:
            open_ones = [id for id in sorted(self.made) if found(tx, id).status not in ENDED]
        return (open_ones or sorted(self.made))[n % len(open_ones or self.made)]

    def window(self, chance: Random) -> Window:
        """Today or soon."""
        day = datetime.fromtimestamp(self.now, PARIS).date() + timedelta(days=chance.randrange(4))
        return day.isoformat(), chance.choice(sorted(PARTS))

    @rule(minutes=some.integers(1, 1500))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * 60

    @rule(chance=chances)
    def somebody_asks(self, chance: Random) -> None:
        wish = Wish(chance.choice([*LANGUAGES, None]), zone=chance.choice(ZONES))
        window = self.window(chance)
        due = windows.due(window, ZoneInfo(wish.zone or "Europe/Paris"))
        if chance.random() < 0.5:
            wish = replace(wish, window=window, due_at=due.at, due_until=due.until)
        with self.database.transaction() as tx:
            id = desks.ask(tx, chance.randint(1, 2), now=self.now, wish=wish, person=chance.randint(1, 2))
        self.made.setdefault(id, self.now)
        self.vain[id] = 0

    @rule(n=picks, chance=chances)
    def it_goes_on(self, n: int, chance: Random) -> None:
        """Some of the moves that the table allows, by who may make them."""
        id = self.pick(n)
        for _ in range(12):
            self.now += chance.choice((0, 5, 90, 500)) * 60
            with self.trying() as tx:
                if chance.random() < 0.1:
                    self.hears_of_a_call(tx, id, 0, chance)
                request = found(tx, id)
                events = sorted(event for status, event in MOVES if status is request.status and event in ONWARD)
                event = chance.choice(events)
                if event is Event.DIAL:
                    self.call(tx, request, anyway=chance.random() < 0.5)
                elif event in WRAPS:
                    self.wrap_up(tx, request, chance)
                else:
                    self.do(tx, request, event, self.who(request, event))

    def who(self, request: Request, event: Event) -> int:
        """Who may do this."""
        if event is Event.REOPEN:
            return self.people[-1]
        return request.staff_id or self.people[LANGUAGES.index(request.language or LANGUAGES[0])]

    def call(self, tx: Transaction, request: Request, *, anyway: bool) -> None:
        callbacks.start_dial(tx, request.id, deed(request.staff_id, self.now), anyway=anyway, home=PARIS)
        self.dialled[request.id] += 1
        assert request.status is Status.CLAIMED
        assert anyway or self.may_be_called(request)

    def may_be_called(self, request: Request) -> bool:
        """Reckoned another way than the code does."""
        there = datetime.fromtimestamp(self.now, ZoneInfo(request.zone or "Europe/Paris"))
        until = float("inf") if request.due_until is None else request.due_until
        return there.hour in DAYTIME and request.due_at <= self.now < until

    def wrap_up(self, tx: Transaction, before: Request, chance: Random) -> None:
        outcome = chance.choice(OUTCOMES if chance.random() < 0.4 else IN_VAIN)
        wrap = Wrap(outcome, window=self.window(chance), language=chance.choice(LANGUAGES))
        callbacks.wrap_up(tx, before.id, wrap, RULES, deed(before.staff_id, self.now))
        after, rule = found(tx, before.id), RULES.outcomes[wrap.outcome]
        assert after.outcome == wrap.outcome
        if after.status is not Status.WAITING:
            assert rule.then in (Then.DONE, Then.CLOSE) or self.vain[after.id] >= rule.times
            return
        assert rule.then not in (Then.DONE, Then.CLOSE)
        if rule.then is not Then.RETRY:
            self.vain[after.id] = 0
            return
        self.vain[after.id] += 1
        assert self.vain[after.id] <= rule.times
        assert after.due_at >= self.now + rule.after * 60
        if before.window is not None:
            assert after.window is not None
            assert (after.window[0] >= before.window[0], after.window[1]) == (True, before.window[1])

    @rule(n=picks, who=people, chance=chances)
    def others_meddle(self, n: int, who: int, chance: Random) -> None:
        """What comes too late, is not possible now, or is not theirs to do."""
        meddle = chance.choice([self.claims, self.takes_the_next_one, self.hears_of_a_call, self.tries_anything])
        with self.trying() as tx:
            meddle(tx, self.pick(n), self.people[who], chance)

    def claims(self, tx: Transaction, id: int, who: int, chance: Random) -> None:
        callbacks.claim(tx, id, who, deed(who, self.now), other=chance.random() < 0.5)

    def takes_the_next_one(self, tx: Transaction, id: int, who: int, chance: Random) -> None:
        somebody = member(tx, who)
        wanted = Wanted(View.DUE, frozenset(somebody.languages), asleep=windows.asleep(self.now))
        first = [row.id for row in desk.queue(tx, wanted, self.now)]
        taken = callbacks.claim_next(tx, somebody, deed(who, self.now))
        assert taken == (first[0] if first else None)

    def hears_of_a_call(self, tx: Transaction, id: int, who: int, chance: Random) -> None:
        attempts = [dial.id for dial in dials.of_request(tx, id)]
        if attempts:
            dial_id = chance.choice(attempts)
            callbacks.happened(tx, id, chance.choice(TELEPHONE), deed(None, self.now), dial_id)
            assert dial_id == attempts[-1]  # an earlier attempt moves nothing

    def tries_anything(self, tx: Transaction, id: int, who: int, chance: Random) -> None:
        self.do(tx, found(tx, id), chance.choice(TRIED), who)

    def do(self, tx: Transaction, request: Request, event: Event, who: int) -> None:
        DOINGS[event](tx, request.id, who, self.now)
        assert found(tx, request.id).status is MOVES[request.status, event]
        if event is Event.REOPEN:
            self.vain[request.id] = 0

    @rule(minutes=some.integers(5, 60))
    def claims_go_stale(self, minutes: int) -> None:
        with self.database.transaction() as tx:
            callbacks.end_claims(tx, minutes, self.now)

    @invariant()
    def nothing_is_lost_and_every_place_in_the_queue_is_kept(self) -> None:
        with self.database.reading() as tx:
            rows = {id: at for id, at in tx.execute(text("SELECT id, created_at FROM requests"))}
        assert rows == self.made

    @invariant()
    def a_person_has_one_request_open(self) -> None:
        with self.database.reading() as tx:
            for n in (1, 2):
                persons = [request.person for request in requests.of_number(tx, desks.number(n))]
                assert persons == sorted(set(persons))

    @invariant()
    def who_has_it_and_where_it_stands_agree(self) -> None:
        with self.database.reading() as tx:
            for request in (found(tx, id) for id in self.made):
                assert (request.status is Status.WAITING) <= (request.staff_id is None)
                assert (request.status in TAKEN) <= (request.staff_id is not None)

    @invariant()
    def the_queue_is_in_the_order_of_the_first_request(self) -> None:
        with self.database.reading() as tx:
            due = desk.queue(tx, Wanted(View.DUE), self.now)
            later = desk.queue(tx, Wanted(View.LATER), self.now)
            waiting = [id for id in self.made if found(tx, id).status is Status.WAITING]
        assert [row.id for row in due] == sorted((row.id for row in due), key=lambda id: (self.made[id], id))
        assert all(row.due_at <= self.now for row in due)
        assert sorted([row.id for row in (*due, *later)]) == sorted(waiting)

    @invariant()
    def an_attempt_is_made_when_somebody_asks_for_it_only(self) -> None:
        with self.database.reading() as tx:
            made = {id: len(dials.of_request(tx, id)) for id in self.made}
        assert made == {id: self.dialled[id] for id in self.made}

    @invariant()
    def the_audit_tells_each_life_without_a_gap(self) -> None:
        with self.database.reading() as tx:
            for id in self.made:
                told = [dict(entry.details) for entry in audit.page(tx, Filter(about=f"request/{id}"), 500)]
                status = Status.WAITING
                for step in reversed([details for details in told if "event" in details]):
                    assert Status(step["was"]) is status
                    status = MOVES[status, Event(step["event"])]
                    assert Status(step["is"]) is status
                assert status is found(tx, id).status


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
