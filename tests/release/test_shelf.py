"""Releases on disk: a new one is seen at the next call, an old one stays as long as a call needs it."""

from pathlib import Path

import pytest

from ivr.errors import BadContent
from ivr.release.release import make
from ivr.release.shelf import Shelf
from tests.engine.books import raw

OLD = make(raw(), {})
NEW = make(raw(limits={"tries": 2}), {})


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty shelf."""
    return Shelf(tmp_path / "releases")


def test_the_release_that_was_put_last_is_current(shelf):
    shelf.put(OLD)
    shelf.put(NEW)
    assert shelf.current() is NEW
    assert shelf.get(OLD.id) is OLD
    assert shelf.ids() == {OLD.id, NEW.id}


def test_an_empty_shelf_says_what_to_do(shelf):
    with pytest.raises(BadContent, match="ivr prepare"):
        shelf.current()


def test_another_process_sees_a_new_release(shelf):
    shelf.put(OLD)
    other = Shelf(shelf.folder)
    assert other.current().id == OLD.id
    shelf.put(NEW)
    assert other.current().id == NEW.id
    assert other.get(OLD.id).book == OLD.book


def test_a_release_is_read_once(shelf):
    shelf.put(OLD)
    other = Shelf(shelf.folder)
    assert other.get(OLD.id) is other.get(OLD.id)


def test_a_release_that_another_thread_has_just_read_is_not_read_again(shelf):
    shelf.put(OLD)
    other = Shelf(shelf.folder)

    class TakenMeanwhile:
        def __enter__(self) -> None:
            other._kept[OLD.id] = OLD

        def __exit__(self, *error: object) -> None: ...

    other._lock = TakenMeanwhile()
    assert other.get(OLD.id) is OLD


def test_putting_a_release_again_makes_it_current_and_leaves_its_file(shelf):
    shelf.put(OLD)
    shelf.put(NEW)
    before = (shelf.folder / f"{OLD.id}.json").stat().st_ino
    shelf.put(OLD)
    assert shelf.current() is OLD
    assert (shelf.folder / f"{OLD.id}.json").stat().st_ino == before


@pytest.mark.parametrize("id", ["", "0" * 16, "../secret", "../releases/current", "0" * 15 + "G", "current", "a\x00b"])
def test_an_id_that_is_none_is_not_here(shelf, id):
    shelf.put(OLD)
    (shelf.folder.parent / "secret.json").write_text("{}")
    with pytest.raises(KeyError):
        shelf.get(id)


def test_a_release_that_is_forgotten_is_gone(shelf):
    shelf.put(OLD)
    shelf.put(NEW)
    shelf.forget({OLD.id, "0" * 16})
    assert shelf.ids() == {NEW.id}
    with pytest.raises(KeyError):
        shelf.get(OLD.id)


def test_the_current_release_is_never_forgotten(shelf):
    shelf.put(OLD)
    shelf.forget({OLD.id})
    assert shelf.current().id == OLD.id


def test_an_empty_shelf_forgets_nothing(shelf):
    shelf.forget({"0" * 16})
    assert shelf.ids() == set()


def test_a_crash_between_writes_leaves_the_old_release_current(shelf, monkeypatch):
    shelf.put(OLD)

    def crash(self: Path, target: Path) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", crash)
        with pytest.raises(OSError, match="no space"):
            shelf.put(NEW)
    assert len(list(shelf.folder.iterdir())) == 3  # a temporary file was left behind
    after = Shelf(shelf.folder)
    assert (after.ids(), after.current().id) == ({OLD.id}, OLD.id)
    after.put(NEW)
    assert Shelf(shelf.folder).current().id == NEW.id
