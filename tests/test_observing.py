"""Log lines are JSON, carry ids and places, and of an error its kind and place but not its values."""

import json
import logging
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from ivr.errors import BadSetting
from ivr.observing import SAID, CallsInProgress, Figures, JobsNow, JsonLines, log_as_json, shown_at


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    logger = logging.getLogger()
    before = logger.handlers[:], logger.level
    levels = {
        name: logging.getLogger(name).level for name in ("uvicorn.access", "httpx", "twilio.http_client", "alembic")
    }
    yield logger
    logger.handlers[:], logger.level = before[0], before[1]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def record(message: str = "hello", **more: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "ivr.calls", "levelno": 30, "levelname": "WARNING", "msg": message, **more})
    made.created, made.msecs = 1_795_600_800.007, 7.0
    return made


def test_a_line_has_time_level_logger_message_and_what_may_be_said() -> None:
    line = JsonLines().format(record("گپ %s", args=("x",), call="ab12", turn=3, number="+33639980001", digits="0639"))
    assert json.loads(line) == {
        "time": "2026-11-25T10:00:00.007Z",
        "level": "warning",
        "from": "ivr.calls",
        "message": "گپ x",
        "call": "ab12",
        "turn": 3,
    }
    assert "\n" not in JsonLines().format(record("two\nlines"))


def test_no_field_that_names_a_person_may_be_said() -> None:
    assert not {"number", "from", "caller", "digits", "keys", "query", "url", "body"} & set(SAID)


def test_an_error_is_named_with_its_place_but_without_its_values() -> None:
    def inner(keyed: str) -> None:
        raise ValueError(f"keyed {keyed}")

    try:
        inner("0639980003")
    except ValueError as error:
        line = JsonLines().format(record(exc_info=(ValueError, error, error.__traceback__)))
    said = json.loads(line)
    assert said["error"] == "ValueError"
    assert [place.split()[-1] for place in said["at"]][-1] == "inner"
    assert "0639980003" not in line
    assert "keyed" not in line


def test_a_line_without_an_error_and_one_whose_error_is_gone_are_whole() -> None:
    assert "error" not in json.loads(JsonLines().format(record(exc_info=(None, None, None))))
    said = json.loads(JsonLines().format(record(exc_info=(ValueError, ValueError("x"), None))))
    assert (said["error"], said["at"]) == ("ValueError", [])


def test_logging_goes_to_standard_error_and_the_servers_own_lines_are_left_out(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    log_as_json()
    logging.getLogger("uvicorn.access").info('POST /twilio/call/x?s=SEALED HTTP/1.1" 200')
    logging.getLogger("httpx").info("HTTP Request: POST https://x/?s=SEALED")
    logging.getLogger("ivr.calls").info("a call", extra={"call": "ab12"})
    out, err = capsys.readouterr()
    assert out == ""
    [line] = err.splitlines()
    assert json.loads(line)["call"] == "ab12"


def test_calls_in_progress_are_asked_for_when_looked_at_and_left_out_when_unknown() -> None:
    counts: list[int | None] = [3, None]
    registry = CollectorRegistry()
    registry.register(CallsInProgress(lambda: counts.pop(0)))
    assert b"ivr_calls_in_progress 3.0" in generate_latest(registry)
    assert b"ivr_calls_in_progress" not in generate_latest(registry)


def test_jobs_are_counted_by_state_when_looked_at_and_left_out_when_unknown() -> None:
    looks: list[tuple[dict[str, int], float] | None] = [({"waiting": 2, "dead": 1}, 7.5), None]
    registry = CollectorRegistry()
    registry.register(JobsNow(lambda: looks.pop(0)))
    shown = generate_latest(registry).decode()
    assert 'ivr_jobs{state="waiting"} 2.0' in shown
    assert 'ivr_jobs{state="dead"} 1.0' in shown
    assert "ivr_jobs_late_seconds 7.5" in shown
    assert b"ivr_jobs" not in generate_latest(registry)


def test_attempts_at_jobs_are_counted_by_kind_and_outcome() -> None:
    figures = Figures()
    for outcome in ("done", "done", "dead"):
        figures.job("text", outcome)
    shown = generate_latest(figures.registry).decode()
    assert 'ivr_jobs_ended_total{kind="text",outcome="done"} 2.0' in shown
    assert 'ivr_jobs_ended_total{kind="text",outcome="dead"} 1.0' in shown


def test_turns_are_counted_by_node_and_result_and_webhooks_by_their_seconds() -> None:
    figures = Figures()
    for seconds in (0.004, 0.04):
        figures.turn("turn", "main", "chose", seconds)
    text = generate_latest(figures.registry).decode()
    assert 'ivr_turns_total{node="main",result="chose"} 2.0' in text
    assert 'ivr_webhook_seconds_bucket{kind="turn",le="0.03"} 1.0' in text
    assert 'ivr_webhook_seconds_count{kind="turn"} 2.0' in text


def test_what_was_not_let_pass_is_counted_by_kind_and_reason() -> None:
    figures = Figures()
    figures.turned_away("call", "total-limit")
    shown = generate_latest(figures.registry).decode()
    assert 'ivr_turned_away_total{kind="call",reason="total-limit"} 1.0' in shown


def test_figures_are_shown_on_loopback_by_a_process_that_serves_nothing_else() -> None:
    figures = Figures()
    figures.job("text", "done")
    with shown_at("0", figures.registry) as port:
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert 'ivr_jobs_ended_total{kind="text",outcome="done"} 1.0' in answer.read().decode()
        with (
            pytest.raises(BadSetting, match="nothing can listen on"),
            shown_at(f"127.0.0.1:{port}", REGISTRY),
        ):
            pass
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/metrics")
