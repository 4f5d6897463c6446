"""Sealed files: whole or not at all, readable under our keys only, strays taken away."""

import os
import time
from pathlib import Path

import pytest

from ivr.errors import Forged
from ivr.store.crypto import Keyring
from ivr.store.vault import DRAFT, Vault
from tests.databases import KEY, OLD_KEY, keyring

SOUND = b"RIFF a voice"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "messages", keyring())


def test_what_is_put_is_opened_again_and_lies_there_sealed(vault: Vault) -> None:
    put = vault.put("7", SOUND)
    assert vault.open(put.name) == SOUND
    kept = (vault.folder / put.name).read_bytes()
    assert SOUND not in kept
    assert put.sha256 != ""
    assert (vault.folder.stat().st_mode & 0o777, (vault.folder / put.name).stat().st_mode & 0o077) == (0o700, 0)


def test_putting_again_replaces_it_and_leaves_no_draft(vault: Vault) -> None:
    vault.put("7", b"first")
    put = vault.put("7", SOUND)
    assert vault.open(put.name) == SOUND
    assert [path.name for path in vault.folder.iterdir()] == [put.name]


def test_a_file_that_was_changed_cut_or_renamed_does_not_open(vault: Vault) -> None:
    put = vault.put("7", SOUND)
    path = vault.folder / put.name
    whole = path.read_bytes()
    for wrong in (whole[:-1], whole[:3], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        path.write_bytes(wrong)
        with pytest.raises(Forged):
            vault.open(put.name)
    path.write_bytes(whole)
    path.rename(vault.folder / "8.sealed")
    with pytest.raises(Forged):
        vault.open("8.sealed")


@pytest.mark.parametrize("name", ["../7.sealed", "/etc/passwd", "a/b.sealed", "7", "", "..", "../x.sealed"])
def test_a_name_never_leads_out_of_the_folder(vault: Vault, name: str) -> None:
    vault.put("7", SOUND)
    for act in (vault.open, vault.remove):
        with pytest.raises(Forged):
            act(name)


def test_what_is_removed_is_gone_and_may_be_removed_again(vault: Vault) -> None:
    put = vault.put("7", SOUND)
    vault.remove(put.name)
    vault.remove(put.name)
    with pytest.raises(FileNotFoundError):
        vault.open(put.name)


def test_a_rotation_seals_everything_under_the_new_key(tmp_path: Path) -> None:
    old = Vault(tmp_path, Keyring(OLD_KEY))
    names = [old.put(str(n), SOUND + bytes([n])).name for n in range(3)]
    both = Vault(tmp_path, Keyring(KEY, [OLD_KEY]))
    assert (both.rotate(), both.rotate()) == (3, 0)
    new = Vault(tmp_path, Keyring(KEY))
    assert [new.open(name) for name in names] == [SOUND + bytes([n]) for n in range(3)]


def test_a_disk_that_is_full_leaves_what_was_there(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    put = vault.put("7", SOUND)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            vault.put("7", b"other")
    assert vault.open(put.name) == SOUND
    assert [path.name for path in vault.folder.iterdir()] == [put.name]


def test_strays_are_taken_away_once_they_are_old(vault: Vault) -> None:
    assert vault.sweep((), 3600) == 0
    known, stray = vault.put("1", SOUND).name, vault.put("2", SOUND).name
    (vault.folder / f".3.fetched{DRAFT}").write_bytes(SOUND)
    assert vault.sweep({known}, 3600) == 0
    for path in vault.folder.iterdir():
        os.utime(path, (time.time() - 7200,) * 2)
    assert vault.sweep({known}, 3600) == 2
    assert [path.name for path in vault.folder.iterdir()] == [known] != [stray]
