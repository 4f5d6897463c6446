"""What is configured, what is missing and what that costs, a line each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from ivr import preflight
from ivr.actions import standing
from ivr.actions.limits import spend
from ivr.app import Parts, parts
from ivr.settings import load
from ivr.store import jobs
from ivr.store.jobs import NewJob
from tests.actions import folders, tiny
from tests.actions.folders import humming
from tests.databases import PostgresServer


@contextmanager
def joined(root: Path, url: str, **environ: str) -> Iterator[Parts]:
    """A helpline whose content is a small one in `root`."""
    content = folders.write(root, folders.small())
    named = {
        "IVR_MENUS_DIR": str(content.menus),
        "IVR_PROMPTS_DIR": str(content.prompts),
        "IVR_WORKER": "inside",
    }
    made = parts(load({**tiny.settings(root, url), **named, **environ}))
    yield made
    made.database.dispose()


def lines(report: list[preflight.Line]) -> list[tuple[str, str]]:
    return [(line.mark, line.text) for line in report]


def starting(report: list[preflight.Line], begin: str) -> list[str]:
    """The marks of the lines that begin like this."""
    return [line.mark for line in report if line.text.startswith(begin)]


def test_a_helpline_with_everything_is_well(tmp_path: Path, sqlite_url: str) -> None:
    with joined(tmp_path, sqlite_url) as made:
        report = preflight.settings_report(made)
    assert ("ok", "database: SQLite") in lines(report)
    assert ("ok", "telephone: webhooks are answered under /twilio") in lines(report)
    assert {line.mark for line in report} == {"ok"}


def test_on_postgresql_it_says_so(tmp_path: Path, postgres_url: str) -> None:
    with joined(tmp_path, postgres_url) as made:
        assert ("ok", "database: PostgreSQL") in lines(preflight.settings_report(made))


def test_what_is_missing_is_said_with_what_it_costs(tmp_path: Path, sqlite_url: str) -> None:
    with joined(tmp_path, sqlite_url, TWILIO_AUTH_TOKEN="", IVR_PUBLIC_URL="") as made:
        report = preflight.settings_report(made)
    assert starting(report, "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN: no telephone line") == ["missing"]
    assert not any(line.wrong for line in report)
    with joined(tmp_path, sqlite_url, TWILIO_NUMBER="", IVR_PUBLIC_URL="http://help.example") as made:
        report = preflight.settings_report(made)
    assert starting(report, "TWILIO_NUMBER: `ivr twilio setup` cannot") == ["missing"]
    assert starting(report, "IVR_PUBLIC_URL is not https") == ["note"]


def test_who_is_free_is_only_tried_first_where_we_can_call_out(tmp_path: Path, sqlite_url: str) -> None:
    for missing in ({"TWILIO_AUTH_TOKEN": ""}, {"TWILIO_NUMBER": ""}, {}):
        with joined(tmp_path, sqlite_url, IVR_TRY_FIRST="on", **missing) as made:
            report = preflight.settings_report(made)
            assert made.settings.tries_first is not bool(missing)
        assert starting(report, "IVR_TRY_FIRST: nobody is put through") == (["missing"] if missing else [])
        assert starting(report, "puts callers through") == ([] if missing else ["ok"])


def test_tables_of_before_are_wrong(tmp_path: Path) -> None:
    with joined(tmp_path, "") as made:
        report = preflight.settings_report(made)
    [wrong] = [line for line in report if line.wrong]
    assert "run `ivr migrate`" in wrong.text
    assert str(wrong).startswith("   wrong  database: SQLite")


def test_a_database_that_does_not_answer_is_wrong(tmp_path: Path, postgres_server: PostgresServer) -> None:
    postgres_server.stop()
    with joined(tmp_path, postgres_server.url) as made:
        assert starting(preflight.settings_report(made), "the database does not answer") == ["wrong"]


def test_sqlite_in_production_is_taken_note_of(tmp_path: Path, sqlite_url: str) -> None:
    with joined(tmp_path, sqlite_url, IVR_ENV="production") as made:
        assert starting(preflight.settings_report(made), "SQLite in production") == ["note"]


def test_good_content_is_summed_up(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    humming(monkeypatch)
    with joined(tmp_path, sqlite_url) as made:
        report = preflight.content_report(made)
    assert {line.mark for line in report} == {"ok"}
    nodes = sum(len(tree["nodes"]) for tree in folders.small()["trees"])
    assert f": {nodes} nodes, 0 facts" in report[0].text
    assert report[1].text.startswith("AA: ")
    assert "0 sounds recorded" in report[1].text
    assert report[2].text.startswith("0 facts are spoken as doubtful")


def test_each_mistake_in_the_content_is_a_line(tmp_path: Path, sqlite_url: str) -> None:
    with joined(tmp_path, sqlite_url) as made:
        (made.folders.menus / "hours.yaml").write_text(yaml.safe_dump({"week": {"monday": []}, "closed": 3}))
        report = preflight.content_report(made)
    assert [line.mark for line in report] == ["wrong", "wrong"]
    assert all(line.text.startswith("menus/hours.yaml:1:") for line in report)


def test_what_a_person_should_look_at_is_a_note(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    humming(monkeypatch)
    with joined(tmp_path, sqlite_url) as made:
        file = made.folders.menus / "tree.yaml"
        file.write_text(f"review: 2020-01-01\n{file.read_text()}")
        report = preflight.content_report(made)
    assert [line.mark for line in report][:2] == ["note", "ok"]


def test_a_newcomer_reads_what_to_do_next(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    humming(monkeypatch)
    with joined(tmp_path, sqlite_url, IVR_PORT="8123") as made:
        released = standing.rehearsed(made.studio)
        text = preflight.welcome(made, released)
    for part in ("http://127.0.0.1:8123\n", "ivr phone", "/readyz", "ivr check", "Ctrl-C", released.release.id):
        assert part in text
    assert tiny.SECRET not in text
    assert tiny.TOKEN not in text


def test_jobs_that_wait_for_a_person_and_a_server_that_does_none_are_noted(tmp_path: Path, sqlite_url: str) -> None:
    with joined(tmp_path, sqlite_url, IVR_WORKER="none") as made:
        with made.database.transaction() as tx:
            jobs.enqueue(tx, NewJob("text", "text/1", {}, 0, 0))
            held = jobs.take(tx, {"text": 60.0}, "a", 0)
            assert held is not None
            jobs.bury(tx, held, 0, "may have happened")
        report = preflight.settings_report(made)
    assert ("note", "1 jobs wait for a person to decide: `ivr jobs list`") in lines(report)
    assert starting(report, "IVR_WORKER=none") == ["note"]


def test_a_helpline_that_can_call_out_says_so_and_where_it_cannot_keep_messages(
    tmp_path: Path, sqlite_url: str
) -> None:
    with joined(tmp_path, sqlite_url, IVR_CALL_MINUTES="30") as made:
        assert starting(preflight.settings_report(made), "calls back, 30 minutes at most") == ["ok"]
    (tmp_path / "file").write_text("in the way")
    with joined(tmp_path, sqlite_url, IVR_RECORDINGS_DIR=str(tmp_path / "file")) as made:
        assert starting(preflight.settings_report(made), "IVR_RECORDINGS_DIR") == ["wrong"]


def test_whom_we_dial_is_said_and_what_is_used_up_today(tmp_path: Path, sqlite_url: str) -> None:
    with joined(tmp_path, sqlite_url, IVR_MOST_CALLS="1/1", IVR_DIAL_COUNTRIES="FR,DE") as made:
        assert ("ok", "dials mobile,landline in FR,DE, and nobody else") in lines(preflight.settings_report(made))
        assert starting(preflight.settings_report(made), "no more") == []
        with made.database.transaction() as tx:
            spend(tx, "call", tiny.CALLER, made.limits, made.clock())
        assert ("note", "no more calls today: IVR_MOST_CALLS is reached") in lines(preflight.settings_report(made))


@pytest.mark.parametrize(("days", "marks"), [("30", []), ("7", []), ("31", ["wrong"])])
def test_messages_that_are_kept_for_longer_than_callers_are_told_are_wrong(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, days: str, marks: list[str]
) -> None:
    humming(monkeypatch)
    fact = {"says": "so many days", "source": "helpline", "value": 30, "speak": "number", "reviewed": None}
    with joined(tmp_path, sqlite_url, IVR_KEEP_MESSAGES=days) as made:
        (made.folders.menus / "facts.yaml").write_text(yaml.safe_dump({"message.kept": fact}))
        report = preflight.content_report(made)
    assert starting(report, "IVR_KEEP_MESSAGES is 31, and callers are told that a message is erased after 30") == marks


def test_who_sends_text_messages_is_told_and_what_may_go_wrong(tmp_path: Path, sqlite_url: str) -> None:
    with joined(tmp_path, sqlite_url, IVR_SMS_FROM="Maison") as made:
        told = lines(preflight.settings_report(made))
    assert ("ok", "text messages: at most 5/300 a day, between 8 and 20 h") in told
    assert [mark for mark, text in told if text.startswith("IVR_SMS_FROM_SHARED")] == ["missing"]
    assert any(text.startswith("IVR_SMS_FROM is a name: nobody can answer STOP") for _, text in told)


def test_a_french_mobile_as_sender_is_doubted_and_without_one_nothing_is_said(tmp_path: Path, sqlite_url: str) -> None:
    senders = {"IVR_SMS_FROM": "+33639980001", "IVR_SMS_FROM_SHARED": "38000"}
    with joined(tmp_path, sqlite_url, **senders) as made:
        told = [text for _, text in lines(preflight.settings_report(made))]
    assert [text for text in told if text.startswith("IVR_SMS")] == [
        "IVR_SMS_FROM is a mobile number: French operators do not let programs write from 06 and 07"
    ]
    with joined(tmp_path / "without", sqlite_url) as made:
        assert not any("text message" in text for _, text in lines(preflight.settings_report(made)))
