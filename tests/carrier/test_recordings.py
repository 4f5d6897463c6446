"""Recordings come to the disk whole or not at all, and the password goes to nobody else."""

import hashlib
import traceback
from pathlib import Path

import pytest

from ivr.carrier.link import Patience
from ivr.carrier.protocol import Carrier as Protocol
from ivr.carrier.protocol import RecordingRef, Saved
from ivr.carrier.twilio import Account, TwilioCarrier
from ivr.errors import BadInput, CarrierBusy, CarrierFailed, CarrierRefused, HelplineError, TooLarge
from tests.carrier.conftest import HASTY
from tests.carrier.elsewhere import Elsewhere
from tests.doubles.carrier import Carrier
from tests.doubles.scripted import tone

SOUND = tone(2)


@pytest.fixture
def ref(company: Carrier) -> RecordingRef:
    return RecordingRef(company.add_recording("CA0", SOUND))


def refused(line: Protocol, ref: RecordingRef, into: Path, limit: int = 1_000_000) -> HelplineError:
    """The error, after which nothing lies in the folder."""
    with pytest.raises(HelplineError) as caught:
        line.fetch_recording(ref, into, limit)
    assert list(into.parent.iterdir()) == []
    return caught.value


def test_a_recording_is_saved_whole_for_its_owner_only(line: Protocol, ref: RecordingRef, tmp_path: Path) -> None:
    into = tmp_path / "message.wav"
    saved = line.fetch_recording(ref, into)
    assert into.read_bytes() == SOUND
    assert saved == Saved(len(SOUND), hashlib.sha256(SOUND).hexdigest())
    assert into.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [into]


def test_fetching_again_replaces_the_file(line: Protocol, ref: RecordingRef, tmp_path: Path) -> None:
    into = tmp_path / "message.wav"
    into.write_bytes(b"half of it")
    line.fetch_recording(ref, into)
    assert into.read_bytes() == SOUND


def test_a_failed_fetch_leaves_what_was_there(
    company: Carrier, line: Protocol, ref: RecordingRef, tmp_path: Path
) -> None:
    into = tmp_path / "message.wav"
    into.write_bytes(SOUND)
    company.fail_next("lost")
    with pytest.raises(CarrierBusy):
        line.fetch_recording(ref, into)
    assert into.read_bytes() == SOUND


@pytest.mark.parametrize("fault", ["429", "500", "503", "lost", "slow"])
def test_a_company_that_is_away_is_asked_again(
    company: Carrier, account: Account, ref: RecordingRef, tmp_path: Path, fault: str
) -> None:
    company.fail_next(fault, seconds=1.2)  # type: ignore[arg-type]
    error = refused(TwilioCarrier(account, HASTY), ref, tmp_path / "message.wav")
    assert isinstance(error, CarrierBusy)
    assert account.auth_token not in "".join(traceback.format_exception(error))


def test_a_recording_that_is_still_prepared_comes_later(
    company: Carrier, line: Protocol, ref: RecordingRef, tmp_path: Path
) -> None:
    # B3: "posts RecordingUrl (may not be ready yet)"
    company.kept["Recordings"][ref.id]["status"] = "processing"
    sound = company.sounds.pop(ref.id)
    assert isinstance(refused(line, ref, tmp_path / "message.wav"), CarrierBusy)
    company.sounds[ref.id] = sound
    assert line.fetch_recording(ref, tmp_path / "message.wav").size == len(SOUND)


def test_a_recording_without_sound_is_refused(
    company: Carrier, line: Protocol, ref: RecordingRef, tmp_path: Path
) -> None:
    company.sounds.pop(ref.id)
    error = refused(line, ref, tmp_path / "message.wav")
    assert isinstance(error, CarrierRefused)
    assert error.status == 404


def test_a_recording_that_nobody_knows_is_refused(line: Protocol, tmp_path: Path) -> None:
    error = refused(line, RecordingRef("RE0"), tmp_path / "message.wav")
    assert isinstance(error, CarrierRefused)
    assert (error.status, error.code) == (404, 20404)


def test_a_wrong_password_is_refused(account: Account, ref: RecordingRef, tmp_path: Path) -> None:
    stranger = TwilioCarrier(Account(account.sid, "wrong", account.api_url))
    error = refused(stranger, ref, tmp_path / "message.wav")
    assert isinstance(error, CarrierRefused)
    assert error.status == 401


def test_too_large_a_recording_is_refused_before_it_is_read(line: Protocol, ref: RecordingRef, tmp_path: Path) -> None:
    into = tmp_path / "message.wav"
    assert isinstance(refused(line, ref, into, limit=len(SOUND) - 1), TooLarge)
    assert line.fetch_recording(ref, into, limit=len(SOUND)).size == len(SOUND)


@pytest.fixture
def moved(company: Carrier, elsewhere: Elsewhere) -> Elsewhere:
    """Where the company sends whoever asks for a recording."""
    company.sounds_at = f"{elsewhere.url}/bucket/sound.wav?signature=abc"
    elsewhere.body = SOUND
    return elsewhere


