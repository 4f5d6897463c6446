"""The table of jobs: each change asks for the state it expects, so that of many workers one wins."""

import multiprocessing
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from ivr.errors import Forged, StorageAway
from ivr.store import jobs, news
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.jobs import Counts, HeldJob, NewJob
from tests.databases import KEY, OLD_KEY, opened
from tests.store.people import NOW, NUMBER, at_once

SECONDS = {"text": 60.0, "sweep": 30.0}
KINDS = tuple(SECONDS)


def new(key: str = "text/1", kind: str = "text", due_at: float = NOW, **args: object) -> NewJob:
    return NewJob(kind, key, args, due_at, NOW)


def put(database: Database, *new_jobs: NewJob) -> list[bool]:
    with database.transaction() as tx:
        return [jobs.enqueue(tx, job) for job in new_jobs]


def take(database: Database, lease: str = "a", now: float = NOW) -> HeldJob | None:
    with database.transaction() as tx:
        return jobs.take(tx, SECONDS, lease, now)


def taken(database: Database, lease: str = "a", now: float = NOW) -> HeldJob:
    held = take(database, lease, now)
    assert held is not None
    return held


def counted(database: Database, now: float = NOW) -> Counts:
    with database.reading() as tx:
        return jobs.counts(tx, now)


def buried(database: Database, why: str = "CarrierRefused") -> HeldJob:
    held = taken(database)
    with database.transaction() as tx:
        assert jobs.bury(tx, held, NOW + 1, why)
    return held


def test_a_job_is_stored_or_undone_with_its_callers_transaction(database: Database) -> None:
    def undone() -> None:
        with database.transaction() as tx:
            assert jobs.enqueue(tx, new())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert counted(database) == Counts(0, 0, 0, None)
    assert put(database, new()) == [True]
    assert counted(database) == Counts(1, 0, 0, NOW)


def test_the_same_key_again_is_nothing_even_when_the_job_is_done(database: Database) -> None:
    assert put(database, new(), new()) == [True, False]
    held = taken(database)
    with database.transaction() as tx:
        assert jobs.finish(tx, held, NOW)
    assert put(database, new()) == [False]
    with database.reading() as tx:
        assert jobs.known(tx, ["text/1", "text/2"]) == {"text/1"}


def test_of_many_who_store_the_same_key_at_once_one_does(database: Database) -> None:
    assert Counter(at_once(database, lambda tx, _: jobs.enqueue(tx, new()))) == {True: 1, False: 19}


def test_arguments_are_sealed_opened_for_the_worker_and_forgotten_when_done(database: Database) -> None:
    put(database, new(number=NUMBER, words="سلام"))
    held = taken(database)
    assert NUMBER.encode() not in held.args_sealed
    assert jobs.opened(database.keyring, held) == {"number": NUMBER, "words": "سلام"}
    with database.transaction() as tx:
        jobs.finish(tx, held, NOW)
        assert tx.execute(text("SELECT args_sealed FROM jobs")).scalar_one() == b""


def test_arguments_that_belong_to_another_job_do_not_open(database: Database) -> None:
    put(database, new("text/1", request=1), new("text/2", due_at=NOW + 1, request=2))
    first, second = taken(database), taken(database, now=NOW + 1)
    swapped = HeldJob(first.id, first.kind, first.key, second.args_sealed, 1, "a", NOW)
    with pytest.raises(Forged):
        jobs.opened(database.keyring, swapped)
    with pytest.raises(Forged):
        jobs.opened(Keyring(OLD_KEY), first)


def test_the_job_that_is_due_for_the_longest_comes_first_and_none_too_early(database: Database) -> None:
    put(database, new("late", due_at=NOW + 9), new("first", due_at=NOW - 9), new("second", due_at=NOW - 8))
    assert [taken(database).key for _ in range(2)] == ["first", "second"]
    assert take(database) is None
    held = taken(database, "b", NOW + 9)
    assert (held.key, held.attempts, held.lease, held.leased_until) == ("late", 1, "b", NOW + 69)


