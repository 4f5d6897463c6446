"""The page of one text: its words and who changes them, its recordings and who judges them, what callers hear of it."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from ivr.store import publications, takes, wordings
from ivr.store.publications import Kind, Place
from ivr.store.takes import NewTake, Source, State, Treated
from ivr.store.wordings import Wording
from tests.actions.studios import LANGUAGE, spoken, take
from tests.actions.studios import text as of_text
from tests.web import studios
from tests.web.people import text
from tests.web.studios import PAGE, Desk

NEW = {"full": "a newer greeting", "short": "newer", "doubt": "", "tts-full": "", "tts-short": "", "tts-doubt": ""}
WARNED: dict[str, Any] = {"findings": [{"code": "noisy", "level": "warning", "values": {"snr": 9.5}}]}
BROKEN: dict[str, Any] = {"findings": [{"code": "not-audio", "level": "error", "values": {}}]}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with studios.opened(tmp_path, monkeypatch) as opened:
        yield opened


def versions(desk: Desk, prompt: str = "main") -> list[Wording]:
    with desk.house.parts.database.reading() as tx:
        return wordings.of_prompt(tx, LANGUAGE, prompt)


def a_take(desk: Desk, state: State, report: dict[str, Any], by: int | None = None, said: str = "aa main") -> int:
    """A take that was checked, without its sound."""
    with desk.house.parts.database.transaction() as tx:
        made_by = desk.house.author if by is None else by
        new = NewTake(LANGUAGE, "main", said, Source.UPLOAD, "1.sealed", "0" * 64, made_by, desk.house.clock.now)
        id = takes.add(tx, new)
        assert takes.treat(tx, id, Treated(state, report, None, None))
    return id


def state(desk: Desk, id: int) -> State:
    return desk.house.take(id).state


def says(answer: Any) -> str:
    """The page's text, without the marks that keep directions apart."""
    return text(answer).replace("\u2068", "").replace("\u2069", "")


# words


def test_it_shows_what_is_said_and_where(desk: Desk) -> None:
    answer = desk.visit().get(PAGE)
    assert answer.status_code == 200
    page = says(answer)
    assert "aa main" in page
    assert "frame › main" in page
    assert "Nobody has recorded this text yet." in page
    assert f"/audio/{LANGUAGE}/main/{desk.house.heard()}.wav" in answer.text
    assert f'href="{PAGE}.short"' in answer.text
    option = says(desk.visit().get(f"/studio/{LANGUAGE}/main.one"))
    assert "frame › main · as the choice of key 1" in option
    assert "{key}" in option


def test_digits_are_recorded_like_texts_and_have_no_words_to_change(desk: Desk) -> None:
    answer = desk.visit().get(f"/studio/{LANGUAGE}/digit.1")
    assert "No menu says it" in says(answer)
    assert 'id="edit"' not in answer.text
    assert desk.visit().post(f"/studio/{LANGUAGE}/digit.1/words", {**NEW, "seen": "0"}).status_code == 404


def test_an_edit_is_a_version_and_callers_do_not_hear_it_yet(desk: Desk) -> None:
    visit = desk.visit()
    answer = visit.post(f"{PAGE}/words", {**NEW, "full": " a newer greeting\r\nfor you ", "seen": "0"})
    assert answer.headers["location"] == f"{PAGE}?done=written"
    (version,) = versions(desk)
    assert version.entry == {"full": "a newer greeting\nfor you", "short": "newer"}
    assert version.staff_id == desk.house.author
    page = says(visit.get(answer.headers["location"]))
    assert "Kept as a new version." in page
    assert "This version is not published yet." in page
    assert "a newer greeting for you" in page
    assert desk.house.words() == "aa main"


def test_the_spelling_for_the_machine_is_kept_with_the_text(desk: Desk) -> None:
    visit = desk.visit()
    visit.post(f"{PAGE}/words", {**NEW, "tts-full": "a niuer greeting", "seen": "0"})
    assert versions(desk)[0].entry["tts"] == {"full": "a niuer greeting"}
    page = visit.get(PAGE).text
    assert "a niuer greeting" in page
    assert "<details open>" in page
    assert f'name="seen" value="{versions(desk)[0].id}"' in page


