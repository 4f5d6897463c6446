"""One person can be forgotten, and only that one."""

from ivr.store import callers, calls, requests
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.erasure import Erased, erase
from tests.databases import KEY, OLD_KEY

SHE = "+33639980011"
HE = "+33639980012"


def rang(tx: Transaction, call: str, number: str | None, called_back: str) -> None:
    caller = callers.meet(tx, number, 1.0) if number else None
    calls.log_call(tx, calls.NewCall(call, "twilio", call, caller.id if caller else None, "r", 1.0))
    calls.add_turn(tx, calls.NewTurn(call, 1, "welcome", "reached", 1.0, b"{}"))
    caller_id = caller.id if caller else None
    requests.add(tx, requests.NewRequest(call, caller_id, called_back, "aa", "other", {}, 2.0))


def test_everything_that_a_number_leads_to_is_gone_and_nothing_else(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "hers", SHE, SHE)
        rang(tx, "his", HE, HE)
    with database.transaction() as tx:
        assert erase(tx, SHE) == Erased(callers=1, calls=1, turns=1, requests=1)
    with database.reading() as tx:
        assert callers.find(tx, SHE) is None
        assert calls.find(tx, "hers") is None
        assert calls.latest(tx, "hers") is None
        assert callers.find(tx, HE) is not None
        assert calls.latest(tx, "his") is not None
        assert len(requests.of_call(tx, "his")) == 1


def test_a_number_keyed_in_a_withheld_call_is_forgotten_with_that_call(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "withheld", None, SHE)
        assert erase(tx, SHE) == Erased(callers=0, calls=1, turns=1, requests=1)


def test_a_number_stored_under_an_old_key_is_found(database: Database) -> None:
    with database.transaction() as tx:
        old = Transaction(tx.connection, Keyring(OLD_KEY))
        rang(old, "before", SHE, SHE)
        both = Transaction(tx.connection, Keyring(KEY, [OLD_KEY]))
        assert erase(both, SHE) == Erased(1, 1, 1, 1)


def test_forgetting_somebody_unknown_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "his", HE, HE)
        assert erase(tx, SHE) == Erased(0, 0, 0, 0)
