"""Desks in use, for the tests in a browser: who works there, who waits, what is under way."""

from datetime import date

from ivr.actions import callbacks, shifts
from ivr.actions.machine import Event
from ivr.store import dials, messages, staff
from ivr.store.dials import State
from ivr.store.messages import Kept, NewMessage
from tests import helpline
from tests.browser.conftest import Office
from tests.web import callers
from tests.web.callers import asks, claimed, deed, found, number

PHONE = "+33639980077"
HOUR = 3600
TOLD = {
    "path": ["main", "online", "procedure", "procedure.account", "procedure.login", "procedure.alone"],
    "answers": {"knows_site": "yes", "has_account": "yes", "has_credentials": "no", "alone": "no"},
}


def settle(office: Office) -> None:
    """An aidant and a coordinator who speak both languages; the aidant has a phone."""
    for role in ("aidant", "coordinator"):
        callers.speaks(office.joined, office.ids[role], "fa", "fr")
    with office.joined.database.transaction() as tx:
        staff.set_phone(tx, office.ids["aidant"], PHONE)


def fill(office: Office) -> dict[str, int]:
    """Requests of every kind, by what is shown with them."""
    joined, aidant, now = office.joined, office.ids["aidant"], office.clock()
    asks(joined, "other", "fr", minutes=95)
    asks(joined, "nationality", "fr", minutes=18)
    asks(joined, "permit-renewal", minutes=7)
    asks(joined, "permit-technical", "fr", minutes=3, phone="unknown")
    asks(joined, "do-it-for-me", minutes=66, woman=True, window=("2026-11-23", "morning"), told=TOLD)
    later = {"due_at": now + 22 * HOUR, "due_until": now + 26 * HOUR, "window": ("2026-11-24", "morning")}
    asks(joined, "permit-family", minutes=200, **later)
    asks(joined, "no-number", "fr", minutes=30, due_at=now + 2 * HOUR)
    made = {
        "waiting": asks(joined, minutes=42, phone="shared", code="4821"),
        "card": asks(joined, minutes=50, phone="shared", code="7351", caller=number(1824)),
        "early": asks(joined, minutes=20, **later),
        "call": asks(joined, "permit-family", minutes=25),
        "check": asks(joined, "sign-in", minutes=26),
        "wrap-up": asks(joined, "do-it-for-me", minutes=28, told=TOLD),
    }
    for name in ("card", "early", "call", "check", "wrap-up"):
        claimed(joined, made[name], aidant)
    leave(office, made["card"])
    dialling(office, made["call"], State.RINGING, State.ANSWERED, State.ACCEPTED, State.CALLING)
    dialling(office, made["check"], State.ACCEPTED, State.UNKNOWN)
    with joined.database.transaction() as tx:
        callbacks.happened(tx, made["check"], Event.LOST, deed(joined, None))
        callbacks.by_hand(tx, made["wrap-up"], deed(joined, aidant))
    week(office)
    return made


def leave(office: Office, id: int) -> None:
    """A message and a note."""
    joined, call_id = office.joined, found(office.joined, id).call_id
    with joined.database.transaction() as tx:
        added = messages.add(tx, NewMessage(call_id, "RE1", messages.State.EXPECTED, joined.clock()))
        assert added is not None
        messages.attach(tx, call_id, id)
        put = joined.vault.put(str(added[0]), b"RIFF")
        messages.store(tx, added[0], Kept(put.name, put.sha256, 41.0, False, joined.clock()))
        words = "A déjà l’attestation.\nVeut savoir combien de temps."
        callbacks.add_note(tx, id, words, deed(joined, office.ids["coordinator"]))


def dialling(office: Office, id: int, *states: State) -> int:
    """A call that came through these states."""
    joined, aidant = office.joined, office.ids["aidant"]
    with joined.database.transaction() as tx:
        dial_id = callbacks.start_dial(tx, id, deed(joined, aidant), anyway=True, home=helpline.PARIS)
        for state in states:
            dial = dials.find(tx, dial_id)
            assert dial is not None
            dials.move(tx, dial, (dial.state,), state, joined.clock(), answered_at=joined.clock())
    return dial_id


def week(office: Office) -> None:
    """Shifts and a closed day."""
    joined, leader = office.joined, office.ids["coordinator"]
    both: list[tuple[str, str]] = [("09:00", "12:30"), ("13:30", "17:30")]
    with joined.database.transaction() as tx:
        shifts.replace(tx, office.ids["aidant"], [both, both, both[:1], [], both, [], []], deed(joined, leader))
        shifts.replace(tx, leader, [both[1:]] * 5 + [[], []], deed(joined, leader))
        shifts.close(tx, "2026-12-24", "Noël", deed(joined, leader), date(2026, 11, 23))
