"""Every route, by every role and by a stranger. A route without a line in the table fails."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.routing import Route, WebSocketRoute

from tests.web import callers
from tests.web.conftest import House, opened_house
from tests.web.people import ROLES

ALL = frozenset(ROLES)
STAFF = ALL - {"stranger"}
ADMIN = frozenset({"admin"})
LEADERS = frozenset({"coordinator", "admin"})
COORDINATOR = frozenset({"coordinator"})
DESK = frozenset({"aidant", "coordinator"})
MACHINE = frozenset({"machine"})
"""No page: nobody signs in there; Twilio's are signed, which its own tests try."""

TABLE = {
    "GET /": STAFF,
    "GET /sign-in": ALL,
    "POST /sign-in": ALL,
    "GET /sign-in/code": ALL,
    "POST /sign-in/code": ALL,
    "POST /sign-out": STAFF,
    "GET /enter/{token}": ALL,
    "POST /enter/{token}": ALL,
    "GET /account": STAFF,
    "POST /account": STAFF,
    "POST /account/phone/try": STAFF,
    "POST /account/password": STAFF,
    "GET /account/second-step": STAFF,
    "POST /account/second-step": STAFF,
    "POST /account/second-step/off": STAFF,
    "POST /account/second-step/codes": STAFF,
    "GET /account/sessions": STAFF,
    "POST /account/sessions/end-others": STAFF,
    "POST /account/sessions/{id}/end": STAFF,
    "GET /desk": DESK,
    "POST /desk/next": DESK,
    "GET /desk/new": DESK,
    "POST /desk/new": DESK,
    "GET /desk/{id}": DESK,
    "POST /desk/{id}/claim": DESK,
    "POST /desk/{id}/release": DESK,
    "POST /desk/{id}/call": DESK,
    "POST /desk/{id}/hang-up": DESK,
    "POST /desk/{id}/by-hand": DESK,
    "POST /desk/{id}/number": DESK,
    "GET /desk/{id}/message/{message}.wav": DESK,
    "POST /desk/{id}/rang": DESK,
    "POST /desk/{id}/outcome": DESK,
    "POST /desk/{id}/note": DESK,
    "POST /desk/{id}/reassign": COORDINATOR,
    "POST /desk/{id}/reopen": COORDINATOR,
    "GET /shifts": DESK,
    "POST /shifts/{id}": COORDINATOR,
    "POST /shifts/closed": COORDINATOR,
    "POST /shifts/closed/{day}/open": COORDINATOR,
    "GET /staff": ADMIN,
    "POST /staff": ADMIN,
    "GET /staff/new": ADMIN,
    "POST /staff/new": ADMIN,
    "GET /staff/{id}": ADMIN,
    "POST /staff/{id}": ADMIN,
    "POST /staff/{id}/link": ADMIN,
    "POST /staff/{id}/disable": ADMIN,
    "POST /staff/{id}/enable": ADMIN,
    "POST /staff/{id}/forget-code": ADMIN,
    "GET /erase": ADMIN,
    "POST /erase": ADMIN,
    "GET /erase/{token}": ADMIN,
    "GET /audit": ADMIN,
    "GET /directory": STAFF,
    "GET /directory/map": STAFF,
    "GET /directory/imports": STAFF,
    "GET /directory/proposals": STAFF,
    "POST /directory/proposals/{id}/accept": ADMIN,
    "POST /directory/proposals/{id}/decline": ADMIN,
    "GET /directory/new": STAFF,
    "POST /directory/new": STAFF,
    "GET /directory/{id}": STAFF,
    "GET /directory/{id}/edit": STAFF,
    "POST /directory/{id}/edit": STAFF,
    "POST /directory/{id}/check": ADMIN,
    "POST /directory/{id}/remove": ADMIN,
    "POST /directory/{id}/back": ADMIN,
    "POST /directory/{id}/source/{part}": ADMIN,
    "POST /directory/{id}/ours/{part}": ADMIN,
    "GET /blocked": LEADERS,
    "POST /blocked": LEADERS,
    "POST /blocked/{id}/remove": LEADERS,
    "GET /texts": LEADERS,
    "POST /texts/stop": LEADERS,
    "POST /texts/allow": LEADERS,
    "POST /texts/{id}/again": LEADERS,
    "POST /texts/{id}/leave": LEADERS,
    "GET /speech": ADMIN,
    "GET /jobs": ADMIN,
    "POST /jobs/{id}/retry": ADMIN,
    "POST /jobs/{id}/settle": ADMIN,
    "GET /studio": ADMIN,
    "GET /studio/publications": ADMIN,
    "POST /studio/publications": ADMIN,
    "POST /studio/publications/{id}/cancel": ADMIN,
    "POST /studio/publications/{id}/back": ADMIN,
    "GET /studio/announcements": ADMIN,
    "POST /studio/announcements/{id}": ADMIN,
    "POST /studio/announcements/{id}/remove": ADMIN,
    "GET /studio/takes/{id}/before.wav": ADMIN,
    "GET /studio/takes/{id}/after.wav": ADMIN,
    "GET /studio/takes/{id}/before.svg": ADMIN,
    "GET /studio/takes/{id}/after.svg": ADMIN,
    "POST /studio/takes/{id}/overrule": ADMIN,
    "POST /studio/takes/{id}/approve": ADMIN,
    "POST /studio/takes/{id}/again": ADMIN,
    "POST /studio/takes/{id}/withdraw": ADMIN,
    "GET /studio/{language}/{name}": ADMIN,
    "POST /studio/{language}/{name}/words": ADMIN,
    "POST /studio/{language}/{name}/publish": ADMIN,
    "POST /studio/{language}/{name}/back": ADMIN,
    "GET /studio/upload": ADMIN,
    "POST /studio/upload": ADMIN,
    "GET /studio/upload/{id}": ADMIN,
    "GET /studio/upload/{id}/match": ADMIN,
    "POST /studio/upload/{id}/match": ADMIN,
    "POST /studio/upload/{id}/cancel": ADMIN,
    "GET /studio/kit": ADMIN,
    "GET /studio/kit.csv": ADMIN,
    "GET /studio/record": ADMIN,
    "POST /studio/{language}/{name}/take": ADMIN,
    "POST /preferences": ALL,
    "GET /phone": STAFF,
    "POST /phone/calls": STAFF,
    "POST /phone/draft": ADMIN,
    "SOCKET /phone/stream": MACHINE,
    "GET /studio/telephone": ADMIN,
    "POST /studio/telephone": ADMIN,
    "GET /live/{view}": STAFF,
    "GET /static/{hash}/{name}": MACHINE,
    "GET /audio/{language}/{name}/{hash}.wav": MACHINE,
    "GET /healthz": MACHINE,
    "GET /readyz": MACHINE,
    "GET /metrics": MACHINE,
}
NOTHING_THERE = {
    "POST /studio/upload": 400,
    "GET /studio/upload/{id}": 404,
    "GET /studio/upload/{id}/match": 404,
    "POST /studio/upload/{id}/match": 404,
    "POST /studio/upload/{id}/cancel": 404,
    "GET /erase/{token}": 404,
    "POST /desk/{id}/call": 404,
    "POST /desk/{id}/hang-up": 404,
    "GET /desk/{id}/message/{message}.wav": 404,
    "POST /desk/{id}/reassign": 404,
    "GET /enter/{token}": 404,
    "POST /enter/{token}": 422,
    "POST /account/phone/try": 404,
    "POST /studio/{language}/{name}/take": 403,
    "POST /studio/publications": 404,
    "POST /studio/publications/{id}/cancel": 404,
    "POST /studio/publications/{id}/back": 404,
    "POST /studio/announcements/{id}/remove": 404,
    "GET /studio/takes/{id}/before.wav": 404,
    "GET /studio/takes/{id}/after.wav": 404,
    "GET /studio/takes/{id}/before.svg": 404,
    "GET /studio/takes/{id}/after.svg": 404,
    "POST /studio/takes/{id}/overrule": 404,
    "POST /studio/takes/{id}/approve": 404,
    "POST /studio/takes/{id}/again": 404,
    "POST /studio/takes/{id}/withdraw": 404,
    "GET /studio/{language}/{name}": 404,
    "POST /studio/{language}/{name}/words": 404,
    "POST /studio/{language}/{name}/publish": 404,
    "POST /studio/{language}/{name}/back": 404,
    "GET /studio/telephone": 404,
    "POST /studio/telephone": 404,
    "POST /blocked/{id}/remove": 404,
    **dict.fromkeys(("GET /directory/{id}", "GET /directory/{id}/edit", "POST /directory/{id}/edit"), 404),
    **{f"POST /directory/{{id}}/{deed}": 404 for deed in ("check", "remove", "back", "source/{part}", "ours/{part}")},
    "POST /directory/proposals/{id}/accept": 404,
    "POST /directory/proposals/{id}/decline": 404,
    "POST /texts/{id}/again": 404,
    "POST /texts/{id}/leave": 404,
    "POST /jobs/{id}/retry": 404,
    "POST /jobs/{id}/settle": 404,
}
"""What whoever may come gets for the example that the test asks for, where it is not a page."""
FILLED = {"{id}": "1", "{token}": "unknown", "{view}": "waiting", "{message}": "1", "{day}": "2026-12-24"}
PAGES = [entry for entry, roles in TABLE.items() if roles is not MACHINE]


