"""Windows that listened: kept once, sealed, read with what followed; forgotten and erased with their calls."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from ivr.store import calls, erasure, forgetting, listened, listenings, snapshot
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.forgetting import Cut, forget
from ivr.store.listened import Course, Heard, Span
from ivr.store.listenings import Window
from ivr.store.speech_tables import listenings as table
from tests.databases import KEY, OLD_KEY, opened
from tests.store.lives import end, lived, rang, said
from tests.store.people import NOW, NUMBER, OTHER, new_call

SPAN = Span(NOW, soon=10.0)
SPOKEN = Window("call-1", 1, "main", "aa", 7, "voice", "a card", 0.9, "chose", 0.8, 0.5, NOW + 1)


def a_call(tx: Transaction, id: str = "call-1", nodes: tuple[str, ...] = ("main", "card", "main")) -> None:
    """Its turns, five seconds apart, each but the first by a choice."""
    calls.log_call(tx, new_call(id))
    for n, node in enumerate(nodes, start=1):
        calls.add_turn(tx, calls.NewTurn(id, n, node, "chose", NOW + 5 * n, b"{}"))


def courses(database: Database, span: Span = SPAN) -> list[tuple[Course, int]]:
    with database.reading() as tx:
        return list(listened.courses(tx, span))


def words(database: Database, span: Span = SPAN) -> list[Heard]:
    with database.reading() as tx:
        return list(listened.words(tx, span))


def test_a_window_is_kept_once_and_read_with_what_followed(database: Database) -> None:
    by_key = replace(SPOKEN, n=2, node="card", by="key", heard="", sure=None, at=NOW + 6)
    with database.transaction() as tx:
        a_call(tx)
        assert listenings.add(tx, SPOKEN)
        assert not listenings.add(tx, replace(SPOKEN, heard="something else"))
        assert listenings.add(tx, by_key)
    course = Course("main", "aa", "voice", "chose", True, True, "chose", False, True, "key", True, None, False, False)
    assert dict(courses(database)) == {
        course: 1,
        Course("card", "aa", "key", "chose", True, True, None, False, False, None, False, None, False, False): 1,
    }
    assert words(database) == [Heard("a card", "call-1", course)]


def test_windows_of_one_kind_are_counted_together(database: Database) -> None:
    with database.transaction() as tx:
        for call in ("a", "b", "c"):
            a_call(tx, call, ("main", "card"))
            listenings.add(tx, replace(SPOKEN, call_id=call, heard=call))
    assert [count for _, count in courses(database)] == [3]


def test_the_end_of_a_call_counts_as_what_came_next(database: Database) -> None:
    with database.transaction() as tx:
        for call, seconds in (("quick", 10.0), ("slow", 10.1)):
            a_call(tx, call, ("main", "card"))
            calls.end_call(tx, call, calls.Ended("hung_up", "card", NOW + 10 + seconds))
            listenings.add(tx, replace(SPOKEN, call_id=call))
    assert sorted((course.soon, course.ended) for course, _ in courses(database)) == [
        (False, "hung_up"),
        (True, "hung_up"),
    ]


@pytest.mark.parametrize(("sure", "denied"), [(0.8, True), (0.0, False), (None, False)])
def test_words_that_are_no_yes_deny_what_was_asked_back(database: Database, sure: float | None, denied: bool) -> None:
    with database.transaction() as tx:
        a_call(tx)
        listenings.add(tx, replace(SPOKEN, outcome="confirm"))
        listenings.add(tx, replace(SPOKEN, n=2, outcome="no_match", sure=sure))
    found = [(course.outcome, course.denies, course.denied) for course, _ in courses(database)]
    assert sorted(found) == [("confirm", False, denied), ("no_match", denied, False)]


def test_only_windows_of_these_days_and_this_language_are_read(database: Database) -> None:
    with database.transaction() as tx:
        for call, language, at in (("old", "aa", NOW - 1), ("here", "bb", NOW), ("early", None, NOW)):
            a_call(tx, call)
            listenings.add(tx, replace(SPOKEN, call_id=call, language=language, at=at))
        assert listened.languages(tx) == ["aa", "bb"]
    assert {course.language for course, _ in courses(database)} == {"bb", None}
    assert {course.language for course, _ in courses(database, replace(SPAN, language="bb"))} == {"bb"}
    assert courses(database, replace(SPAN, language="cc")) == []


def test_the_lag_of_a_place_is_the_median_of_its_voices(database: Database) -> None:
    lags = {"main": (0.9, 0.1, 0.5), "card": (0.4, 0.2, 0.8, 0.6), "entry": (1.0,)}
    with database.transaction() as tx:
        for node, found in lags.items():
            for number, lag in enumerate(found):
                a_call(tx, f"{node}-{number}")
                listenings.add(tx, replace(SPOKEN, call_id=f"{node}-{number}", node=node, lag=lag))
        a_call(tx, "key")
        listenings.add(tx, replace(SPOKEN, call_id="key", by="key", lag=0.0))
        assert listened.lags(tx, SPAN) == {("main", "aa"): 0.5, ("card", "aa"): 0.4, ("entry", "aa"): 1.0}
        assert listened.lag(tx, SPAN) == 0.5
        assert listened.lag(tx, replace(SPAN, since=NOW + 99)) is None
        assert listened.lags(tx, replace(SPAN, language="bb")) == {}


def test_words_name_one_person_however_often_they_ring(database: Database) -> None:
    with database.transaction() as tx:
        for call in ("first", "second"):
            rang(tx, call, NUMBER)
        rang(tx, "withheld", None)
        for call in ("first", "second", "withheld"):
            listenings.add(tx, replace(SPOKEN, call_id=call))
    who = [heard.who for heard in words(database)]
    assert len(set(who)) == 2
    assert "withheld" in who


def test_a_window_of_a_call_that_nobody_knows_is_left_out(database: Database) -> None:
    with database.transaction() as tx:
        assert not listenings.add(tx, SPOKEN)
    assert courses(database) == []


def test_neither_words_nor_places_can_be_read_without_the_key(database: Database) -> None:
    with database.transaction() as tx:
        a_call(tx)
        listenings.add(tx, SPOKEN)
        row = tx.execute(select(table)).one()
        stored = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
        assert b"card" not in stored
        assert b"main" not in stored
        assert row.node == tx.execute(text("SELECT node FROM turns WHERE n = 1")).scalar()


@pytest.mark.parametrize("old", ["NUMBERS", "CALLERS", "TURNS"])
def test_words_are_forgotten_with_their_turns_and_the_figures_stay(database: Database, old: str) -> None:
    with database.transaction() as tx:
        life = lived(tx, NUMBER, "hers", NOW - 1)
        end(tx, life.request_id, NOW - 1)
        rang(tx, "young", OTHER, at=NOW)
        said(tx, "young", "younger words")
    span = replace(SPAN, since=NOW - 1)
    before = courses(database, span)
    assert forget(database, getattr(forgetting, old), Cut(NOW, NOW)) == 1
    assert [heard.words for heard in words(database, span)] == ["younger words"]
    assert courses(database, span) == before


def test_a_person_who_is_erased_leaves_no_window_and_others_keep_theirs(database: Database) -> None:
    with database.transaction() as tx:
        for number, name in ((NUMBER, "hers"), (OTHER, "his")):
            life = lived(tx, number, name)
            calls.end_call(tx, life.call_id, calls.Ended("finished", None, NOW))
        erasure.erase(tx, erasure.find(tx, NUMBER, hold=True))
    assert [heard.words for heard in words(database)] == [OTHER]
    with database.reading() as tx:
        assert tx.execute(select(table.c.call_id)).scalars().all() == [life.call_id]


def test_a_backup_holds_them(database: Database) -> None:
    with database.transaction() as tx:
        a_call(tx)
        listenings.add(tx, SPOKEN)
    with snapshot.taken(database) as taken:
        assert [len(rows) for name, rows in taken.rows() if name == "listenings"] == [1]


@pytest.mark.parametrize("batch", [1, 500])
def test_a_change_of_the_key_seals_words_and_places_anew(url: str, batch: int) -> None:
    with opened(url, Keyring(OLD_KEY)) as before, before.transaction() as tx:
        a_call(tx)
        for n, heard in enumerate(("a card", "", "a house"), start=1):
            listenings.add(tx, replace(SPOKEN, n=n, heard=heard))
    with opened(url, Keyring(KEY, [OLD_KEY])) as during:
        assert listenings.rotate(during, batch) == 3
        assert listenings.rotate(during, batch) == 0
        with during.transaction() as tx:
            tx.execute(text("DELETE FROM turns"))  # they have a rotation of their own
    with opened(url) as after:
        assert {heard.words for heard in words(after)} == {"a card", "a house"}
        assert {course.node for course, _ in courses(after)} == {"main"}
        assert sum(count for _, count in courses(after)) == 3


def test_a_change_of_the_key_leaves_alone_what_is_forgotten_meanwhile(database: Database) -> None:
    with database.transaction() as tx:
        a_call(tx)
        listenings.add(tx, SPOKEN)
        old = tx.execute(select(table.c.heard_sealed)).scalar_one()
        tx.execute(table.update().values(heard_sealed=b""))
        values = {"call": "call-1", "number": 1, "old": old, "heard": old, "word": "x"}
        assert tx.execute(listenings.ANEW, values).rowcount == 0
    assert words(database) == []
