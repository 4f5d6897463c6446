"""Uploads and their files, on both databases."""

from ivr.store import news, prompt_codes, takes, uploads
from ivr.store.database import Database, Transaction
from ivr.store.uploads import NewFile, NewUpload, State
from tests.store.people import NOW, at_once
from tests.store.test_studio import a_take

NEW = NewUpload(None, NOW, "xx")


def a_file(shown: str = "welcome.wav", state: State = State.WAITING, reason: str | None = None) -> NewFile:
    file = "" if state is State.REFUSED else f"{shown}.sealed"
    named = state is State.WAITING
    return NewFile(shown, file, "0" * 64, state, reason, "xx" if named else None, "welcome" if named else None)


FILES = [a_file(), a_file("who knows.wav", State.UNMATCHED), a_file("x.zip", State.REFUSED, "archive")]


def test_files_come_in_order_and_are_counted_and_the_vault_knows_what_is_still_held(database: Database) -> None:
    with database.transaction() as tx:
        id = uploads.add(tx, NEW, FILES)
        later = uploads.add(tx, NEW, [a_file("later.wav")])
        found = uploads.files_of(tx, id)
        assert [(file.n, file.shown, file.state) for file in found] == [
            (1, "welcome.wav", State.WAITING),
            (2, "who knows.wav", State.UNMATCHED),
            (3, "x.zip", State.REFUSED),
        ]
        assert uploads.lock_file(tx, found[2].id) == found[2]
        assert uploads.counts(tx, [id, later]) == {
            id: {State.WAITING: 1, State.UNMATCHED: 1, State.REFUSED: 1},
            later: {State.WAITING: 1},
        }
        assert uploads.sealed(tx) == {"welcome.wav.sealed", "who knows.wav.sealed", "later.wav.sealed"}
        assert [upload.id for upload in uploads.newest(tx, 5)] == [later, id]
        assert [upload.id for upload in uploads.newest(tx, 1)] == [later]
        assert uploads.find(tx, later + 1) is None
        assert uploads.lock_file(tx, 99) is None


def test_a_file_that_a_person_matched_waits_and_becomes_one_take(database: Database) -> None:
    with database.transaction() as tx:
        id = uploads.add(tx, NEW, FILES)
        (_, unmatched, refused) = uploads.files_of(tx, id)
        assert uploads.match(tx, unmatched.id, "yy", "goodbye") is True
        assert uploads.match(tx, unmatched.id, "yy", "goodbye") is False
        assert uploads.match(tx, refused.id, "yy", "goodbye") is False
        take = takes.add(tx, a_take())
        assert uploads.end(tx, unmatched.id, State.TAKEN, take_id=take) is True
        assert uploads.end(tx, unmatched.id, State.SAME, take_id=take) is False
        found = uploads.lock_file(tx, unmatched.id)
    assert found is not None
    assert (found.state, found.language, found.name, found.take_id) == (State.TAKEN, "yy", "goodbye", take)
    assert found.file == ""


def test_what_is_cancelled_stays_what_it_was_where_it_was_a_take_already(database: Database) -> None:
    with database.transaction() as tx:
        id = uploads.add(tx, NEW, [*FILES, a_file("again.wav")])
        (first, *_) = uploads.files_of(tx, id)
        uploads.end(tx, first.id, State.TAKEN, take_id=takes.add(tx, a_take()))
    with database.transaction() as tx:
        assert uploads.cancel(tx, id) == 2
        assert uploads.cancel(tx, id) is None
        assert uploads.cancel(tx, 99) is None
        states = [file.state for file in uploads.files_of(tx, id)]
        assert uploads.sealed(tx) == set()
    assert states == [State.TAKEN, State.CANCELLED, State.REFUSED, State.CANCELLED]


def test_of_ten_who_end_a_file_at_once_one_does(database: Database) -> None:
    with database.transaction() as tx:
        prompt_codes.of_names(tx, ["welcome"])
        id = uploads.add(tx, NEW, FILES)
        (first, *_) = uploads.files_of(tx, id)

    def end(tx: Transaction, n: int) -> bool:
        found = uploads.lock_file(tx, first.id)
        uploads.lock_name(tx, "welcome")
        if found is None or found.state is not State.WAITING:
            return False
        return uploads.end(tx, first.id, State.TAKEN, take_id=takes.add(tx, a_take(file=f"{n}.sealed")))

    assert sorted(at_once(database, end, 10)) == [False] * 9 + [True]
    with database.reading() as tx:
        assert len(takes.of_place(tx, "xx", "welcome")) == 1


def test_open_pages_hear_of_every_change(database: Database) -> None:
    def version() -> int:
        with database.reading() as tx:
            return news.versions(tx, (news.STUDIO,))[news.STUDIO]

    seen = [version()]
    with database.transaction() as tx:
        id = uploads.add(tx, NEW, FILES)
    seen.append(version())
    with database.transaction() as tx:
        (first, second, _) = uploads.files_of(tx, id)
        uploads.match(tx, second.id, "xx", "welcome")
    seen.append(version())
    with database.transaction() as tx:
        uploads.end(tx, first.id, State.REFUSED, reason="gone")
    seen.append(version())
    with database.transaction() as tx:
        uploads.cancel(tx, id)
    seen.append(version())
    assert seen == sorted(set(seen))
