"""Uploads: kept whole or not at all, each file one take by a job that may die at any moment, matched, cancelled."""

import io
from collections.abc import Mapping
from uuid import uuid4

import pytest

from ivr.actions import jobs, taking, uploading
from ivr.actions.entries import Why
from ivr.actions.jobs import Board, Job
from ivr.actions.refusals import Reason, Refused
from ivr.actions.unpacking import Came, Limits
from ivr.store import audit, prompt_codes, takes, uploads
from ivr.store.database import Transaction
from ivr.store.takes import Source, Take
from ivr.store.uploads import File, State
from tests.actions.studios import LANGUAGE, House, spoken
from tests.actions.zips import came, zipped
from tests.store.people import at_once

VOICE = spoken()


def send(house: House, *sent: Came, limits: Limits | None = None) -> int:
    more = (limits,) if limits else ()
    return uploading.receive(house.studio, LANGUAGE, sent, house.by(), *more)


def sent(house: House, files: Mapping[str, bytes]) -> int:
    return send(house, *(came(name, data) for name, data in files.items()))


def files(house: House, id: int) -> list[File]:
    with house.parts.database.reading() as tx:
        return uploads.files_of(tx, id)


def of_place(house: House, name: str = "main") -> list[Take]:
    with house.parts.database.reading() as tx:
        return takes.of_place(tx, LANGUAGE, name)


def in_the_vault(house: House) -> int:
    folder = house.studio.vault.folder
    return len(list(folder.iterdir())) if folder.exists() else 0


def refused(house: House, *sent: Came, limits: Limits | None = None) -> Reason:
    with pytest.raises(Refused) as caught:
        send(house, *sent, limits=limits)
    assert in_the_vault(house) == 0
    with house.parts.database.reading() as tx:
        assert uploads.newest(tx, 1) == []
    return caught.value.reason


def test_files_alone_and_out_of_a_zip_become_takes_of_their_texts(either: House) -> None:
    archive = zipped({"main.wav": VOICE, f"{LANGUAGE}/welcome second.wav": spoken(330), "__MACOSX/._main.wav": b"junk"})
    id = send(either, came("system.silence.ogg", spoken(440)), came("all.zip", archive), came("who.wav", spoken(550)))
    assert [(file.shown, file.state) for file in files(either, id)] == [
        ("system.silence.ogg", State.WAITING),
        ("main.wav", State.WAITING),
        (f"{LANGUAGE}/welcome second.wav", State.UNMATCHED),
        ("who.wav", State.UNMATCHED),
    ]
    (file, *_) = [file for file in files(either, id) if file.name == "main"]
    assert either.studio.vault.open(file.file) == VOICE
    assert set(either.work()) == {jobs.DONE}
    (take,) = of_place(either)
    assert (take.source, take.made_by, take.text, take.file) == (
        Source.UPLOAD,
        either.author,
        either.words(),
        file.file,
    )
    assert take.state is takes.State.GOOD
    (done, *_) = [file for file in files(either, id) if file.name == "main"]
    assert (done.state, done.take_id, done.file) == (State.TAKEN, take.id, "")
    assert either.studio.vault.open(take.file) == VOICE


def test_a_code_is_a_name_too(house: House) -> None:
    with house.parts.database.transaction() as tx:
        codes = prompt_codes.of_names(tx, ["main"])
    sent(house, {f"{LANGUAGE}-{codes['main']} take one.wav": VOICE})
    house.work()
    assert len(of_place(house)) == 1


def test_each_refused_file_has_its_reason_and_the_good_ones_are_kept(house: House) -> None:
    archive = zipped({"in.zip": zipped({"x": b"x"}), "../main.wav": VOICE, "empty.wav": b"", "main.wav": VOICE})
    id = send(house, came("all.zip", archive), came("broken.zip", archive[:200]))
    assert [(file.shown, file.state, file.reason, file.file == "") for file in files(house, id)] == [
        ("in.zip", State.REFUSED, Why.ARCHIVE, True),
        ("../main.wav", State.REFUSED, Why.PATH, True),
        ("empty.wav", State.REFUSED, Why.EMPTY, True),
        ("main.wav", State.WAITING, None, False),
        ("broken.zip", State.REFUSED, Why.BAD_ZIP, True),
    ]
    assert in_the_vault(house) == 1


def test_what_is_refused_as_a_whole_leaves_nothing(house: House) -> None:
    broken = came("all.zip", zipped({"main.wav": VOICE})[:-30])
    assert refused(house) is Reason.NO_FILES
    assert refused(house, came("junk.zip", zipped({"__MACOSX/x": b"x"}))) is Reason.NO_FILES
    assert refused(house, broken) is Reason.BAD_ZIP
    several = zipped({f"{n}.wav": VOICE for n in range(3)})
    assert refused(house, came("all.zip", several), limits=Limits(files=2)) is Reason.TOO_MANY_FILES
    assert refused(house, *(came(f"{n}.wav", VOICE) for n in range(3)), limits=Limits(files=2)) is Reason.TOO_MANY_FILES
    with pytest.raises(Refused) as caught:
        uploading.receive(house.studio, "no-language", [came("main.wav", VOICE)], house.by())
    assert caught.value.reason is Reason.BAD_CHOICE


