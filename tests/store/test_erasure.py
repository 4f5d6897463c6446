"""One person can be forgotten, and only that one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from ivr.store import blocklist, callers, calls, desk, dials, given, keyed, messages, notes, requests, tallies, texts
from ivr.store.crypto import Keyring
from ivr.store.database import Database, Transaction
from ivr.store.erasure import Counts, count, erase, find
from ivr.store.text_tables import metadata
from tests.databases import KEY, OLD_KEY, opened
from tests.store import scan
from tests.store.lives import aidant, asked, dialled, end, given_to, lived, rang, stored, texted
from tests.store.people import NOW, at_once

SHE, HE = "+33639980011", "+33639980012"
KEYED = "0639980011"
NOBODY = Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def forget(database: Database, number: str) -> Counts:
    where, written = keyed.calls_with(database, number), keyed.notes_with(database, number)
    with database.transaction() as tx:
        found = find(tx, number, where, hold=True)
        counts = count(tx, found)
        assert erase(tx, found) == counts
        keyed.remove_from_notes(tx, number, written)
    return counts


def rows(database: Database) -> dict[str, list[Any]]:
    with database.reading() as tx:
        return {name: sorted(tx.execute(select(table)).all(), key=repr) for name, table in metadata.tables.items()}


def over(tx: Transaction, *ids: str) -> None:
    for id in ids:
        calls.end_call(tx, id, calls.Ended("finished", None, NOW))


def test_the_search_finds_a_number_wherever_it_is(database: Database) -> None:
    with database.transaction() as tx:
        lived(tx, SHE, "hers")
    assert scan.places(database, [KEY], SHE) == [
        "blocked.number_hash",
        "blocked.number_sealed",
        "blocked.reason_sealed",
        "callers.area_sealed",
        "callers.number_hash",
        "callers.number_sealed",
        "listenings.heard_sealed",
        "request_notes.text_sealed",
        "requests.details_sealed",
        "requests.number_hash",
        "requests.number_sealed",
        "tallies.number_hash",
        "text_refusals.number_hash",
        "text_refusals.number_sealed",
        "texts.body_sealed",
        "texts.number_hash",
        "texts.number_sealed",
        "turns.payload",
    ]
    assert scan.places(database, [OLD_KEY], SHE) == []
    assert scan.places(database, [KEY], HE) == []


def test_everything_that_a_number_leads_to_is_gone_and_nothing_else(database: Database) -> None:
    with database.transaction() as tx:
        his = lived(tx, HE, "his")
        over(tx, his.call_id)
    before = rows(database)
    with database.transaction() as tx:
        hers = lived(tx, SHE, "hers")
        over(tx, hers.call_id)
    assert forget(database, SHE) == Counts(1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1)
    assert scan.places(database, [KEY], SHE) == []
    after = rows(database)
    assert {name: found for name, found in after.items() if name != "news"} == {
        name: found for name, found in before.items() if name != "news"
    }


def test_forgetting_somebody_unknown_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        lived(tx, HE, "his")
    before = rows(database)
    assert forget(database, SHE) == NOBODY
    assert rows(database) == before
    assert not NOBODY
    assert Counts(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)


def test_requests_of_all_persons_who_share_the_number_are_forgotten(database: Database) -> None:
    with database.transaction() as tx:
        caller_id = rang(tx, "call", SHE)
        first = asked(tx, "call", SHE, caller_id)
        wish = requests.Wish("aa")
        second = requests.put(tx, requests.NewRequest("call", caller_id, SHE, "other", {}, NOW, wish, person=2))
        end(tx, first, NOW)
        over(tx, "call")
    assert first != second
    assert forget(database, SHE).requests == 2


def test_a_number_keyed_in_a_withheld_call_is_forgotten_with_that_call(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "withheld", None, KEYED)
        asked(tx, "withheld", SHE)
        over(tx, "withheld")
    assert forget(database, SHE) == Counts(0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0)
    assert scan.places(database, [KEY], SHE) == []


def test_a_number_keyed_in_a_call_that_led_to_nothing_is_found_too(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "gave-up", None, KEYED)
        rang(tx, "abroad", None, "0033639980011")
        rang(tx, "another", None, "0639980012")
        over(tx, "gave-up", "abroad", "another")
    assert forget(database, SHE) == Counts(0, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0)
    assert scan.places(database, [KEY], SHE) == []
    with database.reading() as tx:
        assert calls.latest(tx, "another") is not None


def test_every_call_is_searched_however_many_there_are(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyed, "TURNS", keyed.TURNS.limit(None).limit(4))
    monkeypatch.setattr(keyed, "NOTES", keyed.NOTES.limit(None).limit(4))
    monkeypatch.setattr(keyed, "PAGE", 4)
    with database.transaction() as tx:
        for n in range(9):
            rang(tx, f"call-{n}", None, KEYED if n in (0, 4, 8) else "1")
        rang(tx, "asked", HE)
        request_id = asked(tx, "asked", HE)
        for n in range(9):
            words = SHE if n in (0, 3, 8) else "nothing"
            notes.add(tx, notes.NewNote(request_id, NOW, None, notes.Kind.WRITTEN, words))
    assert keyed.calls_with(database, SHE) == {"call-0", "call-4", "call-8"}
    assert len(keyed.notes_with(database, SHE)) == 3


def test_a_request_for_another_number_made_on_this_phone_stays_and_leads_to_nobody(database: Database) -> None:
    with database.transaction() as tx:
        caller_id = rang(tx, "hers", SHE)
        own, other = asked(tx, "hers", SHE, caller_id), asked(tx, "hers", HE, caller_id)
        heard, kept = stored(tx, "hers", own, "own.sealed"), stored(tx, "hers", other, "other.sealed")
        tx.execute(text(f"UPDATE requests SET details_sealed = details_sealed WHERE id = {other}"))
        over(tx, "hers")
        found = find(tx, SHE)
        assert (found.others, found.files, found.requests) == (1, ("own.sealed",), (own,))
    forget(database, SHE)
    with database.reading() as tx:
        request, call = requests.find(tx, other), calls.find(tx, "hers")
        assert request is not None
        assert (request.number, request.caller_id) == (HE, None)
        assert call is not None
        assert (call.caller_id, call.external_id, calls.latest(tx, "hers")) == (None, "", None)
        assert (messages.find(tx, heard), messages.find(tx, kept) is None) == (None, False)
    assert forget(database, HE).requests == 1
    assert scan.places(database, [KEY], HE) == []


def test_a_number_keyed_on_another_phone_takes_that_call_along_and_not_its_caller(database: Database) -> None:
    with database.transaction() as tx:
        caller_id = rang(tx, "his", HE, KEYED)
        hers, own = asked(tx, "his", SHE, caller_id), asked(tx, "his", HE, caller_id)
        over(tx, "his")
    forget(database, SHE)
    assert scan.places(database, [KEY], SHE) == []
    with database.reading() as tx:
        assert requests.find(tx, hers) is None
        request, call = requests.find(tx, own), calls.find(tx, "his")
        assert request is not None
        assert request.number == HE
        assert call is not None
        assert call.caller_id == caller_id
        assert callers.find(tx, HE) is not None


def test_a_call_that_goes_on_loses_its_name_at_once_and_can_end_in_peace(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "now", SHE, KEYED)
        assert find(tx, SHE).going_on == 1
    forget(database, SHE)
    assert scan.places(database, [KEY], SHE) == []
    with database.transaction() as tx:
        calls.add_turn(tx, calls.NewTurn("now", 3, "welcome", "reached", NOW, b"{}"))
        assert calls.end_call(tx, "now", calls.Ended("hung_up", "welcome", NOW))
        call = calls.find(tx, "now")
        assert call is not None
        assert (call.caller_id, call.external_id, call.ended_how) == (None, "", "hung_up")


def test_what_the_carrier_knows_is_named_by_its_ids(database: Database) -> None:
    with database.transaction() as tx:
        life = lived(tx, SHE, "hers")
        late = messages.add(tx, messages.NewMessage(life.call_id, "RE-late", messages.State.EXPECTED, NOW))
        assert late is not None
        dial = dialled(tx, life.request_id)
        tx.execute(text(f"UPDATE dials SET state = 'calling', leg_ref = NULL WHERE id = {dial}"))
        found = find(tx, SHE)
    assert found.call_refs == {("twilio", "CA-call-hers")}
    legs = {f"CA-aidant-{life.dial_id}", f"CA-caller-{life.dial_id}", f"CA-aidant-{dial}"}
    assert found.leg_refs == legs
    assert found.recording_refs == {"REhers.sealed", "RE-late"}
    assert found.files == ("hers.sealed",)
    assert found.going_on == 2  # the call has not ended, and the second attempt has not either


def test_what_was_forgotten_by_age_goes_with_its_call(database: Database) -> None:
    with database.transaction() as tx:
        caller_id = rang(tx, "hers", SHE)
        request_id = asked(tx, "hers", SHE, caller_id)
        tx.execute(text("UPDATE requests SET number_hash = '', number_sealed = :nothing"), {"nothing": b""})
        end(tx, request_id, NOW)
        over(tx, "hers")
    assert forget(database, SHE).requests == 1
    with database.reading() as tx:
        assert calls.find(tx, "hers") is None


def test_a_number_stored_under_an_old_key_is_found(url: str) -> None:
    with opened(url, Keyring(OLD_KEY)) as before, before.transaction() as tx:
        life = lived(tx, SHE, "hers")
        over(tx, life.call_id)
    with opened(url, Keyring(KEY, [OLD_KEY])) as both:
        with both.transaction() as tx:
            tallies.count(tx, "request", SHE, "2026-05-29", 5)
        assert forget(both, SHE) == Counts(1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1)
        assert scan.places(both, [KEY, OLD_KEY], SHE) == []


def test_what_no_key_opens_any_more_keeps_nobody_from_being_erased(url: str) -> None:
    with opened(url, Keyring(OLD_KEY)) as before, before.transaction() as tx:
        rang(tx, "lost", None, KEYED)
        notes.add(tx, notes.NewNote(asked(tx, "lost", HE), NOW, None, notes.Kind.WRITTEN, SHE))
    with opened(url) as after:
        with after.transaction() as tx:
            life = lived(tx, SHE, "hers")
            over(tx, life.call_id)
        assert forget(after, SHE).requests == 1
        assert scan.places(after, [KEY], SHE) == []


WAYS = [
    "+33639980011",
    "0639980011",
    "06 39 98 00 11",
    "06.39.98.00.11",
    "06-39-98-00-11",
    "+33 (0)6 39 98 00 11",
    "0033 6 39 98 00 11",
    "639980011",
    "06\u00a039\u00a098\u00a000\u00a011",
    "\u202a+33 6 39 98 00 11\u202c",
    "۰۶ ۳۹ ۹۸ ۰۰ ۱۱",
    "٠٦٣٩٩٨٠٠١١",
]


@pytest.mark.parametrize("way", WAYS)
def test_a_number_is_taken_out_of_the_notes_on_others_and_the_words_stay(database: Database, way: str) -> None:
    with database.transaction() as tx:
        rang(tx, "his", HE)
        request_id = asked(tx, "his", HE)
        for words in (f"his sister: {way}, after six", "nothing of her; 06 39 98 00 12, 106 39 98 00 112"):
            notes.add(tx, notes.NewNote(request_id, NOW, aidant(tx), notes.Kind.WRITTEN, words))
    forget(database, SHE)
    with database.reading() as tx:
        first, second = (note.text for note in notes.of_request(tx, request_id))
    assert first in ("his sister: •••, after six", "his sister: \u202a•••\u202c, after six")
    assert second == "nothing of her; 06 39 98 00 12, 106 39 98 00 112"


def test_those_who_ring_while_they_are_forgotten_are_known_anew_or_not_at_all(database: Database) -> None:
    with database.transaction() as tx:
        lived(tx, SHE, "hers")

    def either(tx: Transaction, n: int) -> None:
        if n == 7:
            erase(tx, find(tx, SHE, hold=True))
        else:
            rang(tx, f"call-{n}", SHE, at=NOW + n)

    assert [found for found in at_once(database, either) if found is not None] == []
    with database.reading() as tx:
        caller = callers.find(tx, SHE)
        linked = {
            row.caller_id for n in range(20) if (row := calls.find(tx, f"call-{n}")) and row.caller_id is not None
        }
        assert linked <= {caller.id if caller else None}
        assert not blocklist.has(tx, SHE)


def test_who_hears_of_a_call_and_who_erases_it_do_not_wait_for_each_other(postgres_url: str) -> None:
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with opened(postgres_url) as database:
        with database.transaction() as tx:
            life = lived(tx, SHE, "hers")
            over(tx, life.call_id)

        def forgets() -> Counts:
            with database.transaction() as tx:
                return erase(tx, find(tx, SHE, hold=True))

        with ThreadPoolExecutor(1) as pool:
            with database.transaction() as tx:
                assert dials.lock(tx, life.dial_id) is not None
                erased = pool.submit(forgets)
                waiting = 0
                while not waiting and not erased.done():
                    with database.reading() as other:
                        waiting = other.execute(waits).scalar_one()
                assert desk.lock(tx, life.request_id) is not None
            assert erased.result().requests == 1


def test_erasing_at_the_same_moment_twice_is_erasing_once(database: Database) -> None:
    with database.transaction() as tx:
        life = lived(tx, SHE, "hers")
        over(tx, life.call_id)
    done = at_once(database, lambda tx, _: erase(tx, find(tx, SHE, hold=True)), 4)
    assert sorted(map(bool, done)) == [False, False, False, True]
    assert scan.places(database, [KEY], SHE) == []


def test_what_was_erased_is_simply_not_there(database: Database) -> None:
    with database.transaction() as tx:
        life = lived(tx, SHE, "hers")
    forget(database, SHE)
    with database.reading() as tx:
        assert requests.find(tx, life.request_id) is None
        assert messages.find(tx, life.message_id) is None
        assert dials.find(tx, life.dial_id) is None
        assert dials.of_request(tx, life.request_id) == []
        assert notes.of_request(tx, life.request_id) == []
        assert messages.of_request(tx, life.request_id) == []


def test_on_the_disk_nothing_is_left_of_a_person_when_the_file_is_closed(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with opened(sqlite_url) as database, database.transaction() as tx:
        for n in range(40):
            lived(tx, HE if n else SHE, f"{n}")
        (sealed,) = tx.execute(text("SELECT number_sealed FROM callers ORDER BY id LIMIT 1")).scalars()
        hash = tx.keyring.hashes(SHE)[0].encode()
    assert (hash in file.read_bytes(), sealed in file.read_bytes()) == (True, True)
    with opened(sqlite_url) as database:
        forget(database, SHE)
    assert (hash in file.read_bytes(), sealed in file.read_bytes()) == (False, False)


def test_a_text_to_another_number_stays_when_a_number_that_was_keyed_in_its_call_is_erased(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "his", HE, keyed=KEYED)
        given_to(tx, "his")
        his = texted(tx, "his", HE, ref="SM1")
        over(tx, "his")
    assert forget(database, SHE).texts == 0
    with database.reading() as tx:
        text = texts.find(tx, his)
        assert text is not None
        assert (text.number, text.call_id) == (HE, None)
        assert given.of_call(tx, "his") == []
        assert calls.find(tx, "his") is None


def test_the_ids_of_texts_at_the_company_are_found(database: Database) -> None:
    with database.transaction() as tx:
        rang(tx, "hers", SHE)
        texted(tx, "hers", SHE, ref="SM1")
        assert find(tx, SHE).text_refs == {"SM1"}
        assert find(tx, HE).text_refs == frozenset()
