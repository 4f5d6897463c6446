"""The way to an address in the written menus, in every language; the outside answers what a test needs."""

import pytest

from ivr.engine.inputs import Known
from ivr.engine.turn import Opening
from tests.engine.caller import Caller, said
from tests.helpline import prepared

BOOK = prepared().release.book
LANGUAGES = BOOK.languages
TO_DIGITAL_HELP = "34" + "1" * 2 + "4"
NAMES = {f"which_{n}": f"Place {n}" for n in range(1, 7)}
PLACE = {"place_name": "A name", "place_address": "A street", "place_phone": "0199001111"}


def caller(language: str, **outside: Known) -> Caller:
    always = {"announcement": Known("none"), "resume": Known("none"), "where": Known("unknown")}
    return Caller(BOOK, {**always, **outside}).arrives(language).presses(TO_DIGITAL_HELP)


def heard(call: Caller) -> list[str]:
    return said(call.turn.pieces)


@pytest.mark.parametrize("language", LANGUAGES)
def test_six_names_a_page_and_a_key_before_nobody_stops_listening(language: str) -> None:
    page = Known("which", {"which_more": 1}, NAMES)
    call = caller(language, area=page, which_more=page).presses("51300").presses("1")
    first = heard(call)
    assert first[:2] == ["referral.which", "referral.which.wait"]
    assert first[2:] == [word for n in range(1, 7) for word in (f"Place {n}", f"referral.which.w{n}")]
    assert heard(call.stays_silent()) == heard(call.stays_silent()) == first
    assert call.stays_silent().turn.node == "referral.which-pause"
    assert heard(call.presses("1")) == first
    call.outside["which_more"] = Known("none", {"which_more": None})
    assert call.stays_silent().turn.node == "referral.not-there"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_the_store_it_is_said_and_a_person_offered(language: str) -> None:
    call = caller(language).presses("75011").presses("1")
    assert heard(call) == ["referral.unavailable", "referral.call-me", "referral.another-code", "referral.go-on"]
    assert call.presses("3").turn.node == "aidants-connect.menu"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("value", "frame"), [("place_sure", "sure"), ("place_near", "near"), ("place_some", "some")])
def test_only_what_is_competent_is_called_the_right_one(language: str, value: str, frame: str) -> None:
    found = Known("visit", {value: 1, "place_id": 1}, PLACE)
    call = caller(language, area=Known("found"), places=found).presses("75011").presses("1")
    assert heard(call) == [f"referral.place.{frame}", "office.digital-help", "A name"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ["visit", "write", "address"])
def test_whether_one_can_go_there_is_said_before_the_address(language: str, case: str) -> None:
    found = Known(case, {"place_near": 1, "place_id": 1}, PLACE)
    call = caller(language, area=Known("found"), places=found).presses("75011").presses("1").stays_silent()
    assert heard(call) == [f"referral.place.{case}", "A street", "referral.place.again"]
    told = heard(call.stays_silent())
    assert told[0] == ("referral.letter" if case == "write" else "referral.hours-unknown")
    assert told[1:] == ["referral.phone", "digits 0199001111", "referral.phone.again", "digits 0199001111"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_holiday_is_not_called_closed(language: str) -> None:
    spans = (("09:00", "12:00"),)
    values = {"place_near": 1, "place_id": 1, "hours_known": 1, "hours_next": Opening("2", spans)}
    found, week = Known("visit", values, PLACE), Known("known", {"hours_1": Opening("1-5", spans)})
    call = caller(language, area=Known("found"), places=found, place_hours=week).presses("75011").presses("1")
    assert heard(call.stays_silent(2))[:2] == ["referral.open.next", f"hours 2 {spans}"]
