"""`ivr callers erase` as a person types it, with a telephone company on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr import cli
from ivr.store import calls, jobs
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from tests.actions import companies
from tests.actions.companies import OURS, call
from tests.databases import opened
from tests.doubles.carrier import Carrier
from tests.store import scan
from tests.store.lives import asked, lived, rang
from tests.store.people import NOW

SHE, HE = "+33639980011", "+33639980012"
KEY = "only for tests: a key of enough letters"


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with companies.company() as made:
        yield made


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url, Keyring(KEY.encode())) as made:
        yield made


def erase(folder: Path, url: str, typed: str, company: Carrier | None = None) -> Result:
    environ = {
        "IVR_DATA_DIR": str(folder / "data"),
        "IVR_RECORDINGS_DIR": str(folder / "recordings"),
        "IVR_DATABASE_URL": url,
        "IVR_SECRET_KEY": KEY,
    }
    if company is not None:
        environ |= {
            "TWILIO_ACCOUNT_SID": company.account_sid,
            "TWILIO_AUTH_TOKEN": company.auth_token,
            "TWILIO_API_URL": company.url,
            "TWILIO_NUMBER": OURS,
        }
    return CliRunner().invoke(cli.main, ["callers", "erase"], input=f"{typed}\n", env=environ)


def test_it_says_what_went_and_what_the_company_is_asked(
    tmp_path: Path, sqlite_url: str, database: Database, company: Carrier
) -> None:
    with database.transaction() as tx:
        life = lived(tx, SHE, "hers")
        asked(tx, life.call_id, HE)
        rang(tx, "over", SHE)
        for id in (life.call_id, "over"):
            calls.end_call(tx, id, calls.Ended("finished", None, NOW))
    call(company, SHE, OURS)
    result = erase(tmp_path, sqlite_url, "06 39 98 00 11", company)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[1:] == [
        "erased: 1 callers, 2 calls, 4 turns, 1 requests, 1 notes, 1 messages, 1 dials, 1 blocked, 1 tallies, "
        "1 texts, 1 refusals",
        "1 requests for other numbers, made in these calls, stay: erase those numbers too if wanted",
        "the telephone company is asked to delete 6 copies: `ivr jobs list` tells what it refuses",
    ]
    assert scan.places(database, [KEY.encode()], SHE) == []
    with database.reading() as tx:
        assert jobs.counts(tx, NOW).waiting == 6


def test_a_company_that_is_away_and_calls_that_go_on_are_told(
    tmp_path: Path, sqlite_url: str, database: Database, company: Carrier
) -> None:
    with database.transaction() as tx:
        lived(tx, SHE, "hers")
    company.fail_next("503")
    output = erase(tmp_path, sqlite_url, SHE, company).output
    assert "the telephone company does not answer: erase again later" in output
    assert "1 calls are going on: erase again when they are over" in output


def test_what_could_not_have_called_is_refused(tmp_path: Path, sqlite_url: str) -> None:
    result = erase(tmp_path, sqlite_url, "nobody")
    assert (result.exit_code, result.output.endswith("this is no phone number that could have called\n")) == (1, True)