def routes(app: object) -> set[str]:
    """Every route of the server; the telephone company's are one world of their own, each of them signed."""
    found = set()
    for route in app.routes:  # type: ignore[attr-defined]
        if isinstance(route, WebSocketRoute):
            found.add(f"SOCKET {route.path}")
            continue
        assert isinstance(route, Route), f"{route} hides routes from this test"
        for method in (route.methods or {"ANY"}) - {"HEAD"}:
            found.add(f"{method} {route.path}")
    return {entry for entry in found if " /twilio/" not in entry}


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], House]]:
    """A house for each role, with a request that this person may take care of; for all visits that change nothing."""
    with ExitStack() as stack:
        made: dict[str, House] = {}

        def of(role: str) -> House:
            if role not in made:
                made[role] = stack.enter_context(opened_house(tmp_path_factory.mktemp(role)))
                cared_for(made[role], role)
            return made[role]

        yield of


def cared_for(house: House, role: str) -> None:
    request = callers.asks(house.joined)
    if role in DESK:
        callers.claimed(house.joined, request, house.ids[role])


def test_every_route_has_a_line_in_the_table(house: House) -> None:
    assert routes(house.app) == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("entry", PAGES)
def test_who_may_comes_in_and_for_everybody_else_it_does_not_exist(
    entry: str, role: str, shared: Callable[[str], House], request: pytest.FixtureRequest
) -> None:
    method, path = entry.split(" ")
    path = filled(path)
    if method == "POST" and role in TABLE[entry]:  # it may change anything
        house = request.getfixturevalue("house")
        cared_for(house, role)
    else:
        house = shared(role)
    visit = house.visit(role)
    answer = visit.get(path) if method == "GET" else visit.post(path)
    if role in TABLE[entry]:
        expected = {NOTHING_THERE[entry]} if entry in NOTHING_THERE else {200, 303, 422}
        assert answer.status_code in expected
    elif role == "stranger":
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_what_one_may_not_see_looks_like_what_is_not_there(shared: Callable[[str], House], role: str) -> None:
    visit = shared(role).visit(role)
    hidden, absent = visit.get("/staff/1"), visit.get("/no/such/page")
    if role in STAFF - ADMIN:
        assert hidden.text.replace("/staff/1", "") == absent.text.replace("/no/such/page", "")
    assert absent.status_code == 404


