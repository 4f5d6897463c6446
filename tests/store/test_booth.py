"""Sittings and what is spoken in them: each delivery counts once, and a recording has one end."""

from ivr.store import booth, dials, takes
from ivr.store.booth import Said, Sitting, State, Step
from ivr.store.database import Database, Transaction
from ivr.store.dials import Dial, Kind, NewDial
from ivr.store.takes import NewTake, Source
from tests.actions.desks import hire
from tests.store.people import NOW

TALE = Said("tale", "words")


def begun(tx: Transaction) -> Dial:
    """Somebody's phone is to be rung."""
    id = dials.add(tx, NewDial(Kind.STUDIO, hire(tx), None, NOW))
    booth.begin(tx, id, "aa")
    found = dials.find(tx, id)
    assert found is not None
    return found


def spoken(tx: Transaction, dial: Dial, ref: str) -> int:
    added = booth.add(tx, dial, ref, TALE, NOW)
    assert added is not None
    return added[0]


def state(tx: Transaction, id: int) -> State:
    found = booth.lock_recording(tx, id)
    assert found is not None
    return found.state


def test_a_sitting_goes_on_and_each_recording_has_one_end(database: Database) -> None:
    with database.transaction() as tx:
        dial, other = begun(tx), begun(tx)
        first = booth.lock(tx, dial.id)
        assert first == Sitting(dial.id, "aa", 0, Step.PIN, (), 0, None, None)
        after = booth.go_on(tx, dial, first, step=Step.SPEAK, said=("one", "two"), name="tale")
        assert (after.n, after.step, after.said) == (1, Step.SPEAK, ("one", "two"))
        assert booth.find(tx, dial.id) == after
        assert booth.find(tx, 99) is None

        taken, dropped, lost = (spoken(tx, dial, ref) for ref in ("RE1", "RE2", "RE3"))
        assert booth.add(tx, dial, "RE1", TALE, NOW) == (taken, False)
        assert booth.add(tx, other, "RE1", TALE, NOW) is None
        new = NewTake("aa", "tale", "words", Source.TELEPHONE, "file", "0" * 64, dial.staff_id, NOW)
        assert booth.take(tx, taken, takes.add(tx, new))
        assert booth.drop(tx, dropped)
        assert booth.lose(tx, lost)
        for id in (taken, dropped, lost):
            assert not booth.take(tx, id, 1)
            assert not booth.drop(tx, id)
            assert not booth.lose(tx, id)
        assert [state(tx, id) for id in (taken, dropped, lost)] == [State.TAKEN, State.DROPPED, State.LOST]
        assert (booth.keep(tx, taken, NOW), booth.keep(tx, taken, NOW + 1)) == (True, False)
        assert [(one.id, one.kept_at) for one in booth.recordings(tx, dial.id)] == [
            (taken, NOW),
            (dropped, None),
            (lost, None),
        ]
        assert booth.recordings(tx, other.id) == []
        assert booth.recording(tx, 99) is None
