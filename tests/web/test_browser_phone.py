"""The phone in the browser, as the server sees it: who may ring, what is rung, and drafts of what is not published."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.actions.handset import Ringing
from ivr.errors import BadContent
from ivr.release.release import Release
from ivr.web import browser_phone, safety
from tests import helpline
from tests.actions.studios import take
from tests.web import people, studios
from tests.web.conftest import House
from tests.web.people import Visit, text
from tests.web.studios import Desk

PHONE, CALLS, DRAFT = "/phone", "/phone/calls", "/phone/draft"
ELSEWHERE = "0" * 16
HERE = "http://127.0.0.1:8000"


class Switchboard:
    """Stands in for the channel that takes calls of browsers."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str | None]] = []

    def __call__(self, who: str, release: str | None) -> Ringing:
        self.rung.append((who, release))
        return Ringing(f"call-{len(self.rung)}", f"token-{len(self.rung)}")


def joined_to(site: Any) -> Switchboard:
    board = Switchboard()
    object.__setattr__(site, "ring", board)
    return board


@pytest.fixture
def board(house: House) -> Switchboard:
    return joined_to(house.site)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with studios.opened(tmp_path, monkeypatch) as made:
        joined_to(site_of(made))
        yield made


def site_of(desk: Desk) -> Any:
    return next(route for route in desk.http.app.routes if hasattr(route, "page")).endpoint.site


def test_whoever_works_here_rings_and_gets_what_opens_the_call(house: House, board: Switchboard) -> None:
    for n, role in enumerate(people.ROLES[1:], 1):
        visit = house.visit(role)
        page = visit.get(PHONE)
        assert page.status_code == 200
        assert "microphone=(self)" in page.headers["permissions-policy"]
        answer = visit.post(CALLS)
        assert answer.json() == {"call": f"call-{n}", "token": f"token-{n}", "path": browser_phone.STREAM}
        assert board.rung[-1] == (safety.ringer(visit.token), None)


def test_who_rings_is_another_one_in_each_session_and_does_not_give_the_cookie_away() -> None:
    names = {safety.ringer("one"), safety.ringer("another"), safety.form_token("one")}
    assert len(names) == 3
    assert all("one" not in name for name in names)


def test_a_release_is_rung_by_its_id_as_long_as_it_is_kept(house: House, board: Switchboard) -> None:
    visit = house.visit("aidant")
    current = house.joined.shelf.current().id
    assert visit.post(CALLS, {"release": current}).status_code == 200
    assert board.rung[-1][1] == current
    assert current in visit.get(f"{PHONE}?release={current}").text
    for unknown in (ELSEWHERE, "../current", "x"):
        assert visit.post(CALLS, {"release": unknown}).status_code == 404
        assert visit.get(f"{PHONE}?release={unknown}").status_code == 404
    assert len(board.rung) == 1


def test_where_no_channel_takes_it_the_page_says_so_and_nothing_rings(house: House) -> None:
    object.__setattr__(house.site, "ring", None)
    visit = house.visit("aidant")
    visit.cookies["hamrah-language"] = "en"
    page = visit.get(PHONE)
    assert "takes no calls from browsers" in text(page)
    assert "phone.js" not in page.text
    assert (visit.post(CALLS).status_code, visit.post(CALLS).json()) == (422, {"lacks": "channel"})