@pytest.mark.parametrize("id", ["99", "0", "-1", "x", "1e3", "٣", "9" * 30])
def test_an_account_that_is_not_there_is_not_found(shared: Callable[[str], House], id: str) -> None:
    assert shared("admin").visit("admin").get(f"/staff/{id}").status_code == 404


@pytest.mark.parametrize("entry", PAGES)
def test_a_wrong_method_is_told_the_right_ones(shared: Callable[[str], House], entry: str) -> None:
    path = filled(entry.split(" ")[1])
    answer = shared("admin").visit("admin").ask("DELETE", path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) >= {entry.split(" ", maxsplit=1)[0]}


@pytest.mark.parametrize("entry", PAGES)
def test_every_page_is_guarded_by_its_headers(
    entry: str, shared: Callable[[str], House], request: pytest.FixtureRequest
) -> None:
    method, path = entry.split(" ")
    house = shared("admin") if method == "GET" else request.getfixturevalue("house")
    visit = house.visit("admin")
    path = filled(path)
    answer = visit.get(path) if method == "GET" else visit.post(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "frame-ancestors 'none'", "script-src 'self'"} <= set(policy.split("; "))
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


OF_ADMINS = (
    *("/", "/account", "/account/second-step", "/account/sessions", "/staff", "/staff/1", "/audit", "/speech"),
    *("/studio", "/studio?state=placeholder", "/studio/publications", "/studio/announcements"),
)
OF_THE_DESK = ("/", "/desk", "/desk/1", "/desk/new", "/shifts")


@pytest.mark.parametrize(("role", "paths"), [("admin", OF_ADMINS), ("coordinator", OF_THE_DESK)])
def test_pages_hold_no_script_no_style_and_no_foreign_address(house: House, role: str, paths: tuple[str, ...]) -> None:
    visit = house.visit(role)
    callers.claimed(house.joined, callers.asks(house.joined), house.ids["aidant"])
    for path in paths:
        answer = visit.get(path)
        assert answer.status_code == 200
        page = answer.text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
        assert "//" not in page.replace("http://www.w3.org/2000/svg", ""), path
