"""The release that stands: before the first migration, after a restore, and what `ivr check` says of it."""

import shutil
import stat
from pathlib import Path

import pytest

from ivr import preflight
from ivr.actions import backup, restore, standing
from ivr.actions.backup import Places, Seal
from ivr.actions.restore import Target
from ivr.app import parts
from ivr.settings import load
from ivr.store import age, publications
from tests.actions import folders, studios, tiny
from tests.actions.copying import PASSPHRASE, opened
from tests.actions.folders import humming
from tests.actions.studios import House, take, text


def test_a_release_is_made_before_there_are_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    humming(monkeypatch)
    content, file = folders.write(tmp_path, folders.small()), tmp_path / "empty.db"
    joined = parts(load({**tiny.settings(tmp_path, f"sqlite:///{file}"), **studios.environ(content)}), tiny.Clock())
    made = standing.ready(joined.studio)
    standing.follow(joined.studio)
    assert joined.shelf.current().id == made.release.id == standing.rehearsed(joined.studio).release.id
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [line.mark for line in preflight.content_report(joined)].count("wrong") == 0
    joined.database.dispose()


def test_what_was_published_is_heard_again_after_a_restore(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(age, "WORK", 2)
    good = house.approved()
    house.publish(take(good), text(house.write({"full": "Welcome."})))
    joined, file = house.parts, tmp_path / "copy"
    places = Places(joined.shelf.folder, joined.settings.recordings_dir)
    made = backup.back_up(joined.database, places, Seal(PASSPHRASE, None), file, house.clock.now)
    assert made.files == len(joined.shelf.ids()) + 1  # and the sealed original
    elsewhere = tmp_path / "elsewhere"
    environ = {**tiny.settings(elsewhere, f"sqlite:///{elsewhere}/hamrah.db"), **studios.environ(joined.folders)}
    shutil.copytree(studios.hummed(), elsewhere / "data" / "sounds")  # placeholders only
    new = parts(load(environ), house.clock)
    target = Target(new.database, Places(new.shelf.folder, new.settings.recordings_dir), frozenset())
    restore.put_back(opened(file), target, house.clock.now, replace=False)
    standing.ready(new.studio)
    release = new.shelf.current()
    assert release.sounds["aa", "main"].hash == house.take(good).sound
    assert release.captions["aa", "main"] == "Welcome."
    assert new.sounds.path(release.sounds["aa", "main"].hash) is not None
    new.database.dispose()


def test_check_says_what_is_stale_and_what_a_deployment_changed_under_an_edit(house: House) -> None:
    house.publish(take(house.approved()), text(house.write({"full": "Welcome."})))
    content = folders.small()
    content["languages"]["aa"]["texts"]["main"] = {"full": "The deployment's words."}
    folders.write(house.studio.folders.menus.parent, content)
    report = [str(line).strip() for line in preflight.content_report(house.parts)]
    assert any(line.startswith("note  1 recordings say other words") and "main (aa)" in line for line in report)
    assert any(line.startswith("note  1 texts were changed by a deployment") for line in report)
    assert house.words() == "Welcome."  # to check changes nothing


def test_check_says_so_when_the_database_does_not_tell_what_is_published(house: House, tmp_path: Path) -> None:
    gone = f"postgresql://nobody@/none?host={tmp_path}"
    away = parts(load({**tiny.settings(tmp_path, gone), **studios.environ(house.studio.folders)}), house.clock)
    (line,) = preflight.content_report(away)
    assert str(line).strip() == "wrong  the content is not checked: the database does not say what is published"


def test_of_publications_only_the_newest_gets_another_release(house: House) -> None:
    house.publish(take(house.approved()))
    with house.parts.database.transaction() as tx:
        assert publications.remake(tx, 0, "0" * 16) is False
        assert publications.remake(tx, 2, "2" * 16) is False
        assert publications.remake(tx, 1, "1" * 16) is True
        newest = publications.newest_made(tx)
    assert newest is not None
    assert newest.release_id == "1" * 16
