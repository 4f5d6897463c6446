"""`ivr speech report`, as an operator types it."""

import csv
import io
import time
from pathlib import Path

from click.testing import CliRunner, Result

from ivr import cli
from ivr.actions.speech_report import LEAST_PEOPLE
from tests.actions import tiny
from tests.actions.test_speech_report import rings
from tests.store.people import NOW

DAYS = str(int((time.time() - NOW) / 86_400) + 2)


def report(root: Path, url: str, *words: str) -> Result:
    return CliRunner().invoke(cli.main, ["speech", "report", *words], env=tiny.settings(root, url))


def test_what_was_listened_for_is_summed_up(tmp_path: Path, sqlite_url: str) -> None:
    joined = tiny.joined(tmp_path, sqlite_url, tiny.Clock())
    with joined.database.transaction() as tx:
        for who in range(1, LEAST_PEOPLE + 1):
            rings(tx, "main main:no_match tale:chose", "tail", who=who, lag=0.25)
    joined.database.dispose()
    shown = report(tmp_path, sqlite_url, "--days", DAYS)
    assert shown.exit_code == 0, shown.output
    lines = shown.output.splitlines()
    assert lines[0].split() == [
        *("node", "lang", "key", "voice", "nothing", "understood", "missed", "refused", "corrected", "repeated"),
        *("gave", "up", "lag"),
    ]
    assert lines[1].split() == ["main", "aa", "0", "10", "0", "5", "5", "0", "0", "5", "0", "0.25"]
    assert lines[2].split()[0] == "everywhere"
    assert "  5 missed, 0 taken back: tail (main, aa)" in lines
    table = list(csv.reader(io.StringIO(report(tmp_path, sqlite_url, "--days", DAYS, "--csv").output)))
    assert [row[0] for row in table] == ["node", "main"]
    assert table[1][-1] == "0.25"
    other = report(tmp_path, sqlite_url, "--days", DAYS, "--language", "bb")
    assert other.output.startswith(f"nobody was listened to in the last {DAYS} days")
    late = report(tmp_path, sqlite_url, "--days", "0")
    assert late.exit_code == 2