def test_the_second_of_two_is_told_and_nothing_is_overwritten(desk: Desk) -> None:
    """What happened elsewhere: the later click won, and an hour of work was gone."""
    first, second = desk.visit(), desk.second
    assert first.post(f"{PAGE}/words", {**NEW, "seen": "0"}).status_code == 303
    answer = second.post(f"{PAGE}/words", {**NEW, "full": "what the second one wrote", "seen": "0"})
    assert answer.status_code == 422
    page = says(answer)
    assert "Somebody else changed this text while you were writing" in page
    assert "a newer greeting" in page
    assert page.count("what the second one wrote") == 2
    assert [version.entry["full"] for version in versions(desk)] == ["a newer greeting"]
    seen = versions(desk)[0].id
    assert f'name="seen" value="{seen}"' in answer.text
    both = second.post(f"{PAGE}/words", {**NEW, "full": "what both agreed on", "seen": str(seen)})
    assert both.status_code == 303
    assert [version.entry["full"] for version in versions(desk)] == ["what both agreed on", "a newer greeting"]


def test_a_text_that_breaks_a_rule_is_not_kept_and_stays_in_the_form(desk: Desk) -> None:
    path = f"/studio/{LANGUAGE}/main.one/words"
    answer = desk.visit().post(path, {**NEW, "full": "press {kay}", "seen": "0"})
    assert answer.status_code == 422
    page = says(answer)
    assert "The text was not kept" in page
    assert "{kay} cannot be said here." in page
    assert "press {kay}</textarea>" in unescape(answer.text)
    assert versions(desk, "main.one") == []


def test_a_form_that_does_not_say_what_was_seen_is_nobodys(desk: Desk) -> None:
    visit = desk.visit()
    for fields in ({}, {"seen": "x"}, {"seen": "-1"}):
        assert visit.post(f"{PAGE}/words", {**NEW, **fields}).status_code == 404
    assert versions(desk) == []


def test_what_nobody_hears_has_no_page(desk: Desk) -> None:
    visit = desk.visit()
    for path in ("/studio/zz/main", "/studio/aa/nothing", "/studio/-/pause.300"):
        assert visit.get(path).status_code == 404


# takes


def test_findings_are_said_in_words_with_what_to_do(desk: Desk) -> None:
    a_take(desk, State.DOUBTFUL, WARNED)
    page = says(desk.visit().get(PAGE))
    assert "it is only 9.5 decibels louder than the room" in page
    assert "Close windows and doors" in page
    assert "a file that was sent" in page


def test_a_warning_is_overruled_with_a_reason_and_an_error_is_not(desk: Desk) -> None:
    doubtful, bad, visit = a_take(desk, State.DOUBTFUL, WARNED), a_take(desk, State.BAD, BROKEN), desk.visit()
    page = visit.get(PAGE).text
    assert f"/studio/takes/{doubtful}/overrule" in page
    assert f"/studio/takes/{bad}/overrule" not in page
    assert visit.post(f"/studio/takes/{doubtful}/overrule", {"why": " "}).status_code == 422
    assert state(desk, doubtful) is State.DOUBTFUL
    answer = visit.post(f"/studio/takes/{doubtful}/overrule", {"why": "a market behind her"})
    assert answer.headers["location"] == f"{PAGE}?done=overruled"
    assert "a market behind her" in says(visit.get(PAGE))
    assert visit.post(f"/studio/takes/{bad}/overrule", {"why": "never mind"}).status_code == 422
    assert state(desk, bad) is State.BAD


def test_who_recorded_it_is_told_that_somebody_else_approves_it(desk: Desk) -> None:
    id, own = a_take(desk, State.GOOD, {"findings": []}), desk.visit()
    page = own.get(PAGE)
    assert "somebody else has to listen to it and approve it" in says(page)
    assert f"/studio/takes/{id}/approve" not in page.text
    assert own.post(f"/studio/takes/{id}/approve").status_code == 422
    assert state(desk, id) is State.GOOD
    assert f"/studio/takes/{id}/approve" in desk.second.get(PAGE).text
    answer = desk.second.post(f"/studio/takes/{id}/approve")
    assert answer.headers["location"] == f"{PAGE}?done=approved"
    assert state(desk, id) is State.APPROVED
    again = desk.second.post(f"/studio/takes/{id}/approve")
    assert (again.status_code, "somebody was quicker" in says(again)) == (422, True)