def test_a_recording_elsewhere_is_fetched_without_the_password(
    company: Carrier, line: Protocol, ref: RecordingRef, moved: Elsewhere, tmp_path: Path
) -> None:
    saved = line.fetch_recording(ref, tmp_path / "message.wav")
    assert saved.size == len(SOUND)
    [headers] = moved.heard
    assert "authorization" not in headers
    assert company.auth_token not in str(headers)


def test_no_other_password_is_looked_for(
    line: Protocol, ref: RecordingRef, moved: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login operator password private\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    line.fetch_recording(ref, tmp_path / "message.wav")
    assert "authorization" not in moved.heard[0]


def test_a_company_that_redirects_to_itself_gets_the_password_again(
    company: Carrier, line: Protocol, ref: RecordingRef, tmp_path: Path
) -> None:
    second = company.add_recording("CA0", SOUND)
    company.sounds_at = f"/2010-04-01/Accounts/{company.account_sid}/Recordings/{second}.wav"
    assert "too often" in str(refused(line, ref, tmp_path / "message.wav"))
    assert len(company.log) == 4  # and none of them was answered 401


@pytest.mark.parametrize(
    "location",
    ["ftp://127.0.0.1/sound.wav", "file:///etc/passwd", "http://[", "http://127.0.0.1:99999999/", "javascript:1"],
)
def test_a_recording_at_no_web_address_is_refused(
    company: Carrier, line: Protocol, ref: RecordingRef, tmp_path: Path, location: str
) -> None:
    company.sounds_at = location
    assert isinstance(refused(line, ref, tmp_path / "message.wav"), CarrierRefused)


def test_endless_redirections_are_left(line: Protocol, ref: RecordingRef, moved: Elsewhere, tmp_path: Path) -> None:
    moved.status, moved.headers = 302, {"Location": "/again"}
    assert "too often" in str(refused(line, ref, tmp_path / "message.wav"))
    assert len(moved.heard) == 3


def test_an_error_elsewhere_shows_no_address(
    line: Protocol, ref: RecordingRef, moved: Elsewhere, tmp_path: Path
) -> None:
    moved.status, moved.body = 403, b"<Error><Code>AccessDenied</Code></Error>"
    error = refused(line, ref, tmp_path / "message.wav")
    assert isinstance(error, CarrierRefused)
    assert "signature" not in "".join(traceback.format_exception(error))


def test_an_interrupted_recording_leaves_no_file(
    line: Protocol, ref: RecordingRef, moved: Elsewhere, tmp_path: Path
) -> None:
    moved.claimed = len(SOUND)
    moved.body = SOUND[:10_000]
    assert isinstance(refused(line, ref, tmp_path / "message.wav"), CarrierBusy)


def test_more_than_was_announced_is_not_read(
    line: Protocol, ref: RecordingRef, moved: Elsewhere, tmp_path: Path
) -> None:
    assert moved.claimed is None  # no length: only counting tells
    assert isinstance(refused(line, ref, tmp_path / "message.wav", limit=10_000), TooLarge)


def test_a_recording_that_drips_is_left(account: Account, ref: RecordingRef, moved: Elsewhere, tmp_path: Path) -> None:
    moved.drip = 0.05
    impatient = TwilioCarrier(account, Patience(connect=5, read=5, whole=0.1))
    error = refused(impatient, ref, tmp_path / "message.wav")
    assert isinstance(error, CarrierBusy)
    assert "too slowly" in str(error)


@pytest.mark.parametrize("body", [b"", b"RIFF", b"<html></html>", b'{"code": 20003}', b"ID3" + SOUND])
def test_what_is_no_wav_is_refused(
    line: Protocol, ref: RecordingRef, moved: Elsewhere, tmp_path: Path, body: bytes
) -> None:
    moved.body = body
    error = refused(line, ref, tmp_path / "message.wav")
    assert isinstance(error, BadInput)
    assert not isinstance(error, CarrierFailed | TooLarge)


def test_a_recording_is_forgotten_once_and_twice(company: Carrier, line: Protocol, ref: RecordingRef) -> None:
    line.delete_copies(ref)
    line.delete_copies(ref)
    assert not company.kept["Recordings"]


def test_forgetting_is_asked_again_when_the_answer_was_lost(
    company: Carrier, line: Protocol, ref: RecordingRef
) -> None:
    company.fail_next("lost")
    with pytest.raises(CarrierBusy):
        line.delete_copies(ref)
    line.delete_copies(ref)
    assert not company.sounds


def test_a_stranger_cannot_forget(company: Carrier, account: Account, ref: RecordingRef) -> None:
    with pytest.raises(CarrierRefused):
        TwilioCarrier(Account(account.sid, "wrong", account.api_url)).delete_copies(ref)
    assert ref.id in company.sounds
