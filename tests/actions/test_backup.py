"""Everything comes back, on the other kind of database too; what was copied is one moment of a helpline at work."""

import dataclasses
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.actions import backup, signing
from ivr.actions import staff as accounts
from ivr.actions.archive import Keys
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.signing import Browser
from ivr.errors import BadSetting, Forged, StorageAway
from ivr.store import age, callers, calls, jobs, migrate, requests, staff
from ivr.store import news as stories
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from ivr.store.jobs import NewJob
from ivr.store.sessions import Kind
from ivr.store.staff import NewMember
from tests import databases
from tests.actions import copying
from tests.actions.copying import KINDS, RELEASE, Side, opened
from tests.store.anything import ROWS, everything, fill
from tests.store.people import NOW, NUMBER, new_call, new_request, new_turn

LATER = NOW + 100


@pytest.fixture(autouse=True)
def light_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(age, "WORK", 2)


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    with copying.side(request.param, tmp_path / "source", request, migrated=True) as made:
        yield made


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    with copying.side(request.param, tmp_path / "target", request) as made:
        yield made


@pytest.fixture
def lone(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Side]:
    """A source where the kind of database does not matter."""
    with copying.side("sqlite", tmp_path / "lone", request, migrated=True) as made:
        yield made


def without_audit(rows: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    return {table: found for table, found in rows.items() if table != "audit"}


def asked(number: str, call_id: str = "call-1") -> requests.NewRequest:
    return dataclasses.replace(new_request(call_id=call_id), number=number)


# round trips


def test_every_value_of_every_table_comes_back(source: Side, target: Side, tmp_path: Path) -> None:
    fill(source.database)
    made = source.back_up(tmp_path / "copy")
    before = everything(source.database)
    assert made.rows == sum(map(len, before.values())) == ROWS * len(before)
    target.put_back(tmp_path / "copy")
    after = everything(target.database)
    assert without_audit(after) == without_audit(before)
    assert after["audit"][:ROWS] == before["audit"]
    assert target.database.is_current()


def test_recordings_and_releases_come_back_for_their_owner_only(lone: Side, target: Side, tmp_path: Path) -> None:
    sounds = {"a.wav": b"", "messages/12.sealed": bytes(range(256)) * 1000, "messages/deep/é پیام.wav": b"x"}
    for name, sound in sounds.items():
        lone.record(name, sound)
    (lone.places.releases / RELEASE).write_bytes(b'{"made": "then"}')
    (lone.places.releases / "current").write_text("ab" * 8)
    assert lone.back_up(tmp_path / "copy").files == 4
    target.put_back(tmp_path / "copy")
    assert target.recordings() == sounds
    assert stat.S_IMODE((target.places.recordings / "a.wav").stat().st_mode) == 0o600
    assert [path.name for path in target.places.releases.iterdir()] == [RELEASE]
    assert (target.places.releases / RELEASE).read_bytes() == b'{"made": "then"}'


def test_a_caller_is_known_again_and_everything_sealed_opens(source: Side, target: Side, tmp_path: Path) -> None:
    with source.database.transaction() as tx:
        caller = callers.meet(tx, NUMBER, NOW)
        calls.log_call(tx, new_call(caller_id=caller.id))
        calls.add_turn(tx, new_turn())
        wanted = requests.put(tx, new_request(caller_id=caller.id))
    source.back_up(tmp_path / "copy")
    target.put_back(tmp_path / "copy")
    with target.database.reading() as tx:
        known = callers.find(tx, NUMBER)
        request = requests.find(tx, wanted)
        turn = calls.turn(tx, "call-1", 0)
    assert known is not None
    assert request is not None
    assert (known.id, request.number, request.details) == (caller.id, NUMBER, new_request().details)
    assert turn is not None
    assert turn.payload == new_turn().payload


def test_a_backup_under_two_keys_is_read_with_both(lone: Side, target: Side, tmp_path: Path) -> None:
    lone.database.keyring = Keyring(databases.OLD_KEY)
    with lone.database.transaction() as tx:
        callers.meet(tx, NUMBER, NOW)
    both = Keyring(databases.KEY, [databases.OLD_KEY])
    lone.database.keyring = target.database.keyring = both
    lone.back_up(tmp_path / "copy")
    target.put_back(tmp_path / "copy")
    with target.database.reading() as tx:
        assert callers.find(tx, NUMBER) is not None


def test_ids_go_on_where_they_were_even_after_rows_that_are_gone(source: Side, target: Side, tmp_path: Path) -> None:
    with source.database.transaction() as tx:
        calls.log_call(tx, new_call())
        ids = [requests.put(tx, asked(f"+3363998{n:04}")) for n in range(4)]
        tx.execute(text("DELETE FROM requests WHERE id = :last"), {"last": ids[-1]})
    source.back_up(tmp_path / "copy")
    target.put_back(tmp_path / "copy")
    with target.database.transaction() as tx:
        assert requests.put(tx, asked("+33639989999")) == ids[-1] + 1
        first = callers.meet(tx, NUMBER, NOW)
    assert first.id == 1


def test_an_empty_helpline_is_a_backup_too(lone: Side, target: Side, tmp_path: Path) -> None:
    assert lone.back_up(tmp_path / "copy").rows == 0
    target.put_back(tmp_path / "copy")
    assert without_audit(everything(target.database)) == without_audit(everything(lone.database))


# one moment


@pytest.fixture(params=KINDS if "COVER_ALL" in os.environ else KINDS[:1])
def elsewhere(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Side]:
    """A target where its kind of database matters little; `make cover` takes both."""
    with copying.side(request.param, tmp_path / "elsewhere", request) as made:
        yield made


def test_a_backup_while_many_write_holds_one_moment(source: Side, elsewhere: Side, tmp_path: Path) -> None:
    """What is one moment is so by the source; that either kind takes all of it is the first test's matter."""
    stop, begun = threading.Event(), threading.Semaphore(0)

    def write(place: int) -> None:
        n = 0
        while not stop.is_set():
            one_call(source.database, f"{place}-{n}", f"+3363998{place}{n % 1000:03}")
            begun.release()
            n += 1

    writers = [threading.Thread(target=write, args=(place,)) for place in range(4)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(40):
            begun.acquire()
        copies = [tmp_path / f"copy-{n}" for n in range(3)]
        for copy in copies:
            source.back_up(copy)
            begun.acquire()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    seen = []
    for copy in copies:
        elsewhere.put_back(copy, replace=True)
        rows = everything(elsewhere.database)
        of = {row[0] for row in rows["calls"]}
        assert len(of) == len(rows["turns"]) == len(rows["requests"]) == len(rows["callers"]) >= 10
        assert {row[1] for row in rows["requests"]} == of
        seen.append(len(of))
    assert seen == sorted(set(seen))
    assert seen[-1] <= len(everything(source.database)["calls"])


def one_call(database: Database, id: str, number: str) -> None:
    """Each in one transaction: who rang, the call, its turn, what was promised, and the news of it."""
    with database.transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO callers (number_hash, number_sealed, first_seen, last_seen) VALUES (:hash, :sealed, 1, 1)"
            ),
            {"hash": id, "sealed": b"x"},
        )
        calls.log_call(tx, new_call(id))
        calls.add_turn(tx, new_turn(call_id=id))
        requests.put(tx, asked(number, id))
        stories.tell(tx, stories.REQUESTS)


