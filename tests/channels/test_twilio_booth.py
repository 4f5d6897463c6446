"""Recording by telephone, as the telephone company tells it: ring, PIN, prompt code, speak, hear, keep."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from ivr import app
from ivr.actions import booth_steps
from ivr.actions.booth_call import PIN_SECONDS
from ivr.store import prompt_codes, wordings
from ivr.store.booth import State, Step
from ivr.store.dials import How
from ivr.store.dials import State as Dialled
from ivr.store.takes import Source
from ivr.store.takes import State as Taken
from ivr.store.wordings import NewWording
from ivr.web.site import Site
from tests import booth, helpline
from tests.booth import PHONE, Studio
from tests.doubles.outgoing import Outgoing
from tests.doubles.scripted import tone
from tests.doubles.signer import signature

CHOICE = ["studio.keep", "studio.again", "studio.other", "studio.hear"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr(app, "Site", partial(Site, stream_seconds=0.0))
    with booth.studio(tmp_path, TWILIO_NUMBER=helpline.NUMBER) as made:
        yield made


def hears(here: Studio, call: Outgoing) -> list[str]:
    return booth.heard(call, here.language)


def other_pin(here: Studio) -> str:
    return f"{(int(here.pin()) + 1) % 10_000:04}"


def test_ring_pin_and_prompt_code_each_delivered_twice(here: Studio) -> None:
    call = here.rung()
    call.phone.deliver_twice = True
    assert (call.record["to"], call.record["from"]) == (PHONE, helpline.NUMBER)
    pin, wrong = here.pin(), other_pin(here)
    call.answers()
    assert hears(here, call) == ["studio.pin"]
    call.press(wrong)
    assert hears(here, call) == ["studio.pin-wrong", "studio.pin"]
    call.press(pin)
    assert (hears(here, call), here.pin()) == (["studio.code"], "")
    call.press("9999")
    assert hears(here, call) == ["studio.code-unknown", "studio.code"]
    call.press(here.code)
    assert hears(here, call) == ["studio.words", here.name, "studio.speak"]
    record = call.phone.call.wait
    assert record is not None
    wanted = {"finishOnKey": "#", "playBeep": "true", "maxLength": "120", "trim": "do-not-trim"}
    assert wanted.items() <= record.attributes.items()
    (rung,) = here.written_down("recorder-rung")
    assert (rung.staff_id, rung.about, PHONE in str(rung)) == (here.id, f"staff/{here.id}", False)


def test_speak_hear_again_keep_and_another_each_delivered_twice(here: Studio) -> None:
    call = here.speaking()
    call.phone.deliver_twice = True
    here.spoken(call)
    assert hears(here, call) == ["studio.playback", "voice", *CHOICE]
    call.press("9")
    assert hears(here, call) == ["studio.playback", "voice", *CHOICE]
    call.press("2")
    assert hears(here, call) == ["studio.speak"]
    here.spoken(call, 4)
    call.press("1")
    assert hears(here, call) == ["studio.kept", "studio.code"]
    call.press(here.other_code)
    here.spoken(call, 5)
    call.press("3")
    assert hears(here, call) == ["studio.code"]
    call.aidant_hangs_up()
    here.work()
    (kept, again), (other,) = here.takes(), here.takes(here.other)
    assert [take.state for take in (again, kept, other)] == [Taken.WITHDRAWN, Taken.WAITING, Taken.WAITING]
    assert {(take.source, take.made_by) for take in (again, kept, other)} == {(Source.TELEPHONE, here.id)}
    assert here.joined.studio.vault.open(kept.file) == tone(4)
    assert [(one.state, one.kept_at is not None) for one in here.recordings()] == [
        (State.TAKEN, False),
        (State.TAKEN, True),
        (State.TAKEN, False),
    ]
    assert here.company.kept["Recordings"] == {}
    assert (here.dial().state, here.dial().how) == (Dialled.OVER, How.RECORDED)
    assert (call.troubles, call.phone.errors) == ([], [])
    (noted,) = here.written_down("recording-kept")
    assert (noted.staff_id, noted.about) == (here.id, f"take/{kept.id}")
    assert len(here.written_down("take-added")) == 3


def test_what_is_heard_back_is_our_own_copy_and_only_while_they_listen(here: Studio) -> None:
    call = here.speaking()
    here.spoken(call)
    (url,) = [url for url in call.phone.heard if "/twilio/" in url]
    path = url.removeprefix(helpline.PUBLIC)
    answer = here.http.get(path)
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (200, tone(3), "no-store")
    assert here.http.get(path.replace(".wav", "x.wav")).status_code == 404
    assert here.http.get(path.replace(f"/studio/{here.dial().id}/", "/studio/99/")).status_code == 404
    call.aidant_hangs_up()
    assert here.http.get(path).status_code == 404


def test_three_wrong_pins_end_the_call(here: Studio) -> None:
    call = here.rung()
    wrong = other_pin(here)
    call.answers()
    call.press(wrong)
    call.stays_silent()
    assert hears(here, call) == ["studio.pin"]
    call.press(wrong)
    assert (hears(here, call), call.over) == (["studio.bye"], True)
    assert here.dial().how is How.DECLINED
    assert here.pin() == ""


def test_somebody_else_who_answers_hears_nothing_of_the_helpline(here: Studio) -> None:
    call = here.rung()
    call.answers()
    assert hears(here, call) == ["studio.pin"]
    call.aidant_hangs_up()
    assert (here.dial().how, here.recordings()) == (How.DECLINED, [])


def test_a_pin_is_good_for_ten_minutes_and_in_its_own_call(here: Studio) -> None:
    first = here.rung()
    old = here.pin()
    first.nobody_answers()
    call = here.rung()
    pin = here.pin()
    call.answers()
    if old != pin:
        call.press(old)
        assert hears(here, call)[0] == "studio.pin-wrong"
    here.joined.clock.now += PIN_SECONDS + 1  # type: ignore[attr-defined]
    assert here.pin() == ""
    call.press(pin)
    assert (hears(here, call), call.over) == (["studio.pin-late"], True)


def test_who_hangs_up_before_keeping_loses_nothing(here: Studio) -> None:
    call = here.speaking()
    here.spoken(call)
    call.aidant_hangs_up()
    (take,) = here.takes()
    (spoken,) = here.recordings()
    assert (take.state, spoken.kept_at, spoken.take_id) == (Taken.WAITING, None, take.id)
    assert here.written_down("recording-kept") == []


def test_who_hangs_up_while_speaking_loses_nothing_either(here: Studio) -> None:
    call = here.speaking()
    call.aidant_hangs_up(recorded=3)
    here.company.add_recording(call.sid, tone(3), call.recorded)
    assert here.dial().state is Dialled.OVER
    here.work(2)
    (take,) = here.takes()
    assert here.joined.studio.vault.open(take.file) == tone(3)


def test_a_text_that_changes_before_the_recording_is_fetched_is_not_what_was_spoken(here: Studio) -> None:
    call = here.speaking()
    here.spoken(call, here=False)
    said = here.joined.shelf.current().captions[here.language, here.name]
    with here.joined.database.transaction() as tx:
        new = NewWording(here.language, here.name, {"full": "Other words."}, "", here.id, here.joined.clock())
        assert wordings.add(tx, new, 0)
    call.stays_silent()
    here.work(2)
    (take,) = here.takes()
    assert take.text == said


def test_a_recording_that_is_told_after_the_end_of_the_call_counts(here: Studio) -> None:
    call = here.speaking()
    record = call.phone.call.wait
    assert record is not None
    call.aidant_hangs_up()
    answer = posted(here, call, record.attributes["action"], RecordingSid="RE1")
    assert "<Hangup/>" in answer.text
    here.company.add_recording(call.sid, tone(2), "RE1")
    here.work(2)
    assert len(here.takes()) == 1


def test_while_the_recording_is_on_its_way_they_wait_and_are_told_so(here: Studio) -> None:
    call = here.speaking()
    here.spoken(call, here=False)
    assert hears(here, call) == ["studio.moment"]
    call.stays_silent()
    assert (hears(here, call), here.sitting().step) == ([], Step.FETCH)
    here.work(2)
    call.stays_silent()
    assert here.sitting().step is Step.CHOICE


def test_while_the_company_is_away_the_recording_can_be_kept_unheard_and_comes_later(here: Studio) -> None:
    call = here.speaking()
    here.spoken(call, here=False)
    here.company.fail_next("500", times=2)
    told = []
    for _ in range(booth_steps.LOOKS):
        call.stays_silent()
        told += hears(here, call)
    assert told == ["studio.moment", "studio.moment", "studio.not-yet", *CHOICE[:3]]
    call.press("1")
    assert hears(here, call) == ["studio.kept", "studio.code"]
    call.aidant_hangs_up()
    assert here.work(2) == ["fetch-spoken again"]
    here.work(5)
    here.work(10)
    (spoken,), (take,) = here.recordings(), here.takes()
    assert (spoken.state, spoken.take_id) == (State.TAKEN, take.id)
    assert spoken.kept_at is not None
    assert here.company.kept["Recordings"] == {}


def test_what_is_spoken_again_before_it_came_is_deleted_unfetched(here: Studio) -> None:
    call = here.speaking()
    here.spoken(call, here=False)
    for _ in range(booth_steps.LOOKS):
        call.stays_silent()
    call.press("2")
    here.work(2)
    assert (here.takes(), here.recordings()[0].state) == ([], State.DROPPED)
    assert here.company.kept["Recordings"] == {}


def test_a_recording_that_the_company_does_not_have_is_spoken_again(here: Studio) -> None:
    call = here.speaking()
    call.speaks()
    here.work(2)
    call.stays_silent()
    assert hears(here, call) == ["studio.lost", "studio.speak"]
    assert here.recordings()[0].state is State.LOST


def test_what_is_no_sound_waits_for_a_person_and_stays_at_the_company(here: Studio) -> None:
    call = here.speaking()
    ref = call.speaks()
    here.company.add_recording(call.sid, tone(1), ref)
    here.company.sounds[ref] = b"no sound at all"
    assert here.work(2) == ["fetch-spoken dead"]
    call.stays_silent()
    assert hears(here, call) == ["studio.lost", "studio.speak"]
    assert ref in here.company.kept["Recordings"]


def test_who_says_nothing_is_told_and_after_a_while_the_call_ends(here: Studio) -> None:
    call = here.speaking()
    call.speaks(0)
    assert hears(here, call) == ["studio.nothing", "studio.speak"]
    for _ in range(3):
        call.speaks(0)
    assert not call.over
    call.speaks(0)
    assert (hears(here, call), call.over, here.dial().how) == (["studio.bye"], True, How.RECORDED)


def test_a_recording_without_an_id_is_none(here: Studio) -> None:
    call = here.speaking()
    record = call.phone.call.wait
    assert record is not None
    answer = posted(here, call, record.attributes["action"])
    assert "/studio.nothing/" in answer.text
    assert here.recordings() == []


def test_a_text_that_changed_since_it_was_published_is_to_be_read(here: Studio) -> None:
    call = here.opened()
    release = here.joined.shelf.current()
    words = release.captions[here.language, here.name]
    release.captions[here.language, here.name] = "something else"  # type: ignore[index]
    try:
        call.press(here.code)
    finally:
        release.captions[here.language, here.name] = words  # type: ignore[index]
    assert hears(here, call) == ["studio.words-changed", "studio.speak"]


def test_a_name_that_callers_do_not_hear_has_no_code_here(here: Studio) -> None:
    with here.joined.database.transaction() as tx:
        codes = prompt_codes.of_names(tx, ["no.such.prompt"])
    call = here.opened()
    call.press(str(codes["no.such.prompt"]))
    assert hears(here, call) == ["studio.code-unknown", "studio.code"]


def test_an_old_address_gets_what_was_said_last_and_changes_nothing(here: Studio) -> None:
    call = here.opened()
    old = f"{helpline.PUBLIC}/twilio/studio/{here.dial().id}/1/go"
    call.press(here.code)
    sitting = here.sitting()
    answer = posted(here, call, old, Digits=here.other_code)
    assert answer.text == call.phone.documents[-1].body.decode()
    assert here.sitting() == sitting


def test_another_call_learns_nothing(here: Studio) -> None:
    call = here.opened()
    url = f"{helpline.PUBLIC}/twilio/studio/{here.dial().id}/{here.sitting().n}/go"
    answer = posted(here, call, url, CallSid="CA9", Digits=here.code)
    assert answer.text.endswith("<Response><Hangup/></Response>")
    assert here.sitting().step is Step.CODE
    assert posted(here, call, url.replace(f"/{here.dial().id}/", "/99/")).text.endswith("<Hangup/></Response>")


def test_nobody_speaks_who_did_not_key_the_pin(here: Studio) -> None:
    call = here.rung()
    call.answers()
    posted(here, call, f"{helpline.PUBLIC}/twilio/studio/{here.dial().id}/1/spoken?c={here.code}", RecordingSid="RE1")
    posted(here, call, f"{helpline.PUBLIC}/twilio/studio/{here.dial().id}/1/spoken?c={here.code}")
    assert (here.recordings(), here.sitting().step) == ([], Step.PIN)


def test_what_cannot_be_asked_is_refused(here: Studio) -> None:
    call = here.opened()
    for path, status in (("x/1/go", 400), ("1/x/go", 400), ("1/1/dance", 404)):
        assert posted(here, call, f"{helpline.PUBLIC}/twilio/studio/{path}").status_code == status


def test_while_the_database_is_away_the_call_waits_and_what_was_spoken_comes_after(
    here: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = here.speaking()
    with here.away(monkeypatch):
        ref = call.speaks()
        assert call.phone.waiting == "gather"
        call.stays_silent()
        assert call.phone.waiting == "gather"
    here.company.add_recording(call.sid, tone(3), ref)
    call.stays_silent()
    assert here.sitting().step is Step.FETCH
    here.work(2)
    assert len(here.takes()) == 1


def test_a_database_that_stays_away_ends_the_call(here: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    call = here.opened()
    with here.away(monkeypatch):
        call.press(here.code)
        for _ in range(14):
            call.stays_silent()
        assert call.phone.alive
        call.phone.stay_silent()
    assert not call.phone.alive


def test_the_story_on_the_other_database(tmp_path: Path, postgres_url: str) -> None:
    with booth.studio(tmp_path, TWILIO_NUMBER=helpline.NUMBER, database_url=postgres_url) as here:
        call = here.speaking()
        call.phone.deliver_concurrently = True
        here.spoken(call)
        call.press("2")
        here.spoken(call, 4)
        call.press("1")
        call.aidant_hangs_up()
        assert [take.state for take in here.takes()] == [Taken.WAITING, Taken.WITHDRAWN]
        assert (here.dial().how, call.troubles) == (How.RECORDED, [])


def test_a_stranger_cannot(here: Studio) -> None:
    call = here.opened()
    url = f"/twilio/studio/{here.dial().id}"
    for path in ("answer", f"{here.sitting().n}/go", f"{here.sitting().n}/spoken?c={here.code}"):
        fields = {"CallSid": call.sid, "Digits": here.code, "RecordingSid": "RE1"}
        assert here.http.post(f"{url}/{path}", data=fields).status_code == 403
    assert here.http.get(f"{url}/voice/guess.wav").status_code == 404
    assert (here.recordings(), here.sitting().step) == ([], Step.CODE)


def posted(here: Studio, call: Outgoing, url: str, **fields: str) -> httpx.Response:
    """A delivery as the company signs it."""
    sent = {"CallSid": call.sid, **fields}
    header = {"X-Twilio-Signature": signature(helpline.TOKEN, url, tuple(sent.items()))}
    answer: httpx.Response = here.http.post(url.removeprefix(helpline.PUBLIC), data=sent, headers=header)
    return answer
