"""Takes, wordings, codes and publications, on both databases."""

import pytest

from ivr.store import news, prompt_codes, publications, takes, wordings
from ivr.store.database import Database
from ivr.store.publications import Change, Kind, NewPublication, Place
from ivr.store.takes import NewTake, Source, State, Treated
from ivr.store.wordings import NewWording
from tests.store.people import NOW, at_once

GOOD = Treated(State.GOOD, {"findings": []}, "a" * 32, 1.5)
DOUBTFUL = Treated(State.DOUBTFUL, {"findings": [{"code": "noisy"}]}, "b" * 32, 2.0)
BAD = Treated(State.BAD, {"findings": [{"code": "silent"}]}, None, None)
DUE = NewPublication(None, NOW, NOW)
WHERE = Place(Kind.TAKE, "xx", "welcome")


def a_take(name: str = "welcome", file: str = "t.sealed", sha256: str = "0" * 64) -> NewTake:
    return NewTake("xx", name, "Welcome.", Source.BROWSER, file, sha256, None, NOW)


def a_wording(words: str = "Welcome.") -> NewWording:
    return NewWording("xx", "welcome", {"full": words}, {"full": "Hello."}, None, NOW)


def test_a_take_waits_is_treated_and_approved(database: Database) -> None:
    with database.transaction() as tx:
        id = takes.add(tx, a_take())
        assert takes.approve(tx, id, None, NOW) is False
        assert takes.treat(tx, id, GOOD) is True
        assert takes.treat(tx, id, BAD) is False
        assert takes.approve(tx, id, None, NOW) is True
        take = takes.find(tx, id)
    assert take is not None
    assert (take.state, take.sound, take.seconds, take.approved_at) == (State.APPROVED, "a" * 32, 1.5, NOW)
    assert take.report == {"findings": []}


def test_warnings_are_overruled_with_a_reason_and_errors_are_not(database: Database) -> None:
    with database.transaction() as tx:
        doubtful, bad = takes.add(tx, a_take()), takes.add(tx, a_take())
        takes.treat(tx, doubtful, DOUBTFUL)
        takes.treat(tx, bad, BAD)
        assert takes.approve(tx, doubtful, None, NOW) is False
        assert takes.overrule(tx, doubtful, None, "a market behind her") is True
        assert takes.overrule(tx, bad, None, "never mind") is False
        assert takes.approve(tx, doubtful, None, NOW) is True
        found = takes.find_all(tx, [doubtful, bad])
    assert found[doubtful].overruled_why == "a market behind her"
    assert found[bad].state is State.BAD


def test_a_checked_take_is_checked_anew_and_an_approved_one_is_not(database: Database) -> None:
    with database.transaction() as tx:
        id = takes.add(tx, a_take())
        assert takes.again(tx, id) is False
        takes.treat(tx, id, BAD)
        assert takes.again(tx, id) is True
        takes.treat(tx, id, GOOD)
        takes.approve(tx, id, None, NOW)
        assert takes.again(tx, id) is False


def test_what_was_overruled_is_not_when_it_is_checked_anew(database: Database) -> None:
    """Else the page says that somebody found good what nobody has heard since."""
    with database.transaction() as tx:
        id = takes.add(tx, a_take())
        takes.treat(tx, id, DOUBTFUL)
        takes.overrule(tx, id, None, "a market behind her")
        takes.again(tx, id)
        takes.treat(tx, id, DOUBTFUL)
        found = takes.find(tx, id)
    assert found is not None
    assert (found.state, found.overruled_why) == (State.DOUBTFUL, None)


def test_the_newest_take_of_a_place_counts_unless_it_was_withdrawn(database: Database) -> None:
    with database.transaction() as tx:
        first, second = takes.add(tx, a_take()), takes.add(tx, a_take())
        other = takes.add(tx, a_take("goodbye", "g.sealed", "1" * 64))
        assert {place: take.id for place, take in takes.newest(tx).items()} == {
            ("xx", "welcome"): second,
            ("xx", "goodbye"): other,
        }
        assert takes.withdraw(tx, second, NOW) is True
        assert takes.withdraw(tx, second, NOW) is False
        assert takes.newest(tx)["xx", "welcome"].id == first
        assert [take.id for take in takes.of_place(tx, "xx", "welcome")] == [second, first]
        assert [take.id for take in takes.same(tx, "0" * 64)] == [first]
        assert takes.files(tx) == {"t.sealed", "g.sealed"}
        assert takes.find(tx, 99) is None


