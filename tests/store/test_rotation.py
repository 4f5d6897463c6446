"""Changing the key while calls run: nothing is lost, nobody is stored twice, and the old key is worth nothing after."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from ivr.errors import Forged
from ivr.store import callers, calls, notes, requests
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.notes import Kind, NewNote
from ivr.store.requests import Status, Wish
from ivr.store.rotation import Rotated, rotate
from tests.databases import KEY, OLD_KEY, opened
from tests.store.people import NOW, NUMBER, OTHER, at_once, new_call, new_request, new_turn

NEW = "+33199000001"


@pytest.fixture
def before(url: str) -> Iterator[Database]:
    """A database under the old key: two callers, three calls of four turns, a request and a note in each."""
    with opened(url, Keyring(OLD_KEY)) as database:
        with database.transaction() as tx:
            first = callers.meet(tx, NUMBER, NOW)
            callers.meet(tx, OTHER, NOW)
            assert callers.remember_area(tx, NUMBER, "c:06088")
            for person, call_id in enumerate(("a", "b", "c"), 1):
                calls.log_call(tx, new_call(call_id, first.id))
                id = requests.put(tx, shared(person, call_id, first.id))
                notes.add(tx, NewNote(id, NOW, None, Kind.WRITTEN, f"note of {call_id}"))
                for n in range(4):
                    calls.add_turn(tx, new_turn(n, call_id=call_id))
        yield database


@pytest.fixture
def during(url: str, before: Database) -> Iterator[Database]:
    with opened(url, Keyring(KEY, [OLD_KEY])) as database:
        yield database


@pytest.fixture
def after(url: str, during: Database) -> Iterator[Database]:
    """The same with the old key thrown away."""
    with opened(url, Keyring(KEY)) as database:
        yield database


def shared(person: int, call_id: str, caller_id: int | None = None) -> requests.NewRequest:
    """A request of one of those who share the phone."""
    request = new_request(call_id=call_id, caller_id=caller_id)
    return replace(request, wish=Wish("aa", "shared", code="4711"), person=person)


def assert_all_opens(database: Database) -> None:
    with database.reading() as tx:
        first = callers.find(tx, NUMBER)
        assert first is not None
        assert callers.find(tx, OTHER) is not None
        assert (callers.area(tx, NUMBER), callers.area(tx, OTHER)) == ("c:06088", None)
        for call_id in ("a", "b", "c"):
            (request,) = requests.of_call(tx, call_id)
            assert (request.number, request.caller_id) == (NUMBER, first.id)
            assert (request.details, request.code) == (new_request().details, "4711")
            assert [note.text for note in notes.of_request(tx, request.id)] == [f"note of {call_id}"]
            for n in range(4):
                turn = calls.turn(tx, call_id, n)
                assert turn is not None
                assert turn.payload == f"turn {n} of {call_id}".encode()


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_after_a_rotation_everything_opens_without_the_old_key(during: Database, after: Database, batch: int) -> None:
    assert_all_opens(during)
    assert rotate(during, batch) == Rotated(callers=2, turns=12, requests=3, notes=3)
    assert_all_opens(during)
    assert_all_opens(after)


def test_after_a_rotation_the_old_key_opens_and_finds_nothing(before: Database, during: Database) -> None:
    rotate(during)
    with before.reading() as tx:
        assert callers.find(tx, NUMBER) is None
        with pytest.raises(Forged):
            calls.turn(tx, "a", 0)
        with pytest.raises(Forged):
            requests.of_call(tx, "a")
        with pytest.raises(Forged):
            notes.of_request(tx, 1)


def test_a_rotation_has_nothing_to_do_twice(during: Database) -> None:
    rotate(during)
    assert rotate(during) == Rotated(0, 0, 0)


def test_a_rotation_that_was_cut_short_goes_on_where_it_stopped(during: Database, after: Database) -> None:
    updates = 0

    def cut(*given: object) -> None:
        nonlocal updates
        updates += str(given[2]).startswith("UPDATE turns")
        if updates == 3:
            raise KeyboardInterrupt

    event.listen(during._engine, "before_cursor_execute", cut)
    with pytest.raises(KeyboardInterrupt):
        rotate(during, batch=2)
    event.remove(during._engine, "before_cursor_execute", cut)
    assert rotate(during, batch=2) == Rotated(callers=0, turns=8, requests=3, notes=3)
    assert_all_opens(after)


class Interrupted(Database):
    """After each transaction something else happens."""

    def __init__(self, url: str, keyring: Keyring, then: Callable[[], None]) -> None:
        super().__init__(url, keyring)
        self._then = then

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with super().transaction() as tx:
            yield tx
        self._then()


def test_somebody_who_rings_in_the_middle_is_known_and_stored_once(url: str, during: Database, after: Database) -> None:
    rung: list[callers.Caller] = []

    def ring() -> None:
        with during.transaction() as tx:
            known = callers.meet(tx, NUMBER, NOW + len(rung))
            assert callers.meet(tx, NEW, NOW).first_call is (not rung)
            calls.log_call(tx, new_call("middle", known.id))
            calls.add_turn(tx, new_turn(len(rung), call_id="middle"))
        rung.append(known)

    database = Interrupted(url, during.keyring, ring)
    rotate(database, batch=1)
    database.dispose()
    assert len(rung) > 17  # more often than there were rows
    assert {(caller.id, caller.first_call) for caller in rung} == {(rung[0].id, False)}
    assert_all_opens(after)
    with after.reading() as tx:
        assert len(calls.path(tx, "middle")) == 1
        assert calls.turn(tx, "middle", 0) is not None
        assert tx.execute(text("SELECT count(*) FROM callers")).scalar() == 3


def test_threads_that_ring_while_it_runs_lose_nothing(during: Database, after: Database) -> None:
    with ThreadPoolExecutor(1) as other:
        rotation = other.submit(rotate, during, 1)
        met = [caller for _ in range(5) for caller in at_once(during, lambda tx, _: callers.meet(tx, NUMBER, NOW), 4)]
        rotation.result()
    assert len({caller.id for caller in met}) == 1
    assert_all_opens(after)


def test_a_caller_stored_again_by_a_server_without_the_old_key_is_one_again(during: Database, after: Database) -> None:
    with after.transaction() as tx:
        twin = callers.meet(tx, NUMBER, NOW + 5)
        assert twin.first_call
        calls.log_call(tx, new_call("d", twin.id))
        requests.put(tx, new_request(call_id="d", caller_id=twin.id))
    rotate(during)
    assert_all_opens(after)
    with after.reading() as tx:
        found = callers.find(tx, NUMBER)
        call = calls.find(tx, "d")
        (request,) = requests.of_call(tx, "d")
        assert found is not None
        assert call is not None
        assert {found.id, call.caller_id, request.caller_id} == {found.id}
        assert tx.execute(text("SELECT count(*) FROM callers")).scalar() == 2


def test_where_calls_went_and_ended_is_read_by_the_new_key_and_by_it_alone(during: Database, after: Database) -> None:
    with during.transaction() as tx:
        tx.execute(text("UPDATE calls SET ended_how = 'hung_up', ended_node = :word"), {"word": old_word("main")})
    assert rotate(during).ends == 3
    with after.reading() as tx:
        call = calls.find(tx, "a")
        assert call is not None
        assert call.ended_node == "main"
        assert calls.path(tx, "a") == [new_turn(0).node]


def old_word(word: str) -> str:
    return Keyring(OLD_KEY).seal_word(word)


def test_requests_that_both_keys_hold_open_become_those_of_several_persons(during: Database, after: Database) -> None:
    with after.transaction() as tx:  # a server that does not know the old key yet
        calls.log_call(tx, new_call("d"))
        for person in (1, 2):
            requests.put(tx, shared(person, "d"))
    rotate(during, batch=1)
    with after.reading() as tx:
        found = requests.of_number(tx, NUMBER)
    assert [request.person for request in found] == [1, 2, 3, 4, 5]
    assert sorted(request.call_id for request in found) == ["a", "b", "c", "d", "d"]
    assert {request.code for request in found} == {"4711"}


def test_requests_that_ended_keep_their_person(during: Database, after: Database) -> None:
    with after.transaction() as tx:
        calls.log_call(tx, new_call("d"))
        requests.put(tx, shared(1, "d"))
        tx.execute(text("UPDATE requests SET status = :done WHERE call_id <> 'd'"), {"done": Status.DONE})
    rotate(during)
    with after.reading() as tx:
        assert sorted(request.person for request in requests.history(tx, NUMBER)) == [1, 1, 2, 3]


def test_what_was_erased_has_nothing_to_seal_anew(during: Database) -> None:
    with during.transaction() as tx:
        tx.execute(text("UPDATE request_notes SET text_sealed = :none"), {"none": b""})
        blank = "number_hash = '', number_sealed = :none, details_sealed = :none, code_sealed = NULL"
        tx.execute(text(f"UPDATE requests SET {blank}"), {"none": b""})
    assert rotate(during) == Rotated(callers=2, turns=12, requests=0)


def test_a_wish_that_changes_while_it_runs_is_kept(during: Database, after: Database) -> None:
    def change(tx: Transaction, n: int) -> int:
        return requests.put(tx, replace(shared(n % 3 + 1, "a"), topic=f"topic {n}"))

    with ThreadPoolExecutor(1) as other:
        rotation = other.submit(rotate, during, 1)
        ids = [id for _ in range(5) for id in at_once(during, change, 3)]
        rotation.result()
    assert len(set(ids)) == 3
    with after.reading() as tx:
        assert sorted(request.topic for request in requests.of_number(tx, NUMBER)) == ["topic 0", "topic 1", "topic 2"]
