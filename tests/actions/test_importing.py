"""Whole imports: twice, in parts, broken, forced, two at a time, killed in the middle."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr.actions.importing import Importer, Outcome, run
from ivr.actions.importing_jobs import SourceRefused, refresh_kind
from ivr.actions.importing_source import of_name, wish
from ivr.actions.jobs import Hopeless, Job
from ivr.directory.importing import known
from ivr.directory.importing.known import Known
from ivr.errors import BadInput, BadSetting, FetchBusy, FetchRefused, HelplineError
from ivr.fetching.fetch import Patience
from ivr.fetching.part import alone
from ivr.store import imports, place_import, places
from ivr.store.database import Database
from ivr.store.directory_tables import places as table
from tests.directory import formats
from tests.directory.shared import load_shared, needs_shared
from tests.doubles.mirror import Fault, Mirror, serving

NOW, TODAY = 1_795_000_000.0, "2026-11-22"
ROW = {"kind": "caf", "postal_code": "01000", "city": "Bourg", "phone": formats.PHONE, "source_date": "2026-09-01"}
HURRY = Patience(connect=2, read=2, tries=1, pause=0, sleep=lambda _: None)


class Office:
    """Imports tables of a set named toy."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.importer = Importer(database, folder / "work", lambda: TODAY, lambda: NOW, patience=HURRY)

    def rows(self, names: Iterable[str], **more: str) -> list[Mapping[str, str]]:
        return [{**ROW, "source_id": name, "name": f"Caf {name}", **more} for name in names]

    def bring(self, rows: Iterable[Mapping[str, str]], force: bool = False) -> Outcome:
        (self.folder / "toy.csv").write_bytes(formats.plain_csv(rows))
        return self.again(force)

    def again(self, force: bool = False) -> Outcome:
        return run(self.importer, wish(str(self.folder / "toy.csv"), None, "toy", force))

    def there(self) -> dict[str, places.Place]:
        with self.database.reading() as tx:
            ids = list(tx.execute(table.select().with_only_columns(table.c.id)).scalars())
            return {one.source_id: one for one in places.of_ids(tx, ids).values()}


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


@pytest.fixture
def here(sqlite_database: Database, tmp_path: Path) -> Office:
    """On SQLite only."""
    return Office(sqlite_database, tmp_path)


def test_the_report_says_what_came_changed_vanished_and_was_refused(office: Office) -> None:
    office.bring(office.rows("abcd"))
    new = [*office.rows("ab"), *office.rows("c", city="Lyon"), *office.rows("e"), *office.rows("f", lat="60", lon="3")]
    outcome = office.bring(new)
    assert outcome.state == "done"
    assert outcome.report[0] == "4 places came: 1 new, 1 changed, 0 back, 1 vanished, 1 refused"
    assert set(outcome.report[1:]) == {
        "new: Caf e (01000 Bourg)",
        "changed: Caf c (01000 Lyon): city",
        "vanished: Caf d (01000 Bourg)",
        "refused: line 6 (f): the coordinates are outside of France: “60”, “3”",
    }
    there = office.there()
    assert (there["d"].gone_at, there["c"].city, there["c"].source_date) == (NOW, "Lyon", "2026-09-01")
    with office.database.reading() as tx:
        last = imports.last(tx, "toy")
    assert last
    assert (last.report, last.counts.added, last.counts.vanished) == (outcome.report, 1, 1)


def test_the_same_file_again_changes_nothing(here: Office) -> None:
    here.bring(here.rows("ab"))
    before = here.there()
    assert here.again().report == ("nothing new: the file is the one that was imported last",)
    assert here.again(force=True).report[0] == "2 places came: 0 new, 0 changed, 0 back, 0 vanished, 0 refused"
    assert {id: one.changed_at for id, one in here.there().items()} == {
        id: one.changed_at for id, one in before.items()
    }


def test_a_place_comes_back_and_is_said_to(here: Office) -> None:
    here.bring(here.rows("abc"))
    here.bring(here.rows("ab"))
    outcome = here.bring([*here.rows("ab"), *here.rows("c")][::-1])
    assert "back: Caf c (01000 Bourg)" in outcome.report
    assert here.there()["c"].gone_at is None


def test_a_place_whose_row_is_refused_stays_as_it_was(here: Office) -> None:
    here.bring(here.rows("abc"))
    outcome = here.bring([*here.rows("ab"), *here.rows("c", postal_code="Bourg")])
    assert (outcome.counts.vanished, outcome.counts.refused, here.there()["c"].gone_at) == (0, 1, None)


