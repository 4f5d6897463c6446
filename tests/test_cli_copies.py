"""`ivr backup` and `ivr restore`, as an operator types them: a helpline moves to another machine."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr import cli
from ivr.actions import restore
from ivr.store import age, callers
from ivr.store.crypto import Keyring
from tests.databases import opened
from tests.store.people import NUMBER

KEY, OTHER_KEY = "the first key of this helpline: 32", "the second key of this helpline: 32"
PASSPHRASE = "four plain words here"
Ivr = Callable[..., Result]


@pytest.fixture(autouse=True)
def light_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(age, "WORK", 2)


@pytest.fixture
def here(tmp_path: Path) -> Ivr:
    """The helpline that is copied; somebody rang there."""
    ivr = machine(tmp_path / "here")
    assert ivr("migrate").exit_code == 0
    key = (tmp_path / "here" / "data" / "secret.key").read_bytes()
    with opened(f"sqlite:///{tmp_path}/here/data/hamrah.db", Keyring(key)) as database, database.transaction() as tx:
        callers.meet(tx, NUMBER, 1.0)
    (tmp_path / "here" / "recordings").mkdir()
    (tmp_path / "here" / "recordings" / "a.wav").write_bytes(b"a voice")
    return ivr


@pytest.fixture
def there(tmp_path: Path) -> Ivr:
    """Another machine, with nothing on it."""
    return machine(tmp_path / "there")


@pytest.fixture
def copy(here: Ivr, tmp_path: Path) -> str:
    made = here("backup", str(tmp_path / "copy"), IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert made.exit_code == 0, made.output
    return str(tmp_path / "copy")


def machine(root: Path) -> Ivr:
    def run(*words: str, typed: str | None = None, **environ: str) -> Result:
        known = {"IVR_DATA_DIR": str(root / "data"), "IVR_RECORDINGS_DIR": str(root / "recordings")}
        return CliRunner().invoke(cli.main, list(words), input=typed, env={**known, **environ})

    return run


def knows_the_caller(root: Path, key: str) -> bool:
    with opened(f"sqlite:///{root}/data/hamrah.db", Keyring(key.encode())) as database, database.reading() as tx:
        return callers.find(tx, NUMBER) is not None


def test_a_helpline_moves_with_its_key(copy: str, there: Ivr, tmp_path: Path) -> None:
    moved = there("restore", copy, IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert moved.exit_code == 0, moved.output
    assert "1 rows, 1 recordings, 0 releases, with keys; whole" in moved.output
    assert "run `ivr prepare`" in moved.output
    key = tmp_path / "there" / "data" / "secret.key"
    assert key.read_text() == (tmp_path / "here" / "data" / "secret.key").read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "there" / "data" / "hamrah.db").stat().st_mode & 0o777 == 0o600
    assert knows_the_caller(tmp_path / "there", key.read_text())
    assert (tmp_path / "there" / "recordings" / "a.wav").read_bytes() == b"a voice"


def test_the_passphrase_is_asked_for_twice_and_never_shown(here: Ivr, there: Ivr, tmp_path: Path) -> None:
    copy = str(tmp_path / "asked")
    made = here("backup", copy, typed=f"{PASSPHRASE}\nanother\n{PASSPHRASE}\n{PASSPHRASE}\n")
    assert made.exit_code == 0, made.output
    assert "1 rows at revision " in made.output
    wrong = there("restore", copy, typed="another\n")
    assert (wrong.exit_code, "passphrase is not the one" in wrong.output) == (1, True)
    moved = there("restore", copy, typed=f"{PASSPHRASE}\n")
    assert moved.exit_code == 0, moved.output
    assert PASSPHRASE not in made.output + moved.output


def test_a_passphrase_may_lie_in_a_file(here: Ivr, tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    assert (
        here("backup", str(tmp_path / "copy"), IVR_BACKUP_PASSPHRASE_FILE=str(tmp_path / "passphrase")).exit_code == 0
    )
    assert restore.opened(tmp_path / "copy", [PASSPHRASE]).contents.keys is not None


def test_without_a_passphrase_nothing_is_written(here: Ivr, tmp_path: Path) -> None:
    for typed in ("", f"{PASSPHRASE}\n"):
        refused = here("backup", str(tmp_path / "copy"), typed=typed)
        assert (refused.exit_code, "--without-keys" in refused.output) == (1, True)
    short = here("backup", str(tmp_path / "copy"), IVR_BACKUP_PASSPHRASE="eleven char")
    assert (short.exit_code, "fewer than 12 characters" in short.output) == (1, True)
    assert not (tmp_path / "copy").exists()


def test_without_keys_the_file_is_encrypted_under_the_key_itself(here: Ivr, there: Ivr, tmp_path: Path) -> None:
    copy, key = str(tmp_path / "copy"), (tmp_path / "here" / "data" / "secret.key").read_text()
    made = here("backup", "--without-keys", copy, IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert (made.exit_code, "nobody can read this file" in made.output) == (0, True)
    refused = there("restore", copy, IVR_SECRET_KEY=OTHER_KEY, IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert (refused.exit_code, "passphrase is not the one" in refused.output) == (1, True)
    typed = there("restore", copy, typed=f"{key}\n")
    assert (typed.exit_code, "set IVR_SECRET_KEY" in typed.output) == (1, True)
    assert not (tmp_path / "there" / "data").exists()
    moved = there("restore", copy, IVR_SECRET_KEY=key)
    assert moved.exit_code == 0, moved.output
    assert knows_the_caller(tmp_path / "there", key)


def test_a_backup_is_only_checked(copy: str, there: Ivr, tmp_path: Path) -> None:
    checked = there("restore", "--check", copy, IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert (checked.exit_code, checked.output.count("\n")) == (0, 1)
    assert "with keys; whole" in checked.output
    Path(copy).write_bytes(Path(copy).read_bytes()[:-1])
    damaged = there("restore", "--check", copy, IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert (damaged.exit_code, "its end is missing" in damaged.output) == (1, True)
    assert not (tmp_path / "there").exists()


def test_the_keys_alone_are_written_down_where_compose_looks_for_them(here: Ivr, there: Ivr, tmp_path: Path) -> None:
    keys = {"IVR_SECRET_KEY": KEY, "IVR_OLD_SECRET_KEYS": f"{OTHER_KEY},{OTHER_KEY} too"}
    here("backup", str(tmp_path / "copy"), IVR_BACKUP_PASSPHRASE=PASSPHRASE, **keys)
    words = ("restore", "--keys-into", str(tmp_path / "secrets"), str(tmp_path / "copy"))
    written = there(*words, IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert written.exit_code == 0, written.output
    assert (tmp_path / "secrets" / "secret_key").read_text() == KEY
    assert (tmp_path / "secrets" / "old_secret_keys").read_text() == f"{OTHER_KEY},{OTHER_KEY} too"
    assert KEY not in written.output
    assert not (tmp_path / "there").exists()
    again = there(*words, IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    named = {f"{name}_FILE": str(tmp_path / "secrets" / name.removeprefix("IVR_").lower()) for name in keys}
    assert there("restore", str(tmp_path / "copy"), IVR_BACKUP_PASSPHRASE=PASSPHRASE, **named).exit_code == 0


def test_keys_that_are_not_in_it_cannot_be_written_down(here: Ivr, tmp_path: Path) -> None:
    here("backup", "--without-keys", str(tmp_path / "copy"))
    refused = here("restore", "--keys-into", str(tmp_path / "secrets"), str(tmp_path / "copy"), typed="")
    assert (refused.exit_code, "holds no keys" in refused.output) == (1, True)


def test_a_helpline_with_another_key_says_what_to_do(copy: str, there: Ivr, tmp_path: Path) -> None:
    refused = there("restore", copy, IVR_BACKUP_PASSPHRASE=PASSPHRASE, IVR_SECRET_KEY=OTHER_KEY)
    assert (refused.exit_code, "--keys-into" in refused.output) == (1, True)


def test_what_is_there_is_replaced_only_when_it_was_asked_for_and_confirmed(
    copy: str, here: Ivr, tmp_path: Path
) -> None:
    passphrase = {"IVR_BACKUP_PASSPHRASE": PASSPHRASE}
    refused = here("restore", copy, **passphrase)
    assert (refused.exit_code, "not empty (1 callers)" in refused.output) == (1, True)
    for typed in ("n\n", ""):
        assert here("restore", "--replace", copy, typed=typed, **passphrase).exit_code == 1
    assert "0 callers" not in here("restore", "--replace", copy, typed="y\n", **passphrase).output
    assert knows_the_caller(tmp_path / "here", (tmp_path / "here" / "data" / "secret.key").read_text())


def test_a_server_that_runs_is_noticed_before_anything_is_asked(copy: str, here: Ivr, tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/here/data/hamrah.db") as server:
        server.ping()
        refused = here("restore", "--replace", copy, IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert (refused.exit_code, "stop every server" in refused.output) == (1, True)


def test_production_needs_its_key_first(copy: str, there: Ivr, tmp_path: Path) -> None:
    production = {"IVR_ENV": "production", "IVR_PUBLIC_URL": "https://help.example"}
    refused = there("restore", copy, IVR_BACKUP_PASSPHRASE=PASSPHRASE, **production)
    assert (refused.exit_code, "IVR_SECRET_KEY is missing" in refused.output) == (1, True)
    assert not (tmp_path / "there").exists()


def test_tables_of_another_version_are_migrated_first(there: Ivr, tmp_path: Path) -> None:
    refused = there("backup", str(tmp_path / "copy"), IVR_BACKUP_PASSPHRASE=PASSPHRASE)
    assert (refused.exit_code, "ivr migrate" in refused.output) == (1, True)
