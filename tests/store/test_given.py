"""Which places callers were told of: once a call, place and office, and never without a call."""

from ivr.store import calls, given
from ivr.store.database import Database
from ivr.store.given import Given, Lost, NewGiven
from tests.store.people import NOW, new_call
from tests.store.places import put


def test_what_is_given_is_kept_once(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, new_call("a"))
        calls.log_call(tx, new_call("b"))
        one, two = put(tx), put(tx)
        assert given.add(tx, NewGiven("a", two, "caf", NOW))
        assert not given.add(tx, NewGiven("a", two, "caf", NOW + 9))
        assert given.add(tx, NewGiven("a", one, "caf", NOW + 1))
        assert given.add(tx, NewGiven("a", two, "cpam", NOW + 2))
        assert given.add(tx, NewGiven("b", two, "caf", NOW + 3))
    with database.reading() as tx:
        rows = given.of_call(tx, "a")
        assert [(row.place_id, row.office, row.at) for row in rows] == [
            (two, "caf", NOW),
            (one, "caf", NOW + 1),
            (two, "cpam", NOW + 2),
        ]
        (last,) = given.of_call(tx, "b")
        assert given.of_calls(tx, ("b", "a", "c")) == [*rows, last]
        assert last == Given("b", two, "caf", NOW + 3, last.id)


def test_of_a_call_that_nobody_knows_nothing_is_kept_and_the_transaction_goes_on(database: Database) -> None:
    with database.transaction() as tx:
        assert not given.add(tx, NewGiven("nobody", put(tx), "caf", NOW))
        calls.log_call(tx, new_call("a"))
    with database.reading() as tx:
        assert given.of_call(tx, "nobody") == []
        assert calls.find(tx, "a") is not None


def test_places_that_are_gone_are_named_when_callers_were_given_them(database: Database) -> None:
    with database.transaction() as tx:
        there, gone, long_ago = put(tx), put(tx, gone_at=NOW), put(tx, gone_at=NOW)
        for n, place in enumerate((there, gone, gone, long_ago)):
            calls.log_call(tx, new_call(f"c{n}"))
            given.add(tx, NewGiven(f"c{n}", place, "caf", NOW + n if place != long_ago else 5.0))
        assert given.vanished(tx, NOW) == [Lost(gone, 2, NOW + 2)]
        assert given.vanished(tx, 0) == [Lost(gone, 2, NOW + 2), Lost(long_ago, 1, 5.0)]
