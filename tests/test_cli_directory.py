"""The directory as an operator types it, and what `ivr check` says of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr import cli, preflight_directory
from ivr.app import Parts
from ivr.cli import directory
from ivr.directory.importing.known import KNOWN, chosen, stale_days
from ivr.errors import BadSetting
from ivr.settings import load
from ivr.store import calls, given
from ivr.store.calls import NewCall
from ivr.store.database import Database
from ivr.store.given import NewGiven
from tests.actions import tiny
from tests.directory import formats

Ivr = Callable[..., Result]
ROW = {"kind": "caf", "name": "Caf de l'Ain", "postal_code": "01000", "city": "Bourg", "source_date": "2026-10-01"}

LATER = 1_796_000_000.0


@pytest.fixture
def ivr(tmp_path: Path, sqlite_url: str) -> Ivr:
    """Runs a command in an environment that holds nothing else of ours."""
    environ = {"IVR_DATA_DIR": str(tmp_path / "data"), "IVR_DATABASE_URL": sqlite_url}

    def run(*words: str) -> Result:
        result = CliRunner().invoke(cli.main, ["directory", *words], env=environ)
        assert "Traceback" not in result.output
        return result

    return run


def table(folder: Path, *ids: str, **more: str) -> str:
    path = folder / "table.csv"
    path.write_bytes(formats.plain_csv({**ROW, "source_id": id, **more} for id in ids))
    return str(path)


def test_a_table_is_imported_under_a_name_and_listed(ivr: Ivr, tmp_path: Path) -> None:
    unnamed = ivr("import", table(tmp_path, "1", "2"))
    assert (unnamed.exit_code, "--source NAME" in unnamed.output) == (1, True)
    done = ivr("import", table(tmp_path, "1", "2"), "--source", "toy")
    assert (done.exit_code, done.output) == (
        0,
        "toy: 2 places came: 2 new, 0 changed, 0 back, 0 vanished, 0 refused\n",
    )
    assert ivr("import", table(tmp_path, "1", "2"), "--source", "toy").output == (
        "toy: nothing new: the file is the one that was imported last\n"
    )
    listed = ivr("list").output.splitlines()
    assert listed[0] == "toy: 2 places, of 2026-10-01"
    assert listed[1].startswith("    last import 20")
    assert [line.split(":")[0] for line in listed[2:]] == list(KNOWN)


def test_a_refused_import_says_why_and_fails(ivr: Ivr, tmp_path: Path) -> None:
    ivr("import", table(tmp_path, *"abcd"), "--source", "toy")
    refused = ivr("import", table(tmp_path, "a"), "--source", "toy")
    assert (refused.exit_code, "shrunk from 4 to 1" in refused.output) == (1, True)
    assert "shrunk from 4 to 1" in ivr("list").output
    assert ivr("import", table(tmp_path, "a"), "--source", "toy", "--force").exit_code == 0
    nothing = ivr("import", "somewhere")
    assert (nothing.exit_code, "the known sets are dila, " in nothing.output) == (1, True)


def test_how_far_a_download_is_is_shown_only_where_somebody_watches(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = directory._Bar("dila")
    bar.show(2_000_000, 4_000_000)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    bar.show(3_000_000, 4_000_000)
    bar.show(3_000_001, 4_000_000)
    assert capsys.readouterr().err == "\rdila: 3 of 4 MB"


def report(joined: Parts) -> list[tuple[str, str]]:
    return [(line.mark, line.text) for line in preflight_directory.report(joined)]


@pytest.fixture
def joined(tmp_path: Path, sqlite_url: str) -> Parts:
    return tiny.joined(tmp_path, sqlite_url, tiny.Clock())


def test_an_empty_directory_says_how_it_is_filled(joined: Parts) -> None:
    (line,) = report(joined)
    assert (line[0], "`ivr directory import dila`" in line[1]) == ("missing", True)
    assert "`.venv/bin/ivr directory import dila`" in preflight_directory.hint(joined)


def test_an_old_set_a_refused_one_and_places_that_are_gone_are_said(
    ivr: Ivr, joined: Parts, sqlite_database: Database, tmp_path: Path
) -> None:
    ivr("import", table(tmp_path, *"abc"), "--source", "toy")
    joined = replace(joined, clock=lambda: LATER, studio=replace(joined.studio, today=lambda: "2026-11-30"))
    assert preflight_directory.hint(joined) == ""
    assert [mark for mark, _ in report(joined)] == ["ok"]
    with sqlite_database.transaction() as tx:
        calls.log_call(tx, NewCall("one", "desk", "one", None, "", joined.clock()))
        assert given.add(tx, NewGiven("one", 3, "caf", joined.clock()))
    ivr("import", table(tmp_path, *"ab"), "--source", "toy")
    ivr("import", table(tmp_path, "a", source_date="2020-01-01"), "--source", "toy")
    ivr("import", table(tmp_path, *"ab", source_date="2020-01-01"), "--source", "toy")
    (tmp_path / "table.csv").write_text("kind,name,source_id\n")
    ivr("import", str(tmp_path / "table.csv"), "--source", "toy")
    said = [text for mark, text in report(joined) if mark == "note"]
    assert said == [
        "directory: toy is of 2020-01-01: import a newer file",
        "directory: the last import of toy was refused: "
        "not taken: there is nothing in it that can be used, 0 rows were refused",
        "directory: 1 places are gone that callers were sent to in the last 90 days (1 times): "
        "see the directory's page",
    ]


def test_only_known_sets_are_refreshed() -> None:
    assert load({"IVR_DIRECTORY_REFRESH": "dila, laposte,dila"}).directory_refresh == "dila,laposte"
    assert (chosen(""), stale_days("dila"), stale_days("toy")) == ((), 90, 400)
    with pytest.raises(BadSetting, match="IVR_DIRECTORY_REFRESH: names no set that we know: atlas"):
        load({"IVR_DIRECTORY_REFRESH": "dila,atlas"})
