"""What the telephone company keeps is deleted there: asked for again until it agrees, at last by a person."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from ivr.actions import copies, jobs
from ivr.actions.copies import delete_copies
from ivr.actions.jobs import Board
from ivr.carrier.protocol import CallRef, RecordingRef, TextRef
from ivr.store import jobs as stored
from ivr.store.database import Database
from tests.actions import companies
from tests.actions.companies import OURS, call, left, recording
from tests.doubles.carrier import Carrier
from tests.store.people import NOW, NUMBER


class Clock:
    """Set on by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def company() -> Iterator[Carrier]:
    with companies.company() as made:
        yield made


def board(database: Database, company: Carrier, clock: Clock, token: str = "") -> Board:
    kind = copies.kind(companies.line(company, token))
    return Board(database, {copies.KIND: kind}, clock, chance=lambda: 0.5)


def work(board: Board, lease: str = "lease") -> str:
    """How the next job that is due ended."""
    held = jobs.take(board, lease)
    assert held is not None
    return jobs.record(board, held, jobs.perform(board, held))


def test_a_call_goes_with_its_recordings_and_a_recording_alone(database: Database, company: Carrier) -> None:
    hers, his = call(company, NUMBER, OURS), call(company, OURS, NUMBER)
    first, second, alone = recording(company, hers), recording(company, hers), recording(company, his)
    with database.transaction() as tx:
        assert delete_copies(tx, CallRef(hers), NOW)
        assert delete_copies(tx, RecordingRef(alone), NOW)
    doing = board(database, company, Clock())
    assert [work(doing), work(doing)] == [jobs.DONE, jobs.DONE]
    assert left(company) == {his}
    assert {first, second} & left(company) == set()


def test_a_text_goes_too(database: Database, company: Carrier) -> None:
    company.kept["Messages"]["SM1"] = {"sid": "SM1"}
    with database.transaction() as tx:
        delete_copies(tx, TextRef("SM1"), NOW)
    assert work(board(database, company, Clock())) == jobs.DONE
    assert left(company) == set()


def test_what_is_gone_already_is_well(database: Database, company: Carrier) -> None:
    with database.transaction() as tx:
        delete_copies(tx, CallRef("CA" + "0" * 32), NOW)
    assert work(board(database, company, Clock())) == jobs.DONE


def test_asked_twice_it_is_one_job_but_for_a_group_it_is_its_own(database: Database) -> None:
    with database.transaction() as tx:
        assert delete_copies(tx, CallRef("CA1"), NOW)
        assert not delete_copies(tx, CallRef("CA1"), NOW)
        assert delete_copies(tx, RecordingRef("CA1"), NOW)
        assert delete_copies(tx, CallRef("CA1"), NOW, group="a")
        assert delete_copies(tx, CallRef("CA2"), NOW, group="a")
        assert delete_copies(tx, CallRef("CA1"), NOW, group="ab")
        assert copies.states(tx, "a") == {"waiting": 2}
        assert copies.states(tx, "ab") == {"waiting": 1}
        assert copies.states(tx, "b") == {}


def test_its_arguments_are_ids_and_are_forgotten_when_it_is_done(database: Database, company: Carrier) -> None:
    sid = call(company, NUMBER, OURS)
    with database.transaction() as tx:
        delete_copies(tx, CallRef(sid), NOW)
    doing = board(database, company, Clock())
    held = jobs.take(doing, "lease")
    assert held is not None
    assert stored.opened(database.keyring, held) == {"what": "call", "ref": sid}
    jobs.record(doing, held, jobs.perform(doing, held))
    with database.reading() as tx:
        assert tx.execute(text("SELECT state, length(args_sealed) FROM jobs")).all() == [("done", 0)]


