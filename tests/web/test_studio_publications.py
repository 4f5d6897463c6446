"""Publications in the hands of admins: planned, made, refused, cancelled, taken back; and everything in one go."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.store import publications
from ivr.store.publications import Publication, State
from tests.actions.studios import LANGUAGE, spoken, take, text
from tests.web import studios
from tests.web.people import text as words
from tests.web.studios import Desk

PATH = "/studio/publications"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with studios.opened(tmp_path, monkeypatch) as opened:
        yield opened


def everything(desk: Desk) -> list[Publication]:
    with desk.house.parts.database.reading() as tx:
        return publications.everything(tx)


def test_everything_that_is_approved_is_published_in_one_go_with_its_texts(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    assert "Nothing was published yet" in words(visit.get(PATH))
    assert "Nothing that is approved waits to be published." in words(visit.get(PATH))
    draft = house.write({"full": "a newer greeting", "short": "newer"})
    house.write({"full": "not recorded yet", "short": "not yet"}, prompt="goodbye")
    stale = house.approved("noted", spoken(150))
    house.write({"full": "other words", "short": "other"}, prompt="noted")
    main, first = house.approved("main", spoken(200)), house.approved("first", spoken(260))
    assert "2 approved recordings wait to be published" in words(visit.get(PATH))
    answer = visit.post(PATH, {"language": LANGUAGE, "when": "now"})
    assert answer.headers["location"] == f"{PATH}?done=published"
    with house.parts.database.reading() as tx:
        changes = publications.changes_of(tx, everything(desk)[0].id)
    assert set(changes) == {take(main), take(first, "first"), text(draft)}
    assert take(stale, "noted") not in changes
    house.work()
    assert house.words() == "a newer greeting"
    page = words(visit.get(PATH))
    assert "published" in page
    assert "Nothing that is approved waits to be published." in page
    again = visit.post(PATH, {"language": LANGUAGE, "when": "now"})
    assert (again.status_code, "Callers hear exactly this already." in words(again)) == (422, True)
    assert visit.post(PATH, {"language": "zz", "when": "now"}).status_code == 404


def test_a_planned_one_is_cancelled_and_never_made(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    id = house.approved()
    answer = visit.post(PATH, {"language": LANGUAGE, "when": "later", "at": "2026-11-26T08:30"})
    assert answer.headers["location"] == f"{PATH}?done=planned"
    (planned,) = everything(desk)
    page = visit.get(PATH)
    assert "Nov 26, 2026, 8:30:00" in words(page)
    assert f"{PATH}/{planned.id}/cancel" in page.text
    assert visit.post(f"{PATH}/{planned.id}/cancel").headers["location"] == f"{PATH}?done=cancelled"
    house.clock.now = planned.due_at
    house.work()
    assert everything(desk)[0].state is State.CANCELLED
    assert house.heard() != house.take(id).sound
    again = desk.visit().post(f"{PATH}/{planned.id}/cancel")
    assert (again.status_code, "somebody was quicker" in words(again)) == (422, True)


def test_the_last_one_is_taken_back_with_a_click(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    before = house.heard()
    first = house.publish(take(house.approved()))
    second = house.publish(take(house.approved("first", spoken(260)), "first"))
    page = visit.get(PATH).text
    assert f"{PATH}/{second}/back" in page
    assert f"{PATH}/{first}/back" not in page
    assert visit.post(f"{PATH}/{second}/back").headers["location"] == f"{PATH}?done=published"
    house.work()
    assert "takes publication" in words(visit.get(PATH))
    assert house.heard() != before
    assert visit.post(f"{PATH}/{first}/back").status_code == 303
    house.work()
    assert house.heard() == before


def test_one_that_could_not_be_made_says_why(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    id = house.plan(text(house.write({"full": "a newer greeting", "short": "newer"})))
    with house.parts.database.transaction() as tx:
        publications.refuse(tx, id, "main (aa): no voice here\nfirst (aa): neither")
    page = words(visit.get(PATH))
    assert "refused" in page
    assert "It could not be published" in page
    assert "The program says: no voice here." in " ".join(page.replace("\u2068", "").replace("\u2069", "").split())
    assert visit.post(f"{PATH}/{id}/back").status_code == 422


def test_what_was_taken_back_is_not_published_again_with_everything_else(desk: Desk) -> None:
    """It was taken back because it is wrong; weeks later a colleague publishes what is approved."""
    house, visit = desk.house, desk.visit()
    before = house.heard()
    wrong = house.publish(take(house.approved()))
    visit.post(f"{PATH}/{wrong}/back")
    house.work()
    assert house.heard() == before
    assert "Nothing that is approved waits to be published." in words(visit.get(PATH))
    house.approved("first", spoken(260))
    assert visit.post(PATH, {"language": LANGUAGE, "when": "now"}).status_code == 303
    house.work()
    assert house.heard() == before
    assert house.heard("first") == house.take(2).sound


def test_an_approved_recording_is_published_although_somebody_tried_again_since(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    good = house.approved()
    house.receive(sound=b"%PDF-1.7")
    house.work()
    assert "1 approved recording waits to be published" in words(visit.get(PATH))
    visit.post(PATH, {"language": LANGUAGE, "when": "now"})
    house.work()
    assert house.heard() == house.take(good).sound
    older = house.approved(sound=spoken(300))
    house.publish(take(house.approved(sound=spoken(400))))
    assert house.take(older).state == "approved"
    assert "Nothing that is approved waits to be published." in words(visit.get(PATH))


def test_one_that_should_have_been_made_long_ago_says_so(desk: Desk) -> None:
    """A machine voice that breaks down is tried again for hours: "within a minute" is not true then."""
    house, visit = desk.house, desk.visit()
    house.plan(take(house.approved()))
    assert "It should have been published by now." not in words(visit.get(PATH))
    house.clock.now += 601
    assert "It should have been published by now." in words(visit.get(PATH))


def test_one_that_is_not_there_is_not_found(desk: Desk) -> None:
    visit = desk.visit()
    for id in ("99", "x", "-1"):
        for act in ("cancel", "back"):
            assert visit.post(f"{PATH}/{id}/{act}").status_code == 404


def test_an_open_page_is_sent_what_became_of_one(desk: Desk) -> None:
    site = next(route for route in desk.http.app.routes if hasattr(route, "page")).endpoint.site
    object.__setattr__(site, "stream_seconds", 0.0)
    id = desk.house.publish(take(desk.house.approved()))
    assert f'id="publication-{id}"' in desk.visit().get("/live/publications").text


def test_a_stranger_cannot(desk: Desk) -> None:
    id, visit = desk.house.publish(take(desk.house.approved())), studios.stranger(desk)
    assert visit.get(PATH).headers["location"].startswith("/sign-in")
    for path in (PATH, f"{PATH}/{id}/cancel", f"{PATH}/{id}/back"):
        assert visit.post(path, {"language": LANGUAGE}).headers["location"].startswith("/sign-in")
    assert [one.id for one in everything(desk)] == [id]
