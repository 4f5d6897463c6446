"""Calls: asked for, ended, found again and forgotten, through the telephone company's REST API."""

import dataclasses
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ivr.carrier.link import Patience
from ivr.carrier.protocol import CallRef, NewCall, TextRef
from ivr.carrier.protocol import Carrier as Protocol
from ivr.carrier.twilio import Account
from ivr.errors import CarrierBusy, CarrierRefused
from tests.carrier.conftest import CALLER, OURS, PUBLIC
from tests.doubles.carrier import Carrier
from tests.doubles.carrier_records import new_sid
from tests.doubles.scripted import tone

NEW = NewCall(CALLER, OURS, f"{PUBLIC}/answer", f"{PUBLIC}/status?attempt=7", ring_seconds=25, time_limit=1800)


def an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def happened(company: Carrier, started: datetime, **fields: object) -> str:
    """A call that the company remembers."""
    sid = new_sid("CA")
    stamp = format_datetime(started)
    company.kept["Calls"][sid] = {
        "sid": sid,
        "to": CALLER,
        "from": OURS,
        "status": "completed",
        "direction": "outbound-api",
        "start_time": stamp,
        "date_created": stamp,
        **fields,
    }
    return sid


def test_a_call_is_asked_for_with_all_that_it_needs(company: Carrier, line: Protocol) -> None:
    ref = line.call(NEW)
    asked = company.asked[ref.id]
    assert asked["url"] == f"{PUBLIC}/answer"
    assert asked["status_callback"] == f"{PUBLIC}/status?attempt=7"
    # B1: "Events initiated ringing answered completed (default completed only)."
    assert asked["events"] == ["initiated", "ringing", "answered", "completed"]
    assert (asked["timeout"], asked["time_limit"]) == (25, 1800)
    assert company.kept["Calls"][ref.id]["to"] == CALLER


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "completed", "busy", "no-answer"])
def test_afterwards_a_call_is_over_whatever_it_did(company: Carrier, line: Protocol, status: str) -> None:
    ref = line.call(NEW)
    company.kept["Calls"][ref.id]["status"] = status
    line.end_call(ref)
    assert company.kept["Calls"][ref.id]["status"] in ("completed", "busy", "no-answer")


def test_a_call_that_nobody_knows_is_over(line: Protocol) -> None:
    line.end_call(CallRef("CA0"))


def test_a_call_is_moved_to_another_document(company: Carrier, line: Protocol) -> None:
    ref = line.call(NEW)
    company.kept["Calls"][ref.id]["status"] = "in-progress"
    line.move(ref, f"{PUBLIC}/now")
    assert company.asked[ref.id]["url"] == f"{PUBLIC}/now"


@pytest.mark.parametrize("status", ["completed", "busy"])
def test_a_call_that_is_over_is_not_moved(company: Carrier, line: Protocol, status: str) -> None:
    ref = line.call(NEW)
    company.kept["Calls"][ref.id]["status"] = status
    line.move(ref, f"{PUBLIC}/now")
    line.move(CallRef("CA0"), f"{PUBLIC}/now")
    assert company.asked[ref.id]["url"] == NEW.answer_url


def test_ending_a_call_is_asked_again_when_the_answer_was_lost(company: Carrier, line: Protocol) -> None:
    ref = line.call(NEW)
    company.fail_next("lost")
    with pytest.raises(CarrierBusy):
        line.end_call(ref)
    line.end_call(ref)
    assert company.kept["Calls"][ref.id]["status"] == "completed"


def test_a_call_is_found_by_its_two_numbers_and_its_time(company: Carrier, line: Protocol) -> None:
    wanted = happened(company, datetime.now(UTC))
    happened(company, datetime.now(UTC) - timedelta(hours=2))
    happened(company, datetime.now(UTC), to="+33639980002")
    [found] = line.find_calls(CALLER, OURS, an_hour_ago())
    assert found.ref == CallRef(wanted)
    assert (found.status, found.direction) == ("completed", "outbound-api")
    assert found.started_at is not None
    assert abs(datetime.now(UTC) - found.started_at) < timedelta(hours=1)


def test_a_call_of_the_very_second_is_found(company: Carrier, line: Protocol) -> None:
    now = datetime(2026, 3, 29, 22, 30, 15, 900_000, tzinfo=UTC)  # records know whole seconds only
    wanted = happened(company, now)
    assert [found.ref.id for found in line.find_calls(CALLER, OURS, now)] == [wanted]


def test_a_search_names_a_whole_day_in_utc(company: Carrier, line: Protocol) -> None:
    # the vendor's page on calls: "Specify a date as `YYYY-MM-DD` in UTC … `StartTime>=YYYY-MM-DD`"
    paris = datetime.fromisoformat("2026-11-23T00:30:00+01:00")
    line.find_calls(CALLER, OURS, paris)
    assert [asked.query.get("StartTime>") for asked in company.log] == [None, "2026-11-22"]


def test_a_call_that_still_waits_is_found_though_it_has_no_start(company: Carrier, line: Protocol) -> None:
    company.hides_waiting = True
    ref = line.call(NEW)
    [found] = line.find_calls(CALLER, OURS, an_hour_ago())
    assert (found.ref, found.status, found.started_at) == (ref, "queued", None)


def test_many_calls_are_found_page_by_page_and_each_once(company: Carrier, line: Protocol) -> None:
    placed = {happened(company, datetime.now(UTC)) for _ in range(230)} | {line.call(NEW).id}
    company.log.clear()
    found = [call.ref.id for call in line.find_calls(CALLER, OURS, an_hour_ago())]
    assert sorted(found) == sorted(placed)
    assert [asked.query.get("Page") for asked in company.log] == [None, None, "1", "2"]


def test_a_call_is_forgotten_with_its_recordings(company: Carrier, line: Protocol) -> None:
    ref = CallRef(happened(company, datetime.now(UTC)))
    kept = company.add_recording(happened(company, datetime.now(UTC)), tone(1))
    for _ in range(2):
        company.add_recording(ref.id, tone(1))
    line.delete_copies(ref)
    line.delete_copies(ref)
    assert ref.id not in company.kept["Calls"]
    assert list(company.kept["Recordings"]) == list(company.sounds) == [kept]


def test_a_call_that_lasts_is_forgotten_later(company: Carrier, line: Protocol) -> None:
    # the vendor's page on error 20009: "wait until the call is completed and try your request again"
    with pytest.raises(CarrierBusy) as caught:
        line.delete_copies(line.call(NEW))
    assert caught.value.code == 20009


def test_an_id_is_never_an_address(account: Account, line: Protocol) -> None:
    # B8: ids of other providers look like `v3:…`; "treat ids as opaque strings"
    address = account.link(Patience()).address
    assert address("Calls", "v3:a/../b?x=1#y").endswith("/Calls/v3%3Aa%2F..%2Fb%3Fx%3D1%23y.json")
    with pytest.raises(ValueError, match="needs an id"):
        line.delete_copies(TextRef(""))


@pytest.mark.parametrize(
    ("to", "from_", "code"),
    [("+336", OURS, 21211), (CALLER, "anonymous", 21212), (CALLER, "+33199000009", 21210)],
)
def test_a_refusal_is_known_by_its_code(line: Protocol, to: str, from_: str, code: int) -> None:
    with pytest.raises(CarrierRefused) as caught:
        line.call(dataclasses.replace(NEW, to=to, from_=from_))
    assert (caught.value.code, caught.value.status) == (code, 400)
