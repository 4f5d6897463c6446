"""The commands, as an operator types them. `run` and `serve` are tested up to the moment at which they would serve."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from ivr import cli
from ivr.cli import line, service
from ivr.store import callers as people
from ivr.store import calls, requests
from ivr.store.crypto import Keyring
from ivr.store.database import Database
from ivr.store.vault import Vault
from tests.actions import folders
from tests.actions.folders import humming
from tests.doubles.carrier import Carrier
from tests.doubles.carrier_faults import Fault
from tests.store.people import NUMBER as SOMEBODY
from tests.store.people import new_call, new_request

NUMBER = "+33199000001"
KEY, NEWER = "the first key of this helpline: 32", "the second key of this helpline: 32"
Ivr = Callable[..., Result]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A folder with small content; the root logger is put back as it was."""
    folders.write(tmp_path, folders.small())
    logger = logging.getLogger()
    before = logger.handlers[:], logger.level
    yield tmp_path
    logger.handlers[:], logger.level = before[0], before[1]


@pytest.fixture
def ivr(root: Path, monkeypatch: pytest.MonkeyPatch) -> Ivr:
    """Runs a command in an environment that holds nothing else of ours."""
    humming(monkeypatch)
    known = {
        "IVR_DATA_DIR": str(root / "data"),
        "IVR_MENUS_DIR": str(root / "menus"),
        "IVR_PROMPTS_DIR": str(root / "prompts"),
        "IVR_PUBLIC_URL": "https://help.example",
        "NO_PROXY": "127.0.0.1",
    }

    def run(*words: str, typed: str | None = None, **environ: str) -> Result:
        return CliRunner().invoke(cli.main, list(words), input=typed, env={**known, **environ})

    return run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would have been served; nothing is."""
    asked: list[Any] = []
    monkeypatch.setattr(service, "serve_forever", lambda app, settings: asked.append((app, settings)))
    return asked


def database(root: Path, *keys: str) -> Database:
    return Database(
        f"sqlite:///{root / 'data' / 'hamrah.db'}", Keyring(keys[0].encode(), [k.encode() for k in keys[1:]])
    )


def test_each_command_says_what_it_does(ivr: Ivr) -> None:
    listed = ivr("--help")
    assert listed.exit_code == 0
    for name in ("run", "serve", "migrate", "prepare", "check", "keys", "twilio"):
        assert f"  {name}" in listed.output
        assert ivr(name, "--help").exit_code == 0


def test_run_sets_everything_up_and_serves(ivr: Ivr, served: list[Any], root: Path) -> None:
    result = ivr("run")
    assert (result.exit_code, len(served)) == (0, 1)
    assert "The helpline listens on http://127.0.0.1:8000" in result.output
    assert (root / "data" / "hamrah.db").exists()
    assert (root / "data" / "secret.key").exists()
    again = ivr("run")
    assert (again.exit_code, len(served)) == (0, 2)


def test_serve_needs_tables_and_a_release(ivr: Ivr, served: list[Any]) -> None:
    refused = ivr("serve")
    assert (refused.exit_code, served) == (1, [])
    assert "run `ivr migrate`" in refused.output
    assert ivr("migrate").output.startswith("database at revision ")
    refused = ivr("serve")
    assert (refused.exit_code, served) == (1, [])
    assert "run `ivr prepare`" in refused.output
    assert ivr("prepare").output.startswith("release ")
    assert (ivr("serve").exit_code, len(served)) == (0, 1)


def test_prepare_publishes_once_and_names_mistakes(ivr: Ivr, root: Path) -> None:
    first, second = ivr("prepare"), ivr("prepare")
    assert first.output == second.output
    (root / "menus" / "hours.yaml").write_text("week: 5\n")
    wrong = ivr("prepare")
    assert (wrong.exit_code, wrong.output.startswith("menus/hours.yaml:1: week")) == (1, True)
    assert "Traceback" not in wrong.output
    assert len(list((root / "data" / "releases").glob("*.json"))) == 1


def test_check_says_what_is_missing_and_fails_for_what_is_wrong(ivr: Ivr, root: Path) -> None:
    assert ivr("check").exit_code == 1  # there are no tables yet
    ivr("migrate")
    well = ivr("check")
    assert (well.exit_code, "missing  TWILIO_ACCOUNT_SID" in well.output) == (0, True)
    assert "TWILIO" not in ivr("check", "--content").output
    assert "nothing to ask online" in ivr("check", "--content", "--online").output
    texts = yaml.safe_load((root / "prompts" / "aa" / "texts.yaml").read_text())
    del texts["main"]
    (root / "prompts" / "aa" / "texts.yaml").write_text(yaml.safe_dump(texts))
    wrong = ivr("check", "--content")
    assert (wrong.exit_code, "no text `main`" in wrong.output) == (1, True)


@pytest.mark.parametrize("words", [("run",), ("serve",), ("migrate",), ("check",), ("prepare",), ("twilio", "setup")])
def test_a_wrong_setting_is_explained_without_its_value(ivr: Ivr, words: tuple[str, ...]) -> None:
    result = ivr(*words, IVR_PORT="nine-9", IVR_SECRET_KEY="short-secret")
    assert (result.exit_code, "IVR_PORT: " in result.output) == (1, True)
    assert "nine-9" not in result.output
    result = ivr(*words, IVR_SECRET_KEY="short-secret", TWILIO_ACCOUNT_SID="")
    assert result.exit_code == 1
    assert "short-secret" not in result.output


def test_production_without_a_key_does_not_start(ivr: Ivr, served: list[Any]) -> None:
    result = ivr("serve", IVR_ENV="production")
    assert (result.exit_code, served) == (1, [])
    assert "IVR_SECRET_KEY is missing" in result.output


def test_a_database_that_does_not_answer_is_explained(ivr: Ivr, served: list[Any], root: Path) -> None:
    result = ivr("serve", IVR_DATABASE_URL=f"postgresql://nobody@/none?host={root}")
    assert (result.exit_code, served) == (1, [])
    assert "The database does not answer" in result.output


def test_keys_are_rotated_and_the_old_one_can_be_thrown_away(ivr: Ivr, root: Path) -> None:
    ivr("migrate", IVR_SECRET_KEY=KEY)
    before = database(root, KEY)
    with before.transaction() as tx:
        calls.log_call(tx, new_call())
        requests.put(tx, new_request())
    put = Vault(root / "recordings" / "studio", before.keyring).put("a", b"a voice")
    before.dispose()
    where = str(root / "recordings")
    result = ivr("keys", "rotate", IVR_SECRET_KEY=NEWER, IVR_OLD_SECRET_KEYS=KEY, IVR_RECORDINGS_DIR=where)
    assert result.output.startswith("re-encrypted: 0 callers, 0 turns, 1 requests\n")
    for others in ("0 accounts of staff", "0 jobs", "0 blocked numbers", "1 recordings of the studio"):
        assert f"re-encrypted: {others}\n" in result.output
    after = database(root, NEWER)
    assert Vault(root / "recordings" / "studio", after.keyring).open(put.name) == b"a voice"
    with after.reading() as tx:
        assert [request.number for request in requests.of_call(tx, "call-1")] == [SOMEBODY]
    after.dispose()


def test_a_person_is_forgotten_by_a_number_that_is_asked_for(ivr: Ivr, root: Path) -> None:
    ivr("migrate", IVR_SECRET_KEY=KEY)
    there = database(root, KEY)
    with there.transaction() as tx:
        caller = people.meet(tx, SOMEBODY, 1.0)
        calls.log_call(tx, new_call(caller_id=caller.id))
        requests.put(tx, new_request(caller_id=caller.id))
    result = ivr("callers", "erase", typed="06 39 98 18 24\n", IVR_SECRET_KEY=KEY)
    assert (result.exit_code, "erased: 1 callers, 1 calls, 0 turns, 1 requests" in result.output) == (0, True)
    with there.reading() as tx:
        assert people.find(tx, SOMEBODY) is None
    there.dispose()
    assert ivr("callers", "erase", typed="anonymous\n", IVR_SECRET_KEY=KEY).exit_code == 1


# twilio setup


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier() as listening:
        yield listening


def account(carrier: Carrier) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": carrier.account_sid,
        "TWILIO_AUTH_TOKEN": carrier.auth_token,
        "TWILIO_NUMBER": NUMBER,
        "TWILIO_API_URL": carrier.url,
    }


def test_twilio_setup_points_the_number_here(ivr: Ivr, carrier: Carrier) -> None:
    sid = carrier.add_number(NUMBER)
    result = ivr("twilio", "setup", **account(carrier))
    assert result.exit_code == 0
    kept = carrier.kept["IncomingPhoneNumbers"][sid]
    for name, path in (("voice_url", "voice"), ("voice_fallback_url", "fallback"), ("status_callback", "status")):
        assert kept[name] == f"https://help.example/twilio/{path}"
        assert str(kept[name]) in result.output
    assert carrier.auth_token not in result.output


@pytest.mark.parametrize("fault", ["429", "500", "503", "lost"])
def test_twilio_setup_explains_a_provider_that_fails(ivr: Ivr, carrier: Carrier, fault: Fault) -> None:
    carrier.add_number(NUMBER)
    carrier.fail_next(fault, times=9, seconds=0)
    result = ivr("twilio", "setup", **account(carrier))
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "the provider" in result.output
    assert carrier.auth_token not in result.output


def test_twilio_setup_refuses_a_number_that_is_not_rented(ivr: Ivr, carrier: Carrier) -> None:
    result = ivr("twilio", "setup", **account(carrier))
    assert (result.exit_code, "does not rent the number in TWILIO_NUMBER" in result.output) == (1, True)


def test_twilio_setup_says_when_the_provider_kept_something_else(
    ivr: Ivr, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier.add_number(NUMBER)
    kept = line.Webhooks("https://other.example", "", "")
    monkeypatch.setattr(line.Numbers, "set_webhooks", lambda *_: kept)
    result = ivr("twilio", "setup", **account(carrier))
    assert (result.exit_code, "https://other.example" in result.output) == (1, True)


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER"])
def test_twilio_setup_needs_all_three_settings(ivr: Ivr, carrier: Carrier, missing: str) -> None:
    result = ivr("twilio", "setup", **{**account(carrier), missing: ""})
    assert (result.exit_code, missing in result.output) == (1, True)
    assert carrier.log == []


def test_errors_of_the_server_itself_are_lines_of_json(ivr: Ivr, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ivr("migrate")
    ivr("prepare")

    def fail(*_: object) -> None:
        logging.getLogger("ivr.app").error("for the test", extra={"call": "ab12"})

    monkeypatch.setattr(service, "serve_forever", fail)
    result = ivr("serve")
    assert json.loads(result.stderr.splitlines()[-1])["call"] == "ab12"