def test_a_take_is_withdrawn_and_checked_again(desk: Desk) -> None:
    id, visit = a_take(desk, State.GOOD, {"findings": []}), desk.visit()
    assert visit.post(f"/studio/takes/{id}/again").headers["location"] == f"{PAGE}?done=again"
    assert state(desk, id) is State.WAITING
    assert "It is being checked and treated." in says(visit.get(PAGE))
    assert visit.post(f"/studio/takes/{id}/withdraw").headers["location"] == f"{PAGE}?done=withdrawn"
    assert state(desk, id) is State.WITHDRAWN


def chosen(answer: Any) -> list[str]:
    """What is ticked in the form that publishes, unless somebody chooses otherwise."""
    form = answer.text[answer.text.index('id="publish"') : answer.text.index('id="past"')]
    ticked = re.findall(r'name="(wording|take)" value="(\w*)"[^>]* checked', form)
    return [f"{name} {value}".strip() for name, value in ticked]


def test_what_is_offered_first_is_what_is_probably_wanted(desk: Desk) -> None:
    """A recording of other words, or one that was taken back, is published by nobody who only presses the button."""
    house, visit = desk.house, desk.visit()
    good = house.approved()
    assert chosen(visit.get(PAGE)) == [f"take {good}"]
    first = house.publish(take(good))
    visit.post(f"/studio/publications/{first}/back")
    house.work()
    assert chosen(visit.get(PAGE)) == ["take"]
    draft = house.write({"full": "a newer greeting"})
    assert chosen(visit.get(PAGE)) == [f"wording {draft}", "take"]
    newer = house.approved(sound=spoken(330))
    house.receive(sound=spoken(440))
    house.work()
    assert chosen(visit.get(PAGE)) == [f"wording {draft}", f"take {newer}"]