def test_a_worker_leaves_kinds_that_it_does_not_know(database: Database) -> None:
    put(database, new(kind="from a newer program"))
    assert take(database) is None
    with database.reading() as tx:
        assert jobs.next_at(tx, KINDS) is None
        assert jobs.next_at(tx, ["from a newer program"]) == NOW


def test_a_job_that_is_taken_is_nobody_elses_until_its_lease_ends(database: Database) -> None:
    put(database, new())
    held = taken(database)
    with database.transaction() as tx:
        assert jobs.take(tx, SECONDS, "b", NOW + 60) is None
        assert jobs.next_at(tx, KINDS) == held.leased_until == NOW + 60
        assert jobs.expired(tx, KINDS, NOW + 60) == []
        assert jobs.expired(tx, KINDS, NOW + 61) == [held]
        assert jobs.expired(tx, ["sweep"], NOW + 61) == []


def test_who_lost_the_lease_can_neither_finish_nor_postpone_nor_bury(database: Database) -> None:
    put(database, new())
    lost = taken(database)
    with database.transaction() as tx:
        assert jobs.postpone(tx, lost, NOW + 70, "worker lost")
    again = taken(database, "b", NOW + 70)
    assert (again.id, again.attempts) == (lost.id, 2)
    with database.transaction() as tx:
        assert not jobs.finish(tx, lost, NOW)
        assert not jobs.postpone(tx, lost, NOW, "TimeoutError")
        assert not jobs.bury(tx, lost, NOW, "TimeoutError")
        assert not jobs.give_back(tx, lost.lease)
        assert jobs.finish(tx, again, NOW)
    assert counted(database) == Counts(0, 0, 0, None)


def test_what_is_given_back_was_never_tried(database: Database) -> None:
    put(database, new())
    with database.transaction() as tx:
        jobs.take(tx, SECONDS, "a", NOW)
        assert jobs.give_back(tx, "a")
        assert not jobs.give_back(tx, "a")
    assert taken(database, "b").attempts == 1


def test_a_dead_job_waits_for_a_person_with_the_kind_of_its_error(database: Database) -> None:
    put(database, new(number=NUMBER))
    held = buried(database)
    assert take(database, "b", NOW + 999) is None
    with database.reading() as tx:
        assert jobs.dead(tx) == [jobs.DeadJob(held.id, "text", "text/1", 1, "CarrierRefused", NOW + 1)]
    assert counted(database) == Counts(0, 0, 1, None)


def test_a_person_lets_a_dead_job_be_tried_again_from_its_first_attempt(database: Database) -> None:
    put(database, new(number=NUMBER))
    held = buried(database)
    with database.transaction() as tx:
        assert jobs.retry(tx, held.id, NOW + 5)
        assert not jobs.retry(tx, held.id, NOW + 5)
        assert not jobs.finish(tx, held, NOW)
    again = taken(database, "b", NOW + 5)
    assert again.attempts == 1
    assert jobs.opened(database.keyring, again) == {"number": NUMBER}


def test_a_person_says_that_a_dead_job_needs_no_doing(database: Database) -> None:
    put(database, new(number=NUMBER))
    held = buried(database)
    with database.transaction() as tx:
        assert jobs.settle(tx, held.id)
        assert not jobs.settle(tx, held.id)
        assert not jobs.retry(tx, held.id, NOW)
        assert tx.execute(text("SELECT state, args_sealed FROM jobs")).one() == ("done", b"")


@pytest.mark.parametrize("decide", [lambda tx, id: jobs.retry(tx, id, NOW), jobs.settle], ids=["retry", "settle"])
def test_open_pages_hear_of_a_job_that_dies_and_of_one_that_is_decided(
    database: Database, decide: Callable[[Transaction, int], bool]
) -> None:
    def heard() -> int:
        with database.reading() as tx:
            return news.versions(tx, (news.JOBS,))[news.JOBS]

    put(database, new())
    assert heard() == 0
    held = buried(database)
    assert heard() == 1
    with database.transaction() as tx:
        assert jobs.find_dead(tx, held.id) == jobs.dead(tx)[0]
        assert decide(tx, held.id)
        assert jobs.find_dead(tx, held.id) is None
        assert not decide(tx, held.id)
    assert heard() == 2


