"""A short one of the long test: `make soak PART=fuzz` goes on for twenty minutes, on both databases."""

import logging
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ivr.web import account
from tests.soak import fuzz
from tests.soak.fuzz_wire import Asked, Got, Wire
from tests.web import people


def test_nothing_that_a_hostile_client_sends_is_answered_with_an_error_of_ours(tmp_path: Path) -> None:
    assert fuzz.soak(tmp_path, "", fuzz.Plan(seed=13, requests=400), print) == []


def stranger(path: str) -> Asked:
    return Asked("GET", path, "", "stranger")


def test_a_fuzzer_that_finds_nothing_would_have_found_these(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(account, "session_values", broken)
    log = logging.getLogger("ivr.web")
    with fuzz.listening(tmp_path, "") as (house, base, ear):
        one, wire = fuzz.Fuzz(house, Wire(base), ear, Random(1)), Wire(base)
        one._renew()
        asked = one._browsers["admin"].request("GET", "/account/sessions")
        one._judge(asked, wire.send(asked))
        one._judge(stranger("/staff"), Got(200, {"content-type": "text/html"}))
        one._judge(stranger("/healthz"), Got(0))
        one._judge(stranger("/healthz"), Got(200, body=b"... Traceback (most recent call last) ..."))
        one._judge(
            Asked("POST", "/twilio/voice", "", "company"), Got(200, {"content-type": "text/xml"}, body=b"<Response>")
        )
        log.info("somebody rings", extra={"why": people.NAMES["aidant"] + " 0639980000"})
        one._judge(stranger("/healthz"), Got(200))
        log.info("somebody wrote", extra={"why": fuzz.values.MARK})
        one._judge(stranger("/healthz"), Got(200))
        wire.close()
        one.close()
    found = one.found.wrong
    for kind in ("500 /account/sessions", "open /staff", "none /healthz", "told /healthz", "xml /twilio/voice"):
        assert kind in found
    for line in ("ZeroDivisionError", "somebody rings", "somebody wrote"):
        assert any(line in what for kind, what in found.items() if kind.startswith("log ")), line
