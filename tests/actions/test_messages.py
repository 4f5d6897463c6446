"""A voice message: expected in the call's own turn, fetched, sealed, deleted at the company, heard by the staff."""

import os
import time
import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from ivr.actions import jobs, messages
from ivr.actions.jobs import Board
from ivr.actions.messages import checked, recording_id
from ivr.audio.samples import to_samples
from ivr.audio.wav import wav_bytes
from ivr.carrier.protocol import RecordingRef
from ivr.store import audit
from ivr.store import messages as stored
from ivr.store.messages import Message, State
from tests.actions.tiny import CALLER
from tests.callback import Desk, desk

SPEECH = wav_bytes(to_samples(0.2 * np.sin(np.arange(16_000) / 3)))
SILENCE = wav_bytes(to_samples(0.0001 * np.sin(np.arange(16_000) / 3)))


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    with desk(tmp_path, sqlite_url) as made:
        yield made


@pytest.fixture
def either(tmp_path: Path, url: str) -> Iterator[Desk]:
    with desk(tmp_path, url) as made:
        yield made


def recorded(house: Desk, sound: bytes = SPEECH) -> str:
    """The company has recorded this; its id."""
    return house.company.add_recording("CA1", sound)


def expect(house: Desk, ref: str, request_id: int) -> int:
    with house.database.transaction() as tx:
        id = messages.expect(tx, house.request(request_id).call_id, ref, house.clock.now)
    assert id is not None
    return id


def message(house: Desk, id: int) -> Message:
    with house.database.reading() as tx:
        found = stored.find(tx, id)
    assert found is not None
    return found


def test_a_message_is_fetched_sealed_and_deleted_at_the_company(either: Desk) -> None:
    house = either
    ref, request_id = recorded(house), house.ask()
    id = expect(house, ref, request_id)
    assert message(house, id).state is State.EXPECTED
    assert house.work() == []  # just after a call there is an id and no sound
    assert house.work(seconds=2) == ["fetch-message done", "delete-copies done"]
    kept = message(house, id)
    assert (kept.state, kept.seconds, kept.request_id) == (State.STORED, 2.0, request_id)
    assert kept.file is not None
    assert house.parts.vault.open(kept.file) == SPEECH
    assert house.company.kept["Recordings"] == {}
    assert [path.name for path in house.parts.vault.folder.iterdir()] == [kept.file]


@pytest.mark.parametrize("hangs_up", [False, True])
def test_what_a_caller_says_in_a_call_is_kept_with_their_request(house: Desk, hangs_up: bool) -> None:
    phone = house.phone()
    phone.ring()
    for key in ("1", "3"):
        phone.press(key)
    if hangs_up:
        phone.hang_up(recorded=2)  # in the middle of it
    else:
        phone.finish_recording(2)
    (webhook,) = {
        sent.webhook
        for sent in phone.requests
        if sent.webhook.url.endswith("recorded") or "/recorded?" in sent.webhook.url
    }
    sid = webhook.field("RecordingSid")
    assert sid is not None
    house.company.add_recording(phone.call.sid, SPEECH, sid)
    if not hangs_up:
        phone.press("0")
    house.work(seconds=2)
    kept = message(house, 1)
    assert (kept.state, kept.ref, kept.seconds) == (State.STORED, sid, 2.0)
    assert kept.file is not None
    assert house.parts.vault.open(kept.file) == SPEECH
    asked = house.requests(phone.call.sid)
    assert [kept.request_id] == ([request.id for request in asked] or [None])
    assert phone.errors == []


def test_who_hears_it_is_written_down(house: Desk) -> None:
    request_id = house.ask()
    id = expect(house, recorded(house), request_id)
    house.work(seconds=2)
    with house.database.transaction() as tx:
        file = messages.hear(tx, id, house.deed())
    assert file == message(house, id).file
    assert message(house, id).heard_at == house.clock.now
    with house.database.reading() as tx:
        (entry,) = audit.page(tx, audit.Filter(what="message-heard"), 10)
    assert (entry.staff_id, entry.about, dict(entry.details)) == (
        house.member.id,
        f"message/{id}",
        {"request": request_id},
    )
    assert CALLER not in str(entry)


def test_what_is_not_here_is_not_heard(house: Desk) -> None:
    id = expect(house, recorded(house), house.ask())
    with house.database.transaction() as tx:
        assert messages.hear(tx, id, house.deed()) is None
        assert messages.hear(tx, 999, house.deed()) is None
    assert message(house, id).heard_at is None


def test_a_message_that_is_told_twice_is_one(house: Desk) -> None:
    ref, request_id = recorded(house), house.ask()
    assert expect(house, ref, request_id) == expect(house, ref, request_id)
    assert house.work(seconds=2) == ["fetch-message done", "delete-copies done"]


def test_a_message_of_no_call_is_nothing(house: Desk) -> None:
    with house.database.transaction() as tx:
        assert messages.expect(tx, "no such call", "RE1", house.clock.now) is None


def test_a_request_that_comes_later_in_the_call_gets_the_message(house: Desk) -> None:
    other = house.ask(number="+33639980077")
    id = expect(house, recorded(house), other)
    with house.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE messages SET request_id = NULL")
    request_id = house.ask()
    with house.database.transaction() as tx:
        messages.belongs(tx, house.request(other).call_id, request_id)
    assert message(house, id).request_id == request_id
    with house.database.reading() as tx:
        assert [found.id for found in stored.of_request(tx, request_id)] == [id]