def test_whoever_is_killed_before_the_rows_leaves_strays_that_are_swept(house: House) -> None:
    class Killed(BaseException):
        pass

    class Breaks(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise Killed

    with pytest.raises(Killed):
        send(house, came("main.wav", VOICE), Came("next.wav", Breaks()))
    assert in_the_vault(house) == 1
    id = sent(house, {"main.wav": VOICE, "who.wav": VOICE})
    with house.parts.database.reading() as tx:
        known = takes.files(tx) | uploads.sealed(tx)
    assert house.studio.vault.sweep(known, -1) == 1
    assert [house.studio.vault.open(file.file) for file in files(house, id)] == [VOICE, VOICE]


def test_the_same_file_for_the_same_text_is_there_already(house: House) -> None:
    first = sent(house, {"main.wav": VOICE, "main (2).wav": VOICE, "welcome.wav": VOICE})
    house.work()
    second = sent(house, {"Main.WAV": VOICE})
    house.work()
    (take,) = of_place(house)
    states = [(file.state, file.take_id) for file in (*files(house, first)[:2], *files(house, second))]
    assert states == [(State.TAKEN, take.id), (State.SAME, take.id), (State.SAME, take.id)]
    with house.parts.database.transaction() as tx:
        taking.withdraw(tx, house.studio, take.id, house.by())
    third = sent(house, {"main.wav": VOICE})
    house.work()
    assert files(house, third)[0].state is State.TAKEN
    assert len(of_place(house)) == 2


def test_a_job_that_is_done_again_and_again_makes_one_take(house: House) -> None:
    id = sent(house, {"main.wav": VOICE})
    (file,) = files(house, id)
    handler = house.parts.kinds[uploading.FILE].handler
    job = Job(1, uploading.FILE, f"upload/{id}/1", {"file": file.id}, 1)
    ends = [handler(job), handler(job)]  # two workers, one of them slow
    for end in ends:
        assert end is not None
        with house.parts.database.transaction() as tx:
            end(tx)
    house.work()
    assert len(of_place(house)) == 1


def test_a_worker_that_is_lost_before_its_end_is_stored_leaves_nothing_half_done(house: House) -> None:
    id = sent(house, {"main.wav": VOICE})
    board = Board(house.parts.database, house.parts.kinds, house.clock)
    held = jobs.take(board, str(uuid4()))
    assert held is not None
    jobs.perform(board, held)  # and killed
    assert (files(house, id)[0].state, of_place(house)) == (State.WAITING, [])
    house.clock.now += 1000
    house.work()
    house.clock.now += 1000
    house.work()
    assert (files(house, id)[0].state, len(of_place(house))) == (State.TAKEN, 1)


def test_of_two_uploads_of_one_file_at_once_one_is_a_take(either: House) -> None:
    ids = [files(either, sent(either, {"main.wav": VOICE}))[0].id for _ in range(6)]
    handler = either.parts.kinds[uploading.FILE].handler

    def end(tx: Transaction, n: int) -> None:
        written = handler(Job(1, uploading.FILE, "", {"file": ids[n]}, 1))
        assert written is not None
        written(tx)

    assert at_once(either.parts.database, end, 6) == [None] * 6
    assert len(of_place(either)) == 1
    with either.parts.database.reading() as tx:
        found = [uploads.lock_file(tx, id) for id in ids]
    assert sorted(file.state for file in found if file) == [State.SAME] * 5 + [State.TAKEN]


def test_a_person_matches_the_rest_once(house: House) -> None:
    id = sent(house, {"who.wav": VOICE})
    (file,) = files(house, id)
    with house.parts.database.transaction() as tx:
        with pytest.raises(Refused):
            uploading.match(tx, house.studio, file, (LANGUAGE, "no-such-text"), house.by())
        assert uploading.match(tx, house.studio, file, (LANGUAGE, "main"), house.by()) is True
        assert uploading.match(tx, house.studio, file, (LANGUAGE, "system.silence"), house.by()) is False
    house.work()
    assert len(of_place(house)) == 1


def test_what_is_no_take_yet_is_cancelled_and_what_is_one_stays(house: House) -> None:
    first = sent(house, {"main.wav": VOICE, "who.wav": spoken(330)})
    house.work()
    second = sent(house, {"main.wav": spoken(440)})
    with house.parts.database.transaction() as tx:
        assert uploading.cancel(tx, first, house.by()) == 1
        assert uploading.cancel(tx, second, house.by()) == 1
        assert uploading.cancel(tx, second, house.by()) is None
    house.work()
    assert [file.state for file in files(house, first)] == [State.TAKEN, State.CANCELLED]
    assert [file.state for file in files(house, second)] == [State.CANCELLED]
    assert len(of_place(house)) == 1
    with house.parts.database.reading() as tx:
        assert house.studio.vault.sweep(takes.files(tx) | uploads.sealed(tx), -1) == 2
        deeds = [(row.what, row.about) for row in audit.page(tx, audit.Filter(), 50) if row.about.startswith("upload/")]
    assert sorted(deeds) == [
        ("upload-cancelled", f"upload/{first}"),
        ("upload-cancelled", f"upload/{second}"),
        ("uploaded", f"upload/{first}"),
        ("uploaded", f"upload/{second}"),
    ]


def test_a_text_that_is_gone_meanwhile_makes_no_take(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = sent(house, {"main.wav": VOICE})

    def gone(*_: object) -> int:
        raise Refused(Reason.NO_SUCH_PROMPT)

    monkeypatch.setattr(taking, "add", gone)
    house.work()
    (file,) = files(house, id)
    assert (file.state, file.reason, file.file) == (State.REFUSED, Why.GONE, "")