def test_of_two_authors_the_second_is_told_and_nothing_is_overwritten(database: Database) -> None:
    with database.transaction() as tx:
        first = wordings.add(tx, a_wording("One."), 0)
        assert wordings.add(tx, a_wording("Two."), 0) is None
        assert first is not None
        second = wordings.add(tx, a_wording("Two."), first)
        assert [found.entry for found in wordings.of_prompt(tx, "xx", "welcome")] == [
            {"full": "Two."},
            {"full": "One."},
        ]
        assert second is not None
        assert wordings.find_all(tx, [second])[second].under == {"full": "Hello."}
        assert wordings.newest(tx)["xx", "welcome"].id == second


def test_of_twenty_authors_at_once_one_is_kept(database: Database) -> None:
    kept = at_once(database, lambda tx, n: wordings.add(tx, a_wording(f"{n}."), 0))
    assert len([id for id in kept if isinstance(id, int)]) == 1
    assert kept.count(None) == 19


def test_codes_are_given_once_and_never_to_another(database: Database) -> None:
    with database.transaction() as tx:
        assert prompt_codes.of_names(tx, ["b", "a", "b"]) == {"b": 1001, "a": 1002}
        assert prompt_codes.of_names(tx, ["c", "a"]) == {"b": 1001, "a": 1002, "c": 1003}
        assert prompt_codes.name_of(tx, 1003) == "c"
        assert prompt_codes.name_of(tx, 4) is None


def test_codes_asked_for_by_many_at_once_are_different(database: Database) -> None:
    given = at_once(database, lambda tx, n: prompt_codes.of_names(tx, [f"name {n}", "shared"]))
    assert all(isinstance(codes, dict) for codes in given), given
    with database.reading() as tx:
        codes = prompt_codes.of_names(tx, ["shared"])
    assert len(set(codes.values())) == len(codes) == 21


def test_a_publication_is_made_and_undone_by_another(database: Database) -> None:
    with database.transaction() as tx:
        first = publications.plan(tx, DUE, [Change(WHERE, 7)])
        assert publications.standing(tx) == {}
        assert publications.make(tx, first, 0, "r1", NOW) is True
        assert publications.make(tx, first, 1, "r1", NOW) is False
        assert publications.standing(tx) == {WHERE: 7}
        second = publications.plan(tx, DUE, [Change(WHERE, 8)])
        assert publications.make(tx, second, 0, "r2", NOW) is False
        assert publications.make(tx, second, 1, "r2", NOW) is True
        assert publications.changes_of(tx, second) == [Change(WHERE, 8, 7)]
        back = publications.plan(tx, NewPublication(None, NOW, NOW, second), [Change(WHERE, None)])
        publications.make(tx, back, 2, "r3", NOW)
        assert publications.standing(tx) == {}
        newest = publications.newest_made(tx)
        assert newest is not None
        assert (newest.id, newest.undoes_id, newest.release_id, newest.made_n) == (back, second, "r3", 3)
        assert [(found.id, after) for found, after in publications.history(tx, WHERE)] == [
            (back, None),
            (second, 8),
            (first, 7),
        ]


@pytest.mark.parametrize("end", ["cancel", "refuse"])
def test_what_was_cancelled_or_refused_is_never_made(database: Database, end: str) -> None:
    with database.transaction() as tx:
        id = publications.plan(tx, DUE, [Change(WHERE, 7)])
        assert (publications.cancel(tx, id) if end == "cancel" else publications.refuse(tx, id, "no sound")) is True
        assert publications.cancel(tx, id) is False
        assert publications.make(tx, id, 0, "r1", NOW) is False
        found = publications.find(tx, id)
        assert found is not None
        assert found.problem == ("no sound" if end == "refuse" else None)
        assert [each.id for each in publications.everything(tx)] == [id]
        assert publications.newest_made(tx) is None


def test_of_ten_made_at_once_one_is_and_the_others_are_told(database: Database) -> None:
    with database.transaction() as tx:
        ids = [publications.plan(tx, DUE, [Change(WHERE, n)]) for n in range(10)]
    made = at_once(database, lambda tx, n: publications.make(tx, ids[n], 0, "r1", NOW), 10)
    assert sorted(made) == [False] * 9 + [True]


def test_every_change_is_news(database: Database) -> None:
    with database.transaction() as tx:
        takes.add(tx, a_take())
    with database.transaction() as tx:
        wordings.add(tx, a_wording(), 0)
    with database.transaction() as tx:
        publications.plan(tx, DUE, [])
    with database.reading() as tx:
        assert news.versions(tx, (news.STUDIO,)) == {news.STUDIO: 3}
