"""Attempts to call: a state moves once, from where it stands, under everybody's eyes."""

import pytest

from ivr.store import dials, news, staff
from ivr.store.database import Database, Transaction
from ivr.store.dials import BEFORE_ACCEPTED, OPEN, Dial, How, Kind, NewDial, State
from tests.store.people import NOW, at_once


def aidant(tx: Transaction, email: str = "a@example.org") -> int:
    id = staff.add(tx, staff.NewMember(email, "A", frozenset({"aidant"}), (), NOW))
    assert id is not None
    return id


def add(database: Database, at: float = NOW, email: str = "a@example.org") -> Dial:
    with database.transaction() as tx:
        member = staff.by_email(tx, email)
        id = dials.add(tx, NewDial(Kind.TEST, aidant(tx, email) if member is None else member.id, None, at))
        found = dials.find(tx, id)
    assert found is not None
    return found


def test_an_attempt_is_new_and_found_again(database: Database) -> None:
    dial = add(database)
    assert (dial.state, dial.created_at, dial.changed_at, dial.how, dial.over) == (State.NEW, NOW, NOW, None, False)
    with database.transaction() as tx:
        assert dials.lock(tx, dial.id) == dial
        assert (dials.find(tx, 99), dials.lock(tx, 99)) == (None, None)


def test_of_twenty_that_move_it_at_once_one_does(database: Database) -> None:
    dial = add(database)
    moved = at_once(database, lambda tx, _: dials.move(tx, dial, BEFORE_ACCEPTED, State.ACCEPTED, NOW, accepted_at=NOW))
    assert sorted(moved) == [False] * 19 + [True]


@pytest.mark.parametrize("state", list(State))
def test_it_moves_only_from_where_it_should_stand(database: Database, state: State) -> None:
    dial = add(database)
    with database.transaction() as tx:
        dials.move(tx, dial, (State.NEW,), state, NOW)
        moved = dials.move(tx, dial, BEFORE_ACCEPTED, State.ACCEPTED, NOW + 1)
    assert moved == (state in BEFORE_ACCEPTED)
    with database.reading() as tx:
        found = dials.find(tx, dial.id)
    assert found is not None
    assert found.state is (State.ACCEPTED if moved else state)


def test_whoever_watches_somebodys_calls_hears_of_each_move(database: Database) -> None:
    dial = add(database)
    topic = dials.topic(dial.staff_id)
    known = [version(database, topic)]
    for state in (State.PLACING, State.PLACING, State.OVER):
        with database.transaction() as tx:
            dials.move(tx, dial, (State.NEW,), state, NOW)  # only the first one is a move
        known.append(version(database, topic))
    assert known == [1, 2, 2, 2]


def version(database: Database, topic: str) -> int:
    with database.reading() as tx:
        return news.versions(tx, (topic,))[topic]


def test_quiet_ones_are_found_and_who_talks_may_be_quiet_for_longer(database: Database) -> None:
    quiet, talking, over, young = (add(database, NOW + n) for n in range(4))
    with database.transaction() as tx:
        dials.move(tx, talking, (State.NEW,), State.BRIDGED, NOW)
        dials.move(tx, over, (State.NEW,), State.OVER, NOW, how=How.TESTED.value)
    with database.reading() as tx:
        assert dials.still(tx, NOW + 2, NOW - 10) == [quiet.id]
        assert set(dials.still(tx, NOW + 5, NOW + 5)) == {quiet.id, talking.id, young.id}
        assert not {State.OVER, State.UNKNOWN} & set(OPEN)


def test_the_latest_test_and_how_many_there_were(database: Database) -> None:
    first, second = add(database), add(database, NOW + 10)
    other = add(database, NOW + 20, "b@example.org")
    with database.reading() as tx:
        assert dials.last_own(tx, first.staff_id, Kind.TEST) == second
        assert dials.last_own(tx, other.staff_id, Kind.TEST) == other
        assert dials.last_own(tx, 99, Kind.TEST) is None
        assert [dials.often(tx, first.staff_id, Kind.TEST, NOW + since) for since in (-1, 5)] == [2, 1]
        assert dials.often(tx, first.staff_id, Kind.STUDIO, NOW - 1) == 0


def test_what_became_known_is_kept_in_whatever_state_it_is(database: Database) -> None:
    dial = add(database)
    with database.transaction() as tx:
        dials.move(tx, dial, (State.NEW,), State.OVER, NOW, how=How.TALKED.value, accepted_at=NOW, ended_at=NOW)
        dials.learn(tx, dial, call_ref="CA1", leg_ref="CA2", answered_at=NOW)
        found = dials.find(tx, dial.id)
        assert found is not None
        assert (found.call_ref, found.leg_ref, found.spoken, found.over) == ("CA1", "CA2", True, True)
        assert dials.refs(tx, dial.staff_id) == {"CA1"}