def test_a_silent_message_is_kept_and_called_silent(house: Desk) -> None:
    id = expect(house, recorded(house, SILENCE), house.ask())
    house.work(seconds=2)
    assert (message(house, id).state, message(house, id).seconds) == (State.SILENT, 2.0)


def test_a_recording_that_is_not_ready_is_waited_for(house: Desk) -> None:
    ref = recorded(house)
    sound = house.company.sounds.pop(ref)
    house.company.kept["Recordings"][ref]["status"] = "processing"
    id = expect(house, ref, house.ask())
    assert house.work(seconds=2) == ["fetch-message again"]
    house.company.sounds[ref] = sound
    assert house.work(seconds=10) == ["fetch-message done", "delete-copies done"]
    assert message(house, id).state is State.STORED


def test_a_recording_that_is_gone_is_lost_and_says_so(house: Desk) -> None:
    id = expect(house, "RE" + "0" * 32, house.ask())
    house.work(seconds=2)
    assert (message(house, id).state, message(house, id).file) == (State.LOST, None)
    assert house.dead() == []


def test_what_is_no_wav_is_lost_until_a_person_has_looked(house: Desk) -> None:
    ref = recorded(house)
    house.company.sounds[ref] = b"<html>no sound at all</html>"
    id = expect(house, ref, house.ask())
    assert house.work(seconds=2) == ["fetch-message dead"]
    assert message(house, id).state is State.LOST
    assert ref in house.company.kept["Recordings"]  # nothing is deleted that is not here
    house.company.sounds[ref] = SPEECH
    with house.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE jobs SET state = 'waiting', attempts = 0 WHERE state = 'dead'")
    house.work()
    assert message(house, id).state is State.STORED


def test_a_process_that_dies_between_file_and_row_keeps_the_message(house: Desk) -> None:
    id = expect(house, recorded(house), house.ask())
    house.clock.now += 2
    board = Board(house.database, house.parts.kinds, house.clock)
    held = jobs.take(board, uuid4().hex)
    assert held is not None
    jobs.perform(board, held)  # the file is there, and what follows is never stored
    assert message(house, id).state is State.EXPECTED
    house.work(seconds=400)
    house.work(seconds=60)
    kept = message(house, id)
    assert kept.file is not None
    assert house.parts.vault.open(kept.file) == SPEECH
    assert house.company.kept["Recordings"] == {}


def test_a_copy_is_deleted_though_the_company_is_busy_when_it_is_asked(house: Desk) -> None:
    expect(house, recorded(house), house.ask())
    board = Board(house.database, house.parts.kinds, house.clock)
    house.clock.now += 2
    held = jobs.take(board, uuid4().hex)
    assert held is not None
    jobs.record(board, held, jobs.perform(board, held))
    house.company.fail_next("503")
    house.work()
    assert len(house.company.kept["Recordings"]) == 1
    house.work(seconds=120)
    assert house.company.kept["Recordings"] == {}


def test_files_without_a_row_are_swept(house: Desk) -> None:
    id = expect(house, recorded(house), house.ask())
    house.work(seconds=2)
    stray = house.parts.vault.put("999", SPEECH).name
    for path in house.parts.vault.folder.iterdir():
        os.utime(path, (time.time() - 7200,) * 2)
    messages.sweep_kind(house.database, house.parts.vault).handler(None)  # type: ignore[arg-type]
    assert [path.name for path in house.parts.vault.folder.iterdir()] == [message(house, id).file] != [stray]


@pytest.mark.parametrize(
    ("ref", "id"),
    [
        ("RE" + "0" * 32, "RE" + "0" * 32),
        ("3f2b1c9e-7a54-4f57-9a3f-000000000000", "3f2b1c9e-7a54-4f57-9a3f-000000000000"),
        ("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE123", "RE123"),
        ("http://evil.example/Recordings/RE123?x=/../y", "RE123"),
        ("https://evil.example/", None),
        ("https://evil.example", None),
        ("https://[evil/RE123", None),
        ("https://api.example/Recordings/..", None),
        ("../../Calls/CA1", None),
        ("RE1/../../Calls", None),
        ("", None),
        ("RE1\nX: y", None),
        ("%2e%2e", None),
        ("x" * 101, None),
        ("پیام", None),
    ],
)
def test_of_an_address_only_an_id_is_believed(ref: str, id: str | None) -> None:
    assert recording_id(ref) == id


def test_a_hostile_reference_is_a_lost_message_and_no_request_to_anybody(house: Desk) -> None:
    request_id = house.ask()
    before = len(house.company.log)
    for ref in ("../../Calls/CA1", "x" * 5000, "a b"):
        id = expect(house, ref, request_id)
        assert expect(house, ref, request_id) == id
        assert message(house, id).state is State.LOST
    assert house.work(seconds=60) == []
    assert len(house.company.log) == before


def test_an_address_of_somebody_else_is_never_fetched(house: Desk) -> None:
    ref = recorded(house)
    id = expect(house, f"https://evil.example/x/{ref}", house.ask())
    house.work(seconds=2)
    assert message(house, id).state is State.STORED
    assert all(asked.path.startswith("/2010-04-01/") for asked in house.company.log)
    assert RecordingRef(ref).id == message(house, id).ref


def test_a_sound_that_cannot_be_measured_is_kept_all_the_same() -> None:
    assert checked(SPEECH) == (2.0, False)
    assert checked(b"RIFF\x00\x00\x00\x00WAVEfmt ") == (None, False)
    eight = BytesIO()
    with wave.open(eight, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(100))
    assert checked(eight.getvalue()) == (None, False)
    assert checked(wav_bytes(to_samples(np.zeros(0)))) == (0.0, True)
