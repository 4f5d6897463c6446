"""Each class of data is forgotten just after its term and not just before it; what is not old stays as it was."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from ivr.store import audit, blocklist, callers, calls, dials, forgetting, given, notes, requests, tallies, texts
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.forgetting import Cut, Old, forget
from ivr.store.requests import Status
from ivr.store.rotation import Rotated, rotate
from ivr.store.text_tables import metadata
from tests.databases import KEY, OLD_KEY, opened
from tests.store.lives import aidant, asked, dialled, end, given_to, lived, rang, texted
from tests.store.people import NOW, NUMBER, OTHER, at_once

DAY = 86_400


def cut(before: float | str = NOW, now: float = NOW) -> Cut:
    return Cut(before, now)


def rows(tx: Transaction) -> dict[str, list[Any]]:
    """Everything that is stored."""
    return {name: sorted(tx.execute(select(table)).all(), key=repr) for name, table in metadata.tables.items()}


@pytest.mark.parametrize("status", [Status.DONE, Status.CLOSED])
def test_a_number_is_forgotten_when_its_request_ended_long_ago(database: Database, status: Status) -> None:
    with database.transaction() as tx:
        life = lived(tx, NUMBER, "hers")
        end(tx, life.request_id, NOW - 1, status)
        young = lived(tx, OTHER, "his")
        end(tx, young.request_id, NOW + 1, status)
    assert forget(database, forgetting.NUMBERS, cut()) == 1
    with database.reading() as tx:
        hers, his = requests.find(tx, life.request_id), requests.find(tx, young.request_id)
        assert hers is not None
        assert (hers.number, hers.details, hers.code, hers.zone, hers.caller_id) == ("", {}, None, None, None)
        assert (hers.topic, hers.language, hers.outcome, hers.created_at) == ("other", "aa", "helped", NOW)
        assert requests.history(tx, NUMBER) == []
        assert his is not None
        assert (his.number, his.code, his.details["path"]) == (OTHER, "4711", ["enter"])


def test_with_a_number_goes_what_was_keyed_in_the_call_of_its_request(database: Database) -> None:
    with database.transaction() as tx:
        life = lived(tx, NUMBER, "hers")
        end(tx, life.request_id, NOW - 1)
        rang(tx, "later", NUMBER)
    forget(database, forgetting.NUMBERS, cut())
    with database.reading() as tx:
        assert calls.turn(tx, life.call_id, 2) is None
        assert calls.latest(tx, life.call_id) is None
        assert calls.path(tx, life.call_id) == ["enter"]
        assert calls.turn(tx, "later", 2) is not None


@pytest.mark.parametrize("status", [status for status in Status if status not in (Status.DONE, Status.CLOSED)])
def test_the_number_of_a_request_that_is_open_is_kept_however_old_it_is(database: Database, status: Status) -> None:
    with database.transaction() as tx:
        life = lived(tx, NUMBER, "hers")
        end(tx, life.request_id, NOW - 1000 * DAY, status)
        tx.execute(callers.SEE, {"hashes": tx.keyring.hashes(NUMBER), "now": NOW - 1000 * DAY})
    with database.reading() as tx:
        before = rows(tx)
    for old in (forgetting.NUMBERS, forgetting.CALLERS, forgetting.NOTES):
        assert forget(database, old, cut()) == 0
    with database.reading() as tx:
        assert rows(tx) == before


def test_two_requests_of_a_number_are_forgotten_each_in_its_time(database: Database) -> None:
    with database.transaction() as tx:
        caller_id = rang(tx, "first", NUMBER)
        first = asked(tx, "first", NUMBER, caller_id)
        end(tx, first, NOW - 1)
        rang(tx, "second", NUMBER)
        second = asked(tx, "second", NUMBER, caller_id)
    assert forget(database, forgetting.NUMBERS, cut()) == 1
    with database.reading() as tx:
        assert [request.id for request in requests.of_number(tx, NUMBER)] == [second]


def test_of_several_that_are_forgotten_none_stands_in_the_way_of_another(database: Database) -> None:
    with database.transaction() as tx:
        for number, call in ((NUMBER, "a"), (OTHER, "b")):
            rang(tx, call, number)
            end(tx, asked(tx, call, number), NOW - 1)
    assert forget(database, forgetting.NUMBERS, cut()) == 2


def test_a_caller_who_was_not_heard_of_for_long_is_forgotten(database: Database) -> None:
    with database.transaction() as tx:
        hers = rang(tx, "hers", NUMBER, at=NOW - 1)
        end(tx, asked(tx, "hers", NUMBER, hers), NOW + 1)
        rang(tx, "his", OTHER, at=NOW)
    assert forget(database, forgetting.CALLERS, cut()) == 1
    with database.reading() as tx:
        assert callers.find(tx, NUMBER) is None
        assert callers.find(tx, OTHER) is not None
        call, his = calls.find(tx, "hers"), calls.find(tx, "his")
        assert call is not None
        assert call.caller_id is None
        assert his is not None
        assert his.caller_id is not None
        assert [request.caller_id for request in requests.of_call(tx, "hers")] == [None]
        assert calls.latest(tx, "hers") is None
        assert calls.latest(tx, "his") is not None


def test_somebody_who_rings_after_they_were_looked_for_is_left_alone(database: Database) -> None:
    with database.transaction() as tx:
        hers = rang(tx, "hers", NUMBER, at=NOW - 1)
    with database.transaction() as tx:
        callers.meet(tx, NUMBER, NOW + 5)
    with database.transaction() as tx:
        assert forgetting.CALLERS.forget(tx, [hers], cut()) == 0
    with database.reading() as tx:
        assert callers.find(tx, NUMBER) is not None


def test_a_request_that_was_reopened_after_it_was_looked_for_is_left_alone(database: Database) -> None:
    with database.transaction() as tx:
        life = lived(tx, NUMBER, "hers")
        end(tx, life.request_id, NOW, Status.WAITING)
        assert forgetting.NUMBERS.forget(tx, [life.request_id], cut(NOW + 1)) == 0
        assert forgetting.NOTES.forget(tx, [life.note_id], cut(NOW + 1)) == 0
        assert requests.of_number(tx, NUMBER)[0].code == "4711"


def test_those_who_ring_while_callers_are_forgotten_are_stored_all_the_same(database: Database) -> None:
    with database.transaction() as tx:
        for n in range(40):
            callers.meet(tx, f"+336399800{n:02}", NOW - 1)

    def either(tx: Transaction, n: int) -> None:
        if n % 2:
            rang(tx, f"call-{n}", f"+336399800{n:02}", at=NOW + n)
        else:
            keys = list(tx.execute(forgetting.CALLERS.find, {"before": NOW}).scalars())
            forgetting.CALLERS.forget(tx, keys, cut())

    assert [found for found in at_once(database, either) if found is not None] == []
    with database.reading() as tx:
        for n in range(1, 20, 2):
            call, caller = calls.find(tx, f"call-{n}"), callers.find(tx, f"+336399800{n:02}")
            assert call is not None
            assert caller is not None
            assert call.caller_id == caller.id


def test_a_call_leads_to_nobody_when_its_time_is_over_and_stays_as_a_figure(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "old", NUMBER, keyed="0639981824", at=NOW - 1)
        rang(tx, "young", NUMBER, at=NOW)
        for id in ("old", "young"):
            calls.end_call(tx, id, calls.Ended("finished", "enter", NOW))
    assert forget(database, forgetting.TURNS, cut(now=NOW + DAY)) == 1
    with database.reading() as tx:
        old, young = calls.find(tx, "old"), calls.find(tx, "young")
        assert old is not None
        assert (old.caller_id, old.external_id, old.started_at, old.ended_node) == (None, "", NOW - 1, "enter")
        kept = tx.execute(text("SELECT result, at, length(payload) FROM turns WHERE call_id = 'old' ORDER BY n")).all()
        assert kept == [("reached", NOW, 0), ("reached", NOW + 1, 0)]
        assert calls.path(tx, "old") == ["enter"]
        assert young is not None
        assert (young.caller_id is None, young.external_id) == (False, "CA-young")
        assert calls.latest(tx, "young") is not None
    assert forget(database, forgetting.TURNS, cut(now=NOW + DAY)) == 0


def test_notes_are_forgotten_when_their_request_ended_long_ago(database: Database) -> None:
    with database.transaction() as tx:
        old, young = lived(tx, NUMBER, "old"), lived(tx, OTHER, "young")
        end(tx, old.request_id, NOW - 1)
        end(tx, young.request_id, NOW)
    assert forget(database, forgetting.NOTES, cut()) == 1
    with database.reading() as tx:
        assert notes.of_request(tx, old.request_id) == []
        assert [note.text for note in notes.of_request(tx, young.request_id)] == [f"reach her on {OTHER}"]


def test_a_blocked_number_is_unblocked_when_its_time_is_over(database: Database) -> None:
    with database.transaction() as tx:
        for number, at in ((NUMBER, NOW - 1), (OTHER, NOW)):
            blocklist.add(tx, number, "why", None, at)
    assert forget(database, forgetting.BLOCKED, cut()) == 1
    with database.reading() as tx:
        assert (blocklist.has(tx, NUMBER), blocklist.has(tx, OTHER)) == (False, True)


def test_what_is_counted_a_day_is_forgotten_by_days(database: Database) -> None:
    with database.transaction() as tx:
        for day in ("2026-05-20", "2026-05-21", "2026-05-22"):
            tallies.count(tx, "request", NUMBER, day, 5)
            tallies.count_all(tx, "request", day, 5)
    forget(database, forgetting.TALLIES, cut("2026-05-21"))
    with database.reading() as tx:
        used = [tallies.used(tx, "request", NUMBER, f"2026-05-2{n}") for n in range(3)]
        assert used == [0, 1, 1]
        assert tallies.used_by_all(tx, "request", "2026-05-20") == 0


def test_the_audit_is_forgotten_when_it_is_old_enough(database: Database) -> None:
    today = time.time()  # the database refuses by its own clock
    with database.transaction() as tx:
        for days in (1096, 1094, 3):
            audit.add(tx, audit.Entry(today - days * DAY, None, None, "did", f"{days}", {}))
    assert forget(database, forgetting.AUDIT, cut(today - 1095 * DAY, today)) == 1
    with database.reading() as tx:
        assert [row.about for row in audit.page(tx, audit.Filter(), 9)] == ["3", "1094"]


def test_the_database_refuses_to_lose_a_young_audit_whatever_the_term_says(database: Database) -> None:
    today = time.time()
    with database.transaction() as tx:
        audit.add(tx, audit.Entry(today - 3 * DAY, None, None, "did", "it", {}))
    with pytest.raises(Exception, match="append-only"):
        forget(database, forgetting.AUDIT, cut(today - DAY, today))
    with database.reading() as tx:
        assert len(audit.page(tx, audit.Filter(), 9)) == 1


def test_messages_are_found_when_the_sound_was_here_long_enough(database: Database) -> None:
    with database.transaction() as tx:
        old, young = lived(tx, NUMBER, "old", NOW - 1), lived(tx, OTHER, "young", NOW)
        (found,) = tx.execute(forgetting.MESSAGES, {"before": NOW}).scalars()
        assert found == old.message_id
        (sound,) = forgetting.sounds(tx, [old.message_id, young.message_id], cut())
        assert (sound.id, sound.file, sound.ref) == (old.message_id, "old.sealed", None)
        forgetting.forget_sounds(tx, [sound.id])
        assert tx.execute(forgetting.MESSAGES, {"before": NOW}).scalars().all() == []
        row = tx.execute(text(f"SELECT * FROM messages WHERE id = {old.message_id}")).one()
        assert (row.state, row.file, row.sha256, row.seconds) == ("forgotten", None, None, 12.0)


def test_the_carriers_ids_are_handed_over_and_known_no_more(database: Database) -> None:
    with database.transaction() as tx:
        old = lived(tx, NUMBER, "old", NOW - 1)
        lived(tx, OTHER, "young", NOW)
        dialled(tx, None, NOW)
        found = list(tx.execute(forgetting.old_calls("twilio"), {"before": NOW}).scalars())
        assert found == [old.call_id]
        assert forgetting.take_call_refs(tx, found, "twilio") == ["CA-call-old"]
        (dial,) = tx.execute(forgetting.OLD_DIALS, {"before": NOW}).scalars()
        assert sorted(forgetting.take_dial_refs(tx, [dial])) == [f"CA-aidant-{dial}", f"CA-caller-{dial}"]
        assert forgetting.take_call_refs(tx, found, "twilio") == []
        assert forgetting.take_dial_refs(tx, [dial]) == []
        call, kept = calls.find(tx, old.call_id), dials.find(tx, dial)
        assert call is not None
        assert (call.external_id, call.caller_id) == ("", old.caller_id)
        assert kept is not None
        assert (kept.call_ref, kept.leg_ref, kept.how) == (None, None, dials.How.TALKED)


def test_calls_of_other_channels_have_no_copies_there(database: Database) -> None:
    with database.transaction() as tx:
        calls.log_call(tx, calls.NewCall("typed", "terminal", "t-1", None, "r", NOW - 1))
        assert tx.execute(forgetting.old_calls("twilio"), {"before": NOW}).scalars().all() == []
        assert forgetting.take_call_refs(tx, ["typed"], "twilio") == []


def many(database: Database, count: int) -> None:
    with database.transaction() as tx:
        for n in range(count):
            rang(tx, f"call-{n:03}", None, at=NOW - count + n)


def batches(database: Database, work: Callable[[], object]) -> list[str]:
    """The statements that changed calls, a transaction each."""
    seen: list[str] = []

    def note(*given: Any) -> None:
        if str(given[2]).startswith("UPDATE calls"):
            seen.append(given[2])

    event.listen(database._engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(database._engine, "before_cursor_execute", note)
    return seen


def test_much_is_forgotten_in_small_transactions(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BITE", 10)
    monkeypatch.setattr(forgetting, "LOOK", 30)
    many(database, 75)
    assert len(batches(database, lambda: forget(database, forgetting.TURNS, cut()))) == 8
    with database.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM calls WHERE unlinked_at IS NULL")).scalar() == 0


def test_a_worker_that_is_killed_in_between_leaves_the_rest_for_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BITE", 10)
    many(database, 35)
    bites = 0

    def killed(tx: Transaction, keys: list[Any], when: Cut) -> int:
        nonlocal bites
        bites += 1
        done = forgetting.TURNS.forget(tx, keys, when)
        if bites == 3:
            raise KeyboardInterrupt
        return done

    with pytest.raises(KeyboardInterrupt):
        forget(database, Old(forgetting.TURNS.find, killed), cut())
    with database.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM calls WHERE unlinked_at IS NULL")).scalar() == 15
        assert tx.execute(text("SELECT count(*) FROM turns WHERE length(payload) > 0")).scalar() == 30
    assert forget(database, forgetting.TURNS, cut()) == 15


def test_two_workers_at_once_forget_each_row_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BITE", 5)
    many(database, 40)

    def sweep(tx: Transaction, _: int) -> int:
        keys = list(tx.execute(forgetting.TURNS.find, {"before": NOW}).scalars())
        return forgetting.TURNS.forget(tx, keys, cut())

    assert sum(at_once(database, sweep, 6)) == 40


def test_what_finds_rows_that_it_cannot_forget_stops(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "LOOK", 3)
    many(database, 9)
    assert forget(database, Old(forgetting.TURNS.find, lambda *_: 0), cut()) == 0


def test_forgetting_everything_that_is_old_changes_nothing_that_is_young(database: Database) -> None:
    with database.transaction() as tx:
        life = lived(tx, NUMBER, "young", NOW)
        end(tx, life.request_id, NOW)
        audit.add(tx, audit.Entry(NOW, aidant(tx), None, "did", "it", {}))
    with database.reading() as tx:
        before = rows(tx)
    for old in (forgetting.NUMBERS, forgetting.CALLERS, forgetting.TURNS, forgetting.NOTES, forgetting.BLOCKED):
        assert forget(database, old, cut(NOW, NOW + 999 * DAY)) == 0
    assert forget(database, forgetting.TALLIES, cut("2026-05-28")) == 0
    with database.reading() as tx:
        assert rows(tx) == before
        assert tx.execute(select(func.count()).select_from(metadata.tables["turns"])).scalar() == 2


def test_a_change_of_the_key_passes_over_what_is_forgotten_and_keeps_its_figures(url: str) -> None:
    with opened(url, Keyring(OLD_KEY)) as before:
        with before.transaction() as tx:
            life = lived(tx, NUMBER, "hers", NOW - 1)
            end(tx, life.request_id, NOW - 1)
        for old in (forgetting.NUMBERS, forgetting.CALLERS, forgetting.TURNS):
            assert forget(before, old, cut()) == 1
    with opened(url, Keyring(KEY, [OLD_KEY])) as during:
        assert rotate(during, batch=1) == Rotated(callers=0, turns=0, requests=0, notes=1, words=2)
        assert rotate(during) == Rotated(0, 0, 0)
    with opened(url, Keyring(KEY)) as after, after.reading() as tx:
        assert calls.path(tx, life.call_id) == ["enter"]
        assert requests.find(tx, life.request_id) is not None


def test_a_text_that_was_forgotten_leaves_a_figure_that_leads_to_nobody(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "hers", NUMBER)
        rang(tx, "his", OTHER)
        old, young = texted(tx, "hers", NUMBER, NOW - 1), texted(tx, "his", OTHER, NOW)
    assert forget(database, forgetting.TEXTS, cut()) == 1
    assert forget(database, forgetting.TEXTS, cut()) == 0
    with database.reading() as tx:
        hers, his = texts.find(tx, old), texts.find(tx, young)
        assert hers is not None
        assert (hers.number, hers.body, hers.call_id, hers.place_id) == ("", "", None, None)
        assert (hers.what, hers.state, hers.created_at) == ("place", texts.State.DELIVERED, NOW - 1)
        assert his is not None
        assert (his.number, his.body) == (OTHER, f"for {OTHER}")
        assert texts.told(tx, "", NUMBER, 9) == []


def test_what_somebody_was_given_is_forgotten_with_what_they_heard(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "old", NUMBER, at=NOW - 1)
        rang(tx, "young", OTHER)
        for call in ("old", "young"):
            given_to(tx, call)
    forget(database, forgetting.TURNS, cut())
    with database.reading() as tx:
        assert [len(given.of_call(tx, call)) for call in ("old", "young")] == [0, 1]


@pytest.mark.parametrize("old", [forgetting.TURNS, forgetting.CALLERS])
def test_a_call_that_leads_to_nobody_is_not_led_to_by_a_text_that_is_kept_longer(
    old: forgetting.Old, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as tx:
        rang(tx, "hers", NUMBER, at=NOW - 1)
        id = texted(tx, "hers", NUMBER, NOW)
    assert forget(sqlite_database, old, cut()) == 1
    with sqlite_database.reading() as tx:
        text = texts.find(tx, id)
    assert text is not None
    assert (text.number, text.call_id) == (NUMBER, None)
