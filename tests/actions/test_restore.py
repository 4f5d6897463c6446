"""A backup is put back as a whole or not at all, and only where nothing is lost by it."""

import dataclasses
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.actions import archive, restore
from ivr.actions.archive import CHECKSUMS, MANIFEST, Keys, Manifest, Packing
from ivr.errors import BadInput, BadSetting, Forged, StorageAway
from ivr.store import age, calls, snapshot, solitude
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from tests import databases
from tests.actions import copying
from tests.actions.copying import KINDS, PASSPHRASE, RELEASE, Side, opened
from tests.helpline import KEY, ROOT
from tests.store.anything import everything, fill
from tests.store.people import NOW, new_call, new_turn


@pytest.fixture(autouse=True)
def light_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(age, "WORK", 2)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A helpline with something of everything and one recording, and its backup; each test takes a copy of both."""
    root = tmp_path_factory.mktemp("made")
    with (
        pytest.MonkeyPatch.context() as patched,
        copying.side("sqlite", root / "source", request, migrated=True) as made,
    ):
        patched.setattr(age, "WORK", 2)
        fill(made.database)
        made.record("messages/1", b"from the backup")
        (made.places.releases / RELEASE).write_text("{}")
        made.back_up(root / "copy")
    return root


@pytest.fixture
def source(tmp_path: Path, made_once: Path) -> Iterator[Side]:
    root = Path(shutil.copytree(made_once / "source", tmp_path / "source"))
    with databases.opened(f"sqlite:///{root}/hamrah.db") as database:
        yield Side(database, root)


@pytest.fixture
def copy(tmp_path: Path, made_once: Path) -> Path:
    return Path(shutil.copy(made_once / "copy", tmp_path / "copy"))


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    with copying.side(request.param, tmp_path / "target", request) as made:
        yield made


@pytest.fixture
def plain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    """A target with today's tables, where the kind of database does not matter."""
    with copying.side("sqlite", tmp_path / "plain", request, migrated=True) as made:
        yield made


@pytest.fixture(params=KINDS)
def busy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    with copying.side(request.param, tmp_path / "busy", request, migrated=True) as made:
        yield with_a_call(made)


def with_a_call(target: Side) -> Side:
    """A target at which somebody called."""
    with target.database.transaction() as tx:
        calls.log_call(tx, new_call("only here"))
    target.record("messages/1", b"only here")
    target.record("messages/2", b"only here too")
    target.database.dispose()
    return target


def assert_untouched(target: Side) -> None:
    if target.database.current_revision() is not None:
        assert {table for table, rows in everything(target.database).items() if rows} <= {"calls"}
    assert target.recordings() in ({}, {"messages/1": b"only here", "messages/2": b"only here too"})


# where it goes


def test_a_database_with_anything_in_it_is_refused(busy: Side, copy: Path) -> None:
    before = everything(busy.database)
    with pytest.raises(BadSetting, match="not empty"):
        busy.put_back(copy)
    assert everything(busy.database) == before
    assert_untouched(busy)


def test_replacing_forgets_all_that_was_there(busy: Side, source: Side, copy: Path) -> None:
    busy.put_back(copy, replace=True)
    found = everything(busy.database)
    assert found["calls"] == everything(source.database)["calls"]
    assert busy.recordings() == {"messages/1": b"from the backup", "messages/2": b"only here too"}


def test_tables_that_are_there_and_empty_are_no_hindrance(target: Side, source: Side, copy: Path) -> None:
    target.database.migrate()
    target.put_back(copy)
    assert everything(target.database)["calls"] == everything(source.database)["calls"]


def test_a_restore_is_written_down(target: Side, copy: Path) -> None:
    target.put_back(copy)
    *_, last = everything(target.database)["audit"]
    assert last[1:] == (NOW + 100, None, None, "restored", "backup", f'{{"made_at": {int(NOW)}}}')


def test_while_a_server_is_connected_nothing_is_put_back(busy: Side, copy: Path) -> None:
    address = busy.database._engine.url.render_as_string(hide_password=False)
    with databases.opened(address) as server:
        server.ping()  # its connection stays open, as that of a server which waits for the next call
        with pytest.raises(BadSetting, match="stop every server"):
            busy.put_back(copy, replace=True)
    assert_untouched(busy)
    busy.put_back(copy, replace=True)