def test_only_the_dead_are_a_persons_to_decide(database: Database) -> None:
    put(database, new())
    held = taken(database)
    with database.transaction() as tx:
        assert not jobs.retry(tx, held.id, NOW)
        assert not jobs.settle(tx, held.id)


def test_who_held_a_dead_job_can_still_say_that_it_is_done(database: Database) -> None:
    put(database, new())
    held = buried(database, "may have happened")
    with database.transaction() as tx:
        assert jobs.finish(tx, held, NOW + 90)
        assert not jobs.finish(tx, held, NOW + 90)
    assert counted(database) == Counts(0, 0, 0, None)


def test_a_job_that_wants_to_be_alone_waits_for_the_one_before(database: Database) -> None:
    with database.transaction() as tx:
        assert jobs.enqueue_alone(tx, new("sweep/1", "sweep"))
        assert not jobs.enqueue_alone(tx, new("sweep/2", "sweep"))
        assert jobs.enqueue_alone(tx, new("text/1"))
    held = taken(database)
    with database.transaction() as tx:
        assert not jobs.enqueue_alone(tx, new("sweep/2", "sweep"))
        jobs.finish(tx, held, NOW)
        assert not jobs.enqueue_alone(tx, new("sweep/1", "sweep"))
        assert jobs.enqueue_alone(tx, new("sweep/2", "sweep"))


def test_what_was_done_long_ago_is_forgotten_and_nothing_else(database: Database) -> None:
    put(database, new("old"), new("young"), new("dead"), new("waiting"))
    held = {job.key: job for job in (taken(database, lease) for lease in "abc")}
    with database.transaction() as tx:
        jobs.finish(tx, held["old"], NOW - 100)
        jobs.finish(tx, held["young"], NOW)
        jobs.bury(tx, held["dead"], NOW - 100, "TimeoutError")
        assert jobs.forget_done(tx, NOW - 1) == 1
        assert jobs.known(tx, ["old", "young", "dead", "waiting"]) == {"young", "dead", "waiting"}


def test_after_a_rotation_arguments_open_without_the_old_key(url: str) -> None:
    with opened(url, Keyring(OLD_KEY)) as before:
        put(before, *(new(f"text/{n}", due_at=NOW + n, n=n) for n in range(5)))
        done = taken(before)
        with before.transaction() as tx:
            jobs.finish(tx, done, NOW)
    with opened(url, Keyring(KEY, [OLD_KEY])) as during:
        assert jobs.rotate(during, batch=2) == 4
        assert jobs.rotate(during, batch=2) == 0
    with opened(url, Keyring(KEY)) as after:
        assert [jobs.opened(after.keyring, taken(after, now=NOW + 9)) for _ in range(4)] == [
            {"n": n} for n in range(1, 5)
        ]


def patiently(database: Database) -> HeldJob | None:
    while True:
        try:
            return take(database, uuid4().hex)
        except StorageAway:  # SQLite lets processes wait in no order: one may wait for too long
            continue


def take_all(url: str) -> list[str]:
    """A worker process: what its five threads took until nothing was left."""
    with opened(url) as database, ThreadPoolExecutor(5) as pool:

        def drain(_: int) -> list[str]:
            keys = []
            while (held := patiently(database)) is not None:
                keys.append(held.key)
            return keys

        return [key for keys in pool.map(drain, range(5)) for key in keys]


def test_of_twenty_threads_in_four_processes_each_job_goes_to_one(url: str, database: Database) -> None:
    put(database, *(new(f"text/{n}") for n in range(500)))
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as pool:
        keys = [key for found in pool.map(take_all, [url] * 4) for key in found]
    assert len(keys) == len(set(keys)) == 500
    assert counted(database) == Counts(0, 500, 0, None)
