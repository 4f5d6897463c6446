"""The helpline's own housework."""

import os
from pathlib import Path

from ivr.actions import chores
from ivr.actions.jobs import Handler, Job
from ivr.release.shelf import Shelf
from ivr.store import calls, jobs
from ivr.store.database import Database
from ivr.store.jobs import NewJob
from tests.store.people import NOW, new_call, new_turn

JOB = Job(1, "chore", "chore/1", {}, 1)


def do(database: Database, handler: Handler) -> None:
    written = handler(JOB)
    if written is not None:
        with database.transaction() as tx:
            written(tx)


def test_a_call_without_a_turn_for_two_hours_is_ended_and_a_younger_one_goes_on(database: Database) -> None:
    with database.transaction() as tx:
        for id in ("old", "young"):
            calls.log_call(tx, new_call(id))
        calls.add_turn(tx, new_turn(n=60, call_id="young"))
    do(database, chores.close_forgotten_calls(lambda: NOW + 7230))
    with database.reading() as tx:
        ended = {id: row.ended_how for id in ("old", "young") if (row := calls.find(tx, id))}
    assert ended == {"old": "hung_up", "young": None}


def test_jobs_that_were_done_a_month_ago_are_forgotten(database: Database) -> None:
    with database.transaction() as tx:
        for days in (31, 29):
            jobs.enqueue(tx, NewJob("tidy", f"{days}", {}, NOW, NOW))
            held = jobs.take(tx, {"tidy": 60.0}, "a", NOW)
            assert held is not None
            jobs.finish(tx, held, NOW - days * 86_400)
    do(database, chores.forget_done_jobs(lambda: NOW))
    with database.reading() as tx:
        assert jobs.known(tx, ["31", "29"]) == {"29"}


def shelf_of(folder: Path, *ids: str, current: str) -> Shelf:
    """A shelf on which the first one named is the oldest."""
    shelf = Shelf(folder)
    for age, id in enumerate(reversed(ids)):
        path = folder / f"{id}.json"
        path.write_text("{}")
        os.utime(path, (NOW - age, NOW - age))
    (folder / "current").write_text(current)
    return shelf


def test_old_releases_go_but_the_last_five_the_current_one_and_those_of_calls_stay(
    database: Database, tmp_path: Path
) -> None:
    shelf = shelf_of(tmp_path, "a", "b", "c", "d", "e", "f", "g", "h", "i", current="b")
    with database.transaction() as tx:
        calls.log_call(tx, new_call("rings", release_id="c"))
        calls.log_call(tx, new_call("over", release_id="d"))
        calls.end_call(tx, "over", calls.Ended("finished", None, NOW))
    do(database, chores.forget_releases(database, shelf))
    assert shelf.ids() == set("bcefghi")


def test_of_five_releases_none_goes(database: Database, tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path, *"abcde", current="e")
    do(database, chores.forget_releases(database, shelf))
    assert shelf.ids() == set("abcde")
