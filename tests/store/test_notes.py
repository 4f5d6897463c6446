"""Notes on a request: in order, with who wrote them, readable with the key only."""

import pytest
from sqlalchemy import text

from ivr.errors import Forged
from ivr.store import calls, notes, requests, staff
from ivr.store.database import Database
from ivr.store.notes import Kind, NewNote
from ivr.store.staff import NewMember
from tests.store.people import NOW, new_call, new_request


@pytest.fixture
def request_id(database: Database) -> int:
    with database.transaction() as tx:
        calls.log_call(tx, new_call())
        return requests.put(tx, new_request())


def test_notes_come_in_order_with_who_wrote_them(database: Database, request_id: int) -> None:
    with database.transaction() as tx:
        who = staff.add(tx, NewMember("a@example.org", "Leïla", frozenset({"aidant"}), (), NOW))
        notes.add(tx, NewNote(request_id, NOW + 1, who, Kind.WRITTEN, "نامه را بیاورد"))
        notes.add(tx, NewNote(request_id, NOW, None, Kind.CLAIM_ENDED))
        found = notes.of_request(tx, request_id)
        assert notes.of_request(tx, request_id + 1) == []
    assert [(note.kind, note.text, note.who, note.at) for note in found] == [
        (Kind.CLAIM_ENDED, "", None, NOW),
        (Kind.WRITTEN, "نامه را بیاورد", "Leïla", NOW + 1),
    ]


def test_a_note_is_sealed_and_opens_at_its_own_request_only(database: Database, request_id: int) -> None:
    with database.transaction() as tx:
        notes.add(tx, NewNote(request_id, NOW, None, Kind.WRITTEN, "refugee"))
        assert b"refugee" not in bytes(tx.execute(text("SELECT text_sealed FROM request_notes")).scalar_one())
        calls.log_call(tx, new_call("call-2"))
        other = requests.put(tx, requests.NewRequest("call-2", None, "+33639980002", "x", {}, NOW, requests.Wish("aa")))
        tx.execute(text("UPDATE request_notes SET request_id = :other"), {"other": other})
        with pytest.raises(Forged):
            notes.of_request(tx, other)
