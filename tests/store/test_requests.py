"""Requests: one open promise a number and person, at one place in the queue for ever; it opens as it was made."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from ivr.errors import Forged
from ivr.store import callers, calls, news, requests
from ivr.store.calls import UnknownCall
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.requests import NewRequest, Status, Wish
from tests.databases import KEY, OLD_KEY, opened
from tests.store.people import NOW, NUMBER, OTHER, at_once, new_call, new_request

TOMORROW = ("2026-11-24", "morning")
AGREED = Wish("bb", "shared", True, TOMORROW, "Indian/Reunion", NOW + 80_000, NOW + 90_000, "4711")


@pytest.fixture(autouse=True)
def _two_calls(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())
        calls.log_call(tx, new_call("call-2"))


def set_status(tx: Transaction, id: int, status: Status) -> None:
    tx.execute(text("UPDATE requests SET status = :status WHERE id = :id"), {"status": status, "id": id})


def later(**more: object) -> NewRequest:
    """The same person in a later call, about something else."""
    again = replace(new_request("housing", call_id="call-2"), created_at=NOW + 500, wish=AGREED)
    return replace(again, **more)  # type: ignore[arg-type]


def test_a_request_opens_as_it_was_made(database: Database) -> None:
    with database.transaction() as tx:
        caller = callers.meet(tx, NUMBER, NOW)
        asked = replace(new_request(caller_id=caller.id), wish=AGREED)
        id = requests.put(tx, asked)
    with database.reading() as tx:
        (row,) = requests.of_call(tx, "call-1")
        assert requests.of_call(tx, "call-2") == []
        assert requests.find(tx, id) == row
        assert requests.find(tx, id + 1) is None
    assert row == requests.Request(
        id=id,
        call_id="call-1",
        caller_id=caller.id,
        number=NUMBER,
        language="bb",
        topic="permit",
        details=asked.details,
        created_at=NOW,
        status=Status.WAITING,
        person=1,
        phone="shared",
        woman=True,
        window=TOMORROW,
        zone="Indian/Reunion",
        due_at=NOW + 80_000,
        due_until=NOW + 90_000,
        tries=0,
        changed_at=NOW,
        staff_id=None,
        dial_id=None,
        outcome=None,
        code="4711",
    )
    assert not row.safe


def test_who_agreed_no_time_is_due_since_they_asked(database: Database) -> None:
    with database.transaction() as tx:
        row = requests.find(tx, requests.put(tx, new_request()))
    assert row is not None
    assert (row.due_at, row.due_until, row.window, row.code) == (NOW, None, None, None)


@pytest.mark.parametrize(("phone", "safe"), [("own", True), ("shared", False), ("unknown", False)])
def test_only_a_phone_that_is_somebody_s_own_is_safe(database: Database, phone: str, safe: bool) -> None:
    with database.transaction() as tx:
        row = requests.find(tx, requests.put(tx, replace(new_request(), wish=Wish("aa", phone))))
    assert row is not None
    assert row.safe is safe


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DONE, Status.CLOSED}))
def test_who_asks_again_changes_the_wish_and_keeps_the_place(database: Database, status: Status) -> None:
    with database.transaction() as tx:
        id = requests.put(tx, new_request())
        set_status(tx, id, status)
        tx.execute(text("UPDATE requests SET tries = 3"))
        assert requests.put(tx, later()) == id
        (row,) = requests.of_number(tx, NUMBER)
    assert (row.status, row.created_at, row.call_id, row.changed_at) == (status, NOW, "call-1", NOW)
    assert (row.language, row.topic, row.window, row.due_at) == ("bb", "housing", TOMORROW, NOW + 80_000)
    assert row.details == new_request().details
    assert row.tries == 0  # whoever rings again has not been given up


def test_who_asks_again_without_a_time_is_due_since_the_first_request(database: Database) -> None:
    with database.transaction() as tx:
        id = requests.put(tx, replace(new_request(), wish=AGREED))
        requests.put(tx, later(wish=Wish("bb", "shared")))
        row = requests.find(tx, id)
    assert row is not None
    assert (row.due_at, row.due_until, row.window) == (NOW, None, None)


def test_a_code_stays_until_the_phone_is_somebody_s_own_or_another_code_comes(database: Database) -> None:
    codes = []
    with database.transaction() as tx:
        id = requests.put(tx, replace(new_request(), wish=AGREED))
        for wish in (Wish("bb", "shared"), Wish("bb", "shared", code="1234"), Wish("bb", "own")):
            requests.put(tx, later(wish=wish))
            row = requests.find(tx, id)
            assert row is not None
            codes.append(row.code)
    assert codes == ["4711", "1234", None]


@pytest.mark.parametrize("ended", [Status.DONE, Status.CLOSED])
def test_what_ended_stays_and_a_new_request_begins_anew(database: Database, ended: Status) -> None:
    with database.transaction() as tx:
        first = requests.put(tx, new_request())
        set_status(tx, first, ended)
        second = requests.put(tx, later())
        assert [row.id for row in requests.of_number(tx, NUMBER)] == [second]
        assert [row.id for row in requests.history(tx, NUMBER)] == [second, first]
        row = requests.find(tx, second)
    assert row is not None
    assert (row.created_at, row.call_id) == (NOW + 500, "call-2")


def test_others_who_share_the_number_have_their_own_request(database: Database) -> None:
    with database.transaction() as tx:
        ids = [requests.put(tx, replace(new_request(), person=person)) for person in (2, 1, 2)]
        assert ids[0] == ids[2] != ids[1]
        assert [row.person for row in requests.of_number(tx, NUMBER)] == [1, 2]
        assert requests.of_number(tx, OTHER) == requests.history(tx, OTHER) == []


def test_twenty_requests_at_once_are_one(database: Database) -> None:
    ids = at_once(database, lambda tx, _: requests.put(tx, new_request()))
    assert len(set(ids)) == 1
    with database.reading() as tx:
        assert requests.count(tx) == 1


def test_a_request_made_under_an_old_key_is_found_and_changed(url: str, database: Database) -> None:
    with opened(url, Keyring(OLD_KEY)) as before, before.transaction() as tx:
        id = requests.put(tx, new_request())
    with opened(url, Keyring(KEY, [OLD_KEY])) as during, during.transaction() as tx:
        assert requests.put(tx, later()) == id
        assert [row.topic for row in requests.history(tx, NUMBER)] == ["housing"]


def test_a_request_without_a_call_is_refused(database: Database) -> None:
    with database.transaction() as tx:
        with pytest.raises(UnknownCall):
            requests.put(tx, new_request(call_id="call-3"))
        assert requests.count(tx) == 0


def test_open_pages_hear_of_a_request_and_of_its_change(database: Database) -> None:
    versions = []
    for request in (new_request(), later()):
        with database.transaction() as tx:
            requests.put(tx, request)
        with database.reading() as tx:
            versions.append(news.versions(tx, (news.REQUESTS,))[news.REQUESTS])
    assert versions == [1, 2]


def test_number_answers_and_code_are_not_readable_in_the_database(database: Database) -> None:
    with database.transaction() as tx:
        requests.put(tx, replace(new_request(), wish=AGREED))
        sealed = tx.execute(text("SELECT number_sealed, details_sealed, code_sealed FROM requests")).one()
    stored = b"".join(bytes(column) for column in sealed)
    assert NUMBER[1:].encode() not in stored
    assert b"refugee" not in stored
    assert b"4711" not in stored


def test_answers_moved_to_another_topic_do_not_open(database: Database) -> None:
    with database.transaction() as tx:
        requests.put(tx, new_request())
        tx.execute(text("UPDATE requests SET topic = 'housing'"))
        with pytest.raises(Forged):
            requests.of_call(tx, "call-1")


def test_an_erased_request_still_opens_and_holds_nothing(database: Database) -> None:
    with database.transaction() as tx:
        id = requests.put(tx, replace(new_request(), wish=AGREED))
        blank = "number_hash = '', number_sealed = :none, details_sealed = :none, code_sealed = NULL"
        tx.execute(text(f"UPDATE requests SET {blank}, status = 'closed'"), {"none": b""})
        row = requests.find(tx, id)
        assert requests.of_number(tx, NUMBER) == []
    assert row is not None
    assert (row.number, row.details, row.code) == ("", {}, None)
