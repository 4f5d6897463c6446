"""Voices of the staff that nobody wants are forgotten after a term; what callers hear, or heard once, stays."""

import io
from pathlib import Path

import pytest

from ivr.actions import bundle, standing, taking, treating, uploading
from ivr.actions.jobs import Job
from ivr.actions.refusals import Refused
from ivr.actions.unpacking import Came
from ivr.app import parts
from ivr.store import takes, uploads
from ivr.store.takes import State
from tests.actions.studios import House, spoken, take

TERM = 90
DAY = 86_400


def withdrawn(house: House, id: int) -> int:
    with house.parts.database.transaction() as tx:
        taking.withdraw(tx, house.studio, id, house.by())
    return id


def night(house: House, days: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many days later the nightly jobs are done, and the sweep finds every stray old enough."""
    house.clock.now += days * DAY
    monkeypatch.setattr(treating, "STRAY_SECONDS", -1)
    for kind in ("forget-takes", treating.SWEEP):
        house.parts.kinds[kind].handler(Job(1, kind, f"{kind}/1", {}, 1))


def original(house: House, id: int) -> Path:
    return house.studio.vault.folder / house.take(id).file


def sound(house: House, id: int) -> Path:
    found = house.studio.sounds.path(house.take(id).sound or "")
    assert found is not None
    return found


def test_a_withdrawn_voice_is_forgotten_after_its_term_and_not_before(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = either
    id = house.approved()
    house.clock.now += 300 * DAY  # the term begins when it is withdrawn
    withdrawn(house, id)
    file, treated, digest = original(house, id), sound(house, id), house.take(id).sha256
    index = len(list((treated.parent / "index").iterdir()))
    night(house, TERM - 0.001, monkeypatch)
    assert (file.is_file(), treated.is_file(), house.take(id).state) == (True, True, State.WITHDRAWN)
    night(house, 0.002, monkeypatch)
    found = house.take(id)
    assert (found.state, found.file, found.sha256, found.sound) == (State.FORGOTTEN, "", "", None)
    assert (file.exists(), treated.exists()) == (False, False)
    assert house.studio.sounds.of(digest) is None
    assert len(list((treated.parent / "index").iterdir())) == index - 1
    assert (found.made_by, found.text, found.withdrawn_at is not None) == (house.author, "aa main", True)


def test_a_recording_that_failed_is_forgotten_and_may_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = house.receive(sound=b"%PDF-1.7")
    house.work()
    file = original(house, id)
    night(house, TERM + 1, monkeypatch)
    assert (house.take(id).state, file.exists(), house.take(id).report is not None) == (State.FORGOTTEN, False, True)
    with pytest.raises(Refused), house.parts.database.transaction() as tx:
        taking.again(tx, house.studio, id, house.by())
    with pytest.raises(Refused), house.parts.database.transaction() as tx:
        taking.withdraw(tx, house.studio, id, house.by())
    assert house.line().newest is None


def test_what_callers_hear_or_heard_once_and_what_may_still_be_wanted_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, now = house.approved(), house.approved(sound=spoken(330))
    house.publish(take(once))
    house.publish(take(now))
    waiting = house.approved("start", spoken(440))
    withdrawn(house, once)
    night(house, 10 * TERM, monkeypatch)
    assert [house.take(id).state for id in (once, now, waiting)] == [State.WITHDRAWN, State.APPROVED, State.APPROVED]
    assert all(original(house, id).is_file() and sound(house, id).is_file() for id in (once, now, waiting))


def test_a_sound_that_another_recording_or_a_release_has_too_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (house.studio.folders.prompts / "aa" / "start.wav").write_bytes(spoken(440))
    standing.ready(house.studio)
    same, other = house.receive(sound=spoken(330)), house.receive("first", spoken(330))
    lying = house.receive("noted", spoken(440))
    house.work()
    files = [sound(house, id) for id in (same, lying)]
    withdrawn(house, same), withdrawn(house, lying)
    night(house, TERM + 1, monkeypatch)
    assert [house.take(id).sound for id in (same, lying)] == [None, None]
    assert all(file.is_file() for file in files)
    assert original(house, other).is_file()


def test_files_that_nobody_ever_matched_are_forgotten_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = uploading.receive(house.studio, "aa", [Came("Maryam at home.wav", io.BytesIO(spoken()))], house.by())
    with house.parts.database.reading() as tx:
        (before,) = uploads.files_of(tx, id)
    file = house.studio.vault.folder / before.file
    night(house, TERM - 1, monkeypatch)
    assert file.is_file()
    night(house, 2, monkeypatch)
    with house.parts.database.reading() as tx:
        (after,) = uploads.files_of(tx, id)
    assert (after.state, after.file, file.exists()) == (uploads.State.CANCELLED, "", False)


def test_a_forgotten_recording_is_in_no_bundle(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    withdrawn(house, house.approved())
    night(house, TERM + 1, monkeypatch)
    assert bundle.export(house.studio, tmp_path / "studio.zip").takes == []


def test_the_term_is_a_setting(tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = withdrawn(house, house.approved())
    shorter = parts(house.parts.settings.model_copy(update={"keep_takes": 2}), house.clock)
    house.clock.now += 3 * DAY
    shorter.kinds["forget-takes"].handler(Job(1, "forget-takes", "forget-takes/1", {}, 1))
    with shorter.database.reading() as tx:
        found = takes.find(tx, id)
    assert found is not None
    assert found.state is State.FORGOTTEN
    shorter.database.dispose()