def test_a_call_that_goes_on_is_deleted_when_it_is_over(database: Database, company: Carrier) -> None:
    sid, clock = call(company, NUMBER, OURS, "in-progress"), Clock()
    with database.transaction() as tx:
        delete_copies(tx, CallRef(sid), NOW)
    doing = board(database, company, clock)
    for _ in range(6):
        assert work(doing) == jobs.AGAIN
        clock.now += 12 * 3600
    company.kept["Calls"][sid]["status"] = "completed"
    assert work(doing) == jobs.DONE
    assert left(company) == set()


@pytest.mark.parametrize("fault", ["429", "500", "503", "lost", "slow"])
def test_a_company_that_is_away_is_asked_again(database: Database, company: Carrier, fault: str) -> None:
    sid, clock = call(company, NUMBER, OURS), Clock()
    with database.transaction() as tx:
        delete_copies(tx, CallRef(sid), NOW)
    company.fail_next(fault, times=3)  # type: ignore[arg-type]
    doing = board(database, company, clock)
    for _ in range(3):
        assert work(doing) == jobs.AGAIN
        clock.now += 12 * 3600
    assert work(doing) == jobs.DONE
    assert left(company) == set()


def test_it_is_asked_for_two_weeks_and_then_by_a_person(database: Database, company: Carrier) -> None:
    sid, clock = call(company, NUMBER, OURS, "in-progress"), Clock()
    with database.transaction() as tx:
        delete_copies(tx, CallRef(sid), NOW)
    doing = board(database, company, clock)
    outcomes = []
    while (held := jobs.take(doing, "lease")) is not None:
        outcomes.append(jobs.record(doing, held, jobs.perform(doing, held)))
        with database.reading() as tx:
            clock.now = stored.next_at(tx, [copies.KIND]) or clock.now
    assert outcomes == [jobs.AGAIN] * (copies.ATTEMPTS - 1) + [jobs.DEAD]
    assert 13 * 86_400 < clock.now - NOW < 15 * 86_400
    with database.transaction() as tx:
        (dead,) = stored.dead(tx)
        assert (dead.kind, dead.last_error) == (copies.KIND, "CarrierBusy")
        assert stored.retry(tx, dead.id, clock.now)
    company.kept["Calls"][sid]["status"] = "completed"
    assert work(doing) == jobs.DONE
    assert left(company) == set()


def test_a_refusal_waits_for_a_person_at_once(database: Database, company: Carrier) -> None:
    sid = call(company, NUMBER, OURS)
    with database.transaction() as tx:
        delete_copies(tx, CallRef(sid), NOW, group="a")
    assert work(board(database, company, Clock(), token="wrong")) == jobs.DEAD
    with database.transaction() as tx:
        (dead,) = stored.dead(tx)
        assert (dead.last_error, sid in dead.key) == ("CarrierRefused", True)
        assert copies.states(tx, "a") == {"dead": 1}
        stored.retry(tx, dead.id, NOW)
    assert work(board(database, company, Clock())) == jobs.DONE
    assert left(company) == set()


def test_a_worker_that_is_killed_in_the_middle_leaves_it_to_the_next(database: Database, company: Carrier) -> None:
    sid, clock = call(company, NUMBER, OURS), Clock()
    recording(company, sid)
    with database.transaction() as tx:
        delete_copies(tx, CallRef(sid), NOW)
    doing = board(database, company, clock)
    held = jobs.take(doing, "killed")
    assert held is not None
    jobs.perform(doing, held)  # it was deleted, and nobody wrote that down
    clock.now += 121
    assert jobs.take(doing, "other") is None
    clock.now += 3600
    assert work(doing, "other") == jobs.DONE
    assert left(company) == set()


@pytest.mark.parametrize("args", [{}, {"what": "call"}, {"what": "call", "ref": ""}, {"what": "house", "ref": "CA1"}])
def test_a_job_that_names_nothing_is_for_a_person(database: Database, company: Carrier, args: dict[str, str]) -> None:
    with database.transaction() as tx:
        stored.enqueue(tx, stored.NewJob(copies.KIND, "odd", args, NOW, NOW))
    assert work(board(database, company, Clock())) == jobs.DEAD