def test_a_correction_survives_and_the_report_says_where_the_source_moved(office: Office) -> None:
    office.bring(office.rows("ab", address_1="old"))
    corrected = '{"street": {"value": "right", "was": "old", "at": 1, "by": 1}}'
    with office.database.transaction() as tx:
        tx.execute(table.update().where(table.c.source_id == "a").values(corrected=corrected, street="right"))
    outcome = office.bring(office.rows("ab", address_1="new"))
    there = office.there()
    assert (there["a"].street, there["b"].street) == ("right", "new")
    assert outcome.report[-1] == "kept what people wrote: Caf a (01000 Bourg): the source now has another street"


def test_a_source_that_shrank_by_half_is_refused_unless_forced(here: Office) -> None:
    here.bring(here.rows("abcdef"))
    outcome = here.bring(here.rows("abc"))
    assert (outcome.state, outcome.report[0]) == (
        "refused",
        "not taken: it has shrunk from 6 to 3 places, by half or more",
    )
    assert not any(one.gone_at for one in here.there().values())
    assert here.again(force=True).counts.vanished == 3


def test_a_source_that_calls_its_places_otherwise_is_refused_unless_forced(here: Office) -> None:
    here.bring(here.rows("abcdef"))
    outcome = here.bring([*here.rows("ab"), *here.rows("uvwxyz")])
    assert (outcome.state, outcome.report[0]) == (
        "refused",
        "not taken: of the 6 places that are known it has only 2: have their ids changed?",
    )
    assert here.bring([*here.rows("abcd"), *here.rows("yz")]).state == "done"
    assert here.bring(here.rows("uvwxyz"), force=True).counts.vanished == 4


def test_competences_that_shrank_by_half_are_refused_unless_forced(here: Office) -> None:
    here.bring([*here.rows("a", covers="01|38|69001|69002"), *here.rows("b", covers="02")])
    fewer = [*here.rows("a", covers="01|69001"), *here.rows("b")]
    outcome = here.bring(fewer)
    assert (outcome.state, outcome.report[0]) == (
        "refused",
        "not taken: it has shrunk from 4 to 2 départements with competences, by half or more",
    )
    assert here.bring(fewer, force=True).state == "done"


def test_competences_of_places_that_nobody_knows_are_refused_and_can_come_later(here: Office) -> None:
    communes = [("13201", "Marseille", "1"), ("69381", "Lyon", "2"), ("75056", "Paris", "3")]
    columns = ["Commune", "Tribunal judiciaire compétent", "Orig. TJ", "N° TJ", "Orig. TPRX", "N° TPRX"]
    competent = [dict(zip(columns, [code, town, "1", number, "", ""], strict=True)) for code, town, number in communes]
    (here.folder / "communes.csv").write_bytes(formats.table(columns, competent))
    first = run(here.importer, wish(str(here.folder / "communes.csv"), None, None))
    assert (first.state, first.report[0]) == (
        "refused",
        "not taken: none of its areas is about a place that we have: import those places first",
    )
    courts = [here.rows([f"1-{number}"], kind="tribunal_judiciaire")[0] for _, _, number in communes]
    (here.folder / "courts.csv").write_bytes(formats.plain_csv(courts))
    run(here.importer, wish(str(here.folder / "courts.csv"), None, "justice"))
    assert run(here.importer, wish(str(here.folder / "communes.csv"), None, None)).state == "done"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is no table"),
        (b"kind,name,source_id\n", "there is nothing in it"),
        (b"kind,name,source_id\ncaf,Caf,a\ncaf,Ca", "cut off"),
        (b"kind,name,source_id\ncaf,Pr\xe9f,a\ncaf,Pr\xc3\xa9f,b\n", "partly UTF-8"),
        (b"kind,name,source_id\nCaf,caf,a\nMsa,msa,b\ncaf,Caf,c\n", "most of it is refused: 2 of 3"),
    ],
)
def test_a_bad_file_changes_nothing_and_its_fault_is_kept(here: Office, data: bytes, why: str) -> None:
    here.bring(here.rows("a"))
    (here.folder / "toy.csv").write_bytes(data)
    outcome = run(here.importer, wish(str(here.folder / "toy.csv"), "csv", "toy"))
    assert (outcome.state, why in outcome.report[0], list(here.there())) == ("refused", True, ["a"])
    with here.database.reading() as tx:
        last, done = imports.last(tx, "toy"), imports.last_done(tx, "toy")
    assert (last and last.report, done and done.counts.added) == (outcome.report, 1)


