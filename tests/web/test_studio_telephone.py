"""The page of recording by telephone: the button, the PIN, the codes, and how the call goes."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ivr import app
from ivr.store import dials
from ivr.store.booth import Sitting, Step
from ivr.store.booth import State as Recorded
from ivr.store.dials import How, Kind, State
from ivr.web import studio_telephone
from ivr.web.site import Site
from tests import booth, helpline
from tests.booth import PHONE, Studio
from tests.web import people
from tests.web.people import Visit


@pytest.fixture(autouse=True)
def short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "Site", partial(Site, stream_seconds=0.0))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Studio]:
    with booth.studio(tmp_path, TWILIO_NUMBER=helpline.NUMBER) as made:
        yield made


def test_the_page_shows_each_step_the_pin_and_what_was_recorded(here: Studio) -> None:
    answer = here.asks()
    assert (answer.status_code, answer.headers["location"]) == (303, "/studio/telephone#call")
    assert 'data-call="new"' in here.says()
    call = here.rung()
    pin = here.pin()
    assert f"data-pin>{pin}<" in here.visit.get("/studio/telephone").text
    call.answers()
    assert 'data-call="answered"' in here.says()
    call.press(pin)
    assert 'data-call="bridged"' in here.says()
    call.press(here.code)
    words = here.joined.shelf.current().captions[here.language, here.name]
    assert words in here.says()
    here.spoken(call)
    call.press("1")
    call.aidant_hangs_up()
    assert 'data-call="recorded"' in here.says()
    assert f'href="/studio/{here.language}/{here.name}"' in here.says()
    assert PHONE not in here.visit.get("/studio/telephone").text


def test_every_text_of_the_chosen_language_has_its_code_on_the_page(here: Studio) -> None:
    page = here.visit.get(f"/studio/telephone?language={here.language}").text
    for code, name in ((here.code, here.name), (here.other_code, here.other)):
        assert f"{code}</strong>" in page
        assert here.joined.shelf.current().captions[here.language, name] in page


def test_while_one_call_goes_on_there_is_no_second(here: Studio) -> None:
    here.rung()
    here.asks()
    here.work()
    assert len(here.company.kept["Calls"]) == 1
    assert len(here.written_down("recorder-rung")) == 1


def test_whoever_rings_too_often_is_asked_to_wait(here: Studio) -> None:
    for _ in range(5):
        here.rung().nobody_answers()
    assert here.asks().status_code == 429


def test_a_language_that_nobody_speaks_cannot_be_chosen(here: Studio) -> None:
    assert here.asks("xx").status_code == 422
    assert here.written_down("recorder-rung") == []


def test_without_a_phone_the_page_says_what_is_missing(here: Studio) -> None:
    here.have_phone(None)
    assert 'href="/account"' in here.visit.get("/studio/telephone").text
    assert here.asks().status_code == 422
    here.work()
    assert here.company.kept["Calls"] == {}


def test_the_phone_of_the_account_is_rung_as_it_is_when_it_rings(here: Studio) -> None:
    here.asks()
    here.have_phone("+33639980098")
    here.work()
    (call,) = here.company.kept["Calls"].values()
    assert call["to"] == "+33639980098"


def test_without_a_telephone_company_there_is_no_such_page(tmp_path: Path) -> None:
    with booth.studio(tmp_path) as here:
        assert here.visit.get("/studio/telephone").status_code == 404
        assert here.asks().status_code == 404
        assert "/studio/telephone" not in here.visit.get("/studio/kit").text


def test_where_it_can_be_done_every_page_of_the_studio_leads_there(here: Studio) -> None:
    assert 'href="/studio/telephone"' in here.visit.get("/studio/kit").text


def test_every_step_and_every_end_has_its_words() -> None:
    nothing = dict.fromkeys(("request_id", "call_ref", "leg_ref", "accepted_at", "answered_at", "ended_at"))
    at = {"id": 1, "kind": Kind.STUDIO, "staff_id": 1, "created_at": 0.0, "changed_at": 0.0, **nothing}
    sitting = Sitting(1, "aa", 0, Step.PIN, (), 0, None, None)
    ends = (*studio_telephone.ENDS, None)
    for how in ends:
        assert studio_telephone.says(dials.Dial(**at, state=State.OVER if how else State.UNKNOWN, how=how), sitting)
    for state in (State.NEW, State.PLACING, State.RINGING, State.ANSWERED):
        assert studio_telephone.says(dials.Dial(**at, state=state, how=None), sitting)
    for step in Step:
        talking = dials.Dial(**at, state=State.BRIDGED, how=How.RECORDED)
        assert studio_telephone.says(talking, Sitting(1, "aa", 0, step, (), 0, None, None))
    assert set(studio_telephone.SPOKEN) == set(Recorded)


def test_a_stranger_cannot(here: Studio) -> None:
    stranger, aidant = Visit(here.http), people.hire(here.joined, "aidant")
    assert stranger.get("/studio/telephone").headers["location"].startswith("/sign-in")
    assert stranger.post("/studio/telephone", {"language": here.language}).status_code == 303
    other = Visit(here.http, people.signed_in(here.joined, aidant))
    assert other.get("/studio/telephone").status_code == 404
    assert other.post("/studio/telephone", {"language": here.language}).status_code == 404
    assert other.get("/live/recorder").status_code == 404
    here.work()
    assert here.company.kept["Calls"] == {}
