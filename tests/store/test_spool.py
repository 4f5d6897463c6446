"""Strips: sealed a second at a time; what a crash cut off is left out, what is not ours is not read."""

import os
from pathlib import Path

import pytest

from ivr.errors import Forged
from ivr.store.spool import Spool
from tests.databases import keyring


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", keyring())


def written(spool: Spool, *parts: bytes) -> str:
    strip = spool.begin(b"call")
    for part in parts:
        strip.add(part)
    strip.end()
    return strip.name


def test_what_was_added_is_there_before_the_strip_has_ended(spool: Spool) -> None:
    strip = spool.begin(b"call")
    for part in (b"one", b"two"):
        strip.add(part)
    assert spool.read(strip.name) == (b"call", b"onetwo")
    strip.end()


def test_it_can_be_read_in_no_file(spool: Spool) -> None:
    name = written(spool, b"a voice")
    assert b"voice" not in spool.path(name).read_bytes()
    assert b"call" not in spool.path(name).read_bytes()
    assert spool.path(name).stat().st_mode & 0o077 == 0 or spool.folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("lost", [1, 2, 30])
def test_a_part_that_was_cut_off_is_left_out(spool: Spool, lost: int) -> None:
    name = written(spool, b"one", b"two")
    data = spool.path(name).read_bytes()
    spool.path(name).write_bytes(data[:-lost])
    assert spool.read(name) == (b"call", b"one")


def test_parts_that_changed_places_are_not_ours(spool: Spool) -> None:
    name = written(spool, b"one", b"two")
    data = spool.path(name).read_bytes()
    size = 4 + int.from_bytes(data[:4])
    spool.path(name).write_bytes(data[size:] + data[:size])
    with pytest.raises(Forged):
        spool.read(name)
    spool.path(name).write_bytes(b"")
    with pytest.raises(Forged):
        spool.read(name)


@pytest.mark.parametrize("name", ["../live.x", "live./x", "other", ""])
def test_no_name_leads_out_of_the_folder(spool: Spool, name: str) -> None:
    with pytest.raises(Forged):
        spool.path(name)


def test_old_ones_are_those_to_which_nothing_is_added(spool: Spool) -> None:
    assert spool.old(60) == []
    young, old = written(spool), written(spool)
    os.utime(spool.path(old), (0, 0))
    assert spool.old(60) == [old]
    assert spool.path(young).is_file()
    spool.remove(old)
    spool.remove(old)
    assert spool.old(60) == []