def test_areas_of_places_that_are_not_there_are_counted(here: Office) -> None:
    path = formats.dila_archive(
        here.folder / "all.tar.bz2",
        [formats.dila_record({**ROW, "source_id": "caf-1", "name": "Caf", "insee_code": "01053"}, "caf")],
        {"01053": {"caf": ["caf-1"], "cpam": ["nowhere"]}},
    )
    outcome = run(here.importer, wish(str(path), None, None))
    assert outcome.report[:2] == (
        "1 places came: 1 new, 0 changed, 0 back, 0 vanished, 0 refused",
        "2 areas came: 1 new, 0 dropped",
    )
    assert "left out: 1 areas of places that are not in the set" in outcome.report
    records = [formats.dila_record({**ROW, "source_id": "caf-1", "name": "Caf", "insee_code": "01053"}, "caf")]
    (here.folder / "all.json").write_bytes(formats.dila_export(records))
    assert "no more who is competent" in run(here.importer, wish(str(here.folder / "all.json"), None, None)).report[0]


def test_a_second_import_at_the_same_time_is_refused(here: Office) -> None:
    with alone(here.folder / "work" / "toy"), pytest.raises(FetchBusy, match="another process is busy with toy"):
        here.bring(here.rows("a"))
    assert here.there() == {}


def test_an_import_that_was_overtaken_on_another_machine_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = place_import.standing

    def overtaken(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        monkeypatch.setattr(place_import, "standing", real)
        elsewhere = Office(office.database, office.folder / "elsewhere")
        elsewhere.folder.mkdir()
        elsewhere.bring(elsewhere.rows("ab"))
        return found

    monkeypatch.setattr(place_import, "standing", overtaken)
    outcome = office.bring(office.rows("cd"))
    assert (outcome.state, "done meanwhile" in outcome.report[0]) == ("refused", True)
    assert sorted(office.there()) == ["a", "b"]


KILLED = """
import os, signal, sys
from pathlib import Path
from ivr.actions.importing import Importer, run
from ivr.actions.importing_source import wish
from ivr.store import place_import
from tests import databases

areas = place_import._areas

def dying(tx, batch):
    areas(tx, batch)
    print("written", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

place_import._areas = dying
with databases.opened(sys.argv[1]) as database:
    run(Importer(database, Path(sys.argv[2]), lambda: "2026-11-22"), wish(sys.argv[3], None, "toy"))
"""
"""Everything but the commit is done when it dies."""


def test_kill_9_in_the_middle_of_the_write_leaves_the_old_data_whole(office: Office, url: str) -> None:
    office.bring(office.rows("abc", covers="01"))
    before = office.there()
    file = office.folder / "new.csv"
    file.write_bytes(formats.plain_csv([*office.rows("ab", city="Lyon", covers="69"), *office.rows("xyz")]))
    command = [sys.executable, "-c", KILLED, url, str(office.folder / "work"), str(file)]
    died = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert (died.returncode, died.stdout) == (-signal.SIGKILL, "written\n"), died.stderr
    assert office.there() == before
    with office.database.reading() as tx:
        assert {area.area for one in before.values() for area in places.areas_of(tx, one.id)} == {"d:01"}
        assert len(imports.recent(tx)) == 1
    outcome = run(office.importer, wish(str(file), None, "toy"))
    assert (outcome.counts.added, outcome.counts.changed, outcome.counts.vanished) == (3, 2, 1)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as mirror:
        yield mirror


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch, mirror: Mirror) -> Mirror:
    """Two known sets on a mirror; one of them is found through a catalogue."""
    monkeypatch.setattr(known, "CATALOGUE", f"{mirror.url}/datasets/")
    toys = {
        "france-services": Known("toys", "open", 90, dataset="toys"),
        "laposte": Known("points", "open", 90, url=f"{mirror.url}/points.csv"),
    }
    for name, toy in toys.items():
        monkeypatch.setitem(known.KNOWN, name, toy)  # type: ignore[arg-type]  # a dict, of which only tests write
    row = {**ROW, "source_id": "1", "name": "France services", "lat": "46.2", "lon": "5.2"}
    entry = f'{{"url": "{mirror.url}/toys-20261101.csv", "last_modified": "2026-11-02T00:00:00"}}'
    mirror.files["/datasets/toys/"] = f'{{"resources": [{entry}]}}'.encode()
    mirror.files["/toys-20261101.csv"] = formats.france_services_csv([row])
    mirror.files["/points.csv"] = formats.hexasmal_csv([("01053", "46.2", "5.2")])
    return mirror


@pytest.mark.parametrize("credentials", ["", "me:hush@"])
def test_no_secret_of_an_address_is_kept(here: Office, mirror: Mirror, credentials: str) -> None:
    table = formats.plain_csv(here.rows("ab"))
    for n in "12":
        mirror.files[f"/toy.csv?token=hush{n}"] = table
        wanted = wish(f"{mirror.url.replace('//', f'//{credentials}')}/toy.csv?token=hush{n}", "csv", "toy")
        with contextlib.suppress(FetchRefused):
            run(here.importer, wanted)
    with here.database.reading() as tx:
        kept = imports.recent(tx)
    assert [one.state for one in kept] == (["failed", "failed"] if credentials else ["same", "done"])
    assert {one.origin for one in kept} == {f"{mirror.url}/toy.csv?…"}
    assert "hush" not in str([one.report for one in kept])


