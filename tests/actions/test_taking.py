"""Takes: received and sealed, treated by a job that may die at any moment, overruled, approved, withdrawn."""

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ivr.actions import jobs, taking, treating
from ivr.actions.jobs import Job
from ivr.actions.refusals import Reason, Refused
from ivr.audio.samples import to_samples
from ivr.audio.wav import wav_bytes
from ivr.store import audit, takes, uploads
from ivr.store.takes import Source, State
from ivr.store.uploads import NewFile, NewUpload
from tests.actions import studios
from tests.actions.studios import House, spoken


def codes(house: House, id: int) -> list[str]:
    report = house.take(id).report
    assert report is not None
    return [finding["code"] for finding in report["findings"]]


def test_a_recording_is_sealed_waits_and_is_treated_into_the_sound_of_its_file(house: House, tmp_path: Path) -> None:
    id = house.receive(sound=spoken())
    waiting = house.take(id)
    assert (waiting.state, waiting.text, waiting.made_by) == (State.WAITING, house.words(), house.author)
    assert b"RIFF" not in (house.studio.vault.folder / waiting.file).read_bytes()
    assert house.studio.vault.open(waiting.file) == spoken()
    assert house.work() == [jobs.DONE]
    treated = house.take(id)
    assert (treated.state, codes(house, id)) == (State.GOOD, [])
    assert treated.seconds == pytest.approx(0.9, abs=0.2)
    file = tmp_path / "same.wav"
    file.write_bytes(spoken())
    assert house.studio.sounds.from_file(file).hash == treated.sound


def test_nothing_is_received_for_what_nobody_hears(house: House) -> None:
    with pytest.raises(Refused) as refused:
        house.receive("nobody-says-this")
    assert refused.value.reason is Reason.NO_SUCH_PROMPT
    assert house.work() == []


def test_what_is_no_recording_is_bad_and_says_why(house: House) -> None:
    broken, silent = house.receive(sound=b"%PDF-1.7"), house.receive("start", wav_bytes(to_samples(np.zeros(16_000))))
    house.work()
    assert [house.take(id).state for id in (broken, silent)] == [State.BAD, State.BAD]
    assert codes(house, silent) == ["silent"]
    assert house.take(broken).sound is None


def test_the_same_recording_of_another_text_is_doubtful(house: House) -> None:
    house.approved("start", spoken(330))
    id = house.receive("main", spoken(330))
    house.work()
    assert (house.take(id).state, codes(house, id)) == (State.DOUBTFUL, ["same-as"])
    report = house.take(id).report
    assert report is not None
    assert report["findings"][0]["values"] == {"language": "aa", "name": "start"}


def test_treating_twice_or_after_a_kill_gives_the_same_once(house: House) -> None:
    id = house.receive()
    handle = house.parts.kinds[taking.TREAT].handler
    job = Job(1, taking.TREAT, "take/1", {"take": id}, 1)
    first, second = handle(job), handle(job)  # killed before the commit, then done again
    assert first is not None
    assert second is not None
    with house.parts.database.transaction() as tx:
        assert (first(tx), second(tx)) == (True, False)
    assert handle(job) is None
    assert house.work() == [jobs.DONE]
    assert house.take(id).state is State.GOOD
    assert [path.name for path in house.studio.vault.folder.iterdir()] == [house.take(id).file]


def test_an_original_that_is_lost_is_said_to_be_unreadable_and_checked_anew_when_it_is_back(house: House) -> None:
    id = house.receive()
    place = house.studio.vault.folder / house.take(id).file
    sealed = place.read_bytes()
    place.unlink()
    house.work()
    assert (house.take(id).state, codes(house, id)) == (State.BAD, ["unreadable"])
    place.write_bytes(sealed)
    with house.parts.database.transaction() as tx:
        taking.again(tx, house.studio, id, house.by())
    assert house.work() == [jobs.DONE]
    assert house.take(id).state is State.GOOD
    with house.parts.database.transaction() as tx:
        taking.again(tx, house.studio, id, house.by())
        with pytest.raises(Refused):
            taking.again(tx, house.studio, id, house.by())