def test_while_it_is_put_back_nobody_else_gets_in(target: Side, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target.database.migrate()
    address = target.database._engine.url.render_as_string(hide_password=False)
    heard: list[str] = []
    move = restore._move

    def write(other: Database) -> None:
        with other.transaction() as tx:
            if not other._sqlite:
                tx.execute(text("SET lock_timeout = '50ms'"))
            calls.log_call(tx, new_call("too early"))

    def knock(*args: object, over: bool) -> None:
        if not over:  # before the commit
            with databases.opened(address) as other, pytest.raises(StorageAway):
                write(other)
            heard.append("nobody")
        move(*args, over=over)  # type: ignore[arg-type]

    monkeypatch.setattr(restore, "_move", knock)
    if target.database._sqlite:
        monkeypatch.setattr("ivr.store.engines.BUSY_SECONDS", 0)
    target.put_back(copy)
    assert heard == ["nobody"]
    assert "too early" not in {row[0] for row in everything(target.database)["calls"]}


def test_afterwards_the_same_database_serves_many_again(target: Side, copy: Path) -> None:
    target.put_back(copy)
    address = target.database._engine.url.render_as_string(hide_password=False)
    with databases.opened(address) as other, target.database.transaction() as tx:
        calls.log_call(tx, new_call("here"))
        with other.reading() as reading:
            assert calls.find(reading, "here") is None


def test_a_key_that_does_not_open_the_backup_is_refused_before_anything_changes(target: Side, copy: Path) -> None:
    target.database.keyring = Keyring(databases.OLD_KEY)
    with pytest.raises(BadSetting, match="another key"):
        target.put_back(copy)
    assert_untouched(target)
    target.database.keyring = Keyring(databases.OLD_KEY, [databases.KEY])
    target.put_back(copy)


def test_a_new_sqlite_file_is_its_owners_only(tmp_path: Path, request: pytest.FixtureRequest, copy: Path) -> None:
    with copying.side("sqlite", tmp_path / "new", request) as made:
        made.put_back(copy)
        assert {path.stat().st_mode & 0o777 for path in made.root.glob("hamrah.db*")} == {0o600}


def test_a_disk_that_is_full_leaves_all_as_it_was(busy: Side, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restore.shutil, "copyfileobj", full)
    before = everything(busy.database)
    with pytest.raises(BadSetting, match="No space left"):
        busy.put_back(copy, replace=True)
    assert everything(busy.database) == before
    assert_untouched(busy)


# what it is


def test_a_damaged_file_is_refused(copy: Path) -> None:
    whole = copy.read_bytes()
    for at in range(0, len(whole), len(whole) // 20):
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(BadInput):
            opened(copy)


def test_a_file_that_was_cut_off_is_refused(copy: Path) -> None:
    whole = copy.read_bytes()
    for at in range(0, len(whole), len(whole) // 20):
        copy.write_bytes(whole[:at])
        with pytest.raises(BadInput):
            opened(copy)


def test_a_file_without_its_last_byte_is_refused(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:-1])
    with pytest.raises(BadInput):
        opened(copy)


def test_another_passphrase_is_named_as_the_reason(copy: Path) -> None:
    with pytest.raises(Forged, match="passphrase"):
        opened(copy, "another passphrase")


@pytest.mark.parametrize("what", [b"", b"PK\x03\x04", b"age-encryption.org/v1\n-> X25519 abc\n"])
def test_a_file_of_another_kind_is_named_as_such(what: bytes, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(what)
    with pytest.raises(BadInput, match="passphrase"):
        opened(tmp_path / "other")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="No such file"):
        opened(tmp_path / "none")


# made by somebody else


def made_of(path: Path, manifest: Manifest, parts: dict[str, bytes], sums: bytes | None = None) -> Path:
    with path.open("wb") as file:
        packing = Packing(file, PASSPHRASE)
        packing.add_plain(MANIFEST, manifest)
        for name, data in parts.items():
            packing.add(name, data)
        if sums is None:
            packing.close()
            return path
        packing.add(CHECKSUMS, sums)
        packing._tar.close()
        packing._sealed.close()
    return path


@pytest.fixture
def manifest(copy: Path) -> Manifest:
    return opened(copy).contents.manifest


def test_a_backup_of_newer_tables_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    newer = dataclasses.replace(manifest, revision="0999", program="9.9")
    with pytest.raises(BadInput, match=r"newer program \(9\.9, tables 0999\)"):
        opened(made_of(tmp_path / "newer", newer, {}))


@pytest.mark.parametrize("form", [0, 2, "1", None])
def test_a_backup_of_another_form_is_refused_before_more_of_it_is_read(
    form: object, manifest: Manifest, tmp_path: Path
) -> None:
    newer = dataclasses.replace(manifest, format=form, program="9.9")  # type: ignore[arg-type]
    file = made_of(tmp_path / "newer", newer, {"recordings/../what a newer one means by it": b""})
    with pytest.raises(BadInput, match="form"):
        opened(file)


WRONG_NAMES = (
    "/etc/passwd",
    "../out",
    "recordings/../../out",
    "recordings/..",
    "recordings/",
    "recordings/a/../../../out",
    "recordings//etc/passwd",
    "recordings/./a",
    "recordings/a/",
    "recordings/.restored/a",
    "recordings/a\\..\\b",
    "recordings/a\0b",
    "recordings/a\nb",
    "releases/current",
    "releases/../../out.json",
    "releases/ABCDEFABCDEFABCD.json",
    "rows/1-calls.jsonl",
    "rows/000001-calls;drop.jsonl",
    "rows/000001-.jsonl",
    "keys.json/",
    "other",
    "",
)


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_a_part_that_would_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="wrong name"):
        archive.checked(name)


@pytest.mark.parametrize("name", ["recordings/../../out", "/etc/out", "../out", "releases/../../out.json"])
def test_nothing_is_written_outside(name: str, manifest: Manifest, tmp_path: Path, plain: Side) -> None:
    file = made_of(tmp_path / "bad", manifest, {name: b"evil"})
    with pytest.raises(BadInput, match="wrong name"):
        plain.put_back(file)
    assert list(tmp_path.rglob("out*")) == []
    assert_untouched(plain)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_a_device_is_refused(kind: bytes, manifest: Manifest, tmp_path: Path) -> None:
    with (tmp_path / "bad").open("wb") as file:
        packing = Packing(file, PASSPHRASE)
        packing.add_plain(MANIFEST, manifest)
        info = tarfile.TarInfo("recordings/a")
        info.type, info.linkname = kind, "/etc/passwd"
        packing._tar.addfile(info)
        packing.close()
    with pytest.raises(BadInput, match="no file"):
        opened(tmp_path / "bad")


def test_what_is_no_archive_inside_is_refused(tmp_path: Path) -> None:
    for inside in (b"", b"x" * 3000, b"\0" * 10240):
        file = io.BytesIO()
        writer = age.Writer(file, PASSPHRASE)
        writer.write(inside)
        writer.close()
        (tmp_path / "bad").write_bytes(file.getvalue())
        with pytest.raises(BadInput):
            opened(tmp_path / "bad")


@pytest.mark.parametrize("sums", [b"{}", b"[]", b"{", b'{"manifest.json": [1, "00"]}'])
def test_checksums_that_do_not_fit_are_refused(sums: bytes, manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        opened(made_of(tmp_path / "bad", manifest, {}, sums))


def test_parts_out_of_order_are_refused(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="order"):
        opened(made_of(tmp_path / "twice", manifest, {MANIFEST: b"{}"}))
    with (tmp_path / "first").open("wb") as file:
        packing = Packing(file, PASSPHRASE)
        packing.add("recordings/a", b"")
        packing.close()
    with pytest.raises(BadInput, match="order"):
        opened(tmp_path / "first")


def test_keys_that_are_none_are_refused(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        opened(made_of(tmp_path / "bad", manifest, {"keys.json": b'{"other": 1}'}))


ROW = "rows/000001-{}.jsonl"


BAD_ROWS = (
    ("calls", b"[1]"),
    ("calls", b"{"),
    ("calls", b"7"),
    ("calls", b'[{"b32": ""}]'),
    ("alembic_version", b'["9999"]'),
    ("nothing", b"[1]"),
)


@pytest.mark.parametrize(("table", "line"), BAD_ROWS)
def test_rows_that_do_not_fit_change_nothing(
    table: str, line: bytes, manifest: Manifest, plain: Side, tmp_path: Path
) -> None:
    refuse(with_a_call(plain), manifest, table, line)


def test_rows_that_the_database_refuses_change_nothing(manifest: Manifest, busy: Side) -> None:
    refuse(busy, manifest, "turns", snapshot.line(["no such call", 0, "node", "result", 1.0, b"x"]).strip())
    refuse(busy, manifest, "closures", b'["2026-01-01", null]')


def refuse(target: Side, manifest: Manifest, table: str, line: bytes) -> None:
    before = everything(target.database)
    target.database.dispose()
    file = made_of(target.root / "bad", manifest, {"recordings/messages/9": b"x", ROW.format(table): line + b"\n"})
    with pytest.raises(BadInput):
        target.put_back(file, replace=True)
    assert everything(target.database) == before
    assert_untouched(target)


def test_tables_that_are_not_those_of_the_revision_are_refused(
    manifest: Manifest, target: Side, tmp_path: Path
) -> None:
    other = dataclasses.replace(manifest, columns={**manifest.columns, "calls": ["id"]})
    with pytest.raises(BadInput, match=f"revision {manifest.revision}"):
        target.put_back(made_of(tmp_path / "bad", other, {}))
    assert_untouched(target)


# killed

KILLED = """
import os, signal, sys
from ivr import cli
from ivr.actions import restore
from ivr.store import age
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "late":
    restore.audit.note = die
else:
    restore._write_once = die
cli.main(sys.argv[2:])
"""


def until_alone(database: Database) -> None:
    """PostgreSQL notices a moment later that a process which was killed is gone; until then a restore is refused."""
    with database._engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            while connection.scalar(solitude.OTHERS):
                connection.rollback()
                time.sleep(0.05)


@pytest.mark.parametrize("moment", ["early", "late"])
def test_a_restore_that_is_killed_can_be_done_again_as_if_it_had_never_begun(
    moment: str, busy: Side, source: Side, tmp_path: Path
) -> None:
    source.database.keyring = busy.database.keyring = Keyring(KEY.encode())
    copy = tmp_path / "copy"
    source.back_up(copy)
    before = everything(busy.database)
    busy.database.dispose()
    environ = {
        **os.environ,
        "IVR_DATA_DIR": str(busy.root),
        "IVR_RECORDINGS_DIR": str(busy.places.recordings),
        "IVR_DATABASE_URL": busy.database._engine.url.render_as_string(hide_password=False),
        "IVR_SECRET_KEY": KEY,
        "IVR_BACKUP_PASSPHRASE": PASSPHRASE,
    }
    command = [sys.executable, "-c", KILLED, moment, "restore", "--replace", str(copy)]
    done = subprocess.run(command, cwd=ROOT, env=environ, input=b"y\n", capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert everything(busy.database) == before
    kept = {name: sound for name, sound in busy.recordings().items() if not name.startswith(".")}
    assert kept == {"messages/1": b"only here", "messages/2": b"only here too"}
    until_alone(busy.database)
    busy.put_back(copy, replace=True)
    assert len(everything(busy.database)["calls"]) == 3
    assert busy.recordings() == {"messages/1": b"from the backup", "messages/2": b"only here too"}


def test_rows_too_many_for_one_batch_come_in_several(source: Side, target: Side, tmp_path: Path) -> None:
    with source.database.transaction() as tx:
        calls.log_call(tx, new_call())
        for n in range(2 * snapshot.BATCH + 1):
            calls.add_turn(tx, new_turn(n))
    source.back_up(tmp_path / "long")
    target.put_back(tmp_path / "long")
    assert everything(target.database)["turns"] == everything(source.database)["turns"]


def test_sqlite_itself_finds_nothing_wrong_with_what_was_restored(
    tmp_path: Path, request: pytest.FixtureRequest, copy: Path
) -> None:
    with copying.side("sqlite", tmp_path / "new", request) as made:
        made.put_back(copy)
    connection = sqlite3.connect(tmp_path / "new" / "hamrah.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_keys_are_written_once_and_for_their_owner(tmp_path: Path) -> None:
    restore.write_secret(tmp_path / "new" / "secret_key", "the key")
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadSetting, match="is there already"):
        restore.write_secret(tmp_path / "new" / "secret_key", "another")
    assert (tmp_path / "new" / "secret_key").read_text() == "the key"
    assert Keys("the key", []).current == "the key"
