"""People who asked to be called back, for the tests of the desk."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from ivr.actions import callbacks
from ivr.actions.audit import Actor, Deed
from ivr.app import Parts
from ivr.store import callers, calls, requests, staff
from ivr.store.calls import NewCall
from ivr.store.requests import NewRequest, Wish
from ivr.store.staff import NewMember

PATH = ("welcome", "main", "permit", "permit.card-refugee", "permit.menu", "permit.first-online", "permit.documents")
ANSWERS = {"status": "refugee"}
serial = count(1)


def number(n: int) -> str:
    """One of the numbers that are kept out of use."""
    return f"+3363998{n:04}"


def asks(
    joined: Parts,
    topic: str = "permit",
    language: str = "fa",
    *,
    minutes: float = 12,
    caller: str = "",
    told: Mapping[str, Any] | None = None,
    **wish: Any,
) -> int:
    """Somebody asked so many minutes ago; the id of the request."""
    n, now = next(serial), joined.clock()
    phone = caller or number(n)
    with joined.database.transaction() as tx:
        met = callers.meet(tx, phone, now)
        calls.log_call(tx, NewCall(f"call-{n}", "twilio", f"CA-{n}", met.id, "r1", now))
        details = {"path": list(PATH), "answers": dict(ANSWERS)} if told is None else dict(told)
        known = {"phone": "own", **wish}
        new = NewRequest(f"call-{n}", met.id, phone, topic, details, now - minutes * 60, Wish(language, **known))
        return requests.put(tx, new)


def deed(joined: Parts, staff_id: int | None) -> Deed:
    return Deed(Actor(staff_id, "a place"), joined.clock())


def claimed(joined: Parts, id: int, staff_id: int) -> int:
    """The request, in somebody's hands."""
    with joined.database.transaction() as tx:
        callbacks.claim(tx, id, staff_id, deed(joined, staff_id), other=True)
    return id


def speaks(joined: Parts, staff_id: int, *languages: str) -> None:
    with joined.database.transaction() as tx:
        staff.change(tx, staff_id, languages=languages)


def found(joined: Parts, id: int) -> requests.Request:
    with joined.database.reading() as tx:
        request = requests.find(tx, id)
    assert request is not None
    return request


def colleague(joined: Parts) -> int:
    """Another aidant, who speaks the same."""
    new = NewMember("other@example.org", "Omid Rahimi", frozenset({"aidant"}), ("fa",), joined.clock())
    with joined.database.transaction() as tx:
        id = staff.add(tx, new)
    assert id is not None
    return id