def test_a_second_person_approves_and_a_setting_may_do_without(house: House) -> None:
    id = house.receive()
    house.work()
    with house.parts.database.transaction() as tx:
        with pytest.raises(Refused) as refused:
            taking.approve(tx, house.studio, id, house.by())
        assert refused.value.reason is Reason.OWN_TAKE
        taking.approve(tx, house.studio, id, house.by(house.second))
    assert house.take(id).approved_by == house.second
    other = house.receive("start", spoken(330))
    house.work()
    with house.parts.database.transaction() as tx:
        taking.approve(tx, replace(house.studio, second_person=False), other, house.by())
    assert house.take(other).approved_by == house.author


def test_a_warning_is_overruled_with_a_reason_and_an_error_is_not(house: House) -> None:
    house.approved("start", spoken(330))
    doubtful, bad = house.receive("main", spoken(330)), house.receive("main", b"no sound")
    house.work()
    with house.parts.database.transaction() as tx:
        for why in ("  ", "x" * 501):
            with pytest.raises(Refused) as refused:
                taking.overrule(tx, house.studio, doubtful, why, house.by())
            assert (refused.value.reason, refused.value.field) == (Reason.NO_REASON, "why")
        with pytest.raises(Refused) as refused:
            taking.overrule(tx, house.studio, bad, "never mind", house.by())
        assert refused.value.reason is Reason.CHANGED_MEANWHILE
        taking.overrule(tx, house.studio, doubtful, " said the same on purpose ", house.by())
        taking.approve(tx, house.studio, doubtful, house.by(house.second))
    assert house.take(doubtful).overruled_why == "said the same on purpose"


def test_what_callers_hear_is_not_withdrawn(house: House) -> None:
    id = house.approved()
    house.publish(studios.take(id))
    with pytest.raises(Refused) as refused, house.parts.database.transaction() as tx:
        taking.withdraw(tx, house.studio, id, house.by())
    assert refused.value.reason is Reason.IS_PUBLISHED
    assert house.take(id).state is State.APPROVED
    house.publish(studios.take(None))
    with house.parts.database.transaction() as tx:
        taking.withdraw(tx, house.studio, id, house.by())
    assert house.take(id).state is State.WITHDRAWN


def test_every_deed_is_in_the_audit(house: House) -> None:
    id = house.approved()
    with house.parts.database.transaction() as tx:
        taking.withdraw(tx, house.studio, id, house.by())
        rows = audit.page(tx, audit.Filter(), 10)
    assert [(row.what, row.about) for row in rows] == [
        (what, f"take/{id}") for what in ("take-withdrawn", "take-approved", "take-added")
    ]


def test_recordings_that_nobody_knows_of_are_swept_and_those_of_takes_and_uploads_are_not(house: House) -> None:
    id, waiting = house.receive(), taking.keep(house.studio, spoken(440))
    with house.parts.database.transaction() as tx:
        file = NewFile("main.wav", waiting.file, waiting.sha256, uploads.State.UNMATCHED)
        uploads.add(tx, NewUpload(house.author, house.clock.now, "aa"), [file])
    stray = taking.keep(house.studio, spoken(330)).file
    draft = house.studio.vault.folder / ".half.part"
    draft.write_bytes(b"half")
    old = time.time() - treating.STRAY_SECONDS - 60
    for path in house.studio.vault.folder.iterdir():
        os.utime(path, (old, old))
    house.parts.kinds[treating.SWEEP].handler(Job(1, treating.SWEEP, "1", {}, 1))
    left = {path.name for path in house.studio.vault.folder.iterdir()}
    assert left == {house.take(id).file, waiting.file}
    assert stray not in left


def test_a_take_is_added_in_the_transaction_of_whoever_matched_it(house: House) -> None:
    kept, origin = taking.keep(house.studio, spoken()), taking.Origin(Source.UPLOAD, house.by())

    def killed() -> None:
        with house.parts.database.transaction() as tx:
            taking.add(tx, house.studio, ("aa", "main"), kept, origin)
            raise SystemExit

    with pytest.raises(SystemExit):
        killed()
    with house.parts.database.reading() as tx:
        assert takes.newest(tx) == {}
    assert house.work() == []
