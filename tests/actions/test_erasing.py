"""One person is forgotten: no row, file or job holds or hashes the number afterwards, and no copy elsewhere."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.actions import copies, erasing, jobs, strips
from ivr.actions.audit import Actor, Deed, What
from ivr.actions.erasing import Company, Eraser
from ivr.actions.jobs import Board, Job
from ivr.actions.messages import Postbox, expect, fetch_kind, sweep_kind
from ivr.store import audit, calls, dials, keyed, messages, notes, requests
from ivr.store import jobs as stored
from ivr.store.database import Database, Transaction
from ivr.store.requests import Status
from ivr.store.schema import dials as dials_table
from ivr.store.schema import messages as messages_table
from ivr.store.spool import Spool
from ivr.store.vault import Vault
from tests.actions import companies, tiny
from tests.actions.companies import OURS, call, left, recording
from tests.channels.webhooks import SID
from tests.databases import KEY
from tests.doubles.carrier import Carrier
from tests.store import scan
from tests.store.lives import Life, aidant, asked, dialled, lived, rang
from tests.store.people import NOW

SHE, HE = "+33639980011", "+33639980012"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def company() -> Iterator[Carrier]:
    with companies.company() as made:
        yield made


@pytest.fixture
def eraser(database: Database, company: Carrier, tmp_path: Path) -> Eraser:
    return Eraser(
        database,
        Vault(tmp_path / "messages", database.keyring),
        companies.line(company),
        OURS,
        Spool(tmp_path / "spool", database.keyring),
    )


def deed(database: Database) -> Deed:
    with database.transaction() as tx:
        return Deed(Actor(aidant(tx), "a place"), NOW)


def life(eraser: Eraser, company: Carrier, number: str, name: str) -> Life:
    """All of a person, with the file of a message and the calls and recordings that the company keeps."""
    incoming, to_aidant, outgoing = call(company, number, OURS), call(company, OURS, HE), call(company, OURS, number)
    with eraser.database.transaction() as tx:
        made = lived(tx, number, name)
        calls.end_call(tx, made.call_id, calls.Ended("finished", None, NOW))
        tx.execute(text("UPDATE calls SET external_id = :sid WHERE id = :id"), {"sid": incoming, "id": made.call_id})
        legs = {"call_ref": to_aidant, "leg_ref": outgoing}
        tx.execute(dials_table.update().where(dials_table.c.id == made.dial_id).values(legs))
        ref = messages_table.update().where(messages_table.c.id == made.message_id)
        tx.execute(ref.values(ref=recording(company, incoming)))
    eraser.vault.put(made.file.removesuffix(".sealed"), f"my number is {number}".encode())
    return made


def work(eraser: Eraser, company: Carrier) -> list[str]:
    """Does every job that waits; how each ended."""
    board = Board(eraser.database, {copies.KIND: copies.kind(companies.line(company))}, lambda: NOW)
    ends = []
    while (held := jobs.take(board, "lease")) is not None:
        ends.append(jobs.record(board, held, jobs.perform(board, held)))
    return ends


def nowhere(eraser: Eraser, number: str) -> bool:
    """Whether nothing here leads to the number."""
    found = scan.places(eraser.database, [KEY], number), scan.files(eraser.vault.folder, [KEY], number)
    return found == ([], [])


def test_nothing_here_or_there_leads_to_somebody_who_was_erased(eraser: Eraser, company: Carrier) -> None:
    hers, his = life(eraser, company, SHE, "hers"), life(eraser, company, HE, "his")
    assert not nowhere(eraser, SHE)
    of_others = {sid for sid in left(company) if SHE not in str(company.kept["Calls"].get(sid))}
    made = eraser.erase(SHE, deed(eraser.database))
    assert nowhere(eraser, SHE)
    assert sorted(path.name for path in eraser.vault.folder.iterdir()) == ["his.sealed"]
    assert (made.counts.requests, made.counts.messages, made.counts.dials, made.copies) == (1, 1, 1, 4)
    assert set(work(eraser, company)) == {jobs.DONE}
    assert nowhere(eraser, SHE)
    with eraser.database.reading() as tx:
        assert requests.find(tx, hers.request_id) is None
        assert requests.find(tx, his.request_id) is not None
    assert not any(SHE in str(record) for record in company.kept["Calls"].values())
    assert len(left(company) & of_others) == 4  # his two calls and his recording, and the call to his aidant


def test_calls_that_only_the_company_knows_are_deleted_too(eraser: Eraser, company: Carrier) -> None:
    theirs = {call(company, SHE, OURS), call(company, OURS, SHE), call(company, SHE, OURS, "no-answer")}
    others = {call(company, HE, OURS), call(company, OURS, HE), call(company, SHE, "+33199000002")}
    theirs.add(recording(company, next(iter(theirs))))
    made = eraser.erase(SHE, deed(eraser.database))
    assert (bool(made.counts), made.company, made.copies) == (False, Company.ASKED, 3)
    assert work(eraser, company) == [jobs.DONE] * 3
    assert left(company) == others


def test_jobs_hold_ids_and_no_number(eraser: Eraser, company: Carrier) -> None:
    life(eraser, company, SHE, "hers")
    call(company, OURS, SHE)
    eraser.erase(SHE, deed(eraser.database))
    with eraser.database.reading() as tx:
        rows = tx.execute(text("SELECT * FROM jobs")).all()
    opened = eraser.database.keyring.open
    args = [json.loads(opened(row.args_sealed, stored.about(row.kind, row.key))) for row in rows]
    assert len(args) == 5
    assert {frozenset(each) for each in args} == {frozenset({"what", "ref"})}
    assert all(each["ref"] in left(company) for each in args)


@pytest.mark.parametrize("fault", ["503", "lost", "500"])
def test_a_company_that_is_away_hinders_nothing_here_and_is_named(eraser: Eraser, company: Carrier, fault: str) -> None:
    life(eraser, company, SHE, "hers")
    unknown = call(company, SHE, OURS)
    company.fail_next(fault)  # type: ignore[arg-type]
    made = eraser.erase(SHE, deed(eraser.database))
    assert (made.company, made.copies) == (Company.AWAY, 4)
    assert nowhere(eraser, SHE)
    work(eraser, company)
    assert unknown in left(company)
    assert eraser.erase(SHE, deed(eraser.database)).copies == 1
    work(eraser, company)
    assert unknown not in left(company)


def test_without_a_company_it_is_erased_here(database: Database, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", database.keyring)
    eraser = Eraser(database, Vault(tmp_path / "messages", database.keyring), None, "", spool)
    with database.transaction() as tx:
        lived(tx, SHE, "hers")
    made = eraser.erase(SHE, deed(database))
    assert (made.company, made.copies, made.going_on) == (Company.NONE, 0, 1)
    assert nowhere(eraser, SHE)
    with database.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM jobs")).scalar() == 0


def test_looking_tells_what_would_go_and_changes_nothing(eraser: Eraser, company: Carrier) -> None:
    life(eraser, company, SHE, "hers")
    with eraser.database.transaction() as tx:
        rang(tx, "his", HE)
        other = asked(tx, "his", HE)
        notes.add(tx, notes.NewNote(other, NOW, None, notes.Kind.WRITTEN, f"her brother: {SHE}"))
    seen = eraser.look(SHE)
    assert (seen.written, seen.going_on, seen.others) == (1, 0, 0)
    assert len(keyed.notes_with(eraser.database, SHE)) == 2
    made = eraser.erase(SHE, deed(eraser.database))
    assert (made.counts, made.written) == (seen.counts, 1)
    assert not eraser.look(SHE)
    assert bool(seen)


def test_open_requests_are_closed_by_it_and_the_audit_says_so_without_the_number(
    eraser: Eraser, company: Carrier
) -> None:
    hers = life(eraser, company, SHE, "hers")
    doing = deed(eraser.database)
    made = eraser.erase(SHE, doing)
    with eraser.database.reading() as tx:
        rows = audit.page(tx, audit.Filter(), 9)
        told = erasing.report(tx, made.token)
        version = tx.execute(text("SELECT version FROM news WHERE topic = 'requests'")).scalar()
    whole, closed = rows
    assert (closed.what, closed.about) == (What.REQUEST_ERASED, f"request/{hers.request_id}")
    assert closed.details == {"event": "erase", "was": Status.WAITING, "is": Status.CLOSED}
    assert (whole.what, whole.about, whole.staff_id) == (
        What.PERSON_ERASED,
        f"erasure/{made.token}",
        doing.actor.staff_id,
    )
    assert told is not None
    assert (told[0]["requests"], told[0]["company"], told[1]) == (1, "asked", {"waiting": 4})
    assert version
    with eraser.database.reading() as tx:
        assert erasing.report(tx, "0" * 16) is None


@pytest.mark.parametrize("status", Status)
def test_a_request_is_erased_wherever_it_stands(eraser: Eraser, status: Status) -> None:
    with eraser.database.transaction() as tx:
        life = lived(tx, SHE, "hers")
        change = text("UPDATE requests SET status = :status, staff_id = :staff, dial_id = :dial")
        tx.execute(change, {"status": status.value, "staff": aidant(tx), "dial": life.dial_id})
    assert eraser.erase(SHE, deed(eraser.database)).counts.requests == 1
    assert nowhere(eraser, SHE)


def test_a_file_that_cannot_be_deleted_undoes_it_all(
    eraser: Eraser, company: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = life(eraser, company, SHE, "hers")

    def refuse(*_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(Vault, "remove", refuse)
        with pytest.raises(PermissionError):
            eraser.erase(SHE, deed(eraser.database))
    with eraser.database.reading() as tx:
        assert requests.find(tx, made.request_id) is not None
        assert tx.execute(text("SELECT count(*) FROM jobs")).scalar() == 0
    assert eraser.erase(SHE, deed(eraser.database)).counts.messages == 1
    assert nowhere(eraser, SHE)


def test_an_attempt_that_goes_on_is_told_and_its_calls_are_deleted_when_they_are_over(
    eraser: Eraser, company: Carrier
) -> None:
    made = life(eraser, company, SHE, "hers")
    leg = next(sid for sid, record in company.kept["Calls"].items() if record["to"] == SHE)
    company.kept["Calls"][leg]["status"] = "in-progress"
    with eraser.database.transaction() as tx:
        tx.execute(text("UPDATE dials SET state = 'bridged'"))
    assert eraser.erase(SHE, deed(eraser.database)).going_on == 1
    assert sorted(work(eraser, company)) == [jobs.AGAIN, jobs.DONE, jobs.DONE, jobs.DONE]
    assert left(company) & {leg}
    with eraser.database.reading() as tx:
        assert dials.find(tx, made.dial_id) is None


def test_a_person_who_is_on_the_line_can_be_erased_and_goes_on(url: str, tmp_path: Path, database: Database) -> None:
    secret = tiny.SECRET.encode()
    with tiny.running(tmp_path, url) as helpline:
        phone = helpline.phone()
        phone.ring(SHE, call_sid=SID)
        phone.press("1")
        parts = helpline.parts
        made = replace(parts.eraser, carrier=None, line="").erase(SHE, Deed(Actor(), NOW))
        assert made.going_on == 1
        assert scan.places(parts.database, [secret], SHE) == []
        phone.press("*")
        phone.press("2")
        assert "error" not in {turn.result for turn in helpline.turns(SID)}
        phone.hang_up()
        call = helpline.call(SID)
        assert call is not None
        assert (call.caller_id, call.external_id, call.ended_how) == (None, "", "hung_up")
        assert scan.places(parts.database, [secret], SHE) == []


def test_whoever_asks_again_after_being_erased_is_somebody_new(url: str, tmp_path: Path, database: Database) -> None:
    with tiny.running(tmp_path, url) as helpline:
        phone = helpline.phone()
        phone.ring(SHE, call_sid=SID)
        parts = helpline.parts
        replace(parts.eraser, carrier=None, line="").erase(SHE, Deed(Actor(), NOW))
        phone.press("0")
        phone.hang_up()
        (request,) = helpline.requests(SID)
        assert (request.number, request.caller_id) == (SHE, None)
        eraser = replace(parts.eraser, carrier=None, line="")
        assert eraser.erase(SHE, Deed(Actor(), NOW)).counts.requests == 1
        assert scan.places(parts.database, [tiny.SECRET.encode()], SHE) == []


def test_jobs_about_what_was_erased_do_no_harm(url: str, tmp_path: Path, database: Database) -> None:
    """Each kind is given the ids of rows that are not there; none of them fails, or asks the company for anything."""
    named = ("dial", "message", "request", "spoken", "take", "publication", "file", "call", "turn")
    gone = dict.fromkeys(named, 4711)
    with companies.company() as company:
        more = {"TWILIO_API_URL": company.url, "TWILIO_NUMBER": OURS}
        parts = tiny.joined(tmp_path, url, tiny.Clock(), **more)
        kinds = {name: kind for name, kind in parts.kinds.items() if name != copies.KIND}
        assert {"dial", "fetch-message", "look-up-dial", "end-call"} <= set(kinds)
        for name, kind in kinds.items():
            written = kind.handler(Job(1, name, f"{name}/4711", gone, 1))
            if written is not None:
                with parts.database.transaction() as tx:
                    written(tx)
        assert company.log == []
        parts.database.dispose()


def test_what_was_just_spoken_to_us_goes_too_and_does_not_come_back(eraser: Eraser) -> None:
    strip = eraser.strips.begin(b"call")
    strip.add(b"a voice")
    strip.end()
    os.utime(eraser.strips.path(strip.name), (0, 0))
    with eraser.database.transaction() as tx:
        rang(tx, "call", SHE)
        expect(tx, "call", strip.name, NOW)
    eraser.erase(SHE, deed(eraser.database))
    assert not eraser.strips.path(strip.name).exists()
    strips.sweep_kind(eraser.database, eraser.strips, lambda: NOW).handler(Job(1, strips.SWEEP, "k", {}, 1))
    with eraser.database.reading() as tx:
        assert not messages.is_expected(tx, strip.name)


def test_a_message_that_was_being_fetched_while_its_row_was_erased_leaves_no_file(
    eraser: Eraser, company: Carrier
) -> None:
    sid = call(company, SHE, OURS)
    with eraser.database.transaction() as tx:
        rang(tx, "call", SHE)
        added = messages.add(tx, messages.NewMessage("call", recording(company, sid), messages.State.EXPECTED, NOW))
    assert added is not None
    box = Postbox(
        eraser.database,
        companies.line(company),
        eraser.vault,
        lambda: NOW,
        Spool(eraser.vault.folder, eraser.vault.keyring),
    )
    written = fetch_kind(box).handler(Job(1, "fetch-message", "fetch-message/1", {"message": added[0]}, 1))
    eraser.erase(SHE, deed(eraser.database))
    assert written is not None
    with eraser.database.transaction() as tx:
        written(tx)
        assert messages.find(tx, added[0]) is None
    _age(eraser.vault.folder)
    sweep_kind(eraser.database, eraser.vault).handler(Job(1, "sweep-messages", "s", {}, 1))
    assert list(eraser.vault.folder.iterdir()) == []
    work(eraser, company)
    assert left(company) == set()


def _age(folder: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, (0, 0))


def test_numbers_of_others_are_not_touched(eraser: Eraser, company: Carrier) -> None:
    with eraser.database.transaction() as tx:
        lived(tx, HE, "his")
        dialled(tx, None)
    before = scan.places(eraser.database, [KEY], HE)
    eraser.erase(SHE, deed(eraser.database))
    assert scan.places(eraser.database, [KEY], HE) == before
    assert before


def test_it_is_committed_as_a_whole_or_not_at_all(
    eraser: Eraser, company: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = life(eraser, company, SHE, "hers")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            eraser.erase(SHE, deed(eraser.database))

    def there(tx: Transaction) -> bool:
        return requests.find(tx, made.request_id) is not None and calls.latest(tx, made.call_id) is not None

    with eraser.database.reading() as tx:
        assert there(tx)
        assert audit.page(tx, audit.Filter(), 9) == []
    eraser.erase(SHE, deed(eraser.database))
    assert nowhere(eraser, SHE)
