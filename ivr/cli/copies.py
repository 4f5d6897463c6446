"""Commands that copy everything into one encrypted file, and put it back."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from ivr.actions import backup, restore
from ivr.actions.archive import Keys
from ivr.actions.backup import LEAST_PASSPHRASE, Places, Seal
from ivr.actions.restore import Backup, Target
from ivr.app import Parts, parts
from ivr.cli.common import explained, joined_parts, need_tables, read_settings
from ivr.errors import BadSetting
from ivr.settings import Settings

UNPROTECTED = (
    "a backup is encrypted under a passphrase: set IVR_BACKUP_PASSPHRASE (or IVR_BACKUP_PASSPHRASE_FILE), or answer\n"
    "when asked. With --without-keys it is encrypted under the secret key instead, and worth nothing when that is lost."
)
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
@click.option("--without-keys", is_flag=True, help="encrypts under the secret key, which you keep elsewhere")
def back_up(file: Path, without_keys: bool) -> None:
    """Copies database, recordings, releases and keys into FILE, encrypted, while calls run."""
    with explained():
        joined = joined_parts()
        need_tables(joined)
        seal = _seal(joined.settings, without_keys)
        made = backup.back_up(joined.database, _places(joined.settings), seal, file, joined.clock())
        size = f"{made.bytes / 1_000_000:.1f} MB"
        click.echo(f"{file}: {made.rows} rows at revision {made.revision}, {made.files} files, {size}")
        if without_keys:
            click.echo("The keys are not in it: without IVR_SECRET_KEY, kept elsewhere, nobody can read this file.")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help="only reads the file, to its last byte, and says what is in it")
@click.option("--keys-into", type=FOLDER, help="only writes its keys there: secret_key and old_secret_keys")
@click.option("--replace", is_flag=True, help="forgets everything that is in the database now")
def put_back(file: Path, check: bool, keys_into: Path | None, replace: bool) -> None:
    """Puts a backup back, from either kind of database into either; no server may run meanwhile."""
    with explained():
        settings = read_settings()
        found = restore.opened(file, _passphrases(settings))
        click.echo(_described(found, settings))
        if keys_into is not None:
            _write_keys(found, keys_into)
        elif not check:
            _restore(found, settings, replace)


def _restore(found: Backup, settings: Settings, replace: bool) -> None:
    _take_trial_key(found, settings)
    joined = parts(settings)
    restore.check_keys(found, joined.database.keyring)
    _confirm(joined, replace)
    leaving = frozenset(name for name, kind in joined.kinds.items() if not kind.repeats)
    target = Target(joined.database, _places(settings), leaving)
    restore.put_back(found, target, joined.clock(), replace=replace)
    click.echo(f"restored, at revision {joined.database.current_revision()}. Everybody signs in again.")
    click.echo("Sounds are not in a backup: run `ivr prepare`, then start the server.")


def _confirm(joined: Parts, replace: bool) -> None:
    there = restore.found(joined.database)
    if not there:
        return
    held = ", ".join(f"{rows} {table}" for table, rows in sorted(there.items()))
    if not replace:
        raise BadSetting(f"the database is not empty ({held}): --replace forgets all of it")
    click.confirm(f"Forget what the database holds now ({held})?", abort=True)


def _seal(settings: Settings, without_keys: bool) -> Seal:
    current, old = settings.keys()
    if without_keys:
        return Seal(current.decode(), None)
    passphrase = _passphrase(settings, new=True)
    if len(passphrase) < LEAST_PASSPHRASE:
        raise BadSetting(f"the passphrase has fewer than {LEAST_PASSPHRASE} characters")
    return Seal(passphrase, Keys(current.decode(), [key.decode() for key in old]))


def _passphrase(settings: Settings, *, new: bool) -> str:
    if settings.backup_passphrase is not None:
        return settings.backup_passphrase.get_secret_value()
    try:
        return str(click.prompt("Passphrase of the backup", hide_input=True, confirmation_prompt=new))
    except click.Abort:
        raise BadSetting(UNPROTECTED) from None


def _passphrases(settings: Settings) -> Iterator[str]:
    """The keys that are here open a backup that was made without keys; else it has a passphrase."""
    if settings.backup_passphrase is not None:
        yield settings.backup_passphrase.get_secret_value()
    if settings.secret_key is not None or settings.key_file.exists():
        current, old = settings.keys()
        yield from (key.decode() for key in (current, *old))
    if settings.backup_passphrase is None:
        yield _passphrase(settings, new=False)


def _described(found: Backup, settings: Settings) -> str:
    held, made = found.contents, found.contents.manifest
    at = datetime.fromtimestamp(made.made_at, settings.zone).isoformat(" ", "minutes")
    keys = "with keys" if held.keys else "without keys"
    files = f"{held.recordings} recordings, {held.releases} releases"
    return f"made {at} by program {made.program}, revision {made.revision}: {held.rows} rows, {files}, {keys}; whole"


def _places(settings: Settings) -> Places:
    return Places(settings.data_dir / "releases", settings.recordings_dir)


def _take_trial_key(found: Backup, settings: Settings) -> None:
    """A trial that has no key yet gets the backup's, before it makes one of its own."""
    if settings.production or settings.secret_key is not None or settings.key_file.exists():
        return
    if found.contents.keys is None:
        raise BadSetting("the backup holds no keys: set IVR_SECRET_KEY to the one of then")
    restore.write_secret(settings.key_file, found.contents.keys.current)


def _write_keys(found: Backup, folder: Path) -> None:
    keys = found.contents.keys
    if keys is None:
        raise BadSetting("the backup holds no keys")
    for name, value in (("secret_key", keys.current), ("old_secret_keys", ",".join(keys.old))):
        restore.write_secret(folder / name, value)
    click.echo(f"{folder}/secret_key and {folder}/old_secret_keys are written")