def test_a_known_set_is_found_through_the_catalogue_and_the_download_is_dropped(here: Office, sets: Mirror) -> None:
    outcome = run(here.importer, of_name("france-services"))
    (place,) = here.there().values()
    assert (outcome.state, place.source, place.licence, place.source_date) == (
        "done",
        "france-services",
        "open",
        "2026-11-02",
    )
    assert [request["path"] for request in sets.heard] == ["/datasets/toys/", "/toys-20261101.csv"]
    assert sorted(path.suffix for path in (here.folder / "work").iterdir()) == [".lock"] * 3


def test_a_download_that_broke_off_goes_on_the_next_time(here: Office, sets: Mirror) -> None:
    sets.files["/points.csv"] = formats.hexasmal_csv((f"{n:05}", "46.2", "5.2") for n in range(1001, 6001))
    sets.faults = [Fault(cut=100_000)]
    with pytest.raises(FetchBusy):
        run(here.importer, of_name("laposte"))
    with here.database.reading() as tx:
        failed = imports.last(tx, "laposte")
    assert failed
    assert (failed.state, failed.report[0].startswith("not fetched: ")) == ("failed", True)
    assert run(here.importer, of_name("laposte")).state == "done"
    assert sets.asked("range") == [None, "bytes=65536-"]


def refreshing(here: Office, *names: str) -> Callable[[], object]:
    kind = refresh_kind(here.importer, names, HURRY)
    assert kind.repeats
    return lambda: kind.handler(Job(1, "refresh-directory", "x", {}, 1))


def test_the_weekly_job_fetches_each_set_once(here: Office, sets: Mirror) -> None:
    refresh = refreshing(here, "france-services", "laposte")
    refresh()
    asked = len(sets.heard)
    refresh()
    assert (len(sets.heard), len(here.there())) == (asked, 1)
    assert refreshing(here)() is None


def test_a_set_that_is_far_too_large_is_said_and_does_not_keep_the_others_away(
    here: Office, sets: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = replace(known.KNOWN["france-services"], most=10)
    monkeypatch.setitem(known.KNOWN, "france-services", small)  # type: ignore[arg-type]
    with pytest.raises(Hopeless):
        refreshing(here, "france-services", "laposte")()
    with here.database.reading() as tx:
        states = [(one.source, one.state) for one in imports.recent(tx)]
    assert states == [("laposte", "done"), ("france-services", "failed")]


@pytest.mark.parametrize(
    ("fault", "raised", "cause"),
    [(404, Hopeless, FetchRefused), (503, FetchBusy, type(None)), (None, Hopeless, SourceRefused)],
)
def test_a_set_that_fails_does_not_keep_the_others_away(
    here: Office, sets: Mirror, fault: int | None, raised: type[HelplineError], cause: type
) -> None:
    sets.files["/toys-20261101.csv"] = b"nothing"
    sets.faults = [None, Fault(status=fault)] if fault else []
    with pytest.raises(raised) as failed:
        refreshing(here, "france-services", "laposte")()
    assert isinstance(failed.value.__cause__, cause)
    with here.database.reading() as tx:
        assert imports.last_done(tx, "laposte")


def test_what_somebody_typed_is_understood_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(formats.plain_csv([{**ROW, "source_id": "1", "name": "Caf"}]))
    assert wish("dila", None, None) == of_name("dila")
    assert wish("https://example.org/x", "laposte", None).source == "laposte"
    for source, format, name, error in (
        (str(file), None, None, BadSetting),
        (str(file), None, "hand", BadSetting),
        (str(file), None, "A B", BadSetting),
        (str(file), "pdf", "toy", BadSetting),
        ("https://example.org/x", None, None, BadSetting),
        (str(tmp_path / "none.csv"), None, "toy", BadInput),
    ):
        with pytest.raises(error):
            wish(source, format, name)


def test_an_address_that_anybody_could_change_is_refused(here: Office) -> None:
    with pytest.raises(FetchRefused, match="only https"):
        run(here.importer, wish("http://example.org/a.csv", "csv", "toy"))


@needs_shared
def test_the_shared_addresses_come_in_through_the_official_formats(sqlite_database: Database, tmp_path: Path) -> None:
    outcomes = load_shared(sqlite_database, tmp_path / "shared")
    assert {outcome.state for outcome in outcomes.values()} == {"done"}
    assert outcomes["france-services"].counts.added == 2845
    assert sum(outcome.counts.refused for outcome in outcomes.values()) == 0
