"""Each class of data has its own term; the nightly jobs keep to it, and what leaves the building is asked for by id."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from ivr.actions import copies, retention
from ivr.actions import jobs as doing
from ivr.actions.jobs import Board, Job
from ivr.actions.retention import DAY, RULES, House
from ivr.duties import keeping, recurring
from ivr.errors import BadSetting, StorageAway
from ivr.settings import load
from ivr.store import audit, blocklist, forgetting, jobs, messages
from ivr.store.database import Database, Transaction
from ivr.store.vault import Vault
from tests.store.lives import Life, dialled, end, lived, rang, texted
from tests.store.people import NOW, NUMBER, OTHER

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """A helpline with the terms that nobody changed, at a moment that a test sets."""
    vault = Vault(tmp_path / "messages", database.keyring)
    made = keeping(load({}), database, vault, lambda: NOW)
    return replace(made, has_carrier=True)


def at(house: House, days: float) -> House:
    """The same so many days after everything happened."""
    return replace(house, clock=lambda: NOW + days * DAY)


def work(house: House, kind: str) -> None:
    retention.kinds(house)[kind].handler(Job(1, kind, f"{kind}/1", {}, 1))


def life(house: House, number: str = NUMBER, name: str = "hers") -> Life:
    """Everything that a person leaves, with a file; the request is over and so is the call."""
    with house.database.transaction() as tx:
        made = lived(tx, number, name)
        end(tx, made.request_id, NOW)
    house.vault.put(made.file.removesuffix(".sealed"), b"a voice")
    return made


def value(house: House, query: str, **binds: Any) -> Any:
    with house.database.reading() as tx:
        return tx.execute(text(query), binds).scalar()


PROOFS: dict[str, str] = {
    "forget-messages": "SELECT state = 'forgotten' AND file IS NULL FROM messages",
    "forget-numbers": "SELECT number_hash = '' AND length(number_sealed) = 0 FROM requests",
    "forget-callers": "SELECT count(*) = 0 FROM callers",
    "forget-copies": "SELECT external_id = '' FROM calls",
    "forget-turns": "SELECT unlinked_at IS NOT NULL AND caller_id IS NULL AND external_id = '' FROM calls",
    "forget-notes": "SELECT count(*) = 0 FROM request_notes",
    "forget-texts": "SELECT number_hash = '' AND length(body_sealed) + length(number_sealed) = 0 FROM texts",
    "forget-refusals": "SELECT count(*) = 0 FROM text_refusals",
    "forget-tallies": "SELECT count(*) = 0 FROM tallies",
    "forget-blocked": "SELECT count(*) = 0 FROM blocked",
}
"""How one sees that a class was forgotten."""
DAYS = {
    "forget-messages": 30,
    "forget-numbers": 90,
    "forget-callers": 90,
    "forget-copies": 30,
    "forget-turns": 180,
    "forget-notes": 90,
    "forget-texts": 30,
    "forget-refusals": 365,
    "forget-tallies": 7,
    "forget-blocked": 365,
    "forget-takes": 90,
    "forget-audit": 1095,
}
"""What callers are told, and docs/privacy.md says."""


def test_the_terms_are_those_that_callers_are_told(house: House) -> None:
    assert {rule.kind: house.days[rule.setting] for rule in RULES} == DAYS
    assert set(retention.WORK) == set(DAYS) == {*PROOFS, "forget-takes", "forget-audit"}


@pytest.mark.parametrize("kind", [kind for kind in PROOFS if kind != "forget-tallies"])
def test_a_class_is_forgotten_just_after_its_term_and_not_just_before(house: House, kind: str) -> None:
    life(house)
    work(at(house, DAYS[kind] - 0.001), kind)
    assert not value(house, PROOFS[kind])
    work(at(house, DAYS[kind] + 0.001), kind)
    assert value(house, PROOFS[kind])


def test_daily_counts_are_forgotten_by_the_days_of_the_helpline(house: House) -> None:
    life(house)  # counted on the 28th
    last = datetime(2026, 6, 4, 23, 59, tzinfo=PARIS).timestamp()
    work(replace(house, clock=lambda: last), "forget-tallies")
    assert not value(house, PROOFS["forget-tallies"])
    work(replace(house, clock=lambda: last + 60), "forget-tallies")
    assert value(house, PROOFS["forget-tallies"])


def test_the_audit_is_forgotten_after_three_years(house: House) -> None:
    today = time.time()  # the database guards the audit by its own clock
    with house.database.transaction() as tx:
        for days in (1094.9, 1095.1):
            audit.add(tx, audit.Entry(today - days * DAY, None, None, "did", f"{days}", {}))
    work(replace(house, clock=lambda: today), "forget-audit")
    with house.database.reading() as tx:
        assert [row.about for row in audit.page(tx, audit.Filter(), 9)] == ["1094.9"]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.kind in PROOFS], ids=lambda rule: rule.kind)
def test_every_class_keeps_to_its_own_setting_and_to_no_other(house: House, rule: retention.Rule) -> None:
    life(house)
    longer = dict.fromkeys(house.days, 36_500)
    work(replace(at(house, 400), days=longer), rule.kind)
    assert not value(house, PROOFS[rule.kind])
    work(replace(at(house, 400), days={**longer, rule.setting: 399}), rule.kind)
    assert value(house, PROOFS[rule.kind])


def test_what_nobody_may_forget_yet_is_there_after_a_night_of_all_jobs(house: House) -> None:
    life(house)
    with house.database.transaction() as tx:
        fresh = NOW + 400 * DAY - 6 * DAY
        young = lived(tx, OTHER, "his", fresh)
        tx.execute(text("UPDATE tallies SET day = '2027-07-01' WHERE number_hash <> :hers"), _hash(house, NUMBER))
    house.vault.put("his", b"another voice")
    before = _of(house, young)
    for rule in RULES:
        work(at(house, 400), rule.kind)
    assert _of(house, young) == before
    with house.database.reading() as tx:
        assert not blocklist.has(tx, NUMBER)
    assert house.vault.open("his.sealed") == b"another voice"
    assert [path.name for path in house.vault.folder.iterdir()] == ["his.sealed"]


def _hash(house: House, number: str) -> dict[str, str]:
    return {"hers": house.database.keyring.hashes(number)[0]}


def _of(house: House, whose: Life) -> list[Any]:
    """All rows of one life."""
    queries = {
        "SELECT * FROM callers WHERE id = :id": whose.caller_id,
        "SELECT * FROM calls WHERE id = :id": whose.call_id,
        "SELECT * FROM turns WHERE call_id = :id ORDER BY n": whose.call_id,
        "SELECT * FROM requests WHERE id = :id": whose.request_id,
        "SELECT * FROM request_notes WHERE id = :id": whose.note_id,
        "SELECT * FROM messages WHERE id = :id": whose.message_id,
        "SELECT * FROM dials WHERE id = :id": whose.dial_id,
        "SELECT * FROM tallies WHERE day = '2027-07-01' AND 'x' <> :id": "",
        "SELECT * FROM blocked WHERE 'x' <> :id ORDER BY id DESC LIMIT 1": "",
    }
    with house.database.reading() as tx:
        rows = [tx.execute(text(query), {"id": id}).all() for query, id in queries.items()]
    assert all(rows)
    return rows


def test_the_file_of_a_message_goes_with_its_time(house: House) -> None:
    file = life(house).file
    assert house.vault.open(file) == b"a voice"
    work(at(house, 31), "forget-messages")
    assert list(house.vault.folder.iterdir()) == []
    work(at(house, 32), "forget-messages")


def test_a_worker_killed_between_file_and_row_is_made_good_the_next_night(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    life(house)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "forget_sounds", killed)
        with pytest.raises(KeyboardInterrupt):
            work(at(house, 31), "forget-messages")
    assert list(house.vault.folder.iterdir()) == []
    assert not value(house, PROOFS["forget-messages"])
    work(at(house, 31), "forget-messages")
    assert value(house, PROOFS["forget-messages"])


def waiting(house: House) -> list[tuple[str, float, dict[str, str]]]:
    """The jobs that are to delete copies: key, seconds from the moment of asking, arguments."""
    with house.database.reading() as tx:
        rows = tx.execute(text("SELECT * FROM jobs WHERE kind = :kind ORDER BY id"), {"kind": copies.KIND}).all()
    opened = house.database.keyring.open
    return [
        (row.key, row.due_at - row.created_at, json.loads(opened(row.args_sealed, jobs.about(row.kind, row.key))))
        for row in rows
    ]


def test_a_message_that_never_came_is_deleted_at_the_company_as_well(house: House) -> None:
    with house.database.transaction() as tx:
        rang(tx, "call", NUMBER)
        for ref, state in (("RE1", messages.State.EXPECTED), ("none/call/1", messages.State.LOST)):
            assert messages.add(tx, messages.NewMessage("call", ref, state, NOW))
    work(at(house, 31), "forget-messages")
    assert [args for _, _, args in waiting(house)] == [{"what": "recording", "ref": "RE1"}]
    assert value(house, "SELECT count(*) FROM messages WHERE state = 'forgotten'") == 2


def test_calls_are_deleted_at_the_company_one_after_the_other_by_their_ids(house: House) -> None:
    made = life(house)
    with house.database.transaction() as tx:
        test = dialled(tx, None)
        rang(tx, "young", OTHER, at=NOW + 2 * DAY)
    work(at(house, 31), "forget-copies")
    refs = ["CA-call-hers", *(f"CA-{leg}-{dial}" for dial in (made.dial_id, test) for leg in ("aidant", "caller"))]
    assert [args for _, _, args in waiting(house)] == [{"what": "call", "ref": ref} for ref in refs]
    assert [round(after) for _, after, _ in waiting(house)] == list(range(5))
    work(at(house, 31), "forget-copies")
    assert len(waiting(house)) == 5
    work(at(house, 33), "forget-copies")
    assert waiting(house)[-1][2] == {"what": "call", "ref": "CA-young"}


def test_texts_are_deleted_at_the_company_too(house: House) -> None:
    with house.database.transaction() as tx:
        rang(tx, "call", NUMBER, at=NOW + 2 * DAY)
        texted(tx, "call", NUMBER, ref="SM1")
    work(at(house, 31), "forget-copies")
    assert [args for _, _, args in waiting(house)] == [{"what": "text", "ref": "SM1"}]
    work(at(house, 31), "forget-copies")
    assert len(waiting(house)) == 1


def test_without_a_telephone_company_nothing_is_asked_and_no_id_is_lost(house: House) -> None:
    life(house)
    with house.database.transaction() as tx:
        assert messages.add(tx, messages.NewMessage("call-hers", "RE1", messages.State.EXPECTED, NOW))
    alone = replace(at(house, 31), has_carrier=False)
    work(alone, "forget-copies")
    work(alone, "forget-messages")
    assert waiting(house) == []
    assert not value(house, PROOFS["forget-copies"])


def test_what_waits_for_the_company_is_known_before_the_calls_are_unlinked(house: House) -> None:
    kinds = [rule.kind for rule in RULES]
    assert kinds.index("forget-copies") < kinds.index("forget-turns")
    with pytest.raises(BadSetting, match="IVR_KEEP_CARRIER"):
        load({"IVR_KEEP_CARRIER": "180"})
    assert load({"IVR_KEEP_CARRIER": "179"}).keep_carrier == 179


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_each_term_is_a_setting_in_days_that_is_checked(rule: retention.Rule) -> None:
    name = f"IVR_{rule.setting.upper()}"
    assert getattr(load({name: "400", "IVR_KEEP_TURNS": "500"}), rule.setting) in (400, 500)
    for wrong in ("0", "-1", "soon", "1.5", "40000"):
        with pytest.raises(BadSetting, match=name):
            load({name: wrong})


def test_the_audit_may_not_be_forgotten_within_the_year_that_the_database_guards() -> None:
    with pytest.raises(BadSetting, match="IVR_KEEP_AUDIT"):
        load({"IVR_KEEP_AUDIT": "365"})
    assert load({"IVR_KEEP_AUDIT": "366"}).keep_audit == 366


def test_every_class_has_a_night_job_that_may_be_repeated(house: House) -> None:
    kinds = retention.kinds(house)
    assert {rule.kind for rule in RULES} == set(kinds)
    assert all(kind.repeats for kind in kinds.values())
    planned = {each.kind: each for each in recurring(PARIS)}
    times = [planned[rule.kind].at for rule in RULES]  # type: ignore[union-attr]
    assert times == sorted(set(times))
    assert times[-1].hour == 4


def test_while_a_class_is_forgotten_a_call_waits_for_no_more_than_one_bite(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BITE", 2)
    with house.database.transaction() as tx:
        for n in range(9):
            rang(tx, f"call-{n}", None)
    between: list[int] = []
    real = forgetting.TURNS.forget

    def forget(tx: Transaction, keys: list[Any], cut: forgetting.Cut) -> int:
        if between:  # the transaction before has ended: whoever waited has had a turn
            assert value(house, "SELECT count(*) FROM calls WHERE unlinked_at IS NOT NULL") == 2 * len(between)
        between.append(len(keys))
        return real(tx, keys, cut)

    forgetting.forget(house.database, replace(forgetting.TURNS, forget=forget), forgetting.Cut(NOW + 1, NOW + 1))
    assert between == [2, 2, 2, 2, 1]


@pytest.fixture
def away(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets the database vanish after so many more transactions."""
    real, left = Database.transaction, [-1]

    def transaction(self: Database) -> Any:
        if left[0] == 0:
            raise StorageAway("gone")
        left[0] -= 1
        return real(self)

    monkeypatch.setattr(Database, "transaction", transaction)
    return lambda count: left.__setitem__(0, count)


def test_an_outage_in_the_middle_leaves_whole_bites(
    house: House, away: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BITE", 2)
    with house.database.transaction() as tx:
        for n in range(6):
            rang(tx, f"call-{n}", None)
    away(2)
    with pytest.raises(StorageAway):
        work(at(house, 181), "forget-turns")
    away(-1)
    gone = "SELECT count(*) FROM calls WHERE unlinked_at IS NOT NULL"
    assert value(house, gone) == 4
    work(at(house, 181), "forget-turns")
    assert value(house, gone) == 6
    assert value(house, "SELECT count(*) FROM turns WHERE length(payload) > 0") == 0


def test_a_board_of_jobs_does_it_all(house: House) -> None:
    life(house)
    late = at(house, 400)
    board = Board(house.database, retention.kinds(late), late.clock)
    with house.database.transaction() as tx:
        for rule in RULES:
            jobs.enqueue(tx, jobs.NewJob(rule.kind, rule.kind, {}, NOW, NOW))
    while (held := doing.take(board, "lease")) is not None:
        assert doing.record(board, held, doing.perform(board, held)) == doing.DONE
    for kind, proof in PROOFS.items():
        assert value(house, proof), kind