def test_a_call_needs_the_token_of_this_browsers_own_page(house: House, board: Switchboard) -> None:
    visit = house.visit("aidant")
    assert visit.ask("POST", CALLS).status_code == 403
    assert visit.ask("POST", CALLS, data={"form": "0" * 64}).status_code == 403
    assert visit.post(CALLS, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert board.rung == []


def test_every_page_shows_the_way_to_the_phone(house: House) -> None:
    for role in people.ROLES[1:]:
        assert 'href="/phone"' in house.visit(role).get("/account").text


def test_the_direction_of_every_language_of_the_phone_is_known_to_the_page(house: House, board: Switchboard) -> None:
    page = house.visit("aidant").get(PHONE).text
    told = set(re.findall(r'<li lang="(\w+)" dir="(\w+)"></li>', page))
    assert told == {(tongue.code, tongue.direction) for tongue in house.site.release().content.tongues}


def first_told(house: House, visit: Visit, rung: Any) -> str:
    """What comes down the line of a call that this browser opens: an event, or that it is closed."""
    form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    start = {
        "streamSid": "MZ1",
        "callSid": rung["call"],
        "mediaFormat": form,
        "customParameters": {"token": rung["token"]},
    }
    cookie = {"cookie": f"{house.site.cookie}={visit.token}"}
    with house.http.websocket_connect(rung["path"], headers=cookie) as socket:
        socket.send_json({"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ1"})
        message = first = socket.receive()
        socket.send_json({"event": "stop", "stop": {}})
        while message["type"] != "websocket.close":
            message = socket.receive()
    return json.loads(first["text"])["event"] if "text" in first else str(first["code"])


def test_a_call_is_opened_once_and_only_by_the_browser_that_rang(house: House) -> None:
    visit, other = house.visit("aidant"), house.visit("aidant")
    rung = visit.post(CALLS).json()
    assert first_told(house, other, rung) == "1008"
    assert first_told(house, Visit(house.http), rung) == "1008"
    assert first_told(house, visit, rung) == "turn"
    assert first_told(house, visit, rung) == "1008"


# Drafts


def made(desk: Desk, answer: Any) -> Release:
    assert answer.status_code == 303
    found = re.fullmatch(r"/phone\?release=([0-9a-f]{16})&drafted", answer.headers["location"])
    assert found
    return desk.house.studio.shelf.get(found[1])


def test_a_draft_holds_what_is_not_published_and_new_calls_do_not_get_it(desk: Desk) -> None:
    house, visit = desk.house, desk.visit()
    before = house.studio.shelf.current().id
    house.publish(take(house.approved("first"), "first"))
    current = house.studio.shelf.current()
    recorded = house.approved("noted")
    house.write({"full": "Other words."})
    answer = visit.post(DRAFT)
    drafted = made(desk, answer)
    assert drafted.id not in (before, current.id)
    assert drafted.captions["aa", "main"] == "Other words."
    assert drafted.sounds["aa", "noted"].hash == house.take(recorded).sound
    assert drafted.sounds["aa", "first"] == current.sounds["aa", "first"]
    assert house.studio.shelf.current().id == current.id
    page = visit.get(answer.headers["location"])
    assert "The draft is ready" in text(page)
    assert f'<option value="{drafted.id}" selected>' in page.text
    assert visit.post(CALLS, {"release": drafted.id}).status_code == 200


def test_a_rewritten_text_is_not_said_in_the_old_words_of_its_recording(desk: Desk) -> None:
    house = desk.house
    house.publish(take(house.approved()))
    house.write({"full": "Other words."})
    drafted = made(desk, desk.visit().post(DRAFT))
    assert (drafted.captions["aa", "main"], drafted.sounds["aa", "main"].kind) == ("Other words.", "placeholder")
    assert house.studio.shelf.current().sounds["aa", "main"].kind == "recorded"


def test_where_nothing_is_new_there_is_no_draft(desk: Desk) -> None:
    answer = desk.visit().post(DRAFT)
    assert answer.status_code == 422
    assert "Callers hear exactly this already." in text(answer)


def test_a_draft_that_cannot_be_says_what_is_wrong_line_by_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> str:
        raise BadContent("the first thing\nthe second thing")

    monkeypatch.setattr("ivr.actions.drafting.draft", wrong)
    answer = desk.visit().post(DRAFT)
    assert answer.status_code == 422
    assert '<li dir="auto">the second thing</li>' in answer.text


# Who may


@pytest.mark.parametrize(
    ("public", "host", "more", "status"),
    [
        (HERE, "127.0.0.1:8000", {}, 200),
        (HERE, "localhost:8000", {}, 200),
        (HERE, "[::1]:8000", {}, 200),
        (HERE, "help.example", {}, 303),
        (HERE, "127.0.0.1.help.example", {}, 303),
        (HERE, "127.0.0.1:8000", {"x-forwarded-for": "203.0.113.7"}, 303),
        (helpline.PUBLIC, "127.0.0.1:8000", {}, 303),
        ("http://help.example", "127.0.0.1:8000", {}, 303),
    ],
)
def test_it_is_open_only_in_a_trial_that_nobody_reaches_from_outside(
    tmp_path: Path, public: str, host: str, more: dict[str, str], status: int
) -> None:
    joined = helpline.helpline(tmp_path, IVR_PUBLIC_URL=public)
    with helpline.client(joined) as http:
        board = joined_to(next(route for route in http.app.routes if hasattr(route, "page")).endpoint.site)
        answer = http.get(PHONE, headers={"host": host, **more})
        assert answer.status_code == status
        cookie = "; ".join(line.partition(";")[0] for line in answer.headers.get_list("set-cookie"))
        form = re.search(r'data-token="([^"]+)"', answer.text)
        rung = http.post(
            CALLS, data={"form": form[1] if form else ""}, headers={"host": host, "cookie": cookie, **more}
        )
        assert (rung.status_code, len(board.rung)) == ((200, 1) if status == 200 else (403, 0))
        assert http.post(DRAFT, headers={"host": host}).status_code == 303
        assert http.get("/account", headers={"host": host}).status_code == 303


def test_production_is_never_open(tmp_path: Path) -> None:
    known = {"IVR_ENV": "production", "IVR_PUBLIC_URL": helpline.PUBLIC}
    assert not helpline.helpline(tmp_path, **known).settings.alone


def test_a_stranger_cannot(house: House, board: Switchboard) -> None:
    stranger = Visit(house.http)
    assert stranger.get(PHONE).headers["location"].startswith("/sign-in")
    for path in (CALLS, DRAFT):
        assert stranger.post(path).headers["location"].startswith("/sign-in")
    assert house.visit("aidant").post(DRAFT).status_code == 404
    assert house.visit("coordinator").post(DRAFT).status_code == 404
    assert board.rung == []
