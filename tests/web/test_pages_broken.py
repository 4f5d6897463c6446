"""What no browser sends is answered, or passed over, without an error of ours. The fuzzer found each of these."""

import asyncio
from typing import Any

import pytest

from tests.web.conftest import House
from tests.web.people import ROLES


@pytest.mark.parametrize("token", ["é", "پناهنده", "\ufffe", "a" * 63 + "é"])
def test_a_form_token_in_other_letters_is_not_ours(house: House, token: str) -> None:
    assert house.visit("admin").post("/sign-out", {"form": token}).status_code == 403


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/preferences"])
def test_a_form_of_which_only_half_arrives_is_passed_over(house: House, path: str) -> None:
    messages = [
        {"type": "http.request", "body": b"form=ab", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"100")],
        "scheme": "https",
        "server": ("help.example", 443),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(house.app(scope, receive, send))
    assert sent == []


@pytest.mark.parametrize("came_from", ["http://[::1", "//[", "https://help.example]/", "\x80", "http://[v1.x]/a b"])
def test_who_comes_from_no_address_goes_back_to_the_start(house: House, came_from: str) -> None:
    sent = {"referer": came_from.encode("latin-1")}
    answer = house.visit("admin").post("/preferences", {"theme": "dark"}, headers=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_stranger_cannot_tell_these_pages_by_it(house: House) -> None:
    assert ROLES[0] == "stranger"
    assert house.visit("stranger").post("/sign-out", {"form": "é"}).status_code == 303
