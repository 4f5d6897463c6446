"""All that one person can leave in the store: a call, what it heard, a request, a text, a place …"""

from dataclasses import dataclass

from sqlalchemy import insert, select

from ivr.store import (
    blocklist,
    callers,
    calls,
    dials,
    given,
    listenings,
    messages,
    notes,
    requests,
    staff,
    tallies,
    text_refusals,
    texts,
)
from ivr.store.database import Transaction
from ivr.store.directory_tables import places
from ivr.store.requests import Status
from ivr.store.schema import requests as requests_table
from tests.store.people import NOW

AIDANT = "aidant@example.org"


@dataclass(frozen=True)
class Life:
    """Where to find it again."""

    call_id: str
    caller_id: int | None
    request_id: int
    dial_id: int
    message_id: int
    note_id: int
    file: str


def aidant(tx: Transaction) -> int:
    """The one who calls back."""
    member = staff.by_email(tx, AIDANT)
    if member is not None:
        return member.id
    id = staff.add(tx, staff.NewMember(AIDANT, "Leïla Karimi", frozenset({"aidant"}), ("aa",), NOW))
    assert id is not None
    return id


def rang(tx: Transaction, call: str, number: str | None, keyed: str = "", at: float = NOW) -> int | None:
    """A call of two turns, in the second of which a number may have been keyed."""
    caller = callers.meet(tx, number, at) if number else None
    caller_id = None if caller is None else caller.id
    calls.log_call(tx, calls.NewCall(call, "twilio", f"CA-{call}", caller_id, "r", at))
    for n, told in enumerate((b'{"i":"arrived"}', f'{{"i":"pressed {keyed}"}}'.encode()), start=1):
        calls.add_turn(tx, calls.NewTurn(call, n, "enter", "reached", at + n, told))
    return caller_id


def said(tx: Transaction, call: str, words: str, at: float = NOW) -> None:
    """What was heard in the first turn of a call."""
    assert listenings.add(
        tx, listenings.Window(call, 1, "enter", "aa", 12, "voice", words, 0.7, "reached", 2.5, 0.4, at)
    )


def asked(tx: Transaction, call: str, number: str, caller_id: int | None = None, at: float = NOW) -> int:
    """A request that was made in a call, on a shared phone."""
    wish = requests.Wish("aa", phone="shared", code="4711", zone="Indian/Reunion")
    details = {"path": ["enter"], "answers": {"where": number}}
    return requests.put(tx, requests.NewRequest(call, caller_id, number, "other", details, at, wish))


def stored(tx: Transaction, call: str, request_id: int | None, file: str, at: float = NOW) -> int:
    """A message whose sound is here."""
    ref = messages.State.EXPECTED
    added = messages.add(tx, messages.NewMessage(call, f"RE{file}", ref, at))
    assert added is not None
    if request_id is not None:
        messages.attach(tx, call, request_id)
    assert messages.store(tx, added[0], messages.Kept(file, "0" * 64, 12.0, silent=False, at=at))
    return added[0]


def dialled(tx: Transaction, request_id: int | None, at: float = NOW) -> int:
    """An attempt that is over; the carrier knows two calls of it."""
    new = dials.NewDial(dials.Kind.CALLBACK if request_id else dials.Kind.TEST, aidant(tx), request_id, at)
    id = dials.add(tx, new)
    dial = dials.find(tx, id)
    assert dial is not None
    refs = {"call_ref": f"CA-aidant-{id}", "leg_ref": f"CA-caller-{id}"}
    dials.move(tx, dial, [dial.state], dials.State.OVER, at, how=dials.How.TALKED, ended_at=at, **refs)
    return id


def place(tx: Transaction) -> int:
    """The one place that everybody is given."""
    id = tx.execute(select(places.c.id)).scalar()
    if id is not None:
        return int(id)
    empty = dict.fromkeys(("street", "extra", "postal_code", "city", "phone", "email", "website", "hours_note"), "")
    rest = {"tags": "[]", "note": "", "source_date": "2026-05-01", "licence": "", "created_at": NOW, "changed_at": NOW}
    new = {"source": "hand", "source_id": "1", "kind": "cpam", "name": "CPAM", **empty, **rest}
    return int(tx.execute(insert(places).values(new).returning(places.c.id)).scalar_one())


def given_to(tx: Transaction, call: str, at: float = NOW) -> None:
    """A place that was told in a call."""
    given.add(tx, given.NewGiven(call, place(tx), "cpam", at))


def texted(tx: Transaction, call: str, number: str, at: float = NOW, ref: str | None = None) -> int:
    """A text that was sent to a number; `ref` is the carrier's id where it still keeps it."""
    new = texts.NewText(f"{call}/3", call, number, "aa", "place", f"for {number}", 1, False, at, at, place(tx))
    id = texts.add(tx, new)
    assert id is not None
    text = texts.find(tx, id)
    assert text is not None
    texts.move(tx, text, [text.state], texts.State.DELIVERED, at, carrier_ref=ref)
    return id


def end(tx: Transaction, request_id: int, at: float, status: Status = Status.DONE) -> None:
    """The request is over since then."""
    values = {"status": status.value, "changed_at": at, "outcome": "helped"}
    tx.execute(requests_table.update().where(requests_table.c.id == request_id).values(values))


def lived(tx: Transaction, number: str, name: str, at: float = NOW) -> Life:
    """All of it at one moment; the request is still open."""
    call = f"call-{name}"
    caller_id = rang(tx, call, number, keyed=number.replace("+33", "0"), at=at)
    said(tx, call, number, at)
    request_id = asked(tx, call, number, caller_id, at)
    note = notes.add(tx, notes.NewNote(request_id, at, aidant(tx), notes.Kind.WRITTEN, f"reach her on {number}"))
    message_id = stored(tx, call, request_id, f"{name}.sealed", at)
    dial_id = dialled(tx, request_id, at)
    tallies.count(tx, "request", number, "2026-05-28", 5)
    blocklist.add(tx, number, f"{number} again", None, at)
    given_to(tx, call, at)
    texted(tx, call, number, at)
    text_refusals.add(tx, number, text_refusals.How.KEY, at)
    callers.remember_area(tx, number, f"near {number}")
    return Life(call, caller_id, request_id, dial_id, message_id, note, f"{name}.sealed")
