"""How jobs end: harmless ones are done at least once, those that leave the building at most once."""

import dataclasses
import logging
from collections.abc import Callable

import pytest
from sqlalchemy import text

from ivr.actions import jobs
from ivr.actions.jobs import Backoff, Board, Done, Failed, Hopeless, Job, Kind, NothingHappened, Written
from ivr.errors import CarrierBusy, CarrierRefused, CarrierUnknown
from ivr.store import jobs as stored
from ivr.store.database import Database, Transaction
from ivr.store.jobs import HeldJob, NewJob
from tests.databases import OLD_KEY, opened
from tests.store.people import NOW, NUMBER

EVEN = Backoff(first=10, most=100)


class Office:
    """A database, a clock that is moved by hand, a harmless kind and one whose effect leaves the building."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.seen: list[Job] = []
        self.watched: list[tuple[str, str]] = []
        self.raises: Exception | None = None
        self.written: Written | None = None
        kinds = {
            "tidy": Kind(self.handle, repeats=True, attempts=3, backoff=EVEN, lease=60),
            "text": Kind(self.handle, repeats=False, attempts=3, backoff=EVEN, lease=60),
        }
        self.board = Board(database, kinds, lambda: self.now, lambda *told: self.watched.append(told), lambda: 0.5)

    def handle(self, job: Job) -> Written | None:
        self.seen.append(job)
        if self.raises is not None:
            raise self.raises
        return self.written

    def put(self, kind: str, key: str = "k", **args: object) -> None:
        with self.database.transaction() as tx:
            stored.enqueue(tx, NewJob(kind, key, args, self.now, self.now))

    def take(self, lease: str = "a") -> HeldJob:
        held = jobs.take(self.board, lease)
        assert held is not None
        return held

    def run(self, lease: str = "a") -> str:
        held = self.take(lease)
        return jobs.record(self.board, held, jobs.perform(self.board, held))

    def row(self) -> tuple[str, float, int, str | None]:
        with self.database.reading() as tx:
            state, due_at, attempts, error = tx.execute(
                text("SELECT state, due_at, attempts, last_error FROM jobs")
            ).one()
            return state, due_at - NOW, attempts, error


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_a_handler_is_given_its_arguments_its_key_and_its_attempt(office: Office) -> None:
    office.put("tidy", number=NUMBER)
    assert office.run() == "done"
    (job,) = office.seen
    assert (job.kind, job.key, job.args, job.attempt) == ("tidy", "k", {"number": NUMBER}, 1)
    assert office.row()[0] == "done"
    assert office.watched == [("tidy", "done")]


def test_nothing_is_taken_before_it_is_due(office: Office) -> None:
    office.put("tidy")
    office.now -= 1
    assert jobs.take(office.board, "a") is None
    assert jobs.take(Board(office.database, {}, lambda: NOW), "a") is None


def note(words: str) -> Callable[[Transaction], object]:
    return lambda tx: tx.execute(text("INSERT INTO news (topic, version) VALUES (:topic, 1)"), {"topic": words})


def notes(database: Database) -> list[str]:
    with database.reading() as tx:
        return list(tx.execute(text("SELECT topic FROM news WHERE topic <> 'jobs' ORDER BY topic")).scalars())


def test_what_a_handler_wants_written_is_stored_together_with_the_end_of_its_job(office: Office) -> None:
    office.put("tidy")
    office.written = note("done")
    office.run()
    assert notes(office.database) == ["done"]


def test_who_lost_the_lease_writes_nothing(office: Office) -> None:
    office.put("tidy")
    slow = office.take("slow")
    office.now += 61
    assert jobs.take(office.board, "b") is None  # it is put back with a pause first
    office.now += 10
    quick = office.take("quick")
    assert jobs.record(office.board, slow, Done(note("slow"))) == "lost"
    assert jobs.record(office.board, quick, Done(note("quick"))) == "done"
    assert notes(office.database) == ["quick"]


def test_a_harmless_job_that_fails_is_tried_again_later_each_time_until_a_person_must_look(office: Office) -> None:
    office.put("tidy")
    office.raises = TimeoutError(f"no answer for {NUMBER}")
    assert office.run() == "again"
    assert office.row() == ("waiting", 10, 1, "TimeoutError")
    office.now += 10
    assert office.run() == "again"
    assert office.row() == ("waiting", 30, 2, "TimeoutError")
    office.now += 20
    assert office.run() == "dead"
    assert office.row() == ("dead", 30, 3, "TimeoutError")
    assert [job.attempt for job in office.seen] == [1, 2, 3]


def test_the_pauses_double_up_to_the_longest_and_chance_spreads_them() -> None:
    backoff = Backoff(first=30, most=3600)
    assert [backoff.seconds(n, 0.5) for n in range(1, 10)] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert (backoff.seconds(1, 0), backoff.seconds(1, 1)) == (22.5, 37.5)
    assert backoff.seconds(10_000, 0) == 2700


def test_an_effect_that_may_have_left_the_building_is_not_repeated(office: Office) -> None:
    for error in (TimeoutError(), CarrierUnknown("the answer was lost")):
        office.put("text", key=type(error).__name__)
        office.raises = error
        assert office.run() == "dead"
    with office.database.reading() as tx:
        errors = [job.last_error for job in stored.dead(tx)]
    assert errors == ["may have happened: TimeoutError", "may have happened: CarrierUnknown"]


def test_an_effect_that_surely_did_not_happen_is_tried_again_whatever_the_kind(office: Office) -> None:
    office.put("text")
    office.raises = NothingHappened()
    office.raises.__cause__ = ConnectionRefusedError()
    assert office.run() == "again"
    assert office.row() == ("waiting", 10, 1, "ConnectionRefusedError")


def test_a_busy_telephone_company_is_asked_again_not_before_it_says(office: Office) -> None:
    office.put("text")
    busy = CarrierBusy("429", 20429, 429)
    office.raises = busy
    assert office.run() == "again"
    assert office.row() == ("waiting", 10, 1, "CarrierBusy")
    office.now += 10
    busy.retry_after = 300
    assert office.run() == "again"
    assert office.row() == ("waiting", 310, 2, "CarrierBusy")


@pytest.mark.parametrize("error", [CarrierRefused("no such number", 21211, 400), Hopeless("the request is gone")])
def test_what_trying_again_does_not_help_goes_to_a_person_at_once(office: Office, error: Exception) -> None:
    office.put("tidy")
    office.raises = error
    assert office.run() == "dead"
    assert office.row() == ("dead", 0, 1, type(error).__name__)


def test_a_job_whose_seal_is_broken_goes_to_a_person_and_no_handler_sees_it(url: str, database: Database) -> None:
    with opened(url) as elsewhere, opened(url) as ours:
        elsewhere.keyring = type(elsewhere.keyring)(OLD_KEY)
        Office(elsewhere).put("text", number=NUMBER)
        office = Office(ours)
        assert office.run() == "dead"
        assert office.seen == []
        assert office.row() == ("dead", 0, 1, "Forged")


def test_a_killed_workers_harmless_job_is_begun_again_by_another(office: Office) -> None:
    office.put("tidy")
    office.take("killed")
    office.now += 61
    assert jobs.take(office.board, "b") is None
    assert office.row() == ("waiting", 71, 1, "worker lost")
    office.now += 10
    assert office.run("b") == "done"
    assert office.watched == [("tidy", "again"), ("tidy", "done")]


def test_a_harmless_job_that_kills_each_of_its_workers_goes_to_a_person(office: Office) -> None:
    office.put("tidy")
    for lease in "abc":
        office.take(lease)
        office.now += 61
        jobs.take(office.board, "none")
        office.now += 40
    assert office.row()[0] == "dead"
    assert office.row()[2:] == (3, "worker lost")


def test_a_killed_workers_effect_that_may_have_left_the_building_goes_to_a_person(office: Office) -> None:
    office.put("text")
    office.take("killed")
    office.now += 61
    assert jobs.take(office.board, "b") is None
    assert office.row() == ("dead", 0, 1, "may have happened")
    assert office.watched == [("text", "dead")]


def test_who_was_believed_lost_and_ends_after_all_settles_the_matter(office: Office) -> None:
    office.put("text")
    slow = office.take("slow")
    office.now += 61
    jobs.take(office.board, "b")
    assert jobs.record(office.board, slow, Done(note("sent"))) == "done"
    assert office.row()[0] == "done"
    assert notes(office.database) == ["sent"]


def test_who_was_believed_lost_and_surely_did_nothing_is_tried_again(office: Office) -> None:
    office.put("text")
    slow = office.take("slow")
    office.now += 61
    jobs.take(office.board, "b")
    assert jobs.record(office.board, slow, Failed(NothingHappened())) == "again"
    assert office.row()[0] == "waiting"


def test_a_late_answer_changes_nothing_once_a_person_has_decided(office: Office) -> None:
    office.put("text")
    slow = office.take("slow")
    office.now += 61
    jobs.take(office.board, "b")
    with office.database.transaction() as tx:
        stored.retry(tx, slow.id, office.now)
    assert jobs.record(office.board, slow, Done(note("late"))) == "lost"
    assert office.row()[0] == "waiting"
    assert notes(office.database) == []


def test_a_worker_that_stops_gives_a_harmless_job_back_uncounted_and_lets_a_person_decide_of_another(
    office: Office,
) -> None:
    office.put("tidy")
    held = office.take()
    assert jobs.abandon(office.board, held) == "again"
    assert office.row() == ("waiting", 0, 0, None)
    assert jobs.abandon(office.board, held) == "lost"
    assert office.run("b") == "done"
    office.put("text", key="other")
    held = office.take("c")
    assert jobs.abandon(office.board, held) == "dead"
    assert jobs.record(office.board, held, Done(None)) == "done"
    assert jobs.abandon(office.board, held) == "lost"


def test_what_was_taken_in_a_commit_that_broke_is_given_back(office: Office) -> None:
    office.put("text")
    office.take("broken")
    jobs.give_back(office.board, "broken")
    jobs.give_back(office.board, "never taken")
    assert office.row() == ("waiting", 0, 0, None)


def test_a_log_line_names_the_job_and_the_kind_of_error_and_nobody(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.put("tidy", number=NUMBER)
    office.raises = Hopeless("refused")
    with caplog.at_level(logging.INFO):
        office.run()
    failed, ended = caplog.records
    assert (failed.message, failed.kind) == ("job failed", "tidy")  # type: ignore[attr-defined]
    said = {"kind": "tidy", "attempt": 1, "outcome": "dead", "why": "Hopeless"}
    assert {name: ended.__dict__[name] for name in said} == said
    assert NUMBER not in str(ended.__dict__)


def test_a_kind_that_is_not_told_otherwise_is_tried_five_times() -> None:
    kind = Kind(lambda _: None, repeats=True)
    assert (kind.attempts, kind.lease, kind.backoff) == (5, 120, Backoff(30, 3600))
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind.attempts = 1  # type: ignore[misc]