def test_new_words_over_an_old_recording_say_that_the_old_ones_go_on(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    hummed = house.heard()
    draft = house.write({"full": "a newer greeting", "short": "newer"})
    assert "the placeholder voice will say them" in says(visit.get(PAGE))
    visit.post(f"{PAGE}/publish", {"wording": str(draft), "when": "now"})
    house.publish(take(house.approved()))
    second = house.write({"full": "the office has moved", "short": "moved"}, draft)
    page = visit.get(PAGE)
    assert "the placeholder voice will say them" not in says(page)
    assert "callers go on hearing the old words, as they were recorded" in says(page)
    old = house.heard()
    answer = visit.post(f"{PAGE}/publish", {"wording": str(second), "take": "", "when": "now"})
    assert answer.status_code == 303
    house.work()
    assert (house.words(), house.heard()) == ("the office has moved", old)
    third = house.write({"full": "the office has moved again", "short": "moved"}, second)
    assert 'name="take" value="files"' in visit.get(PAGE).text
    visit.post(f"{PAGE}/publish", {"wording": str(third), "take": "files", "when": "now"})
    house.work()
    assert (house.words(), house.heard() == hummed) == ("the office has moved again", True)


def test_no_way_back_is_offered_to_a_recording_that_was_withdrawn(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    old, new = house.approved(), house.approved(sound=spoken(330))
    house.publish(take(old))
    house.publish(take(new))
    assert f'name="version" value="{old}"' in visit.get(PAGE).text
    visit.post(f"/studio/takes/{old}/withdraw")
    page = visit.get(PAGE)
    assert f'name="version" value="{old}"' not in page.text
    assert f"recording {old}" in says(page)


def test_what_was_made_for_other_words_says_so(desk: Desk) -> None:
    a_take(desk, State.GOOD, {"findings": []}, said="an old text")
    page = says(desk.visit().get(PAGE))
    assert "made for other words:" in page
    assert "an old text" in page


def test_only_the_newest_takes_are_shown_until_somebody_asks(desk: Desk) -> None:
    ids = [a_take(desk, State.GOOD, {"findings": []}) for _ in range(5)]
    visit = desk.visit()
    page = visit.get(PAGE).text
    assert [id for id in ids if f'id="take-{id}"' in page] == ids[2:]
    assert "Show 2 older recordings" in page
    assert all(f'id="take-{id}"' in visit.get(f"{PAGE}?takes=all").text for id in ids)


# what callers hear


def test_text_and_recording_are_published_together_and_one_goes_back_with_a_click(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    before = house.heard()
    visit.post(f"{PAGE}/words", {**NEW, "seen": "0"})
    first = house.approved()
    draft = versions(desk)[0].id
    page = visit.get(PAGE).text
    assert f'name="wording" value="{draft}"' in page
    answer = visit.post(f"{PAGE}/publish", {"wording": str(draft), "take": str(first), "when": "now"})
    assert answer.headers["location"] == f"{PAGE}?done=published"
    assert house.work() == ["done"]
    assert (house.words(), house.heard()) == ("a newer greeting", house.take(first).sound)
    page = says(visit.get(PAGE))
    assert "this is what callers hear" in page
    assert "Back to this" in page
    assert visit.post(f"{PAGE}/back", {"kind": "take", "version": ""}).status_code == 303
    house.work()
    assert (house.words(), house.heard() != house.take(first).sound) == ("a newer greeting", True)
    assert visit.post(f"{PAGE}/back", {"kind": "take", "version": str(first)}).status_code == 303
    visit.post(f"{PAGE}/back", {"kind": "wording", "version": ""})
    house.work()
    assert (house.words(), house.heard()) == ("aa main", house.take(first).sound)
    assert before != house.heard()


def test_it_is_published_at_a_time_where_the_helpline_lives(desk: Desk) -> None:
    """The clock of these tests stands at 11:00 in Paris, which is 10:00 UTC."""
    house, visit = desk.house, desk.visit()
    id = house.approved()
    answer = visit.post(f"{PAGE}/publish", {"take": str(id), "when": "later", "at": "2026-11-26T08:30"})
    assert answer.headers["location"] == f"{PAGE}?done=planned"
    with house.parts.database.reading() as tx:
        (planned,) = publications.everything(tx)
    assert planned.due_at == house.clock.now + 21.5 * 3600
    house.work()
    assert house.heard() != house.take(id).sound
    assert "planned" in says(visit.get(PAGE))
    house.clock.now = planned.due_at
    house.work()
    assert house.heard() == house.take(id).sound


def test_a_time_that_is_none_or_over_is_refused(desk: Desk) -> None:
    id, visit = desk.house.approved(), desk.visit()
    for at in ("", "soon", "2026-11-24T08:30", "2026-13-01T00:00", "9" * 30):
        answer = visit.post(f"{PAGE}/publish", {"take": str(id), "when": "later", "at": at})
        assert (answer.status_code, "This is not a date from today on." in says(answer)) == (422, True)


def test_nothing_unapproved_nothing_foreign_and_nothing_at_all_is_published(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    unapproved, other = a_take(desk, State.GOOD, {"findings": []}), house.approved("first")
    for fields in ({}, {"take": str(unapproved)}, {"take": str(other)}, {"take": "99"}, {"wording": "99"}):
        assert visit.post(f"{PAGE}/publish", {"when": "now", **fields}).status_code == 422
    assert visit.post(f"{PAGE}/publish", {"when": "now", "take": "x"}).status_code == 404
    for fields in ({"kind": "other"}, {"kind": "take", "version": str(unapproved)}, {"kind": "take", "version": ""}):
        assert visit.post(f"{PAGE}/back", fields).status_code == 422
    with house.parts.database.reading() as tx:
        assert publications.everything(tx) == []


def test_what_callers_hear_is_not_withdrawn(desk: Desk) -> None:
    house = desk.house
    id = house.approved()
    house.publish(take(id))
    answer = desk.visit().post(f"/studio/takes/{id}/withdraw")
    assert (answer.status_code, "Callers hear this recording now" in says(answer)) == (422, True)
    assert state(desk, id) is State.APPROVED


def test_a_deployment_that_changes_the_text_below_is_shown_and_overwrites_nothing(desk: Desk) -> None:
    house = desk.house
    draft = house.write({"full": "the studio's words", "short": "theirs"})
    house.publish(of_text(draft))
    path = house.studio.folders.prompts / LANGUAGE / "texts.yaml"
    path.write_text(path.read_text().replace("full: aa main\n", "full: the words of a deployment\n", 1))
    page = says(desk.visit().get(PAGE))
    assert "The text in the files was changed since" in page
    assert "the words of a deployment" in page
    assert "the studio's words" in page


# its sounds


def test_both_sounds_of_a_take_are_heard_as_a_telephone_carries_them(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    id = house.receive(sound=spoken())
    house.work()
    for side in ("before", "after"):
        answer = visit.get(f"/studio/takes/{id}/{side}.wav")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
        assert answer.content.startswith(b"RIFF")
        assert "private" in answer.headers["cache-control"]
        part = visit.get(f"/studio/takes/{id}/{side}.wav", headers={"range": "bytes=4-11"})
        assert (part.status_code, part.content) == (206, answer.content[4:12])
        assert part.headers["content-range"] == f"bytes 4-11/{len(answer.content)}"
        tail = visit.get(f"/studio/takes/{id}/{side}.wav", headers={"range": "bytes=-4"})
        assert (tail.status_code, tail.content) == (206, answer.content[-4:])
        rest = visit.get(f"/studio/takes/{id}/{side}.wav", headers={"range": "bytes=40-"})
        assert (rest.status_code, rest.content) == (206, answer.content[40:])
        beyond = visit.get(f"/studio/takes/{id}/{side}.wav", headers={"range": f"bytes={10**9}-"})
        assert beyond.status_code == 416
        drawing = visit.get(f"/studio/takes/{id}/{side}.svg")
        assert drawing.headers["content-type"] == "image/svg+xml"
        assert drawing.text.count("M") > 100
        assert f"/studio/takes/{id}/{side}.wav" in visit.get(PAGE).text
    assert len(visit.get(f"/studio/takes/{id}/after.wav").content) < len(
        visit.get(f"/studio/takes/{id}/before.wav").content
    )


def test_a_take_without_sound_has_no_player_and_no_address(desk: Desk) -> None:
    id, visit = a_take(desk, State.BAD, BROKEN), desk.visit()
    assert f"/studio/takes/{id}/before" not in visit.get(PAGE).text
    for name in ("before.wav", "after.wav", "before.svg", "after.svg"):
        assert visit.get(f"/studio/takes/{id}/{name}").status_code == 404
        assert visit.get(f"/studio/takes/99/{name}").status_code == 404


def test_a_take_that_is_not_there_is_not_found(desk: Desk) -> None:
    visit = desk.visit()
    for act in ("overrule", "approve", "again", "withdraw"):
        for id in ("99", "x", "-1"):
            assert visit.post(f"/studio/takes/{id}/{act}", {"why": "so"}).status_code == 404


def test_an_open_page_is_sent_what_happens_to_it(desk: Desk) -> None:
    site = next(route for route in desk.http.app.routes if hasattr(route, "page")).endpoint.site
    object.__setattr__(site, "stream_seconds", 0.0)
    a_take(desk, State.DOUBTFUL, WARNED)
    answer = desk.visit().get(f"/live/prompt?language={LANGUAGE}&name=main")
    assert "Close windows and doors" in text(answer)
    assert 'id="edit"' not in answer.text
    assert desk.visit().get("/live/prompt?language=zz&name=main").text.startswith("event: ended")


def test_nothing_is_published_while_the_standing_one_is_named(desk: Desk) -> None:
    house = desk.house
    id = house.approved()
    house.publish(take(id))
    answer = desk.visit().post(f"{PAGE}/publish", {"take": str(id), "when": "now"})
    assert (answer.status_code, "Callers hear exactly this already." in says(answer)) == (422, True)
    with house.parts.database.reading() as tx:
        assert publications.standing(tx) == {Place(Kind.TAKE, LANGUAGE, "main"): id}


def test_a_stranger_cannot(desk: Desk) -> None:
    id, visit = a_take(desk, State.GOOD, {"findings": []}), studios.stranger(desk)
    assert visit.get(PAGE).headers["location"].startswith("/sign-in")
    for path in (f"{PAGE}/words", f"{PAGE}/publish", f"{PAGE}/back", f"/studio/takes/{id}/approve"):
        assert visit.post(path, {**NEW, "seen": "0"}).headers["location"].startswith("/sign-in")
    for name in ("before.wav", "after.wav"):
        assert visit.get(f"/studio/takes/{id}/{name}").headers["location"].startswith("/sign-in")
    assert (versions(desk), state(desk, id)) == ([], State.GOOD)
