"""The sums of many windows, and which words may be read."""

from itertools import count, pairwise

from ivr.actions import speech_report
from ivr.actions.speech_report import LEAST_PEOPLE, Misheard, Report
from ivr.store import callers, calls, listenings
from ivr.store.calls import NewCall, NewTurn
from ivr.store.database import Database, Transaction
from ivr.store.listenings import Window
from tests.actions import tiny
from tests.store.people import NOW

serial = count(1)


def rings(tx: Transaction, way: str, words: str = "", *, by: str = "voice", lag: float = 0.5, who: int = 0) -> None:
    """A call that listens at each node of the way ("main tale:chose main:no_match"); the first has the words."""
    call, steps = f"call-{next(serial)}", way.split()
    met = callers.meet(tx, f"+3363998{who:04}", NOW) if who else None
    calls.log_call(tx, NewCall(call, "browser", call, met and met.id, "r", NOW))
    for n, step in enumerate(steps, start=1):
        node, _, result = step.partition(":")
        calls.add_turn(tx, NewTurn(call, n, node, result or "reached", NOW + n, b"{}"))
    for n, (step, then) in enumerate(pairwise(steps), start=1):
        node, outcome = step.partition(":")[0], then.partition(":")[2]
        heard = words if n == 1 else ""
        listenings.add(tx, Window(call, n, node, "aa", 5, by, heard, None, outcome, 0.7, lag, NOW + n))


def report(database: Database, language: str | None = None, since: float = NOW) -> Report:
    with database.reading() as tx:
        return speech_report.report(tx, since, language, tiny.release().book)


def test_windows_are_summed_by_place_and_language_and_everywhere(database: Database) -> None:
    with database.transaction() as tx:
        rings(tx, "main tale:chose main:chose tale:chose", "tale", lag=0.3)
        rings(tx, "main main:confirm main:chose tale:chose", "desk", lag=0.9)
        rings(tx, "main main:no_match tale:chose", "desk", lag=0.4)
        rings(tx, "main tale:chose", by="key")
        rings(tx, "main main:no_input", by="none")
    found = report(database)
    (main, tale) = found.rows
    assert (main.node, main.language, main.windows, main.lag) == ("main", "aa", 9, 0.4)
    assert main.counts == {
        "voice": 7,
        "key": 1,
        "nothing": 1,
        "understood": 6,
        "missed": 1,
        "corrected": 1,
        "refused": 1,
        "repeated": 1,
    }
    assert (tale.node, tale.windows, tale.counts["understood"]) == ("tale", 1, 1)
    assert (found.total.node, found.total.windows, found.total.lag) == (None, 10, 0.4)
    assert found.total.counts == main.counts + tale.counts
    assert report(database, "aa").total.windows == 10
    assert report(database, "bb").rows == []
    assert report(database, since=NOW + 99).total.windows == 0


def test_words_are_read_only_where_enough_people_said_the_same(database: Database) -> None:
    with database.transaction() as tx:
        for who in range(1, LEAST_PEOPLE + 1):
            rings(tx, "main main:no_match main:chose", "the tail", who=who)
            rings(tx, "main tale:chose main:chose", "tale", who=who)
            rings(tx, "main tale:chose tale:chose", "desk", who=who)
            rings(tx, "main main:no_match main:chose", "rare", who=max(who, 2))
        rings(tx, "main main:no_match main:chose", "the tail", who=1)
    assert report(database).words == [
        Misheard("main", "aa", "the tail", LEAST_PEOPLE + 1, 0),
        Misheard("main", "aa", "tale", 0, LEAST_PEOPLE),
    ]


def test_what_is_said_where_digits_are_asked_for_is_never_read(database: Database) -> None:
    with database.transaction() as tx:
        for who in range(1, LEAST_PEOPLE + 1):
            for place in ("enter", "code", "a-place-that-is-gone"):
                rings(tx, f"{place} {place}:no_match {place}:no_match", "nought six", who=who)
    found = report(database)
    assert (found.total.counts["missed"], found.words) == (6 * LEAST_PEOPLE, [])
