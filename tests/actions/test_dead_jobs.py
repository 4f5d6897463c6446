"""A person decides on a dead job: once, in the audit, and never blindly where it may have happened."""

import pytest

from ivr.actions import dead_jobs
from ivr.actions.audit import Actor, Deed
from ivr.actions.refusals import Reason, Refused
from ivr.store import audit, jobs
from ivr.store.audit import Filter
from ivr.store.database import Database
from ivr.store.jobs import NewJob
from tests.store.people import NOW, at_once

DEED = Deed(Actor(place="a place"), NOW)


def dead(database: Database, error: str) -> int:
    with database.transaction() as tx:
        jobs.enqueue(tx, NewJob("text", "text/1", {}, 0, 0))
        held = jobs.take(tx, {"text": 60.0}, "a", NOW)
        assert held is not None
        jobs.bury(tx, held, NOW, error)
    return held.id


def told(database: Database) -> list[tuple[str, str, object]]:
    with database.reading() as tx:
        return [(row.what, row.about, row.details) for row in audit.page(tx, Filter(), 50)]


def test_of_twenty_who_decide_at_once_one_does_and_is_written_down(database: Database) -> None:
    id = dead(database, "CarrierRefused")
    ends = at_once(
        database,
        lambda tx, n: dead_jobs.settle(tx, id, DEED) if n % 2 else dead_jobs.retry(tx, id, DEED, looked=True),
    )
    assert sorted(ends) == [False] * 19 + [True]
    assert len(told(database)) == 1


@pytest.mark.parametrize("error", ["may have happened", "may have happened: TimeoutError"])
def test_what_may_have_happened_is_not_done_again_by_who_did_not_look(database: Database, error: str) -> None:
    id = dead(database, error)
    with pytest.raises(Refused) as refused, database.transaction() as tx:
        dead_jobs.retry(tx, id, DEED, looked=False)
    assert refused.value.reason is Reason.LOOK_FIRST
    assert told(database) == []
    with database.transaction() as tx:
        assert dead_jobs.retry(tx, id, DEED, looked=True)
    assert told(database) == [("job-retried", f"job/{id}", {"kind": "text"})]


def test_what_did_not_happen_needs_no_look(database: Database) -> None:
    id = dead(database, "worker lost")
    with database.transaction() as tx:
        assert dead_jobs.retry(tx, id, DEED, looked=False)


def test_what_is_not_dead_is_not_decided_on(database: Database) -> None:
    with database.transaction() as tx:
        jobs.enqueue(tx, NewJob("text", "text/1", {}, 0, 0))
        for id in (1, 99):
            assert not dead_jobs.retry(tx, id, DEED, looked=True)
            assert not dead_jobs.settle(tx, id, DEED)
    assert told(database) == []