# the file


def test_the_file_is_its_owners_only_and_nothing_else_is_left(lone: Side, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    lone.back_up(folder / "copy")
    lone.back_up(folder / "copy")
    assert [path.name for path in folder.iterdir()] == ["copy"]
    assert stat.S_IMODE((folder / "copy").stat().st_mode) == 0o600


def test_nothing_of_it_can_be_read_without_the_passphrase(lone: Side, tmp_path: Path) -> None:
    with lone.database.transaction() as tx:
        calls.log_call(tx, new_call())
        requests.put(tx, new_request("asylum-status"))
    lone.record("messages/salam.wav", b"a voice")
    lone.back_up(tmp_path / "copy", keys=Keys("the secret key", ["an older key"]))
    data = (tmp_path / "copy").read_bytes()
    for word in (b"asylum", b"secret", b"older", b"salam", b"voice", b"manifest", b"requests", b"0005"):
        assert word not in data
    with pytest.raises(Forged):
        opened(tmp_path / "copy", "another passphrase")
    assert opened(tmp_path / "copy").contents.keys == Keys("the secret key", ["an older key"])


def test_a_file_that_is_no_backup_is_never_replaced(lone: Side) -> None:
    file = lone.root / "hamrah.db"
    before = file.read_bytes()
    with pytest.raises(BadSetting, match="no backup"):
        lone.back_up(file)
    assert file.read_bytes() == before


def test_a_backup_that_fails_leaves_the_earlier_one(
    lone: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    lone.back_up(folder / "copy")
    before = (folder / "copy").read_bytes()
    lone.record("a.wav", b"x")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.Packing, "add_stream", full)
    with pytest.raises(BadSetting, match="No space left"):
        lone.back_up(folder / "copy")
    assert [path.name for path in folder.iterdir()] == ["copy"]
    assert (folder / "copy").read_bytes() == before


def test_a_folder_that_is_not_there_is_named(lone: Side, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="No such file"):
        lone.back_up(tmp_path / "none" / "copy")


def test_drafts_links_and_what_is_forgotten_meanwhile_are_passed_over(
    lone: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = lone.record("messages/1", b"kept")
    lone.record("messages/.2.draft", b"half")
    lone.record(".restored/3", b"half")
    (lone.places.recordings / "link").symlink_to(kept)
    gone = lone.record("messages/4", b"its time is over")
    found = backup._kept(lone.places.recordings)
    assert found == [kept, gone]
    monkeypatch.setattr(backup, "_kept", lambda _: found)
    gone.unlink()
    assert lone.back_up(tmp_path / "copy").files == 1
    assert opened(tmp_path / "copy").contents.recordings == 1


def test_a_recording_that_shrinks_while_it_is_read_fails_the_backup(lone: Side, tmp_path: Path) -> None:
    lone.record("a.wav", b"x" * 100)
    shrunk = os.stat_result((*os.stat(lone.root)[:6], 200, *os.stat(lone.root)[7:]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fstat", lambda _: shrunk)
        with pytest.raises(BadSetting, match="not made"):
            lone.back_up(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_database_that_is_away_is_no_backup(tmp_path: Path) -> None:
    with databases.opened(f"postgresql://nobody@/none?host={tmp_path}") as away, pytest.raises(StorageAway):
        Side(away, tmp_path).back_up(tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


# what is not brought back to life


def test_nobody_is_signed_in_by_an_old_cookie_or_an_old_link(lone: Side, target: Side, tmp_path: Path) -> None:
    tables = ("staff_sessions", "staff_links")
    with lone.database.transaction() as tx:
        new = NewMember("a@example.org", "A", frozenset({"admin"}), (), NOW)
        member = staff.find(tx, staff.add(tx, new) or 0)
        assert member is not None
        signing.admit(tx, member, Browser("agent", "place"), NOW, proven=True)
        accounts.make_link(tx, member.id, Kind.RESET, Deed(HELPLINE, NOW))
        assert [tx.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in tables] == [1, 1]
    lone.back_up(tmp_path / "copy")
    target.put_back(tmp_path / "copy")
    with target.database.reading() as tx:
        assert [tx.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in tables] == [0, 0]


def test_what_was_due_and_leaves_the_building_is_decided_by_a_person(lone: Side, target: Side, tmp_path: Path) -> None:
    with lone.database.transaction() as tx:
        for kind, due in (("dial", NOW), ("dial", LATER + 9), ("sweep", NOW)):
            jobs.enqueue(tx, NewJob(kind, f"{kind}/{due}", {}, due, NOW))
    lone.back_up(tmp_path / "copy")
    target.put_back(tmp_path / "copy", leaving=frozenset({"dial"}))
    with target.database.reading() as tx:
        lost = jobs.expired(tx, ["dial", "sweep"], LATER)
        found = jobs.counts(tx, LATER)
    assert [job.key for job in lost] == [f"dial/{NOW}"]
    assert (found.waiting, found.running) == (2, 1)


# revisions


@pytest.fixture(params=KINDS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    """A helpline before the callback desk."""
    with copying.side(request.param, tmp_path / "old", request) as made:
        with made.database.alone() as tx:
            migrate.change(tx.connection, "0003", up=True)
        fill(made.database)
        yield made


def test_a_backup_of_an_older_program_is_migrated(old: Side, target: Side, tmp_path: Path) -> None:
    before = everything(old.database)
    assert old.back_up(tmp_path / "copy").revision == "0003"
    target.put_back(tmp_path / "copy")
    assert target.database.is_current()
    after = everything(target.database)
    known = len(before["callers"][0])  # what a later revision adds comes behind
    assert [row[:known] for row in after["callers"]] == before["callers"]
    assert len(after["requests"]) == ROWS
    with target.database.reading() as tx:
        assert set(tx.execute(text("SELECT person, phone, tries FROM requests"))) == {(1, "unknown", 0)}


def test_an_older_program_forgot_rows_whose_ids_are_not_given_again(old: Side, target: Side, tmp_path: Path) -> None:
    with old.database.transaction() as tx:
        tx.execute(text("DELETE FROM requests WHERE id = (SELECT max(id) FROM requests)"))
    old.back_up(tmp_path / "copy")
    target.put_back(tmp_path / "copy")
    with target.database.transaction() as tx:
        calls.log_call(tx, new_call())
        highest = ROWS + 10 if old.database._sqlite else ROWS + 9  # PostgreSQL did not count what was given an id
        assert requests.put(tx, new_request()) == highest + 1
